# testhost: --topology tiers --timeout 600
# A guest with cells of uneven sizes and CPUs, one of them without CPUs, distances and HMAT: the
# guest sees what the command line says, and the same under QEMU.
. /terrace/src/tests/testhost/lib.sh

cells_args="-M q35,hmat=on -m 1280M -smp 3,sockets=3
	-object memory-backend-ram,id=m0,size=768M,host-nodes=0,policy=bind
	-object memory-backend-ram,id=m1,size=320M,host-nodes=1,policy=bind
	-object memory-backend-ram,id=m2,size=192M,host-nodes=2,policy=bind
	-numa node,nodeid=0,cpus=0-1,memdev=m0,initiator=0
	-numa node,nodeid=1,cpus=2,memdev=m1,initiator=1
	-numa node,nodeid=2,memdev=m2,initiator=0
	-numa dist,src=0,dst=1,val=21 -numa dist,src=0,dst=2,val=17 -numa dist,src=1,dst=2,val=28
	-numa hmat-lb,initiator=0,target=0,hierarchy=memory,data-type=access-latency,latency=80
	-numa hmat-lb,initiator=0,target=1,hierarchy=memory,data-type=access-latency,latency=140
	-numa hmat-lb,initiator=0,target=2,hierarchy=memory,data-type=access-latency,latency=250
	-numa hmat-lb,initiator=1,target=0,hierarchy=memory,data-type=access-latency,latency=140
	-numa hmat-lb,initiator=1,target=1,hierarchy=memory,data-type=access-latency,latency=90
	-numa hmat-lb,initiator=1,target=2,hierarchy=memory,data-type=access-latency,latency=350
	-numa hmat-lb,initiator=0,target=0,hierarchy=memory,data-type=access-bandwidth,bandwidth=100G
	-numa hmat-lb,initiator=0,target=2,hierarchy=memory,data-type=access-bandwidth,bandwidth=30G
	-numa hmat-lb,initiator=1,target=1,hierarchy=memory,data-type=access-bandwidth,bandwidth=90G"

# cells_check WHO LOG: the guest's own view
cells_check() {
	who=$1 log=$2
	equal "$who: CPUs of cell 0" "$(cell_field "$log" 0 cpus)" 0-1
	equal "$who: CPUs of cell 1" "$(cell_field "$log" 1 cpus)" 2
	equal "$who: CPUs of cell 2" "$(cell_field "$log" 2 cpus)" -
	near "$who: size of cell 0" "$(cell_field "$log" 0 present_kib)" 786432 2
	near "$who: size of cell 1" "$(cell_field "$log" 1 present_kib)" 327680 2
	near "$who: size of cell 2" "$(cell_field "$log" 2 present_kib)" 196608 2
	equal "$who: distances of cell 0" "$(cell_field "$log" 0 distances)" 10,21,17
	equal "$who: distances of cell 1" "$(cell_field "$log" 1 distances)" 21,10,28
	equal "$who: distances of cell 2" "$(cell_field "$log" 2 distances)" 17,28,10
	equal "$who: latency of cell 0" "$(cell_field "$log" 0 read_latency_ns)" 80
	equal "$who: latency of cell 1" "$(cell_field "$log" 1 write_latency_ns)" 90
	equal "$who: latency of cell 2" "$(cell_field "$log" 2 read_latency_ns)" 250
	equal "$who: initiator of cell 2" "$(cell_field "$log" 2 initiators)" 0
}

# shellcheck disable=SC2086
vmm_run "$tmp/terrace.log" 60 $cells_args
cat "$tmp/terrace.log"
equal "terrace-vmm: power-off ends it" "$status" 0
cells_check terrace-vmm "$tmp/terrace.log"

# shellcheck disable=SC2086
qemu_run "$tmp/qemu.log" 60 $cells_args
cat "$tmp/qemu.log"
equal "QEMU with the same arguments: power-off ends it" "$status" 0
cells_check QEMU "$tmp/qemu.log"
