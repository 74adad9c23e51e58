/* SPDX-License-Identifier: Apache-2.0 */
/* terrace-vmm: a KVM machine that is started with QEMU's command line and controlled by QMP. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "cmdline/cmdline.h"
#include "plan/plan.h"
#include "plan/plan_json.h"
#include "vmm/process.h"
#include "vmm/vmm.h"

static struct log_fd log_target = { .fd = STDERR_FILENO, .program = "terrace-vmm" };

static int fail(const struct err *err)
{
	char text[ERR_SUBJECT_MAX + ERR_MESSAGE_MAX];

	log_error("", "%s", err_text(err, text, sizeof(text)));
	return EXIT_FAILURE;
}

static int print_text(const char *text)
{
	return fputs(text, stdout) >= 0 && !fflush(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Needs neither KVM nor NUMA: nothing is asked of the host. */
static int dump_plan(const struct vm_spec *spec)
{
	struct err err = ERR_INIT;
	AUTO(plan) plan = NULL;
	AUTO(json) json = NULL;
	autofree char *text = NULL;

	if (plan_build(spec, NULL, &plan, &err) < 0)
		return fail(&err);
	json = plan_to_json(plan, spec);
	text = json_print(json, JSON_PRETTY);
	return puts(text) >= 0 && !fflush(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* From here on there is a daemon (if asked for) and a pid file (if asked for). */
static int run_machine(const struct vm_spec *spec, int ready_fd)
{
	struct err err = ERR_INIT;
	AUTO(vmm) vmm = NULL;

	if (vmm_open(spec, &vmm, &err) < 0)
		return fail(&err);
	if (spec->daemonize && process_ready(ready_fd, &err) < 0)
		return fail(&err);
	return vmm_run(vmm);
}

static int run(const struct vm_spec *spec)
{
	struct pidfile pidfile = PIDFILE_INIT;
	struct err err = ERR_INIT;
	int ready_fd = -1, status;

	for (size_t i = 0; i < spec->n_warnings; i++)
		log_warning("", "%s", spec->warnings[i]);
	if (spec->daemonize && process_daemonize(&ready_fd, &err) < 0)
		return fail(&err);
	if (spec->pidfile && pidfile_open(spec->pidfile, &pidfile, &err) < 0)
		return fail(&err);
	status = run_machine(spec, ready_fd);
	pidfile_close(&pidfile);
	return status;
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(cmdline_action_fini))) struct cmdline_action action =
		CMDLINE_ACTION_INIT;
	AUTO(vm_spec) spec = NULL;
	struct err err = ERR_INIT;

	log_set_sink(log_sink_fd, &log_target);
	if (process_hold_standard_fds(&err) < 0)
		return fail(&err);
	if (cmdline_parse(argc, argv, &spec, &action, &err) < 0)
		return fail(&err);
	if (spec)
		log_target.timestamp = spec->msg_timestamp;
	switch (action.kind) {
	case CMDLINE_TEXT:
		return print_text(action.text);
	case CMDLINE_DUMP_PLAN:
		return dump_plan(spec);
	case CMDLINE_RUN:
		break;
	}
	return run(spec);
}
