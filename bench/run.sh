# run.sh: the benchmarks, `./dev bench`: starts in-host.sh in the test host and makes of its samples
# build/bench/results.json and a table.  docs/benchmarks.md says what each figure means.
#
# usage: run.sh [--quick]
source tools/dev/lib.sh

quick=no
case ${1-} in
"") ;;
--quick) quick=yes ;;
*) usage_error "bench: no option '$1'; there is only --quick (fewer rounds, no instruction counts)" ;;
esac
out=build/bench
samples=$out/samples
mkdir -p "$out"

install=(--install valgrind)
[ $quick = no ] || install=()
# 8G: each of the four nodes has room for the GiB that is populated on it.
run ./dev testhost --topology tiers --memory 8G --timeout 900 "${install[@]}" -- \
	bash /terrace/src/bench/in-host.sh "$quick" >"$samples" ||
	die "bench: a measurement failed; the samples so far are in $samples"
awk -f bench/report.awk -v json="$out/results.json" -v version="$(git describe --always --dirty 2>/dev/null)" "$samples"
say "bench: $out/results.json has every sample"
