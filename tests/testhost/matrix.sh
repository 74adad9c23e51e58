# matrix.sh: a domain with two cells in one mode of <numatune>, and everything about where it is; used by
# the suites 30, 34 and 35 after lib.sh.
# shellcheck shell=sh

# Automatic balancing would move what we look at.
echo 0 >/proc/sys/kernel/numa_balancing
terrace=$build/terrace
pagenodes=$build/tests/tools/pagenodes
runtime=${runtime:-/run/terrace}
# A suite may define as_user before to run terrace as somebody else.
command -v as_user >/dev/null || as_user() { "$@"; }

# Fills a part of each cell, so that there is something to see, and stays. Each cell's memory is
# touched by the cell's own CPU.
cpio_run_sh "$tmp/run.cpio" <<'END'
for cell in 0 1; do
	mkdir -p /fill$cell
	mount -t tmpfs -o mpol=bind:$cell,size=100m tmpfs /fill$cell
	taskset $((1 << cell)) dd if=/dev/zero of=/fill$cell/x bs=64k count=400 2>/dev/null
done
echo "guest: filled"
sleep 10000
END
cat "$guest/initramfs.cpio.gz" "$tmp/run.cpio" >"$tmp/initrd"

# cell sizes differ, so that each cell's range is found by its size
cell0=192 cell1=194

# domain_xml NAME EMULATOR POPULATE NUMATUNE
domain_xml() {
	echo "<domain type='kvm'><name>$1</name><memory unit='MiB'>$((cell0 + cell1))</memory>"
	[ "$3" = lazy ] || echo "<memoryBacking><allocation mode='immediate'/></memoryBacking>"
	cat <<-END
		<vcpu>2</vcpu><numatune>$4</numatune>
		<os><type arch='x86_64' machine='q35'>hvm</type><kernel>$guest/vmlinux</kernel>
		<initrd>$tmp/initrd</initrd><cmdline>$guest_append</cmdline></os>
		<cpu mode='host-passthrough'><topology sockets='2' cores='1' threads='1'/><numa>
		<cell id='0' cpus='0' memory='$cell0' unit='MiB'/><cell id='1' cpus='1' memory='$cell1' unit='MiB'/>
		</numa></cpu>
		<devices><emulator>$2</emulator><serial type='file'><source path='$tmp/$1.log'/></serial>
		<memballoon model='none'/></devices></domain>
	END
}

state_field() { sed -n "s/.*\"$2\": *\([0-9]*\).*/\1/p" "$runtime/$1/state.json" 2>/dev/null; }

# status_field PID TASK FIELD: TASK is a thread's name
status_field() {
	for task in /proc/"$1"/task/*; do
		if [ "$(cat "$task/comm")" = "$2" ]; then
			sed -n "s/^$3:[[:space:]]*//p" "$task/status"
			return
		fi
	done
}

# policy_of PID SIZE_MIB: of the mapping of that size, as numa_maps says it
policy_of() {
	start=$("$pagenodes" "$1" --start "$2M")
	# One preferred node is MPOL_PREFERRED to us and MPOL_PREFERRED_MANY to QEMU: the same to the kernel.
	sed -n "s/prefer (many):/prefer:/; s/^$start \(.*\) anon=.*/\1/p" "/proc/$1/numa_maps" | head -n 1
}

# count PID SIZE_MIB FIELD: pages on a node (N0), or absent
count() {
	"$pagenodes" "$1" --size "$2M" | tr ' ' '\n' | sed -n "s/^$3=//p" | grep . || echo 0
}

# placed PID SIZE_MIB NODES: all resident pages (at least one) are on NODES ("0 2")
placed() {
	inside=0 outside=0
	for node in 0 1 2 3; do
		n=$(count "$1" "$2" N$node)
		case " $3 " in
		*" $node "*) inside=$((inside + n)) ;;
		*) outside=$((outside + n)) ;;
		esac
	done
	[ $inside -gt 0 ] && [ $outside -eq 0 ]
}

verdict() { # verdict OK-OR-WHY: a field of the matrix
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "got '$2', wanted '$3'"
		row="$row!"
	fi
}

# matrix_begin PROGRAM WHEN NUMATUNE: the domain case-PROGRAM
matrix_begin() {
	case $1 in
	terrace-vmm) emulator=$build/terrace-vmm ;;
	qemu) emulator=$(command -v qemu-system-x86_64) ;;
	esac
	rm -f "$tmp/case-$1.log"
	domain_xml "case-$1" "$emulator" "$2" "$3" >"$tmp/case-$1.xml"
	chmod 644 "$tmp/case-$1.xml"
	as_user "$terrace" create "$tmp/case-$1.xml" >"$tmp/case-$1.out" 2>&1
}

