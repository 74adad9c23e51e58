# cgroup.sh: what the suites of control groups share, after lib.sh.
# shellcheck shell=sh

PATH=$build/tests/tools:$PATH
echo 0 >/proc/sys/kernel/numa_balancing

# worker_start N [COMMAND...]: numathreads with N threads (under COMMAND); $worker is its pid,
# $tid0 (the leader) to $tid3 its threads.
worker_start() {
	worker_threads=$1
	shift
	rm -f "$tmp/in"
	mkfifo "$tmp/in"
	: >"$tmp/answers"
	chmod 666 "$tmp/in" "$tmp/answers"
	"$@" numathreads "$worker_threads" <"$tmp/in" >"$tmp/answers" 2>&1 &
	worker=$!
	suite_pids="$suite_pids $worker"
	exec 9>"$tmp/in"
	answered=0
	ask tids
	# shellcheck disable=SC2086
	set -- $answer
	worker=$1 tid0=$1 tid1=${2-} tid2=${3-} tid3=${4-}
}

# ask COMMAND: sets $answer.
ask() {
	echo "$1" >&9
	answered=$((answered + 1))
	wait_for 20 worker_answered || echo "no answer to '$1'"
	answer=$(sed -n "${answered}p" "$tmp/answers")
}

worker_answered() { [ "$(grep -c '' "$tmp/answers")" -ge $answered ]; }

worker_stop() {
	exec 9>&-
	kill -KILL "$worker" 2>/dev/null
	wait 2>/dev/null
}

# pages NAME THREAD WANTED: where the newest area of the thread is.
pages() {
	ask "where $2"
	equal "$1" "$answer" "$3"
}

# refused NAME TEXT COMMAND...: COMMAND fails and says TEXT.
refused() {
	name=$1 text=$2
	shift 2
	if "$@" >"$tmp/refused" 2>&1; then
		not_ok "$name" "$* succeeded"
	elif grep -q -F -e "$text" "$tmp/refused"; then
		ok "$name"
	else
		not_ok "$name" "$(tail -n 1 "$tmp/refused")"
	fi
}
