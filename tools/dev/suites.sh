# suites.sh: runs the suites of tests/testhost/ and adds up what they say.
#
# The first line `# testhost: OPTIONS` of a suite gives the options of ./dev testhost;
# suites with the same options share one boot.  --timeout is per suite.
# shellcheck shell=bash

# suites_run SUMMARY BUILDDIR [NAME...]: appends lines `pass|fail|skip NAME: TEXT` to SUMMARY.
suites_run() {
	local summary=$1 build=$2 file name line options
	shift 2
	local -A groups=() limits=()
	local order=()
	for file in tests/testhost/[0-9]*.sh; do
		[ -e "$file" ] || continue
		name=$(basename "$file" .sh)
		if [ $# -gt 0 ] && ! suite_wanted "$name" "$@"; then
			continue
		fi
		line=$(sed -n 's/^# testhost: *//p' "$file" | head -n 1)
		local limit=300
		if [[ " $line " =~ \ --timeout\ +([0-9]+)\  ]]; then
			limit=${BASH_REMATCH[1]}
			line=${line/--timeout*"$limit"/}
		fi
		options=$(xargs <<<"$line")
		[ -n "${groups[$options]-}" ] || order+=("$options")
		groups[$options]+=" $name:$limit"
		limits[$options]=$((${limits[$options]:-60} + 2 * limit)) # a second run may be needed
	done
	for options in "${order[@]}"; do
		# shellcheck disable=SC2086
		suites_boot "$summary" "$build" "${limits[$options]}" "$options" ${groups[$options]}
	done
}

# suite_wanted NAME WANTED...: NAME or its number is among them.
suite_wanted() {
	local name=$1 w
	shift
	for w in "$@"; do
		case $name in
		"$w" | "$w"-* | [0-9]*-"$w") return 0 ;;
		esac
	done
	return 1
}

suites_boot() {
	local summary=$1 build=$2 limit=$3 options=$4 entry log
	shift 4
	log=$build/testhost-${1%:*}.log
	mkdir -p "$build"
	# The log is read afterwards, not as it comes: after a hang it starts anew.
	# shellcheck disable=SC2086
	run ./dev testhost $options --build "$build" --timeout "$limit" -- \
		env "ASAN_OPTIONS=${ASAN_OPTIONS-}" "UBSAN_OPTIONS=${UBSAN_OPTIONS-}" \
		sh /terrace/src/tools/testhost/suites "$@" | tee "$log" || true
	# Second runs are not lost in the log: they are told again at the end.
	grep '^note: suite' "$log" >>"$summary.again" || true
	for entry in "$@"; do
		suite_count "${entry%:*}" <"$log" >>"$summary"
	done
}

# suite_count NAME: the log of a boot on standard input; its last run of that suite counts.
suite_count() {
	awk -v name="$1" '
	{ sub(/\r$/, "") }
	$1 == "==" && $2 == "suite" && $3 == name {
		inside = 1; n = 0; ok = 0; bad = 0; skip = 0; status = ""
		next
	}
	$1 == "==" && $2 == "end" && $3 == name { inside = 0; status = $4; next }
	!inside { next }
	/^ok / { ok++; line[n++] = "pass " name ": " substr($0, 4) }
	/^not ok / { bad++; line[n++] = "fail " name ": " substr($0, 8) }
	/^skip / { skip++; line[n++] = "skip " name ": " substr($0, 6) }
	END {
		for (i = 0; i < n; i++)
			print line[i]
		if (status == "")
			print "fail " name ": it did not end (see the log)"
		else if (status == 124 || status == 137 || status == 143)
			print "fail " name ": timed out"
		else if (status != 0 && !bad)
			print "fail " name ": exit status " status
		else if (!ok && !bad && !skip)
			print "fail " name ": ran no test"
	}'
}
