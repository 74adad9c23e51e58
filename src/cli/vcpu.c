// SPDX-License-Identifier: Apache-2.0
/* vcpuinfo, vcpucount. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cpu_list.h"
#include "cli/output.h"
#include "cli/target.h"
#include "domain/domain.h"

/* ---- vcpuinfo ---- */

/* One "y" or "-" for each CPU of the host, or with --pretty the list. */
static void print_affinity(const struct idset *cpus, const struct idset *host, bool pretty)
{
	char text[CPU_LIST_MAX];

	printf("%-15s ", "CPU Affinity:");
	if (pretty) {
		idset_format(cpus, text, sizeof(text));
		printf("%s (out of %d)\n", text, idset_last(host) + 1);
		return;
	}
	for (int cpu = 0; cpu <= idset_last(host); cpu++)
		putchar(idset_has(cpus, (unsigned int)cpu) ? 'y' : '-');
	putchar('\n');
}

static int print_running_vcpu(const struct json *vcpu, const struct idset *host, bool pretty,
			      struct err *err)
{
	uint64_t number, cpu_time_ns = 0;
	int64_t cpu = -1;
	const char *cpus, *state = "running";
	struct idset set;
	int ret = json_get_u64(vcpu, "vcpu", &number, err);

	if (ret == 0)
		ret = json_get_string(vcpu, "cpus", &cpus, err);
	if (ret == 0)
		ret = idset_parse(cpus, IDSET_MAX, &set, err);
	if (ret < 0)
		return ret;
	(void)json_get_i64(vcpu, "cpu", &cpu, NULL);
	(void)json_get_u64(vcpu, "cpu-time-ns", &cpu_time_ns, NULL);
	(void)json_get_string(vcpu, "state", &state, NULL);
	printf("%-15s %" PRIu64 "\n%-15s %" PRId64 "\n%-15s %s\n%-15s %.1fs\n", "VCPU:", number,
	       "CPU:", cpu, "State:", state, "CPU time:", (double)cpu_time_ns / 1e9);
	print_affinity(&set, host, pretty);
	return 0;
}

static int vcpuinfo_running(const struct verb_call *call, const struct target *target,
			    const struct idset *host, struct err *err)
{
	AUTO(json) info = NULL;
	const struct json *vcpus;
	int ret = target_info(target, &info, err);

	if (ret == 0)
		ret = json_get_array(info, "vcpus", &vcpus, err);
	if (ret == 0 && verb_json(call))
		return output_json(json_ref(vcpus), err);
	for (size_t i = 0; ret == 0 && i < json_length(vcpus); i++) {
		if (i)
			putchar('\n');
		ret = print_running_vcpu(json_at(vcpus, i), host, verb_flag(call, "pretty"), err);
	}
	return ret;
}

static struct json *defined_vcpu_json(unsigned int vcpu, const struct idset *cpus)
{
	struct json *object = json_new_object();
	char text[CPU_LIST_MAX];

	idset_format(cpus, text, sizeof(text));
	json_set_u64(object, "vcpu", vcpu);
	json_set_string(object, "cpus", text);
	return object;
}

static int vcpuinfo_defined(const struct verb_call *call, const struct target *target,
			    const struct idset *host, struct err *err)
{
	AUTO(domain_spec) spec = NULL;
	AUTO(json) array = json_new_array();
	int ret = target_spec(target, TARGET_CONFIG, &spec, err);

	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < (uint64_t)spec->vcpu.count.value; i++) {
		struct idset cpus;

		cpu_list_of_vcpu(spec, i, host, &cpus);
		json_append(array, defined_vcpu_json(i, &cpus));
		if (verb_json(call))
			continue;
		printf("%s%-15s %u\n%-15s N/A\n%-15s N/A\n%-15s N/A\n", i ? "\n" : "", "VCPU:", i,
		       "CPU:", "State:", "CPU time:");
		print_affinity(&cpus, host, verb_flag(call, "pretty"));
	}
	return verb_json(call) ? output_json(TAKE_PTR(array), err) : 0;
}

static int run_vcpuinfo(const struct verb_call *call, struct err *err)
{
	struct idset host;
	AUTO_TARGET(target);
	int ret = cpu_list_host(&host, err);

	if (ret == 0)
		ret = target_open(call, &target, err);
	if (ret < 0)
		return ret;
	return target_runs(&target) ? vcpuinfo_running(call, &target, &host, err)
				    : vcpuinfo_defined(call, &target, &host, err);
}

/* ---- vcpucount ---- */

struct vcpu_counts {
	bool has_config, has_live;
	uint64_t maximum_config, current_config, maximum_live, current_live;
};

static int counts_config(const struct target *target, struct vcpu_counts *counts, struct err *err)
{
	AUTO(domain_spec) spec = NULL;
	int ret = target_spec(target, TARGET_CONFIG, &spec, err);

	if (ret < 0)
		return ret;
	counts->has_config = true;
	counts->maximum_config = (uint64_t)spec->vcpu.count.value;
	counts->current_config = spec->vcpu.current.given ? (uint64_t)spec->vcpu.current.value
							  : counts->maximum_config;
	return 0;
}

