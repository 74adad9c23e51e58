# testhost: --cgroup v1 --topology two --tdp off --timeout 300
# The test host with cgroup v1 and KVM's reverse maps, and a guest's run.sh.
. /terrace/src/tests/testhost/lib.sh

equal "nodes online" "$(cat /sys/devices/system/node/online)" 0-1
equal "distances of node 0" "$(cat /sys/devices/system/node/node0/distance)" "10 21"
check "cgroup v1 cpuset" test -f /sys/fs/cgroup/cpuset/cpuset.mems
check "cgroup v1 memory" test -f /sys/fs/cgroup/memory/memory.limit_in_bytes
check "cgroup v1 cpu" test -f /sys/fs/cgroup/cpu/cpu.shares
equal "TDP MMU" "$(cat /sys/module/kvm/parameters/tdp_mmu)" N

cpio_run_sh "$tmp/run.cpio" <<'EOF'
echo "run.sh: $(cut -d" " -f1 /proc/sys/kernel/osrelease)"
exit 3
EOF
cat $guest/initramfs.cpio.gz "$tmp/run.cpio" >"$tmp/initrd"
qemu_run "$tmp/log" 100 -M q35 -m 256M -initrd "$tmp/initrd"
cat "$tmp/log"
check "an appended run.sh runs" grep -q "^run.sh: $(cat $guest/own/release)" "$tmp/log"
check "its exit status is told" grep -q "^guest: run.sh 3" "$tmp/log"
