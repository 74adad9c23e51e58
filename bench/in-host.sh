#!/bin/bash
# in-host.sh: measures terrace-vmm beside QEMU; runs in the test host (run.sh starts it there).
#
# usage: in-host.sh QUICK [PART]      QUICK yes: fewer rounds, no instruction counts; PART: only this one
#
# Every sample is one line on standard output, `sample FIGURE WHO VALUE`; the names are described
# in docs/benchmarks.md.  Whatever is compared runs alternately, A B A B, so that a
# disturbance meets both.
set -u
quick=$1
terrace=/terrace/build/terrace-vmm
qemu="qemu-system-x86_64"
bench=/terrace/build/bench
guest=/terrace/guest
work=$(mktemp -d /tmp/bench.XXXXXX)
failed=0

# What both get; one vCPU and 256 MiB throughout.
machine=(-M q35 -accel kvm -cpu host -smp 1 -nodefaults -no-user-config -display none -no-reboot)
kernel_words="console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable no_timer_check cryptomgr.notests"

sample() { echo "sample $*"; }

# more ROUND AT-LEAST: another round?  Not past the part's time, so that a busy machine
# measures less often instead of for ever.
more() {
	[ "$1" -lt "$2" ] || [ "$SECONDS" -lt "$part_end" ]
}

complain() {
	echo "bench: $*" >&2
	failed=1
}

# timed FIGURE WHO FIELD STOPWATCH-ARG...: one sample out of the stopwatch's line, field 1
# or 2; once more when it failed (an emulated host loses a guest now and then).
timed() {
	local figure=$1 who=$2 field=$3 line try
	shift 3
	for try in 1 2; do
		if line=$("$bench/stopwatch" "$@" 2>"$work/error"); then
			# shellcheck disable=SC2086
			set -- $line
			sample "$figure" "$who" "${!field}"
			return
		fi
		sed "s/^/bench: $figure $who, try $try: /" "$work/error" | tail -n 5 >&2
	done
	complain "$figure: $who failed twice"
}

# first_args WHO: sets first to the command whose guest runs a few instructions.
first_args() {
	local args=("${machine[@]}" -m 256M -serial stdio)
	case $1 in
	terrace) first=("$terrace" "${args[@]}" -kernel "$bench/first.elf") ;;
	qemu) first=("$qemu" "${args[@]}" -bios "$bench/first.bios") ;;
	qemu-kernel) first=("$qemu" "${args[@]}" -kernel "$bench/first.elf") ;;
	qemu-microvm) first=("$qemu" -M microvm "${args[@]:2}" -bios "$bench/first.bios") ;;
	esac
}

first_instruction() {
	local i who
	for ((i = 0; i < $1; i++)); do
		more $i 3 || return 0
		for who in terrace qemu qemu-kernel qemu-microvm; do
			first_args "$who"
			timed first-instruction-ns "$who" 1 -k -u '!' -- "${first[@]}"
		done
	done
}

# Instructions in user space from the program's start to its end.
first_instructions() {
	local who count
	for who in terrace qemu; do
		first_args "$who"
		valgrind --tool=callgrind --callgrind-out-file=/dev/null "${first[@]}" \
			</dev/null >"$work/valgrind" 2>&1
		count=$(sed -n 's/.*Collected : //p' "$work/valgrind")
		if [ -n "$count" ] && grep -q '!' "$work/valgrind"; then
			sample first-instruction-count "$who" "$count"
		else
			complain "callgrind: $who: $(tail -n 3 "$work/valgrind")"
		fi
	done
}

# boot_args WHO IMAGE: sets boot.
boot_args() {
	local program=$terrace
	[ "$1" = terrace ] || program=$qemu
	boot=("$program" "${machine[@]}" -m 256M -kernel "$guest/$2" -initrd "$guest/initramfs.cpio.gz" -append "$kernel_words")
}

guest_init() {
	local i who image
	for ((i = 0; i < $1; i++)); do
		more $i 1 || return 0
		for image in vmlinux bzImage; do
			for who in terrace qemu; do
				boot_args "$who" "$image"
				timed "guest-init-$image-ns" "$who" 1 -k -t 180 -u 'guest: up' -- "${boot[@]}" -serial stdio
			done
		done
	done
}

