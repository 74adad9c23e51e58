#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a document shows is what the program prints: in each block "```console" the first line is
# "$ terrace ..." and the others are its output. TERRACE_GOLDEN_UPDATE=1 rewrites the blocks.
#
# usage: docs.sh TERRACE SOURCE_ROOT DOCUMENT
set -euo pipefail
terrace=$(realpath "$1")
cd "$2"
document=$3
is=$(mktemp)
trap 'rm -f "$is"' EXIT

in_block=
while IFS= read -r line; do
	if [ -z "$in_block" ]; then
		printf '%s\n' "$line"
		[ "$line" = '```console' ] && in_block=1
	elif [[ $line == '$ terrace '* ]]; then
		printf '%s\n' "$line"
		eval "\"$terrace\" ${line#'$ terrace '}" 2>&1 || true
	elif [ "$line" = '```' ]; then
		printf '%s\n' "$line"
		in_block=
	fi
done < "$document" > "$is"

if [ "${TERRACE_GOLDEN_UPDATE:-}" = 1 ]; then
	cp "$is" "$document"
else
	grep -q '^\$ terrace plan' "$document"
	diff -u "$document" "$is"
fi
