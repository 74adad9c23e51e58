# testhost: --topology tiers --memory 6G --timeout 400
# Live changes of running domains, both programs: nodes of one cell (its pages follow, the other cell
# stays), pins, limits, and what is refused.
. /terrace/src/tests/testhost/lib.sh
. /terrace/src/tests/testhost/matrix.sh

group=/sys/fs/cgroup/terrace/terrace-live
refused() { # refused NAME TEXT COMMAND...
	name=$1 text=$2
	shift 2
	if "$@" >"$tmp/out" 2>&1; then
		not_ok "$name" "it was not refused"
	else
		check "$name" grep -q -F "$text" "$tmp/out"
	fi
}

for program in terrace-vmm qemu; do
	case $program in
	terrace-vmm) emulator=$build/terrace-vmm ;;
	qemu) emulator=$(command -v qemu-system-x86_64) ;;
	esac
	# A paused guest touches nothing: what moves, we moved.
	domain_xml live "$emulator" populated "$(two restrictive 0-3 0 1)" >"$tmp/live.xml"
	check "$program: it starts" "$terrace" create "$tmp/live.xml" --paused
	pid=$(state_field live vmm-pid)
	check "$program: cell 0 is on node 0" placed "$pid" $cell0 0
	check "$program: cell 0 may go to node 2" "$terrace" numatune live --nodeset 2 --cell 0 --live
	equal "$program: mems of vCPU 0" "$(status_field "$pid" "CPU 0/KVM" Mems_allowed_list)" 2
	equal "$program: mems of vCPU 1" "$(status_field "$pid" "CPU 1/KVM" Mems_allowed_list)" 1
	check "$program: its pages follow" wait_for 90 placed "$pid" $cell0 2
	check "$program: cell 1 stays" placed "$pid" $cell1 1
	equal "$program: the live XML" "$("$terrace" dumpxml live | grep -c "<memnode cellid='0' mode='restrictive' nodeset='2'/>")" 1
	refused "$program: another mode" "can't change numatune mode for running domain" \
		"$terrace" numatune live --mode strict --live
	refused "$program: a node that is not there" "NUMA node 9 is unavailable" \
		"$terrace" numatune live --nodeset 9 --live

	check "$program: vcpupin" "$terrace" vcpupin live 1 2 --live
	equal "$program: affinity of vCPU 1" "$(status_field "$pid" "CPU 1/KVM" Cpus_allowed_list)" 2
	equal "$program: its group's CPUs" "$(cat $group/vcpu1/cpuset.cpus)" 2
	check "$program: memtune" "$terrace" memtune live --hard-limit 1048576 --swap-hard-limit 2097152 --live
	equal "$program: memory.max" "$(cat $group/memory.max)" 1073741824
	equal "$program: memory.swap.max is what swap adds" "$(cat $group/memory.swap.max 2>/dev/null || echo 1073741824)" 1073741824
	check "$program: destroy" "$terrace" destroy live

	domain_xml live "$emulator" lazy "$(two strict 0-1 0 1)" >"$tmp/live.xml"
	check "$program: a strict one starts" "$terrace" create "$tmp/live.xml" --paused
	refused "$program: strict nodes stay" "can't change nodeset for strict mode for running domain" \
		"$terrace" numatune live --mode strict --nodeset 0 --live
	refused "$program: without the mode" "change of nodeset for running domain requires restrictive numa mode" \
		"$terrace" numatune live --nodeset 0 --live
	check "$program: destroy the strict one" "$terrace" destroy live
done
equal "no group is left" "$(find /sys/fs/cgroup/terrace -mindepth 1 -type d | wc -l)" 0
