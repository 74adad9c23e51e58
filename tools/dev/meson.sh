# meson.sh: configure, compile and test with Meson, and read what the tests said.
# shellcheck shell=bash

# meson_ready DIR [OPTION...]: configures once; Meson looks after changes itself.
meson_ready() {
	local dir=$1
	shift
	[ -e meson.build ] || die "no meson.build here; nothing to compile"
	if [ ! -e "$dir/build.ninja" ]; then
		run meson setup "$@" "$dir" >&2 || die "meson setup failed; see $dir/meson-logs/meson-log.txt"
	fi
	run ninja -C "$dir" >&2 || die "compiling in $dir failed"
}

# meson_tests SUMMARY DIR: runs them all; appends `pass|fail|skip NAME: TEXT` lines.
meson_tests() {
	local summary=$1 dir=$2 log=$2/meson-logs/testlog.json
	rm -f "$log"
	run meson test -C "$dir" --no-rebuild --print-errorlogs >&2 || true
	if [ ! -e "$log" ]; then
		echo "fail meson: no test ran in $dir" >>"$summary"
		return
	fi
	meson_count <"$log" >>"$summary"
}

# One JSON object per line; `result` and `name` are plain strings in it.  The reason of a
# skip is the last line that the test printed.
meson_count() {
	awk '
	# The text of a string member up to the next member; a quote inside is \\".
	function field(name,   key, at, s) {
		key = "\"" name "\": \""
		at = index($0, key)
		if (!at)
			return ""
		s = substr($0, at + length(key))
		at = match(s, /", "[a-z]+": /)
		return at ? substr(s, 1, at - 1) : substr(s, 1, index(s, "\"") - 1)
	}
	{
		name = field("name")
		result = field("result")
		if (result == "OK" || result == "EXPECTEDFAIL")
			print "pass " name ": " result
		else if (result == "SKIP") {
			text = field("stdout")
			gsub(/(\\n)+$/, "", text)
			sub(/.*\\n/, "", text)
			print "skip " name ": " (text != "" ? text : "gives no reason")
		} else
			print "fail " name ": " (result != "" ? result : "no result")
	}'
}

# summary_print FILE: skips and failures by name, then the one line; status 1 when
# something failed or nothing ran.
summary_print() {
	local passed failed skipped
	grep '^skip ' "$1" | sed 's/^skip /skipped: /' || true
	grep '^fail ' "$1" | sed 's/^fail /FAILED: /' || true
	passed=$(grep -c '^pass ' "$1" || true)
	failed=$(grep -c '^fail ' "$1" || true)
	skipped=$(grep -c '^skip ' "$1" || true)
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
