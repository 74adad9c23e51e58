# testhost: --topology tiers --memory 4G --timeout 600
# Command lines out of domains: terrace-vmm and QEMU start with those of all examples, and what QEMU
# then has and a guest sees is what the XML says.
. /terrace/src/tests/testhost/lib.sh

qemu=$(command -v qemu-system-x86_64)
src=/terrace/src
export TERRACE_RUNTIME_DIR="$tmp/run"
mkdir -p /boot "$TERRACE_RUNTIME_DIR/.cache"
ln -sf "$guest/bzImage" /boot/vmlinuz
ln -sf "$guest/initramfs.cpio.gz" /boot/initrd.img
# Sizes of the examples are those of real machines, and nobody touches the memory here.
echo 1 >/proc/sys/vm/overcommit_memory
echo 0 >/proc/sys/kernel/numa_balancing

# line FILE [OPTION...]: the command line into $tmp/line
line() {
	file=$1
	shift
	"$build/terrace" domxml-to-native qemu-argv --xml "$file" "$@" >"$tmp/line" 2>"$tmp/why"
}

name_of() { sed -n 's/.*<name>\(.*\)<\/name>.*/\1/p' "$1" | head -n 1; }

# start NAME: the line in $tmp/line; its QMP socket is $socket
start() {
	socket=$TERRACE_RUNTIME_DIR/$1/qmp.sock
	mkdir -p "$TERRACE_RUNTIME_DIR/$1"
	rm -f "$socket"
	spawn "$tmp/log" sh -c "exec $(cat "$tmp/line")"
}

stop() {
	kill -KILL "$spawned" 2>/dev/null
	wait "$spawned" 2>/dev/null || true
}

talk() { "$build/tests/tools/qmp" --wait 30 --timeout 30 "$socket" "$@" 2>&1; }

# starts WHAT FILE [OPTION...]: paused, as the line says
starts() {
	what=$1 xml=$2
	shift 2
	if ! line "$xml" "$@"; then
		not_ok "$what" "$(tail -n 1 "$tmp/why")"
		return 1
	fi
	start "$(name_of "$xml")"
	status=$(talk query-status)
	case $status in
	*'"prelaunch"'*) ok "$what" ;;
	*)
		not_ok "$what" "$status: $(tail -n 1 "$tmp/log")"
		return 1
		;;
	esac
}

for xml in "$src"/examples/*.xml; do
	starts "QEMU: $(basename "$xml")" "$xml" --emulator "$qemu"
	stop
	# terrace-vmm either takes it or says which element it cannot do.
	if line "$xml" --emulator "$build/terrace-vmm" || ! grep -q '^error: /domain/.* has no ' "$tmp/why"; then
		starts "terrace-vmm: $(basename "$xml")" "$xml" --emulator "$build/terrace-vmm"
		stop
	else
		ok "terrace-vmm: $(basename "$xml"): $(sed 's/^error: \([^:]*\).*/\1/' "$tmp/why")"
	fi
done

# Golden cases of QEMU that need nothing but memory, on this host's nodes.
for case in balloon console-virtio dimm-preferred hmat-qemu iothreads nvdimm pci-bridge pxb-pcie rng \
	source-article source-restrictive-qemu virtio-mem virtio-mem-restrictive virtio-pmem; do
	xml=$src/tests/golden/argv/$case/domain.xml
	case $case in
	source-restrictive-qemu) sed 's/1-4,^3/1-3/' "$xml" >"$tmp/$case.xml" ;;
	dimm-preferred) sed '/<pagesize/d' "$xml" >"$tmp/$case.xml" ;;
	*) cp "$xml" "$tmp/$case.xml" ;;
	esac
	for file in nvdimm nvdimm1 pmem; do
		truncate -s 1G "/tmp/$file"
	done
	starts "QEMU: $case" "$tmp/$case.xml" --emulator "$qemu"
	stop
done
rm -f /tmp/nvdimm /tmp/nvdimm1 /tmp/pmem

# One of them to its end: what QEMU says it has, and what the guest says it sees.
xml=$src/examples/qemu-memory-devices.xml
sed "s|<console type='pty'/>|<console type='file'><source path='$tmp/console'/></console>|;
	s|console=ttyS0|$guest_append|" "$xml" >"$tmp/guest.xml"
if starts "QEMU: the guest's domain" "$tmp/guest.xml"; then
	memdevs=$(talk query-memdev)
	equal "policies of backends" "$(echo "$memdevs" | grep -o '"policy": "[a-z]*"' | sort | uniq -c |
		awk '{ print $1, $3 }' | tr '\n' ' ')" '3 "bind" 2 "preferred" '
	devices=$(talk query-memory-devices)
	equal "memory devices" "$(echo "$devices" | grep -o '"id": "[a-z0-9]*"' | sort | tr '\n' ' ')" \
		'"id": "dimm0" "id": "virtiomem0" '
	talk cont >/dev/null
	# The guest powers off on its own.
	check "the guest ends" wait_for 180 grep -q "cell 2 " "$tmp/console"
	wait_for 60 grep -q -i "power down\|reboot: " "$tmp/console" || sleep 5
	log=$tmp/console
	equal "distances of cell 0" "$(cell_field "$log" 0 distances)" 10,21,28
	equal "distances of cell 2" "$(cell_field "$log" 2 distances)" 28,28,10
	equal "latency of cell 0" "$(cell_field "$log" 0 read_latency_ns)" 80
	equal "latency of cell 2" "$(cell_field "$log" 2 read_latency_ns)" 250
	equal "initiator of cell 2" "$(cell_field "$log" 2 initiators)" 1
	grep "^cell" "$log"
fi
stop
