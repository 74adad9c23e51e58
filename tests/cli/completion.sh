#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What bash offers for words of a terrace command line, with a made terrace that knows three domains.
#
# usage: completion.sh SOURCE_ROOT
# shellcheck disable=SC2016
set -u

terrace() {
	case $* in
	'list --all --name') printf '%s\n' web 'web two' '$(touch pwned)' ;;
	'list --name') echo web ;;
	'list --inactive --name') echo 'web two' ;;
	esac
}

# shellcheck source=/dev/null
source "$1/data/completion/terrace.bash"
cd "$(mktemp -d)" || exit 1
trap 'rm -rf "$PWD"' EXIT
touch domain.xml
failures=0

# expect "a,b" WORD...: completing the last word offers exactly these.
expect() {
	local wanted=$1 got
	shift
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_terrace
	got=$(IFS=, && echo "${COMPREPLY[*]-}")
	[ "$got" = "$wanted" ] && return
	echo "${*@Q}: offered '$got', wanted '$wanted'"
	failures=$((failures + 1))
}

expect 'numatune' terrace numa
expect 'web,web two,$(touch pwned)' terrace dominfo ''
expect 'web,web two' terrace dominfo w
expect 'web' terrace destroy ''
expect 'web two' terrace start ''
expect 'web two' terrace start --paused ''
expect 'domain.xml' terrace define dom
expect 'restrictive' terrace numatune web r
expect 'restrictive' terrace numatune web --mode r
expect 'restrictive' terrace numatune web --mode = r
expect 'strict,preferred,interleave,restrictive,weighted-interleave' terrace numatune web --mode =
expect '--nodeset' terrace numatune web --no
expect '--json' terrace list --js
expect 'version' terrace help vers
expect '' terrace numatune web --cell ''
expect '' terrace frobnicate ''
[ ! -e pwned ] || { echo 'a name was expanded'; failures=$((failures + 1)); }
[ "$failures" -eq 0 ]
