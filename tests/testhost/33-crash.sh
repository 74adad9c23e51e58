# testhost: --topology tiers --memory 6G --timeout 600
# SIGKILL to each process of a domain at random points of its start and its end, 50 rounds: afterwards the
# list is right, nothing is left, the next start works.
. /terrace/src/tests/testhost/lib.sh

terrace=$build/terrace
cat >"$tmp/crash.xml" <<END
<domain type='kvm'><name>crash</name><memory unit='MiB'>256</memory>
<memoryBacking><allocation mode='immediate'/></memoryBacking>
<vcpu>2</vcpu><numatune><memory mode='restrictive' nodeset='0-1'/></numatune>
<os><type arch='x86_64' machine='q35'>hvm</type><kernel>$guest/vmlinux</kernel>
<initrd>$guest/initramfs.cpio.gz</initrd><cmdline>$guest_append terrace.shell</cmdline></os>
<cpu mode='host-passthrough'/>
<devices><emulator>$build/terrace-vmm</emulator><memballoon model='none'/></devices></domain>
END
"$terrace" define "$tmp/crash.xml" >"$tmp/out" 2>&1 || not_ok "define" "$(cat "$tmp/out")"

seed=$(date +%s)
echo "seed $seed"
# random LIMIT: sets $random
random() {
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	random=$((seed / 65536 % $1))
}
# nap MILLISECONDS
nap() { sleep "$(printf '0.%03d' "$1")"; }

field() { sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" /run/terrace/crash/state.json 2>/dev/null; }

# victim WHO: kills it if it is there
victim() {
	case $1 in
	0) pid=$command ;;
	1) pid=$(field supervisor-pid) ;;
	2) pid=$(field vmm-pid) ;;
	3) # all at once
		pid="$command $(field supervisor-pid) $(field vmm-pid)"
		;;
	esac
	# shellcheck disable=SC2086
	for one in $pid; do
		[ "$one" = 0 ] || kill -KILL "$one" 2>/dev/null
	done
}

is_off() { [ "$("$terrace" domstate crash 2>&1 | head -n 1)" = "shut off" ]; }
leftovers() {
	ls -d /run/terrace/crash 2>/dev/null
	find /sys/fs/cgroup/terrace -mindepth 1 -type d 2>/dev/null
	pidof terrace-vmm
}
clean() { [ -z "$(leftovers)" ]; }

rounds=0
for round in $(seq 50); do
	good=yes
	if [ $((round % 2)) = 1 ]; then
		"$terrace" start crash >"$tmp/out" 2>&1 &
		command=$!
		random 900
	else
		"$terrace" start crash >"$tmp/out" 2>&1 || good="start: $(tail -n 1 "$tmp/out")"
		"$terrace" destroy crash >"$tmp/out" 2>&1 &
		command=$!
		random 120
	fi
	delay=$random
	nap "$delay"
	victim $((round / 2 % 4))
	wait "$command" 2>/dev/null
	# A start whose command was killed may have gone through: that is right, too.
	if [ "$("$terrace" domstate crash 2>&1 | head -n 1)" = running ]; then
		"$terrace" destroy crash >"$tmp/out" 2>&1
	fi
	wait_for 15 is_off || good="state: $("$terrace" domstate crash 2>&1 | head -n 1)"
	wait_for 15 clean || good="left: $(leftovers | tr '\n' ' ')"
	if [ "$good" = yes ]; then
		rounds=$((rounds + 1))
	else
		echo "round $round (victim $((round / 2 % 4)) after $delay ms): $good"
	fi
done
equal "50 rounds leave nothing" $rounds 50
check "the next start works" "$terrace" start crash
equal "it runs" "$("$terrace" domstate crash | head -n 1)" running
check "destroy" "$terrace" destroy crash
check "undefine" "$terrace" undefine crash
equal "the list is empty" "$("$terrace" list --all --name | grep -c .)" 0
