#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A new user's walk through terrace, as a whole program with supervisors of its own. The machine is
# the one given: a stub that speaks QMP will do.
#
# usage: session.sh TERRACE EMULATOR
set -u

terrace=$(realpath "$1") emulator=$(realpath "$2")
dir=$(mktemp -d "${TMPDIR:-/tmp}/terrace-session-XXXXXX")
export TERRACE_CONFIG_DIR=$dir/config TERRACE_RUNTIME_DIR=$dir/run TERRACE_LOG_DIR=$dir/log
failures=0

clean_up() {
	for name in $("$terrace" list --name 2>/dev/null); do
		"$terrace" destroy "$name" >/dev/null 2>&1
	done
	rm -rf "$dir"
}
trap clean_up EXIT

complain() {
	printf '%s\n' "$1"
	failures=$((failures + 1))
}

# expect STATUS TEXT ARGUMENT...: what terrace prints (both streams) and its exit status. TEXT is a
# pattern as of "case".
expect() {
	local status=$1 text=$2 got
	shift 2
	got=$("$terrace" "$@" 2>&1)
	local is=$?
	[ $is -eq "$status" ] || complain "terrace $*: exit status $is, not $status: $got"
	# shellcheck disable=SC2254
	case $got in
	$text) ;;
	*) complain "terrace $*:
$got
wanted:
$text" ;;
	esac
}

domain_xml() { # NAME EMULATOR
	cat <<-EOF
	<domain type='kvm'>
	  <name>$1</name>
	  <memory unit='MiB'>64</memory>
	  <vcpu>2</vcpu>
	  <os>
	    <type>hvm</type>
	    <kernel>/boot/vmlinuz</kernel>
	  </os>
	  <devices>
	    <emulator>$2</emulator>
	    <console type='pty'/>
	  </devices>
	</domain>
	EOF
}

domain_xml web "$emulator" >"$dir/web.xml"

# What people try first.
expect 2 'usage: terrace VERB*'
expect 0 'usage: terrace VERB*' help
expect 0 'terrace *' --version
expect 2 "error: unknown command: 'strat'; did you mean 'start'?" strat web
expect 2 "error: command 'list' doesn't support option --al; did you mean '--all'?" list --al
expect 0 ' Id   Name   State
--------------------' list --all
expect 1 "error: failed to get domain 'web'*" start web

# XML that is not right names its place, and nothing is defined.
sed 's/<memory unit/<memoty unit/; s/memory>/memoty>/' "$dir/web.xml" >"$dir/wrong.xml"
expect 1 "error: wrong.xml:3: /domain/memoty: *did you mean 'memory'?" define "$dir/wrong.xml"
expect 1 'error: status:1: XML error: *' define /proc/self/status
expect 1 "error: Failed to define domain from nothing.xml: *No such file*" define nothing.xml
expect 0 '' list --all --name

# Defined, and changed before it runs.
expect 0 "Domain 'web' defined from $dir/web.xml" define "$dir/web.xml"
expect 0 ' Id   Name   State
-----------------------
 -    web    shut off' list --all
expect 0 'shut off' domstate web
expect 0 'numa_mode      : strict
numa_nodeset   : ' numatune web
expect 0 '' numatune web --mode preferred --nodeset 0
expect 0 'numa_mode      : preferred
numa_nodeset   : 0' numatune web
expect 0 "*<memory mode='preferred' nodeset='0'/>*" dumpxml web
expect 0 '' vcpupin web 1 0
expect 0 '*
 1      0' vcpupin web --config
expect 0 'maximum      config         2
current      config         2' vcpucount web
expect 1 "error: Failed to suspend domain 'web': *is not running" suspend web
expect 1 "error: failed to get domain 'wbe'*" destroy wbe

# It runs.
expect 0 "Domain 'web' started" start web
expect 1 "error: Failed to start domain 'web': Domain is already active" start web
expect 0 ' Id   Name   State
----------------------
 1    web    running' list
expect 0 'running (booted)' domstate web --reason
expect 0 "Id:             1
Name:           web
UUID:           *
State:          running
CPU(s):         2*
Max memory:     65536 KiB
Used memory:    65536 KiB
Persistent:     yes*" dominfo web
expect 0 'web' domname 1
expect 0 'maximum      config         2
maximum      live           2
current      config         2
current      live           2' vcpucount 1
expect 0 '*
 1      0' vcpupin web
expect 0 '*CPU Affinity:   0 (out of *' vcpuinfo web --pretty
expect 0 'emulator: CPU Affinity*' emulatorpin web
expect 0 "Domain 'web' suspended" suspend web
expect 0 'paused (user)' domstate web --reason
expect 0 "Domain 'web' resumed" resume web
expect 0 '{"return": *' qemu-monitor-command web '{"execute": "query-cpus-fast"}'
expect 0 '*"state": "running"*' domstate web --json

# It ends.
expect 0 "Domain 'web' destroyed" destroy web
expect 0 'shut off (destroyed)' domstate web --reason
expect 0 "Domain 'web' has been undefined" undefine web
expect 0 '' list --all --name

# Without a definition.
expect 0 "Domain 'web' created from $dir/web.xml" create "$dir/web.xml" --paused
expect 0 'paused*' domstate web --reason
expect 0 'web' list --transient --name
expect 1 'error: *transient domains do not have any persistent config' numatune web --config --nodeset 0
expect 0 "Domain 'web' destroyed" destroy web
expect 1 "error: failed to get domain 'web'*" domstate web

# Ctrl-C while the machine is slow to come up gives it up, and nothing is left.
domain_xml slow "$emulator" >"$dir/slow.xml"
sed -i 's,</kernel>,&<cmdline>stub.slow=60000</cmdline>,' "$dir/slow.xml"
expect 0 "Domain 'slow' defined from $dir/slow.xml" define "$dir/slow.xml"
# A background job of a shell without job control ignores SIGINT; env gives it back.
env --default-signal=INT "$terrace" start slow >"$dir/slow.out" 2>&1 &
pid=$!
sleep 1
kill -INT $pid
wait $pid
status=$?
[ $status -eq 1 ] || complain "a cancelled start: exit status $status"
grep -q "error: Failed to start domain 'slow': cancelled; nothing of it is left" "$dir/slow.out" ||
	complain "a cancelled start says: $(cat "$dir/slow.out")"
expect 0 'shut off*' domstate slow
[ ! -e "$TERRACE_RUNTIME_DIR/slow" ] || complain "a cancelled start leaves its directory"

# One that cannot be started says so by its name.
domain_xml gone /nonexistent/vmm >"$dir/gone.xml"
expect 1 \
	"error: Failed to create domain from $dir/gone.xml: */nonexistent/vmm: No such file or directory" create "$dir/gone.xml"

[ "$failures" -eq 0 ]
