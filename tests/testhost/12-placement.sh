# testhost: --topology tiers --memory 6G --timeout 500
# Every policy, every kind of backend: the pages are on the nodes that the command line names,
# preallocated and touched by the guest; seen from outside with move_pages (pagenodes).
. /terrace/src/tests/testhost/lib.sh

# Automatic balancing would move what we look at.
echo 0 >/proc/sys/kernel/numa_balancing
echo 96 >/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages
pagenodes=$build/tests/tools/pagenodes

# where PID BACKEND: its pages by node. Cloud kernels give anonymous memory no names, so those
# backends are found by their sizes, which differ; shared anonymous memory is a mapping of /dev/zero.
where() {
	case $2 in
	memfd | huge) "$pagenodes" "$1" --backend "$2" ;;
	shared | file)
		case $2 in
		shared) path=/dev/zero ;;
		file) path=$tmp/files/ ;;
		esac
		start=$(awk -v path="$path" 'index($6, path) == 1 { sub(/-.*/, "", $1); print $1; exit }' "/proc/$1/maps")
		"$pagenodes" "$1" "0x$start" 128M
		;;
	*) "$pagenodes" "$1" --size "$(size_of "$2")" ;;
	esac
}
size_of() { echo "$policies" | sed -n "s/.*id=$1,size=\([0-9]*M\).*/\1/p"; }

# pages PID BACKEND NODE: resident pages of a backend on a node
pages() {
	where "$1" "$2" | tr ' ' '\n' | sed -n "s/^N$3=//p" | grep . || echo 0
}
absent() { where "$1" "$2" | tr ' ' '\n' | sed -n 's/^absent=//p'; }

# only NAME PID BACKEND NODES: all resident pages (at least one) are on NODES ("0 2")
only() {
	inside=0 outside=0
	for node in 0 1 2 3; do
		n=$(pages "$2" "$3" $node)
		case " $4 " in
		*" $node "*) inside=$((inside + n)) ;;
		*) outside=$((outside + n)) ;;
		esac
	done
	if [ $inside -gt 0 ] && [ $outside -eq 0 ]; then
		ok "$1"
	else
		not_ok "$1" "$(where "$2" "$3" 2>&1)"
	fi
}

# all NAME PID BACKEND: no page is missing
all() { equal "$1" "$(absent "$2" "$3")" 0; }

mkdir -p "$tmp/files"
policies="-m 938M -smp 1
	-object memory-backend-ram,id=bind0,size=128M,host-nodes=0,policy=bind@
	-object memory-backend-ram,id=bind23,size=130M,host-nodes=2-3,policy=bind@
	-object memory-backend-ram,id=preferred1,size=132M,host-nodes=1,policy=preferred@
	-object memory-backend-ram,id=many,size=134M,host-nodes=1,host-nodes=3,policy=preferred@
	-object memory-backend-ram,id=interleave,size=136M,host-nodes=0-3,policy=interleave@
	-object memory-backend-ram,id=weighted,size=138M,host-nodes=0,host-nodes=2,policy=weighted-interleave@
	-object memory-backend-ram,id=balancing,size=140M,host-nodes=3,policy=bind,numa-balancing=on@
	-numa node,cpus=0,memdev=bind0 -numa node,memdev=bind23 -numa node,memdev=preferred1
	-numa node,memdev=many -numa node,memdev=interleave -numa node,memdev=weighted
	-numa node,memdev=balancing"

kinds="-m 512M -smp 1
	-object memory-backend-ram,id=shared,size=128M,share=on,host-nodes=1,policy=bind@
	-object memory-backend-memfd,id=memfd,size=128M,host-nodes=2,policy=bind@
	-object memory-backend-file,id=file,size=128M,mem-path=$tmp/files,share=on,host-nodes=3,policy=bind@
	-object memory-backend-memfd,id=huge,size=128M,hugetlb=on,hugetlbsize=2M,host-nodes=0-3,policy=interleave@
	-numa node,cpus=0,memdev=shared -numa node,memdev=memfd -numa node,memdev=file
	-numa node,memdev=huge"

# policies_check WHEN PID
policies_check() {
	only "$1: bind to one node" "$2" bind0 0
	only "$1: bind to two slow nodes" "$2" bind23 "2 3"
	only "$1: preferred" "$2" preferred1 1
	only "$1: preferred, several nodes" "$2" many "1 3"
	only "$1: weighted interleave" "$2" weighted "0 2"
	only "$1: bind with numa-balancing" "$2" balancing 3
}

kinds_check() {
	only "$1: ram, share=on" "$2" shared 1
	only "$1: memfd" "$2" memfd 2
	only "$1: file in a directory" "$2" file 3
}

