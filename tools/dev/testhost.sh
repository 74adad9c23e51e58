# testhost.sh: runs a command in an emulated NUMA host with KVM; docs/testhost.md.
#
# QEMU (TCG) boots a Debian cloud kernel from three disks: the root (cached), the guest
# files (cached) and the payload (the build, the sources, --add; made per run).
# The command's output comes on virtio ports, through FIFOs, byte by byte; a control
# port says ready, tick, and exit N.  No tick for a minute is a hang, and a hang is
# tried again once.
source tools/dev/lib.sh
source tools/dev/packages.sh
source tools/dev/mirror.sh
source tools/dev/kernels.sh
source tools/dev/qemu.sh
source tools/dev/images.sh
source tools/dev/topology.sh

usage() {
	cat <<-'EOF'
		./dev testhost [OPTIONS] -- COMMAND...

		  --topology one|two|tiers  the machine's nodes (default: one)
		  --tdp on|off              off: KVM with reverse maps instead of the TDP MMU
		  --cgroup v2|v1            v1 implies --kernel 6.1
		  --memory SIZE             in all, over the nodes evenly (default: 4G)
		  --kernel newest|6.12|6.1  the host's kernel (default: newest)
		  --build DIR               what /terrace/build holds (default: build)
		  --add DIR                 its contents appear in /terrace/add (may be repeated)
		  --install PACKAGE         a Debian package more in the root (may be repeated)
		  --timeout SECONDS         then it is killed, exit status 124 (default: 600)
		  --append WORDS            more words on the host's kernel command line
		  --quiet                   no line about the start
	EOF
}

topology=one tdp=on cgroup=v2 memory=4G kernel="" build=build timeout=600 quiet="" append=""
add=() install=()

# choice OPTION VALUE ALLOWED...
choice() {
	local option=$1 value=$2 a
	shift 2
	for a in "$@"; do
		[ "$a" != "$value" ] || return 0
	done
	usage_error "testhost: $option is one of $*, not '$value'"
}

while [ $# -gt 0 ]; do
	case $1 in
	--help | -h)
		usage
		exit 0
		;;
	--quiet)
		quiet=1
		shift
		continue
		;;
	--)
		shift
		break
		;;
	--topology | --tdp | --cgroup | --memory | --kernel | --build | --add | --install | --timeout | --append)
		[ $# -gt 1 ] || usage_error "testhost: $1 needs a value (./dev testhost --help)"
		;;
	*) usage_error "testhost: no option '$1'; options end with -- before the command (./dev testhost --help)" ;;
	esac
	case $1 in
	--topology) choice "$1" "$2" one two tiers && topology=$2 ;;
	--tdp) choice "$1" "$2" on off && tdp=$2 ;;
	--cgroup) choice "$1" "$2" v2 v1 && cgroup=$2 ;;
	--memory) memory=$2 ;;
	--kernel) choice "$1" "$2" newest 6.12 6.1 own && kernel=$2 ;;
	--build) build=$2 ;;
	--add) add+=("$2") ;;
	--install) install+=("$2") ;;
	--timeout) timeout=$2 ;;
	--append) append+=" $2" ;;
	esac
	shift 2
done
[ $# -gt 0 ] || usage_error "testhost: no command; write it after -- (./dev testhost --help)"

case $memory in
*[!0-9MG]* | [!1-9]* | *[MG]?* | *[0-9]) usage_error "testhost: --memory wants a size such as 4G or 3072M, not '$memory'" ;;
esac
case ${#memory}:$memory in
[1-6]:*G) mib=$((${memory%G} * 1024)) ;;
[1-8]:*M) mib=${memory%M} ;;
*) usage_error "testhost: --memory $memory is too much" ;;
esac
nodes=$(topology_nodes "$topology")
[ "$mib" -ge $((512 * nodes)) ] ||
	usage_error "testhost: --memory $memory is too little for $nodes nodes; give at least $((512 * nodes))M"
