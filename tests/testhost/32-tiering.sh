# testhost: --topology tiers --memory 6G --timeout 700
# The kernel's tiering and the modes: under pressure a restrictive domain's pages go from the fast to the
# slow node of its nodeset and nowhere else, and come back when they are used; a strict domain's
# never leave; a bound one with tiering='yes' gets its demoted pages back, without it does not.
. /terrace/src/tests/testhost/lib.sh

terrace=$build/terrace
pagenodes=$build/tests/tools/pagenodes
size=700
vmm=$build/terrace-vmm

# Promotion at a pace for tests: scan at once, and everything that is touched twice is hot.
echo 0 >/proc/sys/kernel/numa_balancing
debug=/sys/kernel/debug/sched/numa_balancing
echo 100 >$debug/scan_delay_ms
echo 100 >$debug/scan_period_min_ms
echo 10000 >$debug/hot_threshold_ms
echo never >/sys/kernel/mm/transparent_hugepage/enabled

# Fills 300 MiB and reads them again and again.
cpio_run_sh "$tmp/run.cpio" <<'END'
mkdir -p /fill
mount -t tmpfs -o size=320m tmpfs /fill
dd if=/dev/zero of=/fill/x bs=64k count=4800 2>/dev/null
echo "guest: filled"
while :; do
	cat /fill/x >/dev/null
done
END
cat "$guest/initramfs.cpio.gz" "$tmp/run.cpio" >"$tmp/initrd"

# begin NUMATUNE: starts the domain on CPUs of node 0 and waits until it is filled; sets $pid, $group
begin() {
	cat >"$tmp/tier.xml" <<-END
		<domain type='kvm'><name>tier</name><memory unit='MiB'>$size</memory><vcpu cpuset='1-2'>1</vcpu>
		<numatune>$1</numatune>
		<os><type arch='x86_64' machine='q35'>hvm</type><kernel>$guest/vmlinux</kernel>
		<initrd>$tmp/initrd</initrd><cmdline>$guest_append</cmdline></os>
		<cpu mode='host-passthrough'/>
		<devices><emulator>$vmm</emulator><serial type='file'><source path='$tmp/tier.log'/></serial>
		<memballoon model='none'/></devices></domain>
	END
	rm -f "$tmp/tier.log"
	if ! "$terrace" create "$tmp/tier.xml" >"$tmp/out" 2>&1; then
		not_ok "$what: it starts" "$(tail -n 1 "$tmp/out")"
		return 1
	fi
	check "$what: the guest fills its memory" wait_line 240 "$tmp/tier.log" "guest: filled"
	pid=$(sed -n 's/.*"vmm-pid": *\([0-9]*\).*/\1/p' /run/terrace/tier/state.json)
	group=/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
	group=${group%/*}
}

finish() { "$terrace" destroy tier >/dev/null 2>&1; }

# pages NODE, mib NODE: of the guest's memory
pages() {
	n=$("$pagenodes" "$pid" --size ${size}M | tr ' ' '\n' | sed -n "s/^N$1=//p")
	echo "${n:-0}"
}
mib() { echo $(($(pages "$1") / 256)); }
where() { "$pagenodes" "$pid" --size ${size}M; }

# The kernel takes the coldest first, some 60 MiB that the guest never reads again and that therefore
# stay; beyond them it takes what is read.
# press MIB: takes as much from the domain's fast memory as can be had, while the guest stands still: its
# pages are cold then.
press() {
	"$terrace" suspend tier >/dev/null
	echo 1 >/sys/kernel/mm/numa/demotion_enabled
	tries=0
	while [ "$(mib 2)" -lt "$1" ] && [ $tries -lt 40 ]; do
		echo 20M >"$group/memory.reclaim" 2>/dev/null || true
		tries=$((tries + 1))
	done
	echo 0 >/sys/kernel/mm/numa/demotion_enabled
	"$terrace" resume tier >/dev/null
}

# back WANTED_PAGES SECONDS: waits until so many pages are on the fast node. Kernel 7.3 promotes a guest's
# pages slowly here: some 2,400 a minute, each at its hinting fault (docs/notes/0005).
back() {
	echo 2 >/proc/sys/kernel/numa_balancing
	wait_for "$2" fast_at_least "$1"
	came=$?
	echo 0 >/proc/sys/kernel/numa_balancing
	return $came
}
fast_at_least() { [ "$(pages 0)" -ge "$1" ]; }

# tiers NAME NUMATUNE COMES_BACK
tiers() {
	what=$1
	begin "$2" || return
	before=$(mib 0)
	equal "$what: all on the fast node at first" "$(mib 2)" 0
	press 200
	slow=$(mib 2)
	echo "$what: before $before MiB fast; after pressure: $(where)"
	if [ "$slow" -ge 100 ]; then
		ok "$what: pressure moves pages to the slow node ($slow MiB)"
	else
		not_ok "$what: pressure moves pages to the slow node" "$slow MiB are there"
	fi
	equal "$what: none outside the nodeset" "$(mib 1) $(mib 3)" "0 0"
	low=$(pages 0)
	case $3 in
	yes)
		check "$what: use brings them back" back $((low + 512)) 90
		;;
	no)
		if back $((low + 128)) 30; then
			not_ok "$what: none comes back" "$(where)"
		else
			ok "$what: none comes back"
		fi
		;;
	esac
	echo "$what: at the end: $(where)"
	echo "$what: $(grep -E '^(pgpromote_success|pgpromote_candidate|numa_pte_updates|numa_hint_faults|pgdemote_direct|pgmigrate_fail) ' /proc/vmstat | tr '\n' ' ')"
	equal "$what: none outside the nodeset at the end" "$(mib 1) $(mib 3)" "0 0"
	finish
}

tiers "restrictive" "<memory mode='restrictive' nodeset='0,2'/>" yes
tiers "strict with tiering" "<memory mode='strict' nodeset='0,2' tiering='yes'/>" yes
tiers "strict without tiering" "<memory mode='strict' nodeset='0,2'/>" no

what="strict on the fast node"
if begin "<memory mode='strict' nodeset='0'/>"; then
	press 200
	equal "$what: pages never leave" "$(mib 1) $(mib 2) $(mib 3)" "0 0 0"
	echo "$what: $(where)"
	finish
fi
