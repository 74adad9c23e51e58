# testhost: --topology tiers --timeout 200
# Control groups v2: threads of one process with nodes of their own, changes without moving
# pages, limits, the end; as root, as a user with a delegated group, and through (a
# stand-in for) systemd.
. /terrace/src/tests/testhost/lib.sh
. /terrace/src/tests/testhost/cgroup.sh

base=/sys/fs/cgroup/terrace
demo=$base/terrace-demo

equal "v2 and its controllers are found" "$(cgroupctl find | tr '\n' ' ')" \
	"version 2 cpuset cpu memory base $base "
equal "a domain's group" "$(cgroupctl new demo)" $demo
equal "no domain can be seen in a fresh base but that" "$(cgroupctl list)" demo

# The domain and its threads.
check "union of nodes around the domain" cgroupctl mems demo - 0-2
check "the emulator's group" cgroupctl group demo emulator
check "nodes of vCPU 0" cgroupctl mems demo vcpu0 0
check "nodes of vCPU 1" cgroupctl mems demo vcpu1 1
check "CPUs of vCPU 1" cgroupctl cpus demo vcpu1 2-3
check "shares of vCPU 1" cgroupctl shares demo vcpu1 300
check "quota of vCPU 1" cgroupctl quota demo vcpu1 100000 50000
equal "sub-groups are threaded" "$(cat $demo/vcpu0/cgroup.type)" threaded
check "limits of memory are on the domain" test -f $demo/memory.max
refused "and only there" "No such file" ls $demo/vcpu0/memory.max
equal "a group without nodes of its own has the domain's" "$(cgroupctl mems-get demo emulator)" 0-2

worker_start 4
check "a process enters" cgroupctl process demo emulator "$worker"
check "its thread enters vCPU 0" cgroupctl thread demo vcpu0 "$tid1"
check "its thread enters vCPU 1" cgroupctl thread demo vcpu1 "$tid2"
equal "group of the leader" "$(cat "/proc/$tid0/cgroup")" 0::/terrace/terrace-demo/emulator
equal "group of another thread" "$(cat "/proc/$worker/task/$tid1/cgroup")" 0::/terrace/terrace-demo/vcpu0
equal "a thread that was not named stays with the leader" \
	"$(cat "/proc/$worker/task/$tid3/cgroup")" 0::/terrace/terrace-demo/emulator
equal "effective nodes of vCPU 1" "$(cat $demo/vcpu1/cpuset.mems.effective)" 1
equal "effective CPUs of vCPU 1" "$(cat $demo/vcpu1/cpuset.cpus.effective)" 2-3
equal "its affinity" "$(sed -n 's/Cpus_allowed_list:\t//p' "/proc/$worker/task/$tid2/status")" 2-3

# Each thread's pages go where its cpuset says.
used=$(cgroupctl used demo)
ask "bind 0 2"
for i in 0 1 2; do ask "touch $i 8"; done
pages "the leader's pages by its policy" 0 N2=2048
pages "vCPU 0's pages on node 0" 1 N0=2048
pages "vCPU 1's pages on node 1" 2 N1=2048
check "the domain is charged for them" test $(($(cgroupctl used demo) - used)) -ge 25000000

# Other nodes for a thread that runs: nothing moves, no policy changes.
check "vCPU 0 moves to node 1" cgroupctl replace demo vcpu0 1
check "vCPU 1 moves to nodes 0 and 2" cgroupctl replace demo vcpu1 0,2
equal "its thread is in the group of the old name" \
	"$(cat "/proc/$worker/task/$tid1/cgroup")" 0::/terrace/terrace-demo/vcpu0
equal "effective nodes are the new ones" "$(cgroupctl mems-get demo vcpu1)" 0,2
equal "its CPUs were kept" "$(cat $demo/vcpu1/cpuset.cpus)" 2-3
equal "its shares were kept" "$(cat $demo/vcpu1/cpu.weight)" 300
equal "its quota was kept" "$(cat $demo/vcpu1/cpu.max)" "50000 100000"
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

# Limits.
check "hard limit" cgroupctl limit demo hard 512M
check "limit with swap" cgroupctl limit demo both 768M
equal "swap alone is the difference" "$(cat $demo/memory.swap.max)" 268435456
check "a new hard limit" cgroupctl limit demo hard 640M
equal "keeps the sum" "$(cgroupctl limit demo both)" 805306368
refused "a hard limit above the sum" "must be lower than or equal to swap_hard_limit" \
	cgroupctl limit demo hard 1G
check "soft limit" cgroupctl limit demo soft 256M
equal "memory.high" "$(cat $demo/memory.high)" 268435456
check "protection" cgroupctl limit demo min 32M
equal "memory.min" "$(cat $demo/memory.min)" 33554432
equal "the base is protected as well" "$(cat $base/memory.min)" 33554432
check "no limit with swap" cgroupctl limit demo both none
check "no limit again" cgroupctl limit demo hard none
refused "shares out of range" "Value of cputune 'shares' must be in range [1, 10000]" \
	cgroupctl shares demo vcpu0 10001

# The end.
refused "a group with processes is not removed" "processes are in it" cgroupctl remove demo
refused "nor made again" "has processes" cgroupctl new demo
setsid sleep 1000 &
check "another process" cgroupctl process demo vcpu7 $!
check "kill" cgroupctl kill demo
check "the process is gone" gone_or_zombie "$worker"
check "the other one too" gone_or_zombie $!
worker_stop
equal "it is still listed" "$(cgroupctl list)" demo
check "an old empty group is made anew" cgroupctl new demo
equal "without its limits" "$(cat $demo/memory.high) $(echo $demo/*/)" "max $demo/*/"
check "remove" cgroupctl remove demo
refused "the directory is gone" "No such file" ls $demo
equal "the list is empty" "$(cgroupctl list)" ""

