// SPDX-License-Identifier: Apache-2.0
/* Verbs that send one command to a running domain: suspend, resume, reset, reboot, shutdown, destroy. */
#include <errno.h>
#include <string.h>

#include "cli/target.h"

/* Runs command on the domain; failed and done are virsh's words. */
static int run_command(const struct verb_call *call, const char *command, struct json *arguments,
		       const char *failed, const char *done, struct err *err)
{
	AUTO(json) owned = arguments;
	AUTO_TARGET(target);
	int ret = target_open(call, &target, err);

	if (ret < 0)
		return ret;
	ret = target_must_run(&target, err);
	if (ret == 0)
		ret = target_call(&target, command, TAKE_PTR(owned), err);
	if (ret < 0)
		return target_failed(err, "Failed to %s '%s'", failed, target.domain.name);
	return target_done(call, &target, done, err);
}

static int run_suspend(const struct verb_call *call, struct err *err)
{
	return run_command(call, "suspend", NULL, "suspend domain", "suspended", err);
}

static int run_resume(const struct verb_call *call, struct err *err)
{
	return run_command(call, "resume", NULL, "resume domain", "resumed", err);
}

static int run_reset(const struct verb_call *call, struct err *err)
{
	return run_command(call, "reset", NULL, "reset domain", "was reset", err);
}

/* virsh has several ways to ask; the machine has a power button. */
static int check_mode(const struct verb_call *call, struct err *err)
{
	const char *mode = verb_text(call, "mode");

	if (!mode || strcmp(mode, "acpi") == 0)
		return 0;
	return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, NULL,
		       "mode '%s' is not available: the guest is asked by its power button (acpi)",
		       mode);
}

static int run_reboot(const struct verb_call *call, struct err *err)
{
	if (check_mode(call, err) < 0)
		return -ENOTSUP;
	return run_command(call, "reboot", NULL, "reboot domain", "is being rebooted", err);
}

static int run_shutdown(const struct verb_call *call, struct err *err)
{
	if (check_mode(call, err) < 0)
		return -ENOTSUP;
	return run_command(call, "shutdown", NULL, "shutdown domain", "is being shutdown", err);
}

static int run_destroy(const struct verb_call *call, struct err *err)
{
	struct json *arguments = json_new_object();

	json_set_bool(arguments, "graceful", verb_flag(call, "graceful"));
	return run_command(call, "destroy", arguments, "destroy domain", "destroyed", err);
}

static const struct verb_arg running_args[] = { TARGET_ARG(VERB_DOMAIN_RUNNING), { 0 } };

static const char *const modes[] = { "acpi", NULL };

static const struct verb_arg ask_args[] = {
	TARGET_ARG(VERB_DOMAIN_RUNNING),
	{ .kind = VERB_OPTION,
	  .name = "mode",
	  .value = VERB_CHOICE,
	  .choices = modes,
	  .placeholder = "MODE",
	  .help = "how the guest is asked: acpi" },
	{ 0 },
};

static const struct verb_arg destroy_args[] = {
	TARGET_ARG(VERB_DOMAIN_RUNNING),
	{ .kind = VERB_FLAG,
	  .name = "graceful",
	  .help = "fail instead of killing a VMM that does not end within ten seconds" },
	{ 0 },
};

extern const struct verb verb_suspend, verb_resume, verb_reset, verb_reboot, verb_shutdown,
	verb_destroy;

const struct verb verb_suspend = {
	.name = "suspend",
	.group = "Domain",
	.summary = "pause the vCPUs of a running domain",
	.description = "The memory stays where it is. *resume* continues.",
	.args = running_args,
	.run = run_suspend,
};

const struct verb verb_resume = {
	.name = "resume",
	.group = "Domain",
	.summary = "continue a paused domain",
	.args = running_args,
	.run = run_resume,
};

const struct verb verb_reset = {
	.name = "reset",
	.group = "Domain",
	.summary = "reset a domain as by its reset button",
	.description = "The guest is not asked: what it has not written to a disk is lost.",
	.args = running_args,
	.run = run_reset,
};

const struct verb verb_reboot = {
	.name = "reboot",
	.group = "Domain",
	.summary = "ask the guest to shut down, and start it again",
	.args = ask_args,
	.run = run_reboot,
};

const struct verb verb_shutdown = {
	.name = "shutdown",
	.group = "Domain",
	.summary = "ask the guest to shut down",
	.description =
		"Presses the guest's power button and returns at once. A guest that does not "
		"listen keeps\nrunning; *destroy* ends it.",
	.args = ask_args,
	.run = run_shutdown,
};

const struct verb verb_destroy = {
	.name = "destroy",
	.group = "Domain",
	.summary = "end a running domain at once",
	.description = "As pulling the plug: the guest is not asked. The definition stays.",
	.args = destroy_args,
	.run = run_destroy,
};
