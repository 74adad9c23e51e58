// SPDX-License-Identifier: Apache-2.0
/*
 * vcpupin, emulatorpin, iothreadpin: on which host CPUs the threads of a domain run. Without a list
 * of CPUs they show it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "base/util.h"
#include "cli/cpu_list.h"
#include "cli/output.h"
#include "cli/target.h"
#include "domain/domain.h"

struct pin;

/* What differs between the threads that are pinned one by one. */
struct pin_kind {
	const char *command, *key, *member; /* of the supervisor */
	const char *title;		    /* of the column */
	/* [{KEY: n, "cpus": "0-3"}] of the definition; json_free() it. */
	int (*config_list)(const struct pin *pin, struct json **ret_list, struct err *err);
	int (*config_set)(const struct pin *pin, struct domain_cputune *tune, struct err *err);
	int (*missing)(const struct pin *pin, unsigned int scope, size_t n, struct err *err);
};

/* One verb's call. */
struct pin {
	const struct verb_call *call;
	const struct pin_kind *kind; /* NULL: the emulator */
	struct target target;
	unsigned int scope;
	struct idset host;
	bool has_thread;
	uint64_t thread; /* vCPU or I/O thread */
	bool set;
	struct idset cpus; /* when set */
};

static void pin_fini(struct pin *pin)
{
	target_fini(&pin->target);
}

#define AUTO_PIN(name) __attribute__((cleanup(pin_fini))) struct pin name = { 0 }

static int pin_open(const struct verb_call *call, const struct pin_kind *kind, struct pin *ret_pin,
		    struct err *err)
{
	const char *thread = kind ? verb_text(call, kind->key) : NULL,
		   *cpulist = verb_text(call, "cpulist");
	int ret = cpu_list_host(&ret_pin->host, err);

	ret_pin->call = call;
	ret_pin->kind = kind;
	ret_pin->has_thread = thread != NULL;
	if (ret == 0 && thread && number_parse(thread, &ret_pin->thread) < 0)
		ret = err_set(err, ERR_USER, -EINVAL, NULL, "Invalid %s number '%s'", kind->key,
			      thread);
	if (ret == 0)
		ret = target_open(call, &ret_pin->target, err);
	ret_pin->set = cpulist != NULL;
	if (ret == 0 && cpulist)
		ret = cpu_list_parse(cpulist, &ret_pin->host, &ret_pin->cpus, err);
	if (ret == 0)
		ret = target_scope(call, &ret_pin->target, !ret_pin->set, &ret_pin->scope, err);
	return ret;
}

static const char *cpus_text(const struct idset *cpus, char *buf, size_t buf_size)
{
	idset_format(cpus, buf, buf_size);
	return buf;
}

static int pin_list(const struct pin *pin, unsigned int scope, struct json **ret_list,
		    struct err *err)
{
	AUTO(json) info = NULL;
	const struct json *list;
	int ret;

	if (scope == TARGET_CONFIG)
		return pin->kind->config_list(pin, ret_list, err);
	ret = target_info(&pin->target, &info, err);
	if (ret == 0)
		ret = json_get_array(info, pin->kind->member, &list, err);
	if (ret == 0)
		*ret_list = json_ref(list);
	return ret;
}

static void list_append(struct json *list, const char *key, uint64_t thread,
			const struct idset *cpus)
{
	struct json *object = json_new_object();
	char text[CPU_LIST_MAX];

	json_set_u64(object, key, thread);
	json_set_string(object, "cpus", cpus_text(cpus, text, sizeof(text)));
	json_append(list, object);
}

/* A table of threads and CPUs; only the thread that was asked for, if one was. */
static int pin_show(const struct pin *pin, const struct json *list, struct err *err)
{
	const char *const headers[] = { pin->kind->title, "CPU Affinity" };
	const char *key = pin->kind->key;
	AUTO(json) shown = json_new_array();
	AUTO_TABLE(table);

	table_init(&table, 2, headers);
	for (size_t i = 0; i < json_length(list); i++) {
		const struct json *entry = json_at(list, i);
		const char *cpus = "";
		uint64_t thread = 0;
		char number[24];

		if (json_get_u64(entry, key, &thread, err) < 0 ||
		    json_get_string(entry, "cpus", &cpus, err) < 0)
			return err ? err->code : -EINVAL;
		if (pin->has_thread && thread != pin->thread)
			continue;
		snprintf(number, sizeof(number), "%llu", (unsigned long long)thread);
		table_add(&table, (const char *const[]){ number, cpus });
		list_append(shown, key, thread, &IDSET_EMPTY);
		json_set_string((struct json *)json_at(shown, json_length(shown) - 1), "cpus",
				cpus);
	}
	if (verb_json(pin->call))
		return output_json(TAKE_PTR(shown), err);
	return table_print(&table, err);
}