static int counts_live(const struct target *target, struct vcpu_counts *counts, struct err *err)
{
	AUTO(json) info = NULL;
	const struct json *vcpus;
	int ret = target_info(target, &info, err);

	if (ret == 0)
		ret = json_get_u64(info, "vcpus-max", &counts->maximum_live, err);
	if (ret == 0)
		ret = json_get_array(info, "vcpus", &vcpus, err);
	if (ret < 0)
		return ret;
	counts->has_live = true;
	counts->current_live = json_length(vcpus);
	return 0;
}

static int counts_json(const struct vcpu_counts *counts, struct err *err)
{
	struct json *object = json_new_object();

	if (counts->has_config) {
		json_set_u64(object, "maximum-config", counts->maximum_config);
		json_set_u64(object, "current-config", counts->current_config);
	}
	if (counts->has_live) {
		json_set_u64(object, "maximum-live", counts->maximum_live);
		json_set_u64(object, "current-live", counts->current_live);
	}
	return output_json(object, err);
}

static void counts_print(const struct vcpu_counts *counts)
{
	static const char format[] = "%-12s %-12s %3" PRIu64 "\n";

	if (counts->has_config)
		printf(format, "maximum", "config", counts->maximum_config);
	if (counts->has_live)
		printf(format, "maximum", "live", counts->maximum_live);
	if (counts->has_config)
		printf(format, "current", "config", counts->current_config);
	if (counts->has_live)
		printf(format, "current", "live", counts->current_live);
}

/* One number needs to know of which: virsh asks for both flags. */
static int check_vcpucount(const struct verb_call *call, bool *ret_one, struct err *err)
{
	bool which = verb_flag(call, "maximum") || verb_flag(call, "active");
	bool scope = verb_flag(call, "live") || verb_flag(call, "config") ||
		     verb_flag(call, "current");

	if (verb_flag(call, "maximum") && verb_flag(call, "active"))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Options --maximum and --active are mutually exclusive");
	if (which && !scope)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "when using --%s, one of --config, --live or --current must be "
			       "specified",
			       verb_flag(call, "maximum") ? "maximum" : "active");
	if (scope && !which)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "when using --%s, either --maximum or --active must be specified",
			       verb_flag(call, "live")	   ? "live"
			       : verb_flag(call, "config") ? "config"
							   : "current");
	*ret_one = which;
	return 0;
}

static int print_one(const struct verb_call *call, const struct target *target, struct err *err)
{
	struct vcpu_counts counts = { 0 };
	bool maximum = verb_flag(call, "maximum");
	unsigned int scope;
	int ret = target_scope(call, target, true, &scope, err);

	if (ret == 0)
		ret = scope == TARGET_LIVE ? counts_live(target, &counts, err)
					   : counts_config(target, &counts, err);
	if (ret < 0)
		return ret;
	if (verb_json(call))
		return counts_json(&counts, err);
	if (scope == TARGET_LIVE)
		printf("%" PRIu64 "\n", maximum ? counts.maximum_live : counts.current_live);
	else
		printf("%" PRIu64 "\n", maximum ? counts.maximum_config : counts.current_config);
	return 0;
}

static int run_vcpucount(const struct verb_call *call, struct err *err)
{
	struct vcpu_counts counts = { 0 };
	bool one = false;
	AUTO_TARGET(target);
	int ret = check_vcpucount(call, &one, err);

	if (ret == 0)
		ret = target_open(call, &target, err);
	if (ret < 0)
		return ret;
	if (one)
		return print_one(call, &target, err);
	if (target.domain.persistent)
		ret = counts_config(&target, &counts, err);
	if (ret == 0 && target_runs(&target))
		ret = counts_live(&target, &counts, err);
	if (ret < 0)
		return ret;
	if (verb_json(call))
		return counts_json(&counts, err);
	counts_print(&counts);
	return 0;
}

static const struct verb_arg vcpuinfo_args[] = {
	TARGET_ARG(VERB_DOMAIN),
	{ .kind = VERB_FLAG, .name = "pretty", .help = "print CPUs as a list" },
	{ 0 },
};

static const struct verb_arg vcpucount_args[] = {
	TARGET_ARG(VERB_DOMAIN),
	{ .kind = VERB_FLAG, .name = "maximum", .help = "print only the maximum" },
	{ .kind = VERB_FLAG, .name = "active", .help = "print only the number in use" },
	{ .kind = VERB_FLAG, .name = "live", .help = "of the running domain" },
	{ .kind = VERB_FLAG, .name = "config", .help = "of the definition" },
	{ .kind = VERB_FLAG,
	  .name = "current",
	  .help = "of the running domain, or the definition of one that does not run" },
	{ 0 },
};

extern const struct verb verb_vcpuinfo, verb_vcpucount;

const struct verb verb_vcpuinfo = {
	.name = "vcpuinfo",
	.group = "Placement",
	.summary = "show each vCPU: where it runs and where it may",
	.args = vcpuinfo_args,
	.run = run_vcpuinfo,
};

const struct verb verb_vcpucount = {
	.name = "vcpucount",
	.group = "Placement",
	.summary = "show how many vCPUs a domain has",
	.args = vcpucount_args,
	.run = run_vcpucount,
};