have=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
[ "$mib" -le "$have" ] || usage_error "testhost: --memory $memory is more than this machine's $have MiB"
case $timeout in
"" | *[!0-9]* | 0 | ??????*) usage_error "testhost: --timeout wants seconds, not '$timeout'" ;;
esac
if [ "$cgroup" = v1 ]; then
	case $kernel in
	"") say "testhost: --cgroup v1: kernel 6.1, the last that has it" ;;
	6.1) ;;
	*) usage_error "testhost: --cgroup v1 needs --kernel 6.1: newer cloud kernels have no v1 cpuset and memory" ;;
	esac
	kernel=6.1
fi
for dir in "${add[@]}"; do
	[ -d "$(cd "$TERRACE_CWD" && realpath -m -- "$dir")" ] || usage_error "testhost: --add $dir is not a folder"
done

need_packages gcc libc6-dev "${packages_images[@]}"
tree_dir "${install[@]}"
guest_ready
kernel_dir "${kernel:-newest}"
qemu_command "$tree_dir_ret"

# image_ext4 FILE DIR SLACK_MIB: a file system with DIR's contents.
image_ext4() {
	local size
	size=$(du -sm --apparent-size "$2" | awk '{ print $1 }')
	rm -f "$1"
	truncate -s "$((size + size / 4 + $3))M" "$1" || die "no space for $1"
	mke2fs -q -F -t ext4 -b 4096 -m 0 -O ^has_journal,^metadata_csum,^resize_inode \
		-E root_owner=0:0,lazy_itable_init=1 -d "$2" "$1" ||
		die "could not make a disk image of $2; check the space in $(dirname "$1")"
}

# image_cached KEY FUNCTION: sets image_ret; FUNCTION DIR fills a folder.
image_cached() {
	local tmp
	image_ret=$cache/images/$1.ext4
	if [ ! -e "$image_ret" ]; then
		cache_space 700
		cache_temp tmp
		"$2" "$tmp/root"
		image_ext4 "$tmp/image" "$tmp/root" 64
		mkdir -p "$cache/images"
		mv "$tmp/image" "$image_ret"
		rm -rf "$tmp"
		# Those that nobody used for two weeks: their contents have changed since.
		find "$cache/images" "$cache/initramfs" -type f -mtime +14 -delete 2>/dev/null || true
	fi
	touch "$image_ret"
}

root_fill() { cp -a "$tree_dir_ret" "$1"; }

guest_fill() {
	local d
	mkdir -p "$1"
	for d in build/guest/*/; do
		mkdir -p "$1/$(basename "$d")"
		cp -L "$d"* "$1/$(basename "$d")/"
	done
	for d in bzImage vmlinux initramfs.cpio.gz; do
		cp -P "build/guest/$d" "$1/$d"
	done
}

# The initramfs: busybox, the modules for disks, ports and KVM.
host_initramfs() {
	local dir=$1 tmp key
	key=$(content_key "$dir" tools/testhost/init tools/dev/testhost.sh tools/dev/images.sh tools/dev/kernels.sh \
		"$(dpkg-query -W busybox-static)")
	initramfs_ret=$cache/initramfs/host-$key.cpio.lz4
	if [ -e "$initramfs_ret" ]; then
		touch "$initramfs_ret"
		return 0
	fi
	cache_temp tmp
	mkdir -p "$tmp"/root/{bin,dev,proc,sys,root}
	busybox_links "$tmp/root" sh mount mkdir cp sleep insmod switch_root
	kernel_modules_copy "$dir" "$tmp/root/modules" virtio_pci virtio_blk virtio_console
	kernel_modules_copy "$dir" "$tmp/root/kvm" kvm_amd
	install -m 755 tools/testhost/init "$tmp/root/init"
	cpio_pack "$tmp/root" | lz4 -q -l -9 >"$tmp/out" || die "could not pack the test host's initramfs"
	mkdir -p "$cache/initramfs"
	mv "$tmp/out" "$initramfs_ret"
	rm -rf "$tmp"
}

# sh_quote WORD...: the words, so that a shell reads them back.
sh_quote() {
	local a
	for a in "$@"; do
		printf "'%s' " "${a//\'/\'\\\'\'}"
	done
}

image_cached "root-$(basename "$tree_dir_ret")" root_fill
root_image=$image_ret
guest_key=$(for f in build/guest/{,*/}{bzImage,vmlinux,initramfs.cpio.gz}; do
	printf '%s %s\n' "$f" "$(readlink -f "$f")"
