#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Verbs of the group "Host", and plan, print what they should for a made host. Each line of "cases" is a name
# and the words behind "terrace"; what comes of it (stdout, stderr, exit status) is in NAME.txt.
# TERRACE_GOLDEN_UPDATE=1 rewrites them.
#
# usage: run.sh TERRACE FOLDER SOURCE_ROOT
set -euo pipefail
terrace=$(realpath "$1") folder=$(realpath "$2")
cd "$3"
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
"$folder/make-tree.sh" "$tree"

failures=0
while read -r name words; do
	[[ -z $name || $name == \#* ]] && continue
	status=0
	# shellcheck disable=SC2086 # the words are meant to be split
	is=$("$terrace" $words --host "$tree" 2>&1) || status=$?
	is=$is$'\n'"exit status $status"
	if [ "${TERRACE_GOLDEN_UPDATE:-}" = 1 ]; then
		printf '%s\n' "$is" > "$folder/$name.txt"
	elif ! diff -u "$folder/$name.txt" - <<<"$is"; then
		failures=$((failures + 1))
	fi
done < "$folder/cases"
exit $((failures > 0))