static int pin_must_exist(const struct pin *pin, unsigned int scope, struct err *err)
{
	AUTO(json) list = NULL;
	int ret = pin_list(pin, scope, &list, err);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < json_length(list); i++) {
		uint64_t id;

		if (json_get_u64(json_at(list, i), pin->kind->key, &id, NULL) == 0 &&
		    id == pin->thread)
			return 0;
	}
	return pin->kind->missing(pin, scope, json_length(list), err);
}

static int pin_live(const struct pin *pin, const char *command, struct err *err)
{
	struct json *arguments = json_new_object();
	char text[CPU_LIST_MAX];

	if (pin->kind)
		json_set_u64(arguments, pin->kind->key, pin->thread);
	json_set_string(arguments, "cpulist", cpus_text(&pin->cpus, text, sizeof(text)));
	return target_call(&pin->target, command, arguments, err);
}

static int pin_config(const struct pin *pin, struct err *err)
{
	AUTO(domain_spec) spec = NULL;
	int ret = target_spec(&pin->target, TARGET_CONFIG, &spec, err);

	if (ret < 0)
		return ret;
	spec->cputune.given = true;
	ret = pin->kind->config_set(pin, &spec->cputune, err);
	return ret < 0 ? ret : target_redefine(&pin->target, spec, err);
}

static int pin_set(const struct pin *pin, struct err *err)
{
	int ret = 0;

	for (unsigned int scope = TARGET_LIVE; ret == 0 && scope <= TARGET_CONFIG; scope <<= 1)
		if (pin->scope & scope)
			ret = pin_must_exist(pin, scope, err);
	if (ret == 0 && (pin->scope & TARGET_LIVE))
		ret = pin_live(pin, pin->kind->command, err);
	if (ret == 0 && (pin->scope & TARGET_CONFIG))
		ret = pin_config(pin, err);
	return ret < 0 ? ret : target_silent(pin->call, &pin->target, err);
}

static int pin_run(const struct verb_call *call, const struct pin_kind *kind, struct err *err)
{
	AUTO(json) list = NULL;
	AUTO_PIN(pin);
	int ret = pin_open(call, kind, &pin, err);

	if (ret == 0 && pin.set)
		return pin_set(&pin, err);
	if (ret == 0 && pin.has_thread)
		ret = pin_must_exist(&pin, pin.scope, err);
	if (ret == 0)
		ret = pin_list(&pin, pin.scope, &list, err);
	if (ret < 0)
		return ret;
	if (json_length(list) == 0 && !verb_json(call)) {
		puts("No IOThreads found for the domain"); /* there is always a vCPU */
		return 0;
	}
	return pin_show(&pin, list, err);
}

/* ---- vcpupin ---- */

static int vcpu_config_list(const struct pin *pin, struct json **ret_list, struct err *err)
{
	AUTO(domain_spec) spec = NULL;
	int ret = target_spec(&pin->target, TARGET_CONFIG, &spec, err);

	if (ret < 0)
		return ret;
	*ret_list = json_new_array();
	for (uint64_t i = 0; i < (uint64_t)spec->vcpu.count.value; i++) {
		struct idset cpus;

		cpu_list_of_vcpu(spec, i, &pin->host, &cpus);
		list_append(*ret_list, "vcpu", i, &cpus);
	}
	return 0;
}

