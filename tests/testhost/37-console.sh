# testhost: --topology tiers --memory 6G --timeout 200
# A person at the guest's console: what is typed reaches a Linux shell, what it answers comes back; on the
# serial port's socket and through "terrace console" on a terminal.
. /terrace/src/tests/testhost/lib.sh

terrace=$build/terrace
cat >"$tmp/console.xml" <<END
<domain type='kvm'><name>console</name><memory unit='MiB'>256</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='q35'>hvm</type><kernel>$guest/vmlinux</kernel>
<initrd>$guest/initramfs.cpio.gz</initrd><cmdline>$guest_append terrace.shell</cmdline></os>
<cpu mode='host-passthrough'/>
<devices><emulator>$build/terrace-vmm</emulator><console type='pty'/></devices></domain>
END
check "the domain starts" "$terrace" create "$tmp/console.xml"

# typed LOG COMMAND...: COMMAND's input is typed by us, after the guest's prompt has come
typed() {
	typed_log=$1
	shift
	: >"$typed_log"
	{
		wait_line 45 "$typed_log" '[#$] ?$' || true
		echo
		sleep 1
		echo "echo so\$((40 + 2))far; cells"
		wait_line 20 "$typed_log" so42far
		sleep 3
	} | "$@" >"$typed_log" 2>&1
}
typed "$tmp/socket.log" socat - "UNIX-CONNECT:/run/terrace/console/serial0.sock"
cat "$tmp/socket.log"
check "on the socket: the shell ran it" grep -q so42far "$tmp/socket.log"
check "on the socket: its answer" grep -q "cell 0 cpus" "$tmp/socket.log"

typed "$tmp/pty.log" socat -t 5 - EXEC:"$terrace console console",pty,setsid,ctty,rawer
cat "$tmp/pty.log"
check "terrace console: the shell ran it" grep -q so42far "$tmp/pty.log"
check "terrace console: its answer" grep -q "cell 0 cpus" "$tmp/pty.log"
check "destroy" "$terrace" destroy console
