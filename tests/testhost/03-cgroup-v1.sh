# testhost: --cgroup v1 --topology tiers --timeout 200
# Control groups v1: the same through three hierarchies.
. /terrace/src/tests/testhost/lib.sh
. /terrace/src/tests/testhost/cgroup.sh

cpuset=/sys/fs/cgroup/cpuset/terrace
cpu=/sys/fs/cgroup/cpu,cpuacct/terrace
memory=/sys/fs/cgroup/memory/terrace

equal "v1 and its controllers are found" "$(cgroupctl find | tr '\n' ' ')" \
	"version 1 cpuset cpu memory cpuset $cpuset cpu $cpu memory $memory "
equal "the base has the root's nodes" "$(cat $cpuset/cpuset.mems)" 0-3
equal "a domain's group" "$(cgroupctl new demo)" $cpuset/terrace-demo
equal "in all hierarchies" "$(echo $cpuset/*/ $cpu/*/ $memory/*/)" \
	"$cpuset/terrace-demo/ $cpu/terrace-demo/ $memory/terrace-demo/"
demo=$cpuset/terrace-demo

check "union of nodes around the domain" cgroupctl mems demo - 0-2
check "the emulator's group" cgroupctl group demo emulator
equal "has the domain's nodes" "$(cat $demo/emulator/cpuset.mems)" 0-2
check "nodes of vCPU 0" cgroupctl mems demo vcpu0 0
check "nodes of vCPU 1" cgroupctl mems demo vcpu1 1
check "CPUs of vCPU 1" cgroupctl cpus demo vcpu1 2-3
check "shares of vCPU 1" cgroupctl shares demo vcpu1 300
equal "cpu.shares" "$(cat $cpu/terrace-demo/vcpu1/cpu.shares)" 300
check "quota of vCPU 1" cgroupctl quota demo vcpu1 100000 50000
equal "cpu.cfs_quota_us" "$(cat $cpu/terrace-demo/vcpu1/cpu.cfs_quota_us)" 50000
refused "limits of memory are on the domain only" "No such file" ls $memory/terrace-demo/vcpu0

worker_start 4
check "a process enters" cgroupctl process demo emulator "$worker"
check "its thread enters vCPU 0" cgroupctl thread demo vcpu0 "$tid1"
check "its thread enters vCPU 1" cgroupctl thread demo vcpu1 "$tid2"
group_of() { sed -n "s/^[0-9]*:$2://p" "/proc/$worker/task/$1/cgroup"; }
equal "cpuset of the leader" "$(group_of "$tid0" cpuset)" /terrace/terrace-demo/emulator
equal "cpuset of another thread" "$(group_of "$tid1" cpuset)" /terrace/terrace-demo/vcpu0
equal "cpu group of that thread" "$(group_of "$tid1" cpu,cpuacct)" /terrace/terrace-demo/vcpu0
equal "memory group of the process" "$(group_of "$tid1" memory)" /terrace/terrace-demo
equal "affinity of vCPU 1" "$(sed -n 's/Cpus_allowed_list:\t//p' "/proc/$worker/task/$tid2/status")" 2-3

used=$(cgroupctl used demo)
ask "bind 0 2"
for i in 0 1 2; do ask "touch $i 8"; done
pages "the leader's pages by its policy" 0 N2=2048
pages "vCPU 0's pages on node 0" 1 N0=2048
pages "vCPU 1's pages on node 1" 2 N1=2048
check "the domain is charged for them" test $(($(cgroupctl used demo) - used)) -ge 25000000

check "vCPU 0 moves to node 1" cgroupctl replace demo vcpu0 1
check "vCPU 1 moves to nodes 0 and 2" cgroupctl replace demo vcpu1 0,2
equal "its thread is in the group of the old name" "$(group_of "$tid1" cpuset)" /terrace/terrace-demo/vcpu0
equal "its nodes are the new ones" "$(cgroupctl mems-get demo vcpu1)" 0,2
equal "its CPUs were kept" "$(cat $demo/vcpu1/cpuset.cpus)" 2-3
equal "no group is left over" "$(echo $demo/*/)" "$demo/emulator/ $demo/vcpu0/ $demo/vcpu1/"
pages "pages of vCPU 0 stay" 1 N0=2048
pages "pages of vCPU 1 stay" 2 N1=2048
pages "pages of the leader stay" 0 N2=2048
ask "policy 0"
equal "the leader's policy is as it was" "$answer" "bind 2"
ask "touch 1 4"
pages "new pages of vCPU 0 go to the new node" 1 N1=1024
refused "the leader's group cannot be replaced" "holds the leader of a process" \
	cgroupctl replace demo emulator 1

