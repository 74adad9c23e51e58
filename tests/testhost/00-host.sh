# testhost: --topology tiers --timeout 300
# The test host itself: is it the machine that the other suites rely on?
. /terrace/src/tests/testhost/lib.sh

node=/sys/devices/system/node

equal "nodes online" "$(cat $node/online)" 0-3
equal "nodes with CPUs" "$(cat $node/has_cpu)" 0-1
equal "CPUs of node 1" "$(cat $node/node1/cpulist)" 3-4
equal "CPU 0 is isolated: guests are lost there (docs/notes/0001)" "$(cat /sys/devices/system/cpu/isolated)" 0
equal "distances of node 0" "$(cat $node/node0/distance)" "10 21 17 28"
equal "distances of node 3" "$(cat $node/node3/distance)" "28 17 28 10"
equal "latency of the slow node 2" "$(cat $node/node2/access0/initiators/read_latency)" 250
equal "memory tiers" "$(ls -d /sys/devices/virtual/memory_tiering/memory_tier[0-9]* | wc -l)" 2
equal "tiers' nodes" "$(cat /sys/devices/virtual/memory_tiering/memory_tier[0-9]*/nodelist | sort | xargs)" "0-1 2-3"

check "cgroup v2 delegates cpuset and memory" sh -c '
	mkdir /sys/fs/cgroup/probe && cat /sys/fs/cgroup/probe/cpuset.mems.effective /sys/fs/cgroup/probe/memory.current &&
	rmdir /sys/fs/cgroup/probe'
check "/dev/kvm opens" sh -c ': <>/dev/kvm'
equal "TDP MMU" "$(cat /sys/module/kvm/parameters/tdp_mmu)" Y
check "debugfs is mounted" test -d /sys/kernel/debug/kvm
check "huge pages" sh -c '
	echo 4 >/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages &&
	grep "HugePages_Total: *4" /proc/meminfo; echo 0 >/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages'
check "loopback" ping -c 1 127.0.0.1

# A guest with two cells, by QEMU: what our own machine is compared with.
qemu_run "$tmp/log" 100 -M q35,hmat=on -m 384M -smp 2 \
	-object memory-backend-ram,id=a,size=256M,host-nodes=0,policy=bind \
	-object memory-backend-ram,id=b,size=128M,host-nodes=2,policy=bind \
	-numa node,nodeid=0,cpus=0-1,memdev=a,initiator=0 -numa node,nodeid=1,memdev=b,initiator=0 \
	-numa dist,src=0,dst=1,val=17 \
	-numa hmat-lb,initiator=0,target=0,hierarchy=memory,data-type=access-latency,latency=80 \
	-numa hmat-lb,initiator=0,target=1,hierarchy=memory,data-type=access-latency,latency=250
cat "$tmp/log"
equal "QEMU's guest powers off" "$status" 0
check "QEMU's guest is up" grep -q "guest: up" "$tmp/log"
equal "its CPUs" "$(cell_field "$tmp/log" 0 cpus)" 0-1
equal "its distances" "$(cell_field "$tmp/log" 0 distances)" 10,17
equal "its slow cell's latency" "$(cell_field "$tmp/log" 1 read_latency_ns)" 250
