# san.sh: the tests with AddressSanitizer and UndefinedBehaviorSanitizer, in build-san/.
# --testhost [SUITE...]: the suites in the test host as well (or only those named).
source tools/dev/lib.sh
source tools/dev/packages.sh
source tools/dev/meson.sh
source tools/dev/suites.sh
suites=""
case ${1-} in
"") ;;
--testhost)
	suites=1
	shift
	;;
*) usage_error "san: no option '$1'; there is --testhost [SUITE...]" ;;
esac
need_packages "${packages_build[@]}"
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0:strict_string_checks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
summary=$(mktemp)
cleanup_paths+=("$summary" "$summary.again")
meson_ready build-san -Db_sanitize=address,undefined -Db_lundef=false --buildtype=debugoptimized
if [ $# -eq 0 ]; then
	meson_tests "$summary" build-san
fi
if [ -n "$suites" ]; then
	suites_run "$summary" build-san "$@"
fi
[ ! -s "$summary.again" ] || cat "$summary.again"
summary_print "$summary"
