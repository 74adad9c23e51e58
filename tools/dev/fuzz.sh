# fuzz.sh [TARGET] [SECONDS]: libFuzzer on one target or on all, in build-fuzz/.
#
# A target is build-fuzz/tests/fuzz/fuzz_NAME; its corpus is tests/fuzz/corpus/NAME.  New
# inputs go to build-fuzz/corpus/NAME, crashes to build-fuzz/crashes/.
source tools/dev/lib.sh
source tools/dev/packages.sh
source tools/dev/meson.sh
target=${1-} seconds=${2-60}
case $target in
"" | *[!0-9]*) ;;
*) seconds=$target target="" ;; # ./dev fuzz 30
esac
case $seconds in
"" | *[!0-9]*) usage_error "fuzz: SECONDS is a number, not '$seconds'" ;;
esac
need_packages "${packages_build[@]}" "${packages_fuzz[@]}"
export CC=clang
meson_ready build-fuzz -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false
found=""
for program in $(find build-fuzz/tests/fuzz -maxdepth 1 -type f -perm -u+x -name 'fuzz*' 2>/dev/null | sort); do
	name=$(basename "$program")
	name=${name#fuzz[_-]}
	[ -z "$target" ] || [ "$target" = "$name" ] || continue
	found=1
	mkdir -p "build-fuzz/corpus/$name" build-fuzz/crashes
	corpus=("build-fuzz/corpus/$name")
	[ ! -d "tests/fuzz/corpus/$name" ] || corpus+=("tests/fuzz/corpus/$name")
	run "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="build-fuzz/crashes/$name-" "${corpus[@]}" ||
		die "fuzz: $name failed; its input is in build-fuzz/crashes/"
done
[ -n "$found" ] || die "fuzz: no target${target:+ '$target'} in build-fuzz/tests/fuzz"
