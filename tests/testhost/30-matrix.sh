# testhost: --topology tiers --memory 6G --timeout 1200
# Every mode of <numatune>, with one nodeset and with one for each cell, populated and touched by the
# guest, under terrace-vmm and QEMU: what each thread is allowed, the policy of each cell's memory, and
# the node of every page. At the end stands the matrix.
. /terrace/src/tests/testhost/lib.sh

. /terrace/src/tests/testhost/matrix.sh

all=0-3
each_case strict one "<memory mode='strict' nodeset='0-1'/>" "0 1" "0 1" bind:0-1 bind:0-1 0-1 0-1 0-1
each_case strict per-cell "$(two strict 0-1 0 1)" 0 1 bind:0 bind:1 0-1 0-1 0-1
each_case preferred one "<memory mode='preferred' nodeset='1'/>" 1 1 prefer:1 prefer:1 $all $all $all
each_case preferred per-cell "$(two preferred 0 0 1)" 0 1 prefer:0 prefer:1 $all $all $all
each_case interleave one "<memory mode='interleave' nodeset='0-1'/>" "0 1" "0 1" \
	interleave:0-1 interleave:0-1 $all $all $all
each_case interleave per-cell "$(two interleave 0-1 0-1 2-3)" "0 1" "2 3" interleave:0-1 interleave:2-3 $all $all $all
each_case restrictive one "<memory mode='restrictive' nodeset='1'/>" 1 1 default default 1 1 1
each_case restrictive per-cell "$(two restrictive 0-1 0 1)" 0 1 default default 0-1 0 1
each_case migratable one "<memory mode='strict' nodeset='1' migratable='yes'/>" 1 1 default default 1 1 1
programs=terrace-vmm
each_case weighted-interleave one "<memory mode='weighted-interleave' nodeset='0,2'/>" "0 2" "0 2" \
	"weighted interleave:0,2" "weighted interleave:0,2" $all $all $all
each_case tiering one "<memory mode='strict' nodeset='0,2' tiering='yes'/>" "0 2" "0 2" \
	bind=balancing:0,2 bind=balancing:0,2 0,2 0,2 0,2


matrix_end
