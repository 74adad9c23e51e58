# lib.sh: what the suites in the test host share.  `. /terrace/src/tests/testhost/lib.sh`
#
# A suite prints one line per test: `ok NAME`, `not ok NAME: why`, `skip NAME: why`.
# Whatever else it prints is its log.  Everything is for a POSIX shell.
# shellcheck shell=sh

guest=/terrace/guest
build=/terrace/build
tmp=$(mktemp -d /tmp/suite.XXXXXX)
suite_pids=""
suite_failed=0

# At the end: kills what `spawn` started, tells failure by the exit status.
suite_end() {
	status=$?
	trap - EXIT
	for pid in $suite_pids; do
		kill -KILL "$pid" 2>/dev/null
	done
	rm -rf "$tmp"
	[ $suite_failed -eq 0 ] || status=1
	exit $status
}
trap suite_end EXIT

ok() { echo "ok $1"; }

# not_ok NAME WHY...
not_ok() {
	suite_failed=1
	name=$1
	shift
	echo "not ok $name: $*"
}

# skip NAME REASON...
skip() {
	name=$1
	shift
	echo "skip $name: $*"
}

# check NAME COMMAND...: ok when COMMAND succeeds; else its last output line is why.
check() {
	name=$1
	shift
	if "$@" >"$tmp/check" 2>&1; then
		ok "$name"
	else
		sed 's/^/  | /' "$tmp/check"
		not_ok "$name" "$(tail -n 1 "$tmp/check" | grep . || echo "$* failed")"
	fi
}

# equal NAME GOT WANTED
equal() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "got '$2', wanted '$3'"
	fi
}

# near NAME GOT WANTED PERCENT: whole numbers that differ by no more than that.
near() {
	if [ $((($2 - $3) * 100)) -le $(($3 * $4)) ] && [ $((($3 - $2) * 100)) -le $(($3 * $4)) ]; then
		ok "$1"
	else
		not_ok "$1" "got $2, wanted $3 within $4 %"
	fi
}

# wait_for SECONDS COMMAND...: until COMMAND succeeds; fails when it never does.
wait_for() {
	wait_end=$(($(cut -d. -f1 /proc/uptime) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(cut -d. -f1 /proc/uptime)" -lt $wait_end ] || return 1
		sleep 0.1
	done
}

# wait_line SECONDS FILE PATTERN: until the file has such a line (grep -E).
wait_line() {
	wait_for "$1" grep -q -E -e "$3" "$2"
}

gone() { ! kill -0 "$1" 2>/dev/null; }

# spawn LOG COMMAND...: in the background, output to LOG, process id in $spawned;
# killed at the end of the suite at the latest.
spawn() {
	spawn_log=$1
	shift
	"$@" </dev/null >"$spawn_log" 2>&1 &
	spawned=$!
	suite_pids="$suite_pids $spawned"
}

# wait_exit SECONDS PID: sets $status to its exit status; kills it when it takes longer.
wait_exit() {
	if ! wait_for "$1" gone_or_zombie "$2"; then
		kill -KILL "$2" 2>/dev/null
		wait "$2" 2>/dev/null
		status=timeout
		return 1
	fi
	wait "$2" 2>/dev/null
	status=$?
}

gone_or_zombie() {
	state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -c1) || return 0
	[ -z "$state" ] || [ "$state" = Z ]
}

# qmp SOCKET JSON...: sends qmp_capabilities and the commands, waits for as many replies
# (10 s), and prints what came after the greeting, events included.  QMP_LINGER=N: listens
# N seconds more.
qmp() {
	qmp_socket=$1
	shift
	: >"$tmp/qmp"
	{
		printf '%s\n' '{"execute":"qmp_capabilities"}' "$@"
		wait_for 10 qmp_replied $(($# + 1))
		sleep "${QMP_LINGER:-0}"
	} | socat - "UNIX-CONNECT:$qmp_socket" >"$tmp/qmp"
	tail -n +2 "$tmp/qmp"
}

qmp_replied() { [ "$(grep -c -E '"(return|error)"' "$tmp/qmp")" -ge "$1" ]; }

guest_append="console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable no_timer_check cryptomgr.notests"

# The same machine twice: vmm_run/qemu_run LOG SECONDS ARGS...: a Linux guest with the
# console in LOG until it powers off; sets $status.  $kernel: which directory of
# $guest (default: the plain names), $image: vmlinux (default) or bzImage.
vmm_run() { machine_run "$build/terrace-vmm" "$@"; }
qemu_run() { machine_run qemu-system-x86_64 "$@"; }

machine_run() {
	machine=$1 machine_log=$2 machine_limit=$3
	shift 3
	machine_spawn "$machine" "$machine_log" "$@"
	wait_exit "$machine_limit" "$spawned"
}

# machine_spawn PROGRAM LOG ARGS...: the same in the background, pid in $spawned.
machine_spawn() {
	machine=$1 machine_log=$2
	shift 2
	spawn "$machine_log" "$machine" -accel kvm -cpu host -nodefaults -display none -no-reboot -serial stdio \
		-kernel "$guest/${kernel:-.}/${image:-vmlinux}" -initrd "$guest/${kernel:-.}/initramfs.cpio.gz" \
		-append "$guest_append ${append-}" "$@"
}

# cell_field LOG CELL FIELD: a value out of the guest's cell lines.
cell_field() {
	tr -d '\r' <"$1" | awk -v cell="$2" -v field="$3" '
		$1 == "cell" && $2 == cell {
			for (i = 3; i < NF; i += 2)
				if ($i == field)
					print $(i + 1)
		}'
}

# cpio_run_sh FILE: an archive with standard input as /run.sh, to append to an initramfs:
#	cpio_run_sh $tmp/run.cpio <<'EOF' ... EOF
#	cat $guest/initramfs.cpio.gz $tmp/run.cpio >$tmp/initrd    and -initrd $tmp/initrd
cpio_run_sh() {
	mkdir -p "$tmp/cpio"
	cat >"$tmp/cpio/run.sh"
	(cd "$tmp/cpio" && echo run.sh | cpio -o -H newc 2>/dev/null) >"$1"
	rm -rf "$tmp/cpio"
}