done | sha256sum | head -c 16)
image_cached "guest-$guest_key" guest_fill
guest_image=$image_ret
host_initramfs "$kernel_dir_ret"
host_initramfs_file=$initramfs_ret

# What a run that was killed with SIGKILL left behind.
for old in "${TMPDIR:-/tmp}"/terrace-testhost.*; do
	if [ -O "$old" ] && [ -s "$old/pid" ] && ! kill -0 "$(cat "$old/pid")" 2>/dev/null; then
		rm -rf "$old"
	fi
done
work=$(mktemp -d "${TMPDIR:-/tmp}/terrace-testhost.XXXXXX") || die "cannot write to ${TMPDIR:-/tmp}; set TMPDIR"
cleanup_paths+=("$work")
echo $$ >"$work/pid"

payload_make() {
	local p=$work/payload
	mkdir -p "$p"/{build,guest,add,src}
	if [ -d "$build" ]; then
		(cd "$build" && find . \( -name guest -o -name 'meson-*' -o -name '*.p' \) -prune -o \
			-type f -perm -u+x -print0 | tar --null -T - -cf -) | tar -C "$p/build" -xf -
	fi
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files -z -co --exclude-standard | tar --null --ignore-failed-read -T - -cf - 2>/dev/null
	else
		tar --exclude='./build*' -cf - .
	fi | tar -C "$p/src" -xf -
	local dir
	for dir in "${add[@]}"; do
		(cd "$TERRACE_CWD" && cp -aL -- "$dir/." "$p/add/") || die "could not copy --add $dir"
	done
	cp tools/testhost/start "$p/.start"
	{
		echo "export PATH=/terrace/build:\$PATH"
		echo "exec $(sh_quote "$@")"
	} >"$p/.command"
	image_ext4 "$work/payload.ext4" "$p" 256
	rm -rf "$p"
}
payload_make "$@"

