# testhost: --topology tiers --memory 6G --cgroup v1 --timeout 400
# Domains under cgroup v1: the same placement by its cpuset, limits by its memory controller.
. /terrace/src/tests/testhost/lib.sh
. /terrace/src/tests/testhost/matrix.sh

each_case strict per-cell "$(two strict 0-1 0 1)" 0 1 bind:0 bind:1 0-1 0-1 0-1
programs=terrace-vmm
each_case restrictive one "<memory mode='restrictive' nodeset='1'/>" 1 1 default default 1 1 1
each_case restrictive per-cell "$(two restrictive 0-1 0 1)" 0 1 default default 0-1 0 1
matrix_end

domain_xml limited "$build/terrace-vmm" lazy "" |
	sed 's|<numatune></numatune>|<memtune><hard_limit unit="MiB">900</hard_limit><swap_hard_limit unit="GiB">1</swap_hard_limit></memtune>|' >"$tmp/limited.xml"
check "a domain with limits starts" "$terrace" create "$tmp/limited.xml"
pid=$(state_field limited vmm-pid)
group=$(sed -n 's/^[0-9]*:memory://p' "/proc/$pid/cgroup")
equal "its hard limit" "$(cat "/sys/fs/cgroup/memory$group/memory.limit_in_bytes")" $((900 * 1048576))
check "destroy" "$terrace" destroy limited