# resident FIGURE WHO PID: what the process has resident outside the guest's 256 MiB, which
# are in mappings of (nearly) that size, in KiB: all, anonymous, proportional share.
resident() {
	awk -v figure="$1" -v who="$2" '
		/^[0-9a-f]+-[0-9a-f]+ / { guest = 0 }
		$1 == "Size:" { guest = $2 >= 200 * 1024 }
		guest { next }
		$1 == "Rss:" { rss += $2 }
		$1 == "Pss:" { pss += $2 }
		$1 == "Anonymous:" { anon += $2 }
		END {
			print "sample " figure "-rss-kib", who, rss
			print "sample " figure "-anonymous-kib", who, anon
			print "sample " figure "-pss-kib", who, pss
		}' "/proc/$3/smaps"
}

# wait_text FILE TEXT SECONDS
wait_text() {
	local i
	for ((i = 0; i < $3 * 10; i++)); do
		grep -q -s -e "$2" "$1" && return
		sleep 0.1
	done
	complain "no '$2' from a machine after $3 s"
	return 1
}

resident_memory() {
	local i who pid
	for ((i = 0; i < $1; i++)); do
		for who in terrace qemu; do
			boot_args "$who" vmlinux
			"${boot[@]}" -S -serial null -qmp stdio </dev/null >"$work/log" 2>&1 &
			pid=$!
			wait_text "$work/log" QMP 60 && resident resident-paused "$who" $pid
			kill -KILL $pid
			wait $pid 2>/dev/null
			boot[${#boot[@]} - 1]+=" terrace.shell" # stays up
			"${boot[@]}" -serial "file:$work/serial" -monitor none </dev/null >"$work/log" 2>&1 &
			pid=$!
			wait_text "$work/serial" 'guest: up' 120 && resident resident-booted "$who" $pid
			kill -KILL $pid
			wait $pid 2>/dev/null
			rm -f "$work/serial"
		done
	done
}

# prealloc_run FIGURE WHO PROPERTIES: time until QMP greets, which is after the populating.
prealloc_run() {
	local program=$terrace
	[ "$2" = terrace ] || program=$qemu
	timed "$1" "$2" 1 -k -t 180 -u '"QMP"' -- "$program" "${machine[@]}" -m 256M -S -serial none -qmp stdio \
		-object "memory-backend-ram,id=m0,size=256M,$3" -machine memory-backend=m0 -kernel "$bench/first.elf"
}

prealloc() {
	local i who
	for ((i = 0; i < $1; i++)); do
		more $i 1 || return 0
		for who in terrace qemu; do
			prealloc_run prealloc-none-ns "$who" prealloc=off
			prealloc_run prealloc-1-ns "$who" prealloc=on,prealloc-threads=1
			prealloc_run prealloc-4-ns "$who" prealloc=on,prealloc-threads=4
			prealloc_run prealloc-bind-ns "$who" prealloc=on,prealloc-threads=2,host-nodes=1,policy=bind
			prealloc_run prealloc-slow-ns "$who" prealloc=on,prealloc-threads=2,host-nodes=3,policy=bind
		done
	done
}

echo 0 >/proc/sys/kernel/numa_balancing # moves pages under the measurement
echo "host kernel $(uname -r), $(nproc) CPUs, $("$qemu" --version | head -n 1)"
parts=("first_instruction 12 45" "guest_init 5 150" "resident_memory 1 40" "prealloc 3 45" "first_instructions 1 0")
[ "$quick" = no ] || parts=("first_instruction 3 0" "guest_init 1 0" "resident_memory 1 0" "prealloc 1 0")
SECONDS=0
for part in "${parts[@]}"; do
	read -r name rounds limit_s <<<"$part"
	[ "${2-$name}" = "$name" ] || continue
	part_end=$((SECONDS + limit_s))
	"$name" "$rounds"
	echo "bench: $name: done after $SECONDS s" >&2
done
rm -rf "$work"
exit $failed