static int vcpu_config_set(const struct pin *pin, struct domain_cputune *tune, struct err *err)
{
	struct domain_vcpupin *pins;

	for (size_t i = 0; i < tune->n_vcpupins; i++) {
		if ((uint64_t)tune->vcpupins[i].vcpu.value != pin->thread)
			continue;
		tune->vcpupins[i].cpuset.ids = pin->cpus;
		return 0;
	}
	pins = reallocarray(tune->vcpupins, tune->n_vcpupins + 1, sizeof(*pins));
	if (!pins)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "no memory");
	tune->vcpupins = pins;
	pins[tune->n_vcpupins++] = (struct domain_vcpupin){
		.vcpu = { true, (int64_t)pin->thread },
		.cpuset = { true, pin->cpus },
	};
	return 0;
}

static int vcpu_missing(const struct pin *pin, unsigned int scope, size_t n, struct err *err)
{
	return err_set(
		err, ERR_USER, -EINVAL, NULL, "vCPU %llu is out of range of %s cpu count %zu",
		(unsigned long long)pin->thread, scope == TARGET_LIVE ? "live" : "persistent", n);
}

static const struct pin_kind pin_vcpu = {
	.command = "vcpupin",
	.key = "vcpu",
	.member = "vcpus",
	.title = "VCPU",
	.config_list = vcpu_config_list,
	.config_set = vcpu_config_set,
	.missing = vcpu_missing,
};

static int run_vcpupin(const struct verb_call *call, struct err *err)
{
	if (verb_text(call, "cpulist") && !verb_text(call, "vcpu"))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "vcpupin: Missing vCPU number in pin mode.");
	return pin_run(call, &pin_vcpu, err);
}

/* ---- iothreadpin ---- */

static int iothread_config_list(const struct pin *pin, struct json **ret_list, struct err *err)
{
	AUTO(domain_spec) spec = NULL;
	int ret = target_spec(&pin->target, TARGET_CONFIG, &spec, err);
	uint64_t n;

	if (ret < 0)
		return ret;
	n = spec->iothreads.given ? (uint64_t)spec->iothreads.value : 0;
	n = MAX(n, (uint64_t)spec->iothreadids.n_iothreads);
	*ret_list = json_new_array();
	for (uint64_t i = 0; i < n; i++) {
		uint64_t id = i < spec->iothreadids.n_iothreads
				      ? (uint64_t)spec->iothreadids.iothreads[i].id.value
				      : i + 1;
		struct idset cpus;

		cpu_list_of_iothread(spec, id, &pin->host, &cpus);
		list_append(*ret_list, "iothread", id, &cpus);
	}
	return 0;
}

static int iothread_config_set(const struct pin *pin, struct domain_cputune *tune, struct err *err)
{
	struct domain_iothreadpin *pins;

	for (size_t i = 0; i < tune->n_iothreadpins; i++) {
		if ((uint64_t)tune->iothreadpins[i].iothread.value != pin->thread)
			continue;
		tune->iothreadpins[i].cpuset.ids = pin->cpus;
		return 0;
	}
	pins = reallocarray(tune->iothreadpins, tune->n_iothreadpins + 1, sizeof(*pins));
	if (!pins)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "no memory");
	tune->iothreadpins = pins;
	pins[tune->n_iothreadpins++] = (struct domain_iothreadpin){
		.iothread = { true, (int64_t)pin->thread },
		.cpuset = { true, pin->cpus },
	};
	return 0;
}

static int iothread_missing(const struct pin *pin, unsigned int scope, size_t n, struct err *err)
{
	(void)scope;
	return err_set(err, ERR_USER, -EINVAL, NULL,
		       "invalid argument: iothread %llu not found; the domain has %zu",
		       (unsigned long long)pin->thread, n);
}

static const struct pin_kind pin_iothread = {
	.command = "iothreadpin",
	.key = "iothread",
	.member = "iothreads",
	.title = "IOThread ID",
	.config_list = iothread_config_list,
	.config_set = iothread_config_set,
	.missing = iothread_missing,
};

static int run_iothreadpin(const struct verb_call *call, struct err *err)
{
	return pin_run(call, &pin_iothread, err);
}

/* ---- emulatorpin ---- */

static int emulatorpin_config(const struct pin *pin, struct err *err)
{
	AUTO(domain_spec) spec = NULL;
	int ret = target_spec(&pin->target, TARGET_CONFIG, &spec, err);

	if (ret < 0)
		return ret;
	spec->cputune.given = true;
	spec->cputune.emulatorpin = (struct domain_emulatorpin){ .given = true,
								 .cpuset = { true, pin->cpus } };
	return target_redefine(&pin->target, spec, err);
}

