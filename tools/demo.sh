#!/usr/bin/env bash
# demo.sh: the main job, shown once. A domain with three cells is planned and started; what its guest
# sees of them stands beside what the host sees of their memory: which node each page is on.
#
# Runs on a machine with KVM or in the test host, with TERRACE_BUILD (programs) and TERRACE_GUEST
# (guest kernel and initramfs) set; `./dev demo` calls it.
set -euo pipefail

tmp=$(mktemp -d)
terrace=$TERRACE_BUILD/terrace
# Its own definitions and running domains, so that the demo meets nobody else's.
export TERRACE_CONFIG_DIR=$tmp/config TERRACE_RUNTIME_DIR=$tmp/run TERRACE_LOG_DIR=$tmp/log
finish() {
	"$terrace" destroy demo >/dev/null 2>&1 || true
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

size=(256 192 160) # MiB
links() { # links FROM-TO:NS...
	local link
	for link in "$@"; do
		sed -E "s|(.)-(.):(.*)|      <latency initiator='\\1' target='\\2' type='access' value='\\3'/>|" <<<"$link"
	done
}
{
	cat <<-EOF
		<domain type='kvm'>
		  <name>demo</name>
		  <memory unit='MiB'>608</memory>
		  <vcpu>2</vcpu>
		  <numatune>
		    <memory mode='strict' nodeset='$(node_of 0),$(node_of 1),$(node_of 2)'/>
		    <memnode cellid='0' mode='strict' nodeset='$(node_of 0)'/>
		    <memnode cellid='1' mode='strict' nodeset='$(node_of 1)'/>
		    <memnode cellid='2' mode='strict' nodeset='$(node_of 2)'/>
		  </numatune>
		  <os>
		    <type arch='x86_64' machine='q35'>hvm</type>
		    <kernel>$TERRACE_GUEST/vmlinux</kernel>
		    <initrd>$tmp/initrd</initrd>
		    <cmdline>console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable no_timer_check cryptomgr.notests</cmdline>
		  </os>
		  <cpu mode='host-passthrough'>
		    <numa>
		      <cell id='0' cpus='0' memory='256' unit='MiB'>
		        <distances><sibling id='1' value='21'/><sibling id='2' value='17'/></distances>
		      </cell>
		      <cell id='1' cpus='1' memory='192' unit='MiB'>
		        <distances><sibling id='2' value='28'/></distances>
		      </cell>
		      <cell id='2' memory='160' unit='MiB'/>
		      <interconnects>
	EOF
	links 0-0:80 0-1:140 0-2:250 1-1:80 1-2:350 | sed 's/^/  /'
	cat <<-EOF
		      </interconnects>
		    </numa>
		  </cpu>
		  <devices>
		    <emulator>$TERRACE_BUILD/terrace-vmm</emulator>
		    <serial type='file'><source path='$tmp/console'/></serial>
		  </devices>
		</domain>
	EOF
} >"$tmp/demo.xml"

echo "The domain, as libvirt's XML (terrace create demo.xml):"
echo
sed -n '/<numatune>/,/<\/numatune>/p; /<numa>/,/<\/numa>/p' "$tmp/demo.xml"
echo
echo "What would be done here (terrace plan demo.xml):"
echo
"$terrace" plan "$tmp/demo.xml"
echo
"$terrace" create "$tmp/demo.xml"
vmm_pid=$(sed -n 's/.*"vmm-pid": *\([0-9]*\).*/\1/p' "$TERRACE_RUNTIME_DIR/demo/state.json")
for ((i = 0; i < 900; i++)); do
	! grep -q "guest: done" "$tmp/console" 2>/dev/null || break
	kill -0 "$vmm_pid" 2>/dev/null || break
	sleep 0.1
done
if ! grep -q "guest: done" "$tmp/console" 2>/dev/null; then
	echo "demo: the guest did not get through; its console ended so:" >&2
	tail -n 5 "$tmp/console" >&2 || true
	exit 1
fi
echo

# field CELL NAME: out of the guest's own lines
field() {
	tr -d '\r' <"$tmp/console" | awk -v cell="$1" -v name="$2" '
		$1 == "cell" && $2 == cell { for (i = 3; i < NF; i += 2) if ($i == name) print $(i + 1) }'
}

header=$(printf '%-5s %-5s %9s  %-12s %10s  |  %-7s' cell CPUs "size MiB" distances "latency ns" bound)
echo "What the guest sees of its cells               |  what the host sees: MiB by node"
echo
printf '%s' "$header"
for n in "${nodes[@]}"; do printf ' %8s' "node $n"; done
echo
for cell in 0 1 2; do
	printf '%-5s %-5s %9s  %-12s %10s  |  %-7s' "$cell" "$(field $cell cpus)" \
		"$(($(field $cell present_kib) / 1024))" "$(field $cell distances)" \
		"$(field $cell read_latency_ns)" "node $(node_of $cell)"
	# By size: not every kernel gives anonymous memory its name.
	line=$("$TERRACE_BUILD/tests/tools/pagenodes" "$vmm_pid" --size "${size[$cell]}M")
	for n in "${nodes[@]}"; do
		pages=$(tr ' ' '\n' <<<"$line" | sed -n "s/^N$n=//p")
		printf ' %8s' "$((${pages:-0} / 256))"
	done
	echo
done
echo
echo "Where its threads may run and allocate (terrace vcpuinfo demo --pretty):"
echo
"$terrace" vcpuinfo demo --pretty
"$terrace" dominfo demo
"$terrace" destroy demo
