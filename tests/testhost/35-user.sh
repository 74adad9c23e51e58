# testhost: --topology tiers --memory 6G --timeout 300
# An ordinary user with a delegated cgroup gets the same placement; one without is told at once what
# cannot be kept.
. /terrace/src/tests/testhost/lib.sh

chmod 666 /dev/kvm
chmod 1777 "$tmp"
home=$tmp/home
mkdir -p "$home/run"
chown -R 1000:1000 "$home"
runtime=$home/run/terrace
delegated=/sys/fs/cgroup/user-1000
mkdir -p $delegated/session
for controller in cpuset cpu memory; do
	echo "+$controller" >$delegated/cgroup.subtree_control
done
chown 1000:1000 $delegated $delegated/session
for file in cgroup.procs cgroup.threads cgroup.subtree_control; do
	chown 1000:1000 $delegated/$file $delegated/session/$file
done

# as_user COMMAND...: in the delegated group, without any privilege
as_user() {
	# Once terrace has made groups there, a group's processes are in its leaf.
	sh -c 'group=/sys/fs/cgroup/user-1000/session
		[ ! -d $group/supervisor ] || group=$group/supervisor
		echo $$ >$group/cgroup.procs
		exec "$0" as 1000 "$@"' "$build/tests/tools/cgroupctl" env HOME="$home" XDG_RUNTIME_DIR="$home/run" "$@"
}
. /terrace/src/tests/testhost/matrix.sh
mkdir -p "$tmp/log"

programs=terrace-vmm
each_case strict per-cell "$(two strict 0-1 0 1)" 0 1 bind:0 bind:1 0-1 0-1 0-1
each_case restrictive per-cell "$(two restrictive 0-1 0 1)" 0 1 default default 0-1 0 1
matrix_end

# Without delegation: outside of the group that is the user's.
alone() {
	"$build/tests/tools/cgroupctl" as 1000 env HOME="$home" XDG_RUNTIME_DIR="$home/run" "$@"
}
domain_xml case "$build/terrace-vmm" lazy "<memory mode='restrictive' nodeset='1'/>" >"$tmp/case.xml"
chmod 644 "$tmp/case.xml"
if alone "$terrace" create "$tmp/case.xml" >"$tmp/out" 2>&1; then
	not_ok "restrictive without delegation is refused" "it started"
	alone "$terrace" destroy case
else
	ok "restrictive without delegation is refused"
	equal "in one line" "$(wc -l <"$tmp/out")" 1
	cat "$tmp/out"
	check "which names the cgroup" grep -q -i cgroup "$tmp/out"
fi
