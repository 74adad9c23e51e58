#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The libraries that terrace-vmm is linked with: each costs every start, so the list stays short.
#
# usage: needed.sh PROGRAM
set -euo pipefail

command -v readelf >/dev/null || { echo 'skipped: no readelf (package binutils)'; exit 77; }
status=0
while read -r library; do
	case $library in
	ld-linux-x86-64.so.2 | libc.so.* | libm.so.* | libuv.so.* | libjson-c.so.*) ;;
	libasan.so.* | libubsan.so.* | libgcc_s.so.* | libclang_rt.*) ;; # sanitizers
	*)
		echo "$1 needs $library: is that worth the time of every start?" >&2
		status=1
		;;
	esac
done < <(readelf -d "$1" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p')
exit $status
