// SPDX-License-Identifier: Apache-2.0
/* dominfo, domstate, domid, domname, domuuid. */
#include <inttypes.h>
#include <stdio.h>

#include "base/util.h"
#include "cli/output.h"
#include "cli/target.h"
#include "domain/domain.h"

struct domain_figures {
	uint64_t max_memory_kib, memory_kib, cpu_time_ns, vcpus;
};

static int figures_running(const struct target *target, struct domain_figures *ret_figures,
			   struct err *err)
{
	struct domain_figures figures = { 0 };
	AUTO(json) info = NULL;
	const struct json *vcpus;
	int ret = target_info(target, &info, err);

	if (ret == 0)
		ret = json_get_u64(info, "memory-max-kib", &figures.max_memory_kib, err);
	if (ret == 0)
		ret = json_get_u64(info, "memory-kib", &figures.memory_kib, err);
	if (ret == 0)
		ret = json_get_u64(info, "cpu-time-ns", &figures.cpu_time_ns, err);
	if (ret == 0)
		ret = json_get_array(info, "vcpus", &vcpus, err);
	if (ret < 0)
		return ret;
	figures.vcpus = json_length(vcpus);
	*ret_figures = figures;
	return 0;
}

static int figures_defined(const struct target *target, struct domain_figures *ret_figures,
			   struct err *err)
{
	AUTO(domain_spec) spec = NULL;
	int ret = target_spec(target, TARGET_CONFIG, &spec, err);

	if (ret < 0)
		return ret;
	*ret_figures = (struct domain_figures){
		.max_memory_kib = (uint64_t)spec->memory.size_bytes.value / KIB,
		.memory_kib = (uint64_t)spec->current_memory_bytes.value / KIB,
		.vcpus = (uint64_t)(spec->vcpu.current.given ? spec->vcpu.current.value
							     : spec->vcpu.count.value),
	};
	return 0;
}

static void print_text(const struct manager_domain *domain, const struct domain_figures *figures)
{
	if (domain->id < 0)
		printf("%-15s %s\n", "Id:", "-");
	else
		printf("%-15s %d\n", "Id:", domain->id);
	printf("%-15s %s\n", "Name:", domain->name);
	printf("%-15s %s\n", "UUID:", domain->uuid);
	printf("%-15s %s\n", "OS Type:", "hvm");
	printf("%-15s %s\n", "State:", manager_state_name(domain->state));
	printf("%-15s %" PRIu64 "\n", "CPU(s):", figures->vcpus);
	if (figures->cpu_time_ns)
		printf("%-15s %.1fs\n", "CPU time:", (double)figures->cpu_time_ns / 1e9);
	printf("%-15s %" PRIu64 " KiB\n", "Max memory:", figures->max_memory_kib);
	printf("%-15s %" PRIu64 " KiB\n", "Used memory:", figures->memory_kib);
	printf("%-15s %s\n", "Persistent:", domain->persistent ? "yes" : "no");
	printf("%-15s %s\n", "Autostart:", "disable");
	printf("%-15s %s\n", "Managed save:", "no");
}

static int print_json(const struct target *target, const struct domain_figures *figures,
		      struct err *err)
{
	struct json *object = target_domain_json(&target->domain);

	json_set_string(object, "os-type", "hvm");
	json_set_u64(object, "vcpus", figures->vcpus);
	json_set_u64(object, "cpu-time-ns", figures->cpu_time_ns);
	json_set_u64(object, "max-memory-kib", figures->max_memory_kib);
	json_set_u64(object, "memory-kib", figures->memory_kib);
	return output_json(object, err);
}

static int run_dominfo(const struct verb_call *call, struct err *err)
{
	struct domain_figures figures = { 0 };
	AUTO_TARGET(target);
	int ret = target_open(call, &target, err);

	if (ret == 0)
		ret = target_runs(&target) ? figures_running(&target, &figures, err)
					   : figures_defined(&target, &figures, err);
	if (ret < 0)
		return ret;
	if (verb_json(call))
		return print_json(&target, &figures, err);
	print_text(&target.domain, &figures);
	return 0;
}

static int run_domstate(const struct verb_call *call, struct err *err)
{
	AUTO_TARGET(target);
	int ret = target_open(call, &target, err);

	if (ret < 0)
		return ret;
	if (verb_json(call))
		return output_json(target_domain_json(&target.domain), err);
	printf("%s", manager_state_name(target.domain.state));
	if (verb_flag(call, "reason"))
		printf(" (%s)", target.domain.reason[0] ? target.domain.reason : "unknown");
	putchar('\n');
	return 0;
}

static int run_domid(const struct verb_call *call, struct err *err)
{
	AUTO_TARGET(target);
	int ret = target_open(call, &target, err);

	if (ret < 0)
		return ret;
	if (verb_json(call))
		return output_json(target_domain_json(&target.domain), err);
	if (target_runs(&target))
		printf("%d\n", target.domain.id);
	else
		puts("-");
	return 0;
}

static int run_domname(const struct verb_call *call, struct err *err)
{
	AUTO_TARGET(target);
	int ret = target_open(call, &target, err);

	if (ret < 0)
		return ret;
	if (verb_json(call))
		return output_json(target_domain_json(&target.domain), err);
	puts(target.domain.name);
	return 0;
}

static int run_domuuid(const struct verb_call *call, struct err *err)
{
	AUTO_TARGET(target);
	int ret = target_open(call, &target, err);

	if (ret < 0)
		return ret;
	if (verb_json(call))
		return output_json(target_domain_json(&target.domain), err);
	puts(target.domain.uuid);
	return 0;
}

static const struct verb_arg domain_args[] = { TARGET_ARG(VERB_DOMAIN), { 0 } };

static const struct verb_arg domstate_args[] = {
	TARGET_ARG(VERB_DOMAIN),
	{ .kind = VERB_FLAG, .name = "reason", .help = "also say why it is in this state" },
	{ 0 },
};

extern const struct verb verb_dominfo, verb_domstate, verb_domid, verb_domname, verb_domuuid;

const struct verb verb_dominfo = {
	.name = "dominfo",
	.group = "Domain",
	.summary = "show what a domain is and what it uses",
	.args = domain_args,
	.run = run_dominfo,
};

const struct verb verb_domstate = {
	.name = "domstate",
	.group = "Domain",
	.summary = "print the state of a domain",
	.args = domstate_args,
	.run = run_domstate,
};

const struct verb verb_domid = {
	.name = "domid",
	.group = "Domain",
	.summary = "print the id of a running domain",
	.args = domain_args,
	.run = run_domid,
};

const struct verb verb_domname = {
	.name = "domname",
	.group = "Domain",
	.summary = "print the name of a domain",
	.args = domain_args,
	.run = run_domname,
};

const struct verb verb_domuuid = {
	.name = "domuuid",
	.group = "Domain",
	.summary = "print the UUID of a domain",
	.args = domain_args,
	.run = run_domuuid,
};
