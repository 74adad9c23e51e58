#!/usr/bin/env bash
# demo.sh: the main job, shown once. A guest with three cells boots; what it sees of them stands
# beside what the host sees of their memory: which node each page is on.
#
# Runs on a machine with KVM or in the test host, with TERRACE_BUILD (programs) and TERRACE_GUEST
# (guest kernel and initramfs) set; `./dev demo` calls it.
set -euo pipefail

tmp=$(mktemp -d)
vmm_pid=
finish() {
	[ -z "$vmm_pid" ] || kill -KILL "$vmm_pid" 2>/dev/null || true
	rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 130' INT TERM

# The nodes with memory, at least one; cells take them in turn.
mapfile -t nodes < <(tr , '\n' </sys/devices/system/node/has_memory |
	awk -F- '{ for (n = $1; n <= ($2 == "" ? $1 : $2); n++) print n }')
node_of() { echo "${nodes[$(($1 % ${#nodes[@]}))]}"; }

# Automatic balancing would move pages while we look.
if [ -w /proc/sys/kernel/numa_balancing ] && [ -e /terrace/src ]; then
	echo 0 >/proc/sys/kernel/numa_balancing
fi

# The guest fills part of its memory, prints its view of the cells, and stays.
mkdir "$tmp/archive"
cat >"$tmp/archive/run.sh" <<'EOF'
mkdir /fill
mount -t tmpfs -o size=90%,mpol=interleave tmpfs /fill
dd if=/dev/zero of=/fill/x bs=1M count=$(($(grep MemFree /proc/meminfo | tr -dc 0-9) * 6 / 10 / 1024)) 2>/dev/null
cells
echo "guest: done"
sleep 1000
EOF
(cd "$tmp/archive" && echo run.sh | cpio -o -H newc 2>/dev/null) >"$tmp/run.cpio"
cat "$TERRACE_GUEST/initramfs.cpio.gz" "$tmp/run.cpio" >"$tmp/initrd"

args=(
	-machine q35,hmat=on -accel kvm -cpu host -nodefaults -display none -no-reboot
	-m 608M -smp 2,sockets=2
	-object "memory-backend-ram,id=fast0,size=256M,host-nodes=$(node_of 0),policy=bind"
	-object "memory-backend-ram,id=fast1,size=192M,host-nodes=$(node_of 1),policy=bind"
	-object "memory-backend-ram,id=slow,size=160M,host-nodes=$(node_of 2),policy=bind"
	-numa node,nodeid=0,cpus=0,memdev=fast0,initiator=0
	-numa node,nodeid=1,cpus=1,memdev=fast1,initiator=1
	-numa node,nodeid=2,memdev=slow,initiator=0
	-numa dist,src=0,dst=1,val=21 -numa dist,src=0,dst=2,val=17 -numa dist,src=1,dst=2,val=28
)
for lb in 0,0,80 0,1,140 0,2,250 1,0,140 1,1,80 1,2,350; do
	IFS=, read -r from to ns <<<"$lb"
	args+=(-numa "hmat-lb,initiator=$from,target=$to,hierarchy=memory,data-type=access-latency,latency=$ns")
done

echo "The machine: one command line, which would start QEMU as well."
echo
printf 'terrace-vmm'
for arg in "${args[@]}"; do
	case $arg in
	-*) printf ' \\\n    %s' "$arg" ;;
	*) printf ' %s' "$arg" ;;
	esac
done
printf ' \\\n    -kernel vmlinux -initrd initramfs.cpio.gz -append "console=ttyS0 quiet" -serial stdio\n\n'

boot() {
	"$TERRACE_BUILD/terrace-vmm" "${args[@]}" -serial "file:$tmp/console" \
		-qmp "unix:$tmp/qmp,server=on,wait=off" -kernel "$TERRACE_GUEST/vmlinux" -initrd "$tmp/initrd" \
		-append "console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable no_timer_check cryptomgr.notests" \
		</dev/null &
	vmm_pid=$!
	for ((i = 0; i < 900; i++)); do
		grep -q "guest: done" "$tmp/console" 2>/dev/null && return 0
		kill -0 "$vmm_pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL "$vmm_pid" 2>/dev/null || true
	wait "$vmm_pid" 2>/dev/null || true
	vmm_pid=
	return 1
}

if ! boot; then
	echo "demo: the guest did not get through; its console ended so:" >&2
	tail -n 5 "$tmp/console" >&2 || true
	exit 1
fi

# field CELL NAME: out of the guest's own lines
field() {
	tr -d '\r' <"$tmp/console" | awk -v cell="$1" -v name="$2" '
		$1 == "cell" && $2 == cell { for (i = 3; i < NF; i += 2) if ($i == name) print $(i + 1) }'
}

declare -A size=([fast0]=256M [fast1]=192M [slow]=160M)
header=$(printf '%-5s %-5s %9s  %-12s %10s  |  %-7s %-8s' cell CPUs "size MiB" distances "latency ns" backend bound)
echo "What the guest sees of its cells      |  what the host sees: MiB of each backend, by node"
echo
printf '%s' "$header"
for n in "${nodes[@]}"; do printf ' %8s' "node $n"; done
echo
cell=0
for backend in fast0 fast1 slow; do
	printf '%-5s %-5s %9s  %-12s %10s  |  %-7s %-8s' "$cell" "$(field $cell cpus)" \
		"$(($(field $cell present_kib) / 1024))" "$(field $cell distances)" \
		"$(field $cell read_latency_ns)" "$backend" "node $(node_of $cell)"
	# By size: not every kernel gives anonymous memory its name.
	line=$("$TERRACE_BUILD/tests/tools/pagenodes" "$vmm_pid" --size "${size[$backend]}")
	for n in "${nodes[@]}"; do
		pages=$(tr ' ' '\n' <<<"$line" | sed -n "s/^N$n=//p")
		printf ' %8s' "$((${pages:-0} / 256))"
	done
	echo
	cell=$((cell + 1))
done
echo
echo "Cells as the monitor tells them (QMP query-numa-nodes):"
"$TERRACE_BUILD/tests/tools/qmp" "$tmp/qmp" query-numa-nodes
"$TERRACE_BUILD/tests/tools/qmp" "$tmp/qmp" quit >/dev/null
wait "$vmm_pid" || true
vmm_pid=