# What the doctor says here. (A host that is not well: tests/unit/host/test_health.c.)
level() { terrace doctor --json | grep -A1 "\"name\": \"$1\"" | sed -n 's/.*"level": "\(.*\)".*/\1/p'; }
check "doctor: no problem for root" terrace doctor
echo 1 >/sys/kernel/mm/numa/demotion_enabled
case $(uname -r) in
6.*) equal "doctor: demotion leaves the cpuset here" "$(level demotion)" warning ;;
*) equal "doctor: demotion keeps to the cpuset here" "$(level demotion)" ok ;;
esac
echo 0 >/sys/kernel/mm/numa/demotion_enabled
equal "doctor: nothing promotes with balancing off" "$(level numa-balancing)" warning
chmod 600 /dev/kvm
refused "doctor: a problem for a user" "/dev/kvm cannot be opened: Permission denied" \
	cgroupctl as 1000 terrace doctor
refused "doctor: and what to do" "sudo usermod -aG kvm" cgroupctl as 1000 terrace doctor

# An ordinary user with a group of its own, in which a shell runs.
own=/sys/fs/cgroup/alice
mkdir $own
chown 1000 $own $own/cgroup.procs $own/cgroup.threads $own/cgroup.subtree_control
chmod 777 "$tmp"
cat >"$tmp/user.sh" <<'END'
. /terrace/src/tests/testhost/lib.sh
. /terrace/src/tests/testhost/cgroup.sh 2>/dev/null
own=/sys/fs/cgroup/alice
equal "user: the delegated group is found" "$(cgroupctl find | tr '\n' ' ')" \
	"version 2 cpuset cpu memory base $own "
equal "user: the shell was moved into a leaf" "$(cat /proc/$$/cgroup)" 0::/alice/supervisor
equal "user: found again from there" "$(cgroupctl find | tail -n 1)" "base $own"
equal "user: a domain's group" "$(cgroupctl new mine)" $own/terrace-mine
check "user: nodes of vCPU 0" cgroupctl mems mine vcpu0 1
worker_start 2
check "user: a process enters" cgroupctl process mine emulator "$worker"
check "user: a thread enters" cgroupctl thread mine vcpu0 "$tid1"
ask "touch 1 4"
pages "user: its pages are on node 1" 1 N1=1024
check "user: other nodes" cgroupctl replace mine vcpu0 0
ask "touch 1 4"
pages "user: new pages on node 0" 1 N0=1024
check "user: hard limit" cgroupctl limit mine hard 256M
equal "user: memory.max" "$(cat $own/terrace-mine/memory.max)" 268435456
equal "user: list" "$(cgroupctl list)" mine
check "user: kill" cgroupctl kill mine
check "user: the process is gone" gone_or_zombie "$worker"
worker_stop
check "user: remove" cgroupctl remove mine
equal "user: nothing is left" "$(echo $own/*/)" "$own/supervisor/"
END
sh -c "echo \$\$ >$own/cgroup.procs && exec cgroupctl as 1000 sh '$tmp/user.sh'" || suite_failed=1

# A user without one.
sh -c "exec cgroupctl as 1000 cgroupctl find" >"$tmp/find" 2>&1
equal "user without delegation: no controller" "$(cat "$tmp/find")" "version 2
base "
refused "user without delegation: no group" "no control group can be made by this user" \
	cgroupctl as 1000 cgroupctl new mine

# systemd, played by a busctl that does what systemd does with StartTransientUnit.
mkdir -p /run/systemd/system "$tmp/bin" /sys/fs/cgroup/machine.slice
echo "+cpuset +cpu +memory" >/sys/fs/cgroup/machine.slice/cgroup.subtree_control
cat >"$tmp/bin/busctl" <<'END'
#!/bin/sh
shift 8
case $* in
*"fail 5 Description s "*" Slice s machine.slice Delegate b true "*" PIDs au 1 "*" 0") ;;
*) echo "Invalid arguments" >&2; exit 1 ;;
esac
unit=/sys/fs/cgroup/machine.slice/$1
mkdir "$unit" 2>/dev/null || { echo "Unit $1 was already loaded." >&2; exit 1; }
while [ "$1" != PIDs ]; do shift; done
echo "$4" >"$unit/cgroup.procs"
END
chmod +x "$tmp/bin/busctl"
(
	PATH=$tmp/bin:$PATH
	scope='/sys/fs/cgroup/machine.slice/machine-terrace\x2dmy\x2dvm.scope'
	equal "systemd: found" "$(cgroupctl find | tr '\n' ' ')" \
		"version 2 cpuset cpu memory systemd base /sys/fs/cgroup/machine.slice "
	equal "systemd: a group in a scope" "$(cgroupctl new my-vm)" "$scope/terrace-my-vm"
	check "systemd: its controllers" grep -q "cpuset cpu memory" "$scope/cgroup.subtree_control"
	check "systemd: nodes" cgroupctl mems my-vm vcpu0 1
	equal "systemd: list" "$(cgroupctl list)" my-vm
	refused "systemd: its own words when it refuses" \
		"systemd makes no scope for the domain: Unit machine-terrace" cgroupctl new my-vm
	check "systemd: remove" cgroupctl remove my-vm
	exit $suite_failed
) || suite_failed=1
rm -r /run/systemd

exit $suite_failed
