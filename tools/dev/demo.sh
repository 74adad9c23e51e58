# demo.sh: the main job, where Linux guests run at speed: on this machine's KVM, or else
# in the test host.  The job itself is tools/demo.sh, the same in both places.
source tools/dev/lib.sh
source tools/dev/packages.sh
source tools/dev/meson.sh
source tools/dev/mirror.sh
source tools/dev/kernels.sh
source tools/dev/images.sh

# kvm_verdict: sets where (here, testhost) and why.
kvm_verdict() {
	where=testhost
	if ! [ -e /dev/kvm ]; then
		why="this machine has no /dev/kvm"
	elif ! { : <>/dev/kvm; } 2>/dev/null; then
		why="/dev/kvm does not open (be in group kvm, or root)"
	elif ! grep -q -w -E 'vmx|svm' /proc/cpuinfo; then
		why="/dev/kvm is here, but the CPU has neither vmx nor svm, so guests would crawl"
	else
		where=here
		why="/dev/kvm opens and the CPU has hardware virtualisation"
	fi
}

kvm_verdict
case ${1-} in
"") ;;
--testhost) where=testhost why="asked for" ;;
--here) where=here why="asked for" ;;
*) usage_error "demo: no option '$1'; there are --testhost and --here" ;;
esac

need_packages "${packages_build[@]}" "${packages_images[@]}"
[ -e tools/demo.sh ] || die "demo: there is no tools/demo.sh"
meson_ready build
if [ $where = here ]; then
	say "demo: on this machine: $why"
	guest_ready
	TERRACE_BUILD=$PWD/build TERRACE_GUEST=$PWD/build/guest run bash tools/demo.sh
else
	say "demo: in the test host (an emulated machine with 4 NUMA nodes): $why"
	TERRACE_BUILD=/terrace/build TERRACE_GUEST=/terrace/guest
	run ./dev testhost --topology tiers --timeout 600 -- \
		env "TERRACE_BUILD=$TERRACE_BUILD" "TERRACE_GUEST=$TERRACE_GUEST" bash /terrace/src/tools/demo.sh
fi