# shellcheck disable=SC2086
start() { # start LOG ARGS...: paused, with QMP
	start_log=$1
	shift
	rm -f "$tmp/qmp.sock"
	machine_spawn "$build/terrace-vmm" "$start_log" -qmp "unix:$tmp/qmp.sock,server=on,wait=off" "$@"
	wait_for 60 test -S "$tmp/qmp.sock" || not_ok "start" "$(tail -n 1 "$start_log")"
}

# Preallocated: nothing runs, every page is there.
# shellcheck disable=SC2046
start "$tmp/log" -S $(echo "$policies" | sed 's/@/,prealloc=on/')
pid=$spawned
qmp "$tmp/qmp.sock" '{"execute":"query-status"}' >"$tmp/status"
check "prealloc: the machine waits" grep -q prelaunch "$tmp/status"
for id in bind0 bind23 preferred1 many interleave weighted balancing; do
	all "prealloc: every page of $id is there" "$pid" $id
done
policies_check "prealloc" "$pid"
for node in 0 1 2 3; do
	near "prealloc: interleave, share of node $node" "$(pages "$pid" interleave $node)" 8704 5
done
qmp "$tmp/qmp.sock" '{"execute":"quit"}' >/dev/null
wait_exit 20 "$pid"
equal "quit ends it" "$status" 0

# shellcheck disable=SC2046
start "$tmp/log" -S $(echo "$kinds" | sed 's/@/,prealloc=on,prealloc-threads=2/')
pid=$spawned
qmp "$tmp/qmp.sock" '{"execute":"query-status"}' >/dev/null
for id in shared memfd file huge; do
	all "prealloc: every page of $id is there" "$pid" $id
done
kinds_check "prealloc" "$pid"
for node in 0 1 2 3; do
	near "prealloc: huge pages interleaved, share of node $node" "$(pages "$pid" huge $node)" 8192 5
done
check "a file in a directory is unlinked" sh -c "! ls $tmp/files | grep ."
qmp "$tmp/qmp.sock" '{"execute":"quit"}' >/dev/null
wait_exit 20 "$pid"

# Touched by the guest: it fills a part of every cell, then tells us and waits.
cpio_run_sh "$tmp/run.cpio" <<'EOF'
mkdir /fill
mount -t tmpfs -o size=100%,mpol=interleave tmpfs /fill
dd if=/dev/zero of=/fill/x bs=1M count=160 2>/dev/null
echo "guest: filled"
sleep 1000
EOF
cat "$guest/initramfs.cpio.gz" "$tmp/run.cpio" >"$tmp/initrd"

touched() { # touched ARGS...
	# shellcheck disable=SC2086
	start "$tmp/log" -initrd "$tmp/initrd" "$@"
	pid=$spawned
	if wait_line 150 "$tmp/log" "guest: filled"; then
		ok "touched: the guest has filled a part of every cell"
	else
		cat "$tmp/log"
		not_ok "touched: the guest has filled a part of every cell" "$(tail -n 1 "$tmp/log")"
	fi
}

# shellcheck disable=SC2046
touched $(echo "$policies" | sed 's/@//')
policies_check "touched" "$pid"
kill -TERM "$pid"
wait_exit 20 "$pid"
equal "SIGTERM ends it" "$status" 0

# shellcheck disable=SC2046
touched $(echo "$kinds" | sed 's/@//')
kinds_check "touched" "$pid"
kill -TERM "$pid"
wait_exit 20 "$pid"

# A node that this host lacks, and one with too little memory.
refused() { # refused NAME TEXT ARGS...
	refused_name=$1 refused_text=$2
	shift 2
	"$build/terrace-vmm" -display none -kernel "$guest/vmlinux" "$@" >"$tmp/out" 2>&1
	equal "$refused_name: exit status" $? 1
	equal "$refused_name: one line" "$(wc -l <"$tmp/out")" 1
	check "$refused_name: the text" grep -q -e "$refused_text" "$tmp/out"
	cat "$tmp/out"
}
refused "a node that the host lacks" "host node 7 does not exist" -m 128M \
	-object memory-backend-ram,id=m,size=128M,host-nodes=7,policy=bind -numa node,memdev=m
refused "more than a node has" "node 3" -m 4G \
	-object memory-backend-ram,id=m,size=4G,host-nodes=3,policy=bind,prealloc=on -numa node,memdev=m
refused "more huge pages than there are" "Cannot allocate memory" -m 1G \
	-object memory-backend-memfd,id=m,size=1G,hugetlb=on,hugetlbsize=2M -numa node,memdev=m
echo 0 >/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages
