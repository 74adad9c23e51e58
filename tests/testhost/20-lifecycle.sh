# testhost: --topology two --timeout 900
# Linux guests come and go: ten boots in a row, 20 rounds of stop, cont and reset under load, every way
# out with its exit status; nothing is left behind.
. /terrace/src/tests/testhost/lib.sh

vmm=$build/terrace-vmm
qmp_tool=$build/tests/tools/qmp

before=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
boots=0
for _ in 1 2 3 4 5 6 7 8 9 10; do
	vmm_run "$tmp/log" 200 -m 192M -smp 1
	if [ "$status" = 0 ] && grep -q "guest: up" "$tmp/log"; then
		boots=$((boots + 1))
	else
		cat "$tmp/log"
	fi
done
equal "ten boots in a row reach init and power off with 0" $boots 10
after=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
if [ $((before - after)) -lt 65536 ]; then
	ok "the host's memory is back after ten boots"
else
	not_ok "the host's memory is back after ten boots" "$((before - after)) KiB are missing"
fi
equal "no VM is left in the kernel" "$(ls -d /sys/kernel/debug/kvm/[0-9]* 2>/dev/null | wc -l)" 0

# A guest that is busy with memory, interrupts and console output.
cpio_run_sh "$tmp/run.cpio" <<'EOF'
echo "guest: busy"
while :; do
	dd if=/dev/zero of=/tmp.x bs=64k count=200 2>/dev/null
	cat /proc/interrupts >/dev/null
	echo "tick"
done
EOF
cat "$guest/initramfs.cpio.gz" "$tmp/run.cpio" >"$tmp/initrd"

# The reset needs a guest without -no-reboot. A reset loads the kernel again: the smaller bzImage.
spawn "$tmp/log" "$vmm" -m 192M -nodefaults -display none -serial stdio \
	-qmp "unix:$tmp/qmp.sock,server=on,wait=off" -kernel "$guest/bzImage" \
	-initrd "$tmp/initrd" -append "$guest_append"
pid=$spawned
check "the busy guest is up" wait_line 150 "$tmp/log" "guest: busy"
rounds=0
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	if "$qmp_tool" "$tmp/qmp.sock" stop -- query-status -- cont -- system_reset >"$tmp/round" 2>&1 &&
		grep -q '"paused"' "$tmp/round"; then
		rounds=$((rounds + 1))
	else
		cat "$tmp/round"
	fi
	sleep 0.3
done
equal "20 rounds of stop, cont and reset" $rounds 20
lines=$(wc -l <"$tmp/log")
check "after the last reset it boots again" wait_for 150 \
	sh -c "tail -n +$((lines + 1)) '$tmp/log' | grep -q 'guest: busy'"
equal "it still has its QMP" "$("$qmp_tool" "$tmp/qmp.sock" query-status | grep -c running)" 1
"$qmp_tool" "$tmp/qmp.sock" quit >/dev/null
wait_exit 20 "$pid"
equal "quit: exit status" "$status" 0
check "the socket is removed" test ! -e "$tmp/qmp.sock"

# The power button reaches a Linux guest: its ACPI interrupt is counted.
cpio_run_sh "$tmp/run.cpio" <<'EOF'
echo "guest: listening"
count=0 n=0
while [ "$count" = 0 ] && [ $n -lt 300 ]; do
	sleep 0.1
	n=$((n + 1))
	read -r count rest </sys/firmware/acpi/interrupts/ff_pwr_btn
done
echo "guest: button $count"
EOF
cat "$guest/initramfs.cpio.gz" "$tmp/run.cpio" >"$tmp/initrd"
machine_spawn "$vmm" "$tmp/log" -m 192M -initrd "$tmp/initrd" -qmp "unix:$tmp/qmp.sock,server=on,wait=off"
pid=$spawned
check "the listening guest is up" wait_line 100 "$tmp/log" "guest: listening"
"$qmp_tool" "$tmp/qmp.sock" system_powerdown >/dev/null
check "system_powerdown presses its power button" wait_line 60 "$tmp/log" "guest: button 1"
wait_exit 30 "$pid"
equal "it then powers off by itself" "$status" 0

# Resets that the guest asks for: with -no-reboot they end the machine with 0.
cpio_run_sh "$tmp/run.cpio" <<'EOF'
reboot -f
EOF
cat "$guest/initramfs.cpio.gz" "$tmp/run.cpio" >"$tmp/initrd"
vmm_run "$tmp/log" 100 -m 192M -initrd "$tmp/initrd"
check "guest reboot with -no-reboot: it was up" grep -q "guest: up" "$tmp/log"
equal "guest reboot with -no-reboot: exit status" "$status" 0
