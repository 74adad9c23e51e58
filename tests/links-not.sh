#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fails when PROGRAM needs the shared library LIBRARY, or when what it needs cannot be told.
#
# usage: links-not.sh PROGRAM LIBRARY
set -euo pipefail
needed=$(readelf -d "$1" | grep NEEDED)
if grep -F "$2" <<<"$needed"; then
	echo "$1 must not need $2" >&2
	exit 1
fi
