# topology.sh: the machines that the test host can be, as QEMU arguments.
#
#	one	one node, 4 CPUs
#	two	two nodes, 2 CPUs each
#	tiers	two nodes with 2 CPUs each and two slow nodes without CPUs, with
#		distances and HMAT, so that the kernel makes two memory tiers
#
# and in each CPU 0 on node 0, isolated, so that no guest runs on it: QEMU's emulated SVM
# loses guests there and nowhere else (docs/notes/0001).
# shellcheck shell=bash disable=SC2034

topology_names="one two tiers"

topology_nodes() {
	case $1 in
	one) echo 1 ;;
	two) echo 2 ;;
	tiers) echo 4 ;;
	esac
}

# topology_args NAME MIB: sets topology_ret.
topology_args() {
	local name=$1 nodes i j d
	nodes=$(topology_nodes "$name")
	local each=$(($2 / nodes))
	topology_ret=(-m "$((each * nodes))M")
	for ((i = 0; i < nodes; i++)); do
		topology_ret+=(-object "memory-backend-ram,id=m$i,size=${each}M")
	done
	case $name in
	one)
		topology_ret+=(-M q35 -smp 5,sockets=1,cores=5 -numa node,nodeid=0,cpus=0-4,memdev=m0)
		;;
	two)
		topology_ret+=(-M q35 -smp 5,maxcpus=6,sockets=2,cores=3
			-numa node,nodeid=0,cpus=0-2,memdev=m0
			-numa node,nodeid=1,cpus=3-5,memdev=m1
			-numa dist,src=0,dst=1,val=21)
		;;
	tiers)
		topology_ret+=(-M q35,hmat=on -smp 5,maxcpus=6,sockets=2,cores=3
			-numa node,nodeid=0,cpus=0-2,memdev=m0,initiator=0
			-numa node,nodeid=1,cpus=3-5,memdev=m1,initiator=1
			-numa node,nodeid=2,memdev=m2,initiator=0
			-numa node,nodeid=3,memdev=m3,initiator=1)
		for d in 0,1,21 0,2,17 0,3,28 1,2,28 1,3,17 2,3,28; do
			IFS=, read -r i j d <<<"$d"
			topology_ret+=(-numa "dist,src=$i,dst=$j,val=$d")
		done
		# initiator, target, nanoseconds, GiB/s
		for d in 0,0,80,100 0,1,140,60 0,2,250,30 0,3,350,20 \
			1,1,80,100 1,0,140,60 1,3,250,30 1,2,350,20; do
			local from to ns gib
			IFS=, read -r from to ns gib <<<"$d"
			topology_ret+=(
				-numa "hmat-lb,initiator=$from,target=$to,hierarchy=memory,data-type=access-latency,latency=$ns"
				-numa "hmat-lb,initiator=$from,target=$to,hierarchy=memory,data-type=access-bandwidth,bandwidth=${gib}G")
		done
		;;
	esac
}
