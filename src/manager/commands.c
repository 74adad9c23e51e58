/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of a running domain's life, and the table of all. */
#include <errno.h>
#include <string.h>

#include "manager/control.h"

#define DESTROY_MS 10000

static int qmp_simple(struct supervisor *s, const char *command, struct err *err)
{
	return vmm_link_call(s->link, command, NULL, SUPERVISOR_CALL_MS, NULL, err);
}

static CONTROL_COMMAND(suspend)
{
	int ret = 0;

	(void)args, (void)ret_value;
	if (s->state.state != MANAGER_PAUSED)
		ret = qmp_simple(s, "stop", err);
	if (ret == 0)
		supervisor_state_set(s, MANAGER_PAUSED, "user");
	return ret;
}

static CONTROL_COMMAND(resume)
{
	int ret;

	(void)args, (void)ret_value;
	if (s->state.state == MANAGER_RUNNING)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Requested operation is not valid: domain is already running");
	ret = qmp_simple(s, "cont", err);
	if (ret == 0)
		supervisor_state_set(s, MANAGER_RUNNING, "unpaused");
	return ret;
}

static CONTROL_COMMAND(reset)
{
	(void)args, (void)ret_value;
	return qmp_simple(s, "system_reset", err);
}

static CONTROL_COMMAND(shutdown)
{
	(void)args, (void)ret_value;
	s->fake_reboot = false;
	return qmp_simple(s, "system_powerdown", err);
}

/* The guest powers off on the button; that power-off is then taken for a reboot. */
static CONTROL_COMMAND(reboot)
{
	int ret;

	(void)args, (void)ret_value;
	s->fake_reboot = true;
	ret = qmp_simple(s, "system_powerdown", err);
	if (ret < 0)
		s->fake_reboot = false;
	return ret;
}

/* Answered when nothing is left, so that a start right behind it works. */
static CONTROL_COMMAND(destroy)
{
	bool graceful = false;
	int ret = 0;

	(void)ret_value;
	if (json_member(args, "graceful"))
		ret = json_get_bool(args, "graceful", &graceful, err);
	if (ret < 0)
		return ret;
	s->destroying = true;
	ret = supervisor_vmm_end(s, DESTROY_MS, graceful, err);
	if (ret < 0) {
		s->destroying = false;
		return ret;
	}
	return CONTROL_LATER;
}

static CONTROL_COMMAND(qmp)
{
	const struct json *arguments = NULL;
	const char *command;
	int ret = json_get_string(args, "execute", &command, err);

	if (ret == 0 && json_member(args, "arguments"))
		ret = json_get_object(args, "arguments", &arguments, err);
	if (ret < 0)
		return ret;
	return vmm_link_call(s->link, command, arguments ? json_ref(arguments) : NULL,
			     SUPERVISOR_CALL_MS, ret_value, err);
}

const struct control_command control_commands[] = {
	{ "destroy", control_destroy },	  { "emulatorpin", control_emulatorpin },
	{ "info", control_info },	  { "iothreadpin", control_iothreadpin },
	{ "memtune", control_memtune },	  { "numatune", control_numatune },
	{ "qmp", control_qmp },		  { "reboot", control_reboot },
	{ "reset", control_reset },	  { "resume", control_resume },
	{ "shutdown", control_shutdown }, { "suspend", control_suspend },
	{ "vcpupin", control_vcpupin },	  { NULL, NULL },
};
