# report.awk: samples to JSON (in the file `json`) and a table (standard output); docs/benchmarks.md.
#
# Input: lines `sample FIGURE WHO VALUE` and `host TEXT`; others are passed over.  A figure's value is
# the median of its samples.

# The figures in the order of the table; unit, divisor for the table, aim as a ratio to QEMU (or absolute, as text).
function figure(name, text, unit, divisor, aim) {
	order[++n_order] = name
	texts[name] = text
	units[name] = unit
	divisors[name] = divisor
	aims[name] = aim
}

BEGIN {
	figure("first-instruction-ns", "start to first guest instruction", "ms", 1e6, "<= 0.10")
	figure("first-instruction-count", "the same, user-space instructions", "M", 1e6, "<= 0.10")
	figure("guest-init-vmlinux-ns", "start to guest init, vmlinux", "s", 1e9, "<= 0.80")
	figure("guest-init-bzImage-ns", "start to guest init, bzImage", "s", 1e9, "<= 0.80")
	figure("resident-paused-rss-kib", "resident, guest not started", "MiB", 1024, "<= 5 MiB")
	figure("resident-paused-anonymous-kib", "  of that anonymous", "MiB", 1024, "")
	figure("resident-paused-pss-kib", "  proportional share", "MiB", 1024, "")
	figure("resident-booted-rss-kib", "resident, guest has booted", "MiB", 1024, "<= 5 MiB")
	figure("resident-booted-anonymous-kib", "  of that anonymous", "MiB", 1024, "")
	figure("resident-booted-pss-kib", "  proportional share", "MiB", 1024, "")
	figure("prealloc-1", "preallocation, 1 thread", "GiB/s", 1, "")
	figure("prealloc-4", "preallocation, 4 threads", "GiB/s", 1, "")
	figure("prealloc-bind", "bound to the other node, 2 threads", "GiB/s", 1, "")
	figure("prealloc-slow", "bound to a node without CPUs, 2 threads", "GiB/s", 1, "")
}

$1 == "host" {
	host = substr($0, 6)
}

$1 == "sample" && NF == 4 {
	if (!(($2, $3) in count))
		keys[++n_keys] = $2 SUBSEP $3
	count[$2, $3]++
	value[$2, $3, count[$2, $3]] = $4 + 0
}

function sort_samples(f, w,   n, i, j, t) {
	n = count[f, w]
	for (i = 1; i <= n; i++)
		sorted[i] = value[f, w, i]
	for (i = 2; i <= n; i++) {
		t = sorted[i]
		for (j = i - 1; j >= 1 && sorted[j] > t; j--)
			sorted[j + 1] = sorted[j]
		sorted[j + 1] = t
	}
	return n
}

function median(f, w,   n) {
	n = sort_samples(f, w)
	return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}

function minimum(f, w) {
	sort_samples(f, w)
	return sorted[1]
}

# The rate of populating 256 MiB: what it takes longer than the same start without.
function rates(   i, w, kind, took) {
	split("1 4 bind slow", kinds, " ")
	for (i = 1; i in kinds; i++)
		for (w = 1; w <= 2; w++) {
			who = w == 1 ? "terrace" : "qemu"
			kind = "prealloc-" kinds[i]
			if (!((kind "-ns", who) in count) || !(("prealloc-none-ns", who) in count))
				continue
			took = median(kind "-ns", who) - median("prealloc-none-ns", who)
			if (took > 0) {
				count[kind, who] = 1
				value[kind, who, 1] = 0.25e9 / took
			}
		}
}

function quoted(s) {
	gsub(/[\\"]/, "\\\\&", s)
	return "\"" s "\""
}

function number(x) {
	return sprintf(x >= 1000 ? "%.0f" : "%.4g", x)
}

function json_samples(f, w,   i, s) {
	for (i = 1; i <= count[f, w]; i++)
		s = s (i > 1 ? ", " : "") number(value[f, w, i])
	return "[" s "]"
}

function write_json(   i, key, comma) {
	printf "{\n  \"schema\": 1,\n  \"version\": %s,\n  \"host\": %s,\n  \"figures\": [\n", quoted(version), quoted(host) >json
	for (i = 1; i <= n_keys; i++) {
		split(keys[i], key, SUBSEP)
		comma = i < n_keys ? "," : ""
		printf "    {\"figure\": %s, \"program\": %s, \"median\": %s, \"minimum\": %s, \"samples\": %s}%s\n", \
			quoted(key[1]), quoted(key[2]), number(median(key[1], key[2])), \
			number(minimum(key[1], key[2])), json_samples(key[1], key[2]), comma >json
	}
	printf "  ],\n  \"ratios\": {\n" >json
	comma = ""
	for (i = 1; i <= n_order; i++)
		if ((order[i], "terrace") in count && (order[i], "qemu") in count) {
			printf "%s    %s: %.4f", comma, quoted(order[i]), \
				median(order[i], "terrace") / median(order[i], "qemu") >json
			comma = ",\n"
		}
	printf "\n  }\n}\n" >json
	close(json)
}

function shown(f, w) {
	return (f, w) in count ? sprintf("%.2f", median(f, w) / divisors[f]) : "-"
}

# Of the fastest samples: a disturbance can only add.  A rate has one value, made of medians.
function best_ratio(f) {
	if (f ~ /^prealloc/ || !((f, "terrace") in count) || !((f, "qemu") in count))
		return ""
	return sprintf("%.3f", minimum(f, "terrace") / minimum(f, "qemu"))
}

function write_table(   i, f, ratio, rows, name) {
	print host
	printf "%-42s %-6s %10s %10s %7s %7s  %s\n", "median", "", "terrace", "QEMU", "ratio", "best", "aim"
	for (i = 1; i <= n_order; i++) {
		f = order[i]
		if (!((f, "terrace") in count) && !((f, "qemu") in count))
			continue
		ratio = "-"
		if ((f, "terrace") in count && (f, "qemu") in count)
			ratio = sprintf("%.3f", median(f, "terrace") / median(f, "qemu"))
		printf "%-42s %-6s %10s %10s %7s %7s  %s\n", texts[f], units[f], shown(f, "terrace"), shown(f, "qemu"), ratio, \
			best_ratio(f), aims[f]
	}
	split("qemu-kernel qemu-microvm", rows, " ")
	for (i = 1; i in rows; i++)
		if (("first-instruction-ns", rows[i]) in count)
			printf "%-42s %-6s %10s %10s %7.3f\n", "first guest instruction, " rows[i], "ms", shown("first-instruction-ns", "terrace"), \
				shown("first-instruction-ns", rows[i]), \
				median("first-instruction-ns", "terrace") / median("first-instruction-ns", rows[i])
}

END {
	if (!n_keys)
		exit 1
	rates()
	# The rates are figures like the others.
	for (i = 1; i <= n_order; i++)
		if (order[i] ~ /^prealloc-/)
			for (w = 1; w <= 2; w++) {
				who = w == 1 ? "terrace" : "qemu"
				if ((order[i], who) in count)
					keys[++n_keys] = order[i] SUBSEP who
			}
	write_json()
	write_table()
}