static int emulator_cpus(const struct pin *pin, char *buf, size_t buf_size, struct err *err)
{
	AUTO(domain_spec) spec = NULL;
	AUTO(json) info = NULL;
	const char *text;
	struct idset cpus;
	int ret;

	if (pin->scope == TARGET_LIVE) {
		ret = target_info(&pin->target, &info, err);
		if (ret == 0)
			ret = json_get_string(info, "emulator-cpus", &text, err);
		if (ret == 0)
			snprintf(buf, buf_size, "%s", text);
		return ret;
	}
	ret = target_spec(&pin->target, TARGET_CONFIG, &spec, err);
	if (ret < 0)
		return ret;
	cpu_list_of_emulator(spec, &pin->host, &cpus);
	cpus_text(&cpus, buf, buf_size);
	return 0;
}

static int emulatorpin_show(const struct pin *pin, struct err *err)
{
	char cpus[CPU_LIST_MAX];
	struct json *object;
	int ret = emulator_cpus(pin, cpus, sizeof(cpus), err);

	if (ret < 0)
		return ret;
	if (verb_json(pin->call)) {
		object = json_new_object();
		json_set_string(object, "cpus", cpus);
		return output_json(object, err);
	}
	printf("emulator: CPU Affinity\n----------------------------------\n       *: %s\n", cpus);
	return 0;
}

static int run_emulatorpin(const struct verb_call *call, struct err *err)
{
	AUTO_PIN(pin);
	int ret = pin_open(call, NULL, &pin, err);

	if (ret < 0)
		return ret;
	if (!pin.set)
		return emulatorpin_show(&pin, err);
	if (pin.scope & TARGET_LIVE)
		ret = pin_live(&pin, "emulatorpin", err);
	if (ret == 0 && (pin.scope & TARGET_CONFIG))
		ret = emulatorpin_config(&pin, err);
	return ret < 0 ? ret : target_silent(call, &pin.target, err);
}

#define CPULIST_ARG                                                                          \
	{                                                                                    \
		.kind = VERB_POSITIONAL, .name = "cpulist", .placeholder = "CPUS",           \
		.help = "host CPUs, such as 0-3,^2, or r for all; without it they are shown" \
	}

static const struct verb_arg vcpupin_args[] = {
	TARGET_ARG(VERB_DOMAIN),
	{ .kind = VERB_POSITIONAL,
	  .name = "vcpu",
	  .placeholder = "VCPU",
	  .help = "number of the vCPU" },
	CPULIST_ARG,
	TARGET_SCOPE_ARGS,
	{ 0 },
};

static const struct verb_arg emulatorpin_args[] = {
	TARGET_ARG(VERB_DOMAIN),
	CPULIST_ARG,
	TARGET_SCOPE_ARGS,
	{ 0 },
};

static const struct verb_arg iothreadpin_args[] = {
	TARGET_ARG(VERB_DOMAIN),
	{ .kind = VERB_POSITIONAL,
	  .name = "iothread",
	  .placeholder = "IOTHREAD",
	  .help = "number of the I/O thread" },
	CPULIST_ARG,
	TARGET_SCOPE_ARGS,
	{ 0 },
};

extern const struct verb verb_vcpupin, verb_emulatorpin, verb_iothreadpin;

const struct verb verb_vcpupin = {
	.name = "vcpupin",
	.group = "Placement",
	.summary = "show or change on which host CPUs the vCPUs run",
	.args = vcpupin_args,
	.run = run_vcpupin,
};

const struct verb verb_emulatorpin = {
	.name = "emulatorpin",
	.group = "Placement",
	.summary = "show or change on which host CPUs the emulator's own threads run",
	.args = emulatorpin_args,
	.run = run_emulatorpin,
};

const struct verb verb_iothreadpin = {
	.name = "iothreadpin",
	.group = "Placement",
	.summary = "show or change on which host CPUs the I/O threads run",
	.args = iothreadpin_args,
	.run = run_iothreadpin,
};
