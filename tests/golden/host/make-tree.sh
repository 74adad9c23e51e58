#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes a tree of /sys and /proc files below FOLDER as terrace reads them: two sockets of two cores
# with two threads, a slow node without CPUs, huge pages, HMAT, tiers.
#
# usage: make-tree.sh FOLDER
set -euo pipefail
cd "$1"

put() { # put PATH TEXT
	mkdir -p "$(dirname "$1")"
	printf '%s\n' "$2" > "$1"
}

put sys/devices/system/node/online 0-2
put sys/devices/system/node/has_memory 0-2
put sys/devices/system/cpu/online 0-7
put sys/devices/system/cpu/isolated 7
put proc/meminfo $'MemTotal:       28000000 kB\nMemFree:        20000000 kB\nBuffers:           30000 kB\nCached:           700000 kB\nHugepagesize:       2048 kB'
put proc/cpuinfo $'processor\t: 0\ncpu MHz\t\t: 2445.406\nprocessor\t: 1\ncpu MHz\t\t: 3000.000'
put proc/sys/kernel/osrelease 6.12.57+deb13-amd64
put proc/sys/kernel/numa_balancing 2
put sys/kernel/mm/numa/demotion_enabled true
put sys/devices/virtual/memory_tiering/memory_tier4/nodelist 0-1
put sys/devices/virtual/memory_tiering/memory_tier46/nodelist 2

node() { # node ID CPUS TOTAL-KIB FREE-KIB DISTANCES 2M-TOTAL 2M-FREE
	local dir=sys/devices/system/node/node$1
	put "$dir/cpulist" "$2"
	put "$dir/meminfo" "Node $1 MemTotal: $3 kB
Node $1 MemFree: $4 kB
Node $1 FilePages: 100000 kB
Node $1 Shmem: 4000 kB
Node $1 SReclaimable: 1000 kB"
	put "$dir/distance" "$5"
	put "$dir/hugepages/hugepages-2048kB/nr_hugepages" "$6"
	put "$dir/hugepages/hugepages-2048kB/free_hugepages" "$7"
	put "$dir/hugepages/hugepages-1048576kB/nr_hugepages" 0
	put "$dir/hugepages/hugepages-1048576kB/free_hugepages" 0
}
node 0 0-3 8000000 6000000 '10 21 17' 100 60
node 1 4-7 8000000 5000000 '21 10 28' 0 0
node 2 '' 12000000 9000000 '17 28 10' 0 0

for cpu in 0 1 2 3 4 5 6 7; do
	topology=sys/devices/system/cpu/cpu$cpu/topology
	put "$topology/physical_package_id" $((cpu / 4))
	put "$topology/die_id" 0
	put "$topology/core_id" $((cpu % 4 / 2))
	put "$topology/cluster_id" -1
	put "$topology/thread_siblings_list" "$((cpu / 2 * 2))-$((cpu / 2 * 2 + 1))"
done

access() { # access NODE INITIATOR LATENCY BANDWIDTH
	local dir=sys/devices/system/node/node$1/access0/initiators
	mkdir -p "$dir/node$2"
	put "$dir/read_latency" "$3"
	put "$dir/write_latency" "$3"
	put "$dir/read_bandwidth" "$4"
	put "$dir/write_bandwidth" "$4"
}
access 0 0 80 102400
access 1 1 80 102400
access 2 0 250 30720