qemu_pid="" cat_pids=()
stop_all() {
	[ -z "$qemu_pid" ] || kill -KILL "$qemu_pid" 2>/dev/null || true
	[ ${#cat_pids[@]} -eq 0 ] || kill "${cat_pids[@]}" 2>/dev/null || true
	cleanup_run
}
trap stop_all EXIT

append="console=ttyS0 panic=-1 quiet mitigations=off tsc=reliable no_timer_check cryptomgr.notests$append"
append+=" isolcpus=0 terrace.tdp=$tdp terrace.cgroup=$cgroup"
topology_args "$topology" "$mib"

console_tail() {
	say "testhost: the end of its kernel log:"
	tail -n 30 "$work/console" | tr -d '\r' >&2
}

# cpu_seconds PID: processor time used so far.
cpu_seconds() {
	awk '{ sub(/.*[)] /, ""); print int(($12 + $13) / 100) }' "/proc/$1/stat" 2>/dev/null || echo 0
}

# silence_is_hang: no sign of life for WALL s of time and CPU s of processor time.  On a
# busy machine time passes without work done, so processor time is what counts: a
# start takes about 10 s of it.
silence_is_hang() {
	local wall=$1 cpu=$2 limit=$3
	[ "$cpu" -ge "$limit" ] || [ "$wall" -ge 240 ] || { [ "$wall" -ge 60 ] && [ "$cpu" -lt 6 ]; }
}

# boot: runs it once; sets boot_ret to ok (and status), hang, timeout or died.
boot() {
	local started=$SECONDS seen=$SECONDS seen_cpu=0 word value limit=40 port n=0 t0=$EPOCHREALTIME
	local args=(-accel "tcg,thread=multi" -cpu "max,+svm,+npt,phys-bits=46" "${topology_ret[@]}"
		-nodefaults -no-user-config -display none -no-reboot
		-kernel "$kernel_dir_ret/vmlinux" -initrd "$host_initramfs_file" -append "$append"
		-serial "file:$work/console" -device virtio-serial-pci,id=ports
		-drive "if=virtio,format=raw,snapshot=on,file=$root_image"
		-drive "if=virtio,format=raw,readonly=on,file=$guest_image"
		-drive "if=virtio,format=raw,cache=unsafe,file=$work/payload.ext4")
	for port in out err ctl; do
		n=$((n + 1))
		rm -f "$work/$port"
		mkfifo "$work/$port"
		args+=(-chardev "file,id=$port,path=$work/$port"
			-device "virtserialport,bus=ports.0,nr=$n,name=$port,chardev=$port")
	done
	cat "$work/out" &
	cat_pids=($!)
	cat "$work/err" >&2 &
	cat_pids+=($!)
	exec {ctl}<>"$work/ctl"
	# Its own session: Ctrl-C comes here and not there.  Its death signal: should this shell
	# be killed, it goes too.
	setsid setpriv --pdeathsig KILL "${qemu_cmd[@]}" "${args[@]}" </dev/null >"$work/qemu" 2>&1 &
	qemu_pid=$!
	boot_ret=died status=1
	while :; do
		if read -r -t 1 -u "$ctl" word value; then
			seen=$SECONDS seen_cpu=$(cpu_seconds "$qemu_pid")
			case $word in
			ready)
				limit=150
				[ -n "$quiet" ] || say "testhost: $topology, $memory, kernel $(cat "$kernel_dir_ret/release"), ready after $(
					awk -v a="$t0" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }') s"
				;;
			exit)
				boot_ret=ok status=$value
				break
				;;
			esac
		elif ! kill -0 "$qemu_pid" 2>/dev/null; then
			# It may have spoken its last word just now.
			if read -r -t 0.1 -u "$ctl" word value && [ "$word" = exit ]; then
				boot_ret=ok status=$value
			fi
			break
		elif [ $((SECONDS - seen)) -ge 15 ] &&
			silence_is_hang $((SECONDS - seen)) $(($(cpu_seconds "$qemu_pid") - seen_cpu)) $limit; then
			boot_ret=hang
			break
		fi
		if [ $((SECONDS - started)) -ge "$timeout" ]; then
			boot_ret=timeout
			break
		fi
	done
	[ $boot_ret = ok ] || kill -KILL "$qemu_pid" 2>/dev/null || true
	wait "$qemu_pid" 2>/dev/null || true
	qemu_pid=""
	wait "${cat_pids[@]}" || true
	cat_pids=()
	exec {ctl}>&-
}

# A hang and a breakdown of the emulation are tried once more: they come by chance and say nothing
# of the command.
hangs=0 breakdowns=0
while :; do
	boot "$@"
	case $boot_ret in
	ok)
		if grep -q -E 'Kernel panic|Oops|BUG: |soft lockup' "$work/console"; then
			console_tail
		fi
		exit "$status"
		;;
	timeout)
		say "testhost: killed after $timeout s (--timeout)"
		console_tail
		exit 124
		;;
	died)
		cat "$work/qemu" >&2
		console_tail
		breakdowns=$((breakdowns + 1))
		[ $breakdowns -le 1 ] || die "the test host ended without an exit status, twice; does the command power it off?"
		say "testhost: it ended without an exit status; once more, from the start"
		;;
	hang)
		console_tail
		hangs=$((hangs + 1))
		[ $hangs -le 1 ] || die "the test host hung twice; run it again with less load on this machine"
		say "testhost: it hung (no sign of life); once more, from the start"
		;;
	esac
done
