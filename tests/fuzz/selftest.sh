#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Does replay.c notice what it is for? Each seed of corpus/selftest makes the program fail in one way.
#
# usage: selftest.sh PROGRAM CORPUS
status=0

expect() { # expect SEED TEXT: the run fails and says TEXT
	if output=$("$program" "$corpus/$1" 1000 32 2>&1); then
		echo "$1: was not noticed" >&2
		status=1
	fi
	case $output in
	*"$2"*) ;;
	*)
		echo "$1: said '$output' instead of '$2'" >&2
		status=1
		;;
	esac
}

program=$1
corpus=$2
expect crash 'input: "crash"'
expect hang 'takes too long'
expect grow 'allocates more than its limit'
expect leak 'bytes were not released'
exit $status