# matrix_check WHAT ROW PROGRAM WHEN NODES0 NODES1 POLICY0 POLICY1 MEMS_EMULATOR MEMS0 MEMS1
matrix_check() {
	what=$1 fields=$2 domain=case-$3 when=$4 nodes0=$5 nodes1=$6 policy0=$7 policy1=$8 mems=$9
	shift 9
	row=""
	pid=$(state_field "$domain" vmm-pid)
	if [ -z "$pid" ]; then
		not_ok "$what: it starts" "$(tail -n 1 "$tmp/$domain.out")"
		echo "$fields|did not start" >>"$tmp/matrix"
		return
	fi
	if ! wait_line 200 "$tmp/$domain.log" "guest: filled"; then
		not_ok "$what: the guest boots" "$(tail -n 1 "$tmp/$domain.log")"
		row="$row!"
	else
		ok "$what: the guest boots"
	fi
	verdict "$what: mems of the emulator" "$(sed -n 's/^Mems_allowed_list:[[:space:]]*//p' "/proc/$pid/status")" "$mems"
	verdict "$what: mems of vCPU 0" "$(status_field "$pid" "CPU 0/KVM" Mems_allowed_list)" "$1"
	verdict "$what: mems of vCPU 1" "$(status_field "$pid" "CPU 1/KVM" Mems_allowed_list)" "$2"
	verdict "$what: CPUs of vCPU 1" "$(status_field "$pid" "CPU 1/KVM" Cpus_allowed_list)" 1-4
	verdict "$what: policy of cell 0" "$(policy_of "$pid" $cell0)" "$policy0"
	verdict "$what: policy of cell 1" "$(policy_of "$pid" $cell1)" "$policy1"
	if [ "$when" = populated ]; then
		verdict "$what: cell 0 is complete" "$(count "$pid" $cell0 absent)" 0
		verdict "$what: cell 1 is complete" "$(count "$pid" $cell1 absent)" 0
	fi
	# What other CPUs touched while the guest booted is brought back by the audit.
	for cell in 0 1; do
		eval "size=\$cell$cell nodes=\$nodes$cell"
		if wait_for 60 placed "$pid" "$size" "$nodes"; then
			ok "$what: pages of cell $cell"
		else
			not_ok "$what: pages of cell $cell" "$("$pagenodes" "$pid" --size "${size}M" 2>&1)"
			row="$row!"
		fi
		eval "seen$cell=\$(\"$pagenodes\" $pid --size ${size}M | cut -d' ' -f3-)"
	done
	echo "$fields|${row:-as it should be}|$seen0|$seen1" >>"$tmp/matrix"
}

matrix_finish() {
	[ -n "$(state_field "case-$1" vmm-pid)" ] || return 0
	as_user "$terrace" destroy "case-$1" >"$tmp/out" 2>&1 || not_ok "$what: destroy" "$(tail -n 1 "$tmp/out")"
}

# each_case MODE SETS NUMATUNE NODES0 NODES1 POLICY0 POLICY1 MEMS_EMULATOR MEMS0 MEMS1: populated and
# touched, both programs side by side (or $programs)
each_case() {
	mode=$1 sets=$2 tune=$3
	shift 3
	for when in populated lazy; do
		for program in ${programs:-terrace-vmm qemu}; do
			matrix_begin $program $when "$tune"
		done
		for program in ${programs:-terrace-vmm qemu}; do
			matrix_check "$mode, $sets, $when, $program" "$mode|$sets|$when|$program" $program $when "$@"
			matrix_finish $program
		done
	done
}

two() { echo "<memory mode='$1' nodeset='$2'/><memnode cellid='0' mode='$1' nodeset='$3'/><memnode cellid='1' mode='$1' nodeset='$4'/>"; }

matrix_end() {
	echo
	awk -F'|' 'BEGIN { printf "%-20s %-9s %-10s %-12s %-16s %-32s %s\n", "mode", "nodesets", "memory", "program", "seen", "cell 0", "cell 1" }
		{ printf "%-20s %-9s %-10s %-12s %-16s %-32s %s\n", $1, $2, $3, $4, $5, $6, $7 }' "$tmp/matrix"
	equal "nothing is left of them" "$(as_user "$terrace" list --all --name | grep -c .)" 0
	equal "no cgroup is left" "$(find /sys/fs/cgroup -type d -name 'terrace-*' 2>/dev/null | wc -l)" 0
}
