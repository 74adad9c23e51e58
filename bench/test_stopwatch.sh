#!/bin/sh
# test_stopwatch.sh STOPWATCH: what it measures and how it ends.
set -u
stopwatch=$1
failed=0

# expect NAME CONDITION...: CONDITION is for test(1)
expect() {
	name=$1
	shift
	if [ "$@" ]; then
		return
	fi
	echo "not ok $name: [ $* ]"
	failed=1
}

line=$("$stopwatch" -u now -- sh -c 'sleep 0.1; echo now; sleep 0.2; exit 3')
expect "exit status" $? -eq 0
# shellcheck disable=SC2086
set -- $line
expect "five numbers" $# -eq 5
expect "said after its sleep" "$1" -ge 100000000
expect "ended after its second sleep" "$2" -ge $(($1 + 200000000))
expect "status of the program" "$5" -eq 3

# shellcheck disable=SC2046
set -- $("$stopwatch" -k -u now -- sh -c 'echo now; exec sleep 20')
expect "killed when it has spoken" "$2" -lt 10000000000
expect "status of a killed program" "$5" -eq 137

"$stopwatch" -u never -- echo something >/dev/null 2>&1
expect "text that never comes" $? -eq 1
# shellcheck disable=SC2046
set -- $("$stopwatch" -t 1 -- sleep 20)
expect "limit" "$2" -lt 10000000000
expect "killed at the limit" "$5" -eq 137
"$stopwatch" -- /nonexistent >/dev/null 2>&1
expect "program that does not exist" $? -eq 1
"$stopwatch" -x >/dev/null 2>&1
expect "unknown option" $? -eq 2
exit $failed
