/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of QMP: every command and event that terrace-vmm knows. */
#include "base/util.h"
#include "vmm/machine.h"
#include "vmm/monitor/monitor.h"
#include "vmm/monitor/populate.h"
#include "vmm/monitor/query.h"

static int run_stop_command(void *context, const struct json *args, struct json **ret_value,
			    struct err *err)
{
	struct vmm *vmm = context;

	(void)args, (void)ret_value, (void)err;
	run_stop(&vmm->run);
	return 0;
}

static int run_cont_command(void *context, const struct json *args, struct json **ret_value,
			    struct err *err)
{
	struct vmm *vmm = context;

	(void)args, (void)ret_value;
	return run_cont(&vmm->run, err);
}

static int run_system_reset(void *context, const struct json *args, struct json **ret_value,
			    struct err *err)
{
	struct vmm *vmm = context;

	(void)args, (void)ret_value, (void)err;
	run_request(&vmm->run, RUN_REQUEST_HOST_RESET);
	return 0;
}

static int run_system_powerdown(void *context, const struct json *args, struct json **ret_value,
				struct err *err)
{
	struct vmm *vmm = context;

	(void)args, (void)ret_value, (void)err;
	run_request(&vmm->run, RUN_REQUEST_HOST_POWERDOWN);
	return 0;
}

static int run_quit_command(void *context, const struct json *args, struct json **ret_value,
			    struct err *err)
{
	struct vmm *vmm = context;

	(void)args, (void)ret_value, (void)err;
	run_request(&vmm->run, RUN_REQUEST_HOST_QUIT);
	return 0;
}

static const struct qmp_arg memory_populate_args[] = { { "id", QMP_ARG_STRING }, { NULL } };

static const struct qmp_command commands[] = {
	{ "cont", NULL, run_cont_command, "Starts or resumes the vCPUs." },
	{ "memory-populate-run", memory_populate_args, run_memory_populate_run,
	  "Lets the thread of memory-populate-start populate its backend (ours)." },
	{ "memory-populate-start", memory_populate_args, run_memory_populate_start,
	  "Makes a thread that waits to populate a backend (ours)." },
	{ "query-cpus-fast", NULL, query_cpus_fast, "Lists vCPUs with their host thread ids." },
	{ "query-kvm", NULL, query_kvm, "Says whether KVM is present and used." },
	{ "query-memdev", NULL, query_memdev, "Lists memory backends with their host placement." },
	{ "query-memory-populate", NULL, query_memory_populate,
	  "Lists backends that are or were populated on demand (ours)." },
	{ "query-memory-size-summary", NULL, query_memory_size_summary,
	  "Gives the size of boot memory and of plugged memory devices." },
	{ "query-name", NULL, query_name, "Gives the machine's name." },
	{ "query-numa-nodes", NULL, query_numa_nodes,
	  "Lists cells: CPUs, size, distances, and the host nodes of their memory (ours)." },
	{ "query-status", NULL, query_status, "Gives the run state." },
	{ "query-uuid", NULL, query_uuid, "Gives the machine's UUID." },
	{ "quit", NULL, run_quit_command, "Ends the machine at once." },
	{ "stop", NULL, run_stop_command, "Stops the vCPUs." },
	{ "system_powerdown", NULL, run_system_powerdown, "Presses the ACPI power button." },
	{ "system_reset", NULL, run_system_reset, "Resets the machine." },
	{ "x-query-ramblock", NULL, query_ramblock,
	  "Says where each memory backend is in this process, as text." },
};

static const struct qmp_event events[] = {
	{ "POWERDOWN", "The power button was pressed." },
	{ "RESET", "The machine was reset; data says by whom and why." },
	{ "RESUME", "The vCPUs run." },
	{ "SHUTDOWN", "The machine has ended or is about to; data says by whom and why." },
	{ "STOP", "The vCPUs have stopped." },
};

const struct qmp_schema monitor_schema = {
	.commands = commands,
	.command_count = ARRAY_SIZE(commands),
	.events = events,
	.event_count = ARRAY_SIZE(events),
	.package = "terrace-vmm " TERRACE_VERSION,
};
