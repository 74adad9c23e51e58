/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of the human monitor: one row each. The texts are QEMU's (10.0, "info ..."), so that
 * scripts that read them go on working.
 */
#include <inttypes.h>
#include <string.h>

#include "base/size.h"
#include "base/util.h"
#include "vmm/monitor/hmp.h"

static const char *text_of(const struct json *object, const char *name)
{
	const struct json *member = json_member(object, name);

	return member ? json_as_string(member) : "";
}

static uint64_t number_of(const struct json *object, const char *name)
{
	uint64_t value = 0;

	(void)json_get_u64(object, name, &value, NULL);
	return value;
}

static void add_list(struct strbuf *out, const struct json *list)
{
	for (size_t i = 0; list && i < json_length(list); i++) {
		uint64_t id = 0;

		(void)json_as_u64(json_at(list, i), &id);
		strbuf_addf(out, " %" PRIu64, id);
	}
	strbuf_add_text(out, "\n");
}

static void print_status(const struct json *value, struct strbuf *out)
{
	const char *status = text_of(value, "status");
	bool running = json_as_bool(json_member(value, "running"));

	strbuf_addf(out, "VM status: %s", running ? "running" : "paused");
	if (!running && strcmp(status, "paused"))
		strbuf_addf(out, " (%s)", status);
	strbuf_add_text(out, "\n");
}

static void print_name(const struct json *value, struct strbuf *out)
{
	if (json_member(value, "name"))
		strbuf_addf(out, "%s\n", text_of(value, "name"));
}

static void print_uuid(const struct json *value, struct strbuf *out)
{
	strbuf_addf(out, "%s\n", text_of(value, "UUID"));
}

static void print_kvm(const struct json *value, struct strbuf *out)
{
	strbuf_addf(out, "kvm support: %s\n",
		    json_as_bool(json_member(value, "enabled")) ? "enabled" : "disabled");
}

static void print_version(const struct json *value, struct strbuf *out)
{
	(void)value;
	strbuf_add_text(out, "terrace-vmm " TERRACE_VERSION "\n");
}

static void print_cpus(const struct json *value, struct strbuf *out)
{
	for (size_t i = 0; i < json_length(value); i++) {
		const struct json *cpu = json_at(value, i);

		strbuf_addf(out, "%c CPU #%" PRIu64 ": thread_id=%" PRIu64 "\n", i ? ' ' : '*',
			    number_of(cpu, "cpu-index"), number_of(cpu, "thread-id"));
	}
}

static void print_memdev(const struct json *value, struct strbuf *out)
{
	static const char *const flags[] = { "merge", "dump", "prealloc", "share", "reserve" };

	for (size_t i = 0; i < json_length(value); i++) {
		const struct json *backend = json_at(value, i);

		strbuf_addf(out, "memory backend: %s\n", text_of(backend, "id"));
		strbuf_addf(out, "  size:  %" PRIu64 "\n", number_of(backend, "size"));
		for (size_t f = 0; f < ARRAY_SIZE(flags); f++)
			strbuf_addf(out, "  %s: %s\n", flags[f],
				    json_as_bool(json_member(backend, flags[f])) ? "true"
										 : "false");
		strbuf_addf(out, "  policy: %s\n  host nodes:", text_of(backend, "policy"));
		add_list(out, json_member(backend, "host-nodes"));
	}
	strbuf_add_text(out, "\n");
}

static void print_numa(const struct json *value, struct strbuf *out)
{
	strbuf_addf(out, "%zu nodes\n", json_length(value));
	for (size_t i = 0; i < json_length(value); i++) {
		const struct json *cell = json_at(value, i);
		uint64_t id = number_of(cell, "node-id");

		strbuf_addf(out, "node %" PRIu64 " cpus:", id);
		add_list(out, json_member(cell, "cpus"));
		strbuf_addf(out, "node %" PRIu64 " size: %" PRIu64 " MB\n", id,
			    number_of(cell, "size") / MIB);
		strbuf_addf(out, "node %" PRIu64 " plugged: 0 MB\n", id);
	}
}

static void print_memory_size_summary(const struct json *value, struct strbuf *out)
{
	strbuf_addf(out, "base memory: %" PRIu64 "\nplugged memory: %" PRIu64 "\n",
		    number_of(value, "base-memory"), number_of(value, "plugged-memory"));
}

static void add_help(struct strbuf *out, const char *prefix, const struct hmp_command *rows,
		     size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++)
		strbuf_addf(out, "%s%s%s%s -- %s\n", prefix, rows[i].name, rows[i].alias ? "|" : "",
			    rows[i].alias ? rows[i].alias : "", rows[i].help);
}

static void print_help(const struct json *value, struct strbuf *out)
{
	(void)value;
	add_help(out, "", hmp_commands, hmp_command_count);
	add_help(out, "info ", hmp_info_commands, hmp_info_command_count);
}

const struct hmp_command hmp_commands[] = {
	{ "help", "?", NULL, print_help, "show the commands" },
	{ "cont", "c", "cont", NULL, "start or resume the vCPUs" },
	{ "quit", "q", "quit", NULL, "end the machine at once" },
	{ "stop", "s", "stop", NULL, "stop the vCPUs" },
	{ "system_powerdown", NULL, "system_powerdown", NULL, "press the ACPI power button" },
	{ "system_reset", NULL, "system_reset", NULL, "reset the machine" },
};
const size_t hmp_command_count = ARRAY_SIZE(hmp_commands);

const struct hmp_command hmp_info_commands[] = {
	{ "cpus", NULL, "query-cpus-fast", print_cpus, "vCPUs and their host threads" },
	{ "kvm", NULL, "query-kvm", print_kvm, "whether KVM is used" },
	{ "memdev", NULL, "query-memdev", print_memdev, "memory backends and their placement" },
	{ "memory_size_summary", NULL, "query-memory-size-summary", print_memory_size_summary,
	  "size of boot memory and of plugged memory devices" },
	{ "name", NULL, "query-name", print_name, "name of the machine" },
	{ "numa", NULL, "query-numa-nodes", print_numa, "cells: vCPUs and memory" },
	{ "status", NULL, "query-status", print_status, "whether the machine runs" },
	{ "uuid", NULL, "query-uuid", print_uuid, "UUID of the machine" },
	{ "version", NULL, NULL, print_version, "version of this program" },
};
const size_t hmp_info_command_count = ARRAY_SIZE(hmp_info_commands);