# The domain's own set: the kernel wants every sub-group inside of it.
check "more nodes for the domain" cgroupctl mems demo - 0-3
equal "a group that had all of them follows" "$(cat $demo/emulator/cpuset.mems)" 0-3
equal "one with nodes of its own does not" "$(cat $demo/vcpu0/cpuset.mems)" 1
check "fewer nodes for the domain" cgroupctl mems demo - 1-2
equal "a group that had all follows again" "$(cat $demo/emulator/cpuset.mems)" 1-2
equal "another loses what the domain loses" "$(cat $demo/vcpu1/cpuset.mems)" 2
equal "pages do not move on their own later" "$(cat $demo/emulator/cpuset.memory_migrate)" 0
check "nodes of a group with threads" cgroupctl mems demo emulator 1
pages "takes the pages along, as on v2" 0 N1=2048
check "a group without nodes of its own" cgroupctl mems demo emulator ""
equal "has the domain's again" "$(cat $demo/emulator/cpuset.mems)" 1-2

check "hard limit" cgroupctl limit demo hard 512M
equal "memory.limit_in_bytes" "$(cat $memory/terrace-demo/memory.limit_in_bytes)" 536870912
if [ -f $memory/terrace-demo/memory.memsw.limit_in_bytes ]; then
	check "limit with swap" cgroupctl limit demo both 768M
	equal "it is read back" "$(cgroupctl limit demo both)" 805306368
	refused "a hard limit above it" "must be lower than or equal to swap_hard_limit" \
		cgroupctl limit demo hard 1G
	check "no limit with swap" cgroupctl limit demo both none
else
	refused "limit with swap" "memory.memsw.limit_in_bytes" cgroupctl limit demo both 768M
fi
check "no hard limit" cgroupctl limit demo hard none
equal "is told so" "$(cgroupctl limit demo hard)" none
check "soft limit" cgroupctl limit demo soft 256M
equal "memory.soft_limit_in_bytes" "$(cgroupctl limit demo soft)" 268435456
refused "no protection on v1" "cgroup v1 cannot protect memory" cgroupctl limit demo min 1M
refused "shares out of range" "must be in range [2, 262144]" cgroupctl shares demo vcpu0 1

refused "a group with processes is not removed" "processes are in it" cgroupctl remove demo
check "kill" cgroupctl kill demo
check "the process is gone" gone_or_zombie "$worker"
worker_stop
equal "it is still listed" "$(cgroupctl list)" demo
check "an old empty group is made anew" cgroupctl new demo
equal "with all nodes" "$(cat $demo/cpuset.mems)" 0-3
check "remove" cgroupctl remove demo
equal "nothing is left" "$(ls -d $cpuset/*/ $cpu/*/ $memory/*/ 2>/dev/null)" ""
equal "the list is empty" "$(cgroupctl list)" ""

# An ordinary user with a group of its own in each hierarchy.
for dir in cpuset cpu memory; do
	own=/sys/fs/cgroup/$dir/alice
	mkdir $own
	chown -R 1000 $own
	echo $$ >$own/cgroup.procs 2>/dev/null || {
		cat /sys/fs/cgroup/cpuset/cpuset.cpus >$own/cpuset.cpus
		cat /sys/fs/cgroup/cpuset/cpuset.mems >$own/cpuset.mems
		echo $$ >$own/cgroup.procs
	}
done
chmod 777 "$tmp"
cat >"$tmp/user.sh" <<'END'
. /terrace/src/tests/testhost/lib.sh
. /terrace/src/tests/testhost/cgroup.sh 2>/dev/null
equal "user: the own groups are found" "$(cgroupctl find | head -n 2 | tail -n 1)" "cpuset /sys/fs/cgroup/cpuset/alice"
equal "user: a domain's group" "$(cgroupctl new mine)" /sys/fs/cgroup/cpuset/alice/terrace-mine
check "user: nodes of vCPU 0" cgroupctl mems mine vcpu0 1
worker_start 2
check "user: a process enters" cgroupctl process mine emulator "$worker"
check "user: a thread enters" cgroupctl thread mine vcpu0 "$tid1"
ask "touch 1 4"
pages "user: its pages are on node 1" 1 N1=1024
check "user: kill" cgroupctl kill mine
worker_stop
check "user: remove" cgroupctl remove mine
exit $suite_failed
END
cgroupctl as 1000 sh "$tmp/user.sh" || suite_failed=1

exit $suite_failed
