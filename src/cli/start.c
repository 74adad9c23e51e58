// SPDX-License-Identifier: Apache-2.0
/*
 * start, create, run: three ways to the one manager_start().
 *
 * Ctrl-C while a domain is being started gives it up. manager_start() waits for the supervisor in a
 * read that a signal interrupts (-EINTR); hanging up makes the supervisor take everything back, and
 * we wait for that, so that the next command finds nothing of it. A signal that comes just before the
 * read would be missed: the handler therefore asks for another one each second.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "cli/console.h"
#include "cli/output.h"
#include "cli/target.h"
#include "cli/xml_file.h"
#include "domain/domain.h"

static unsigned int flags_of(const struct verb_call *call)
{
	return (verb_flag(call, "paused") ? MANAGER_START_PAUSED : 0) |
	       (verb_flag(call, "autodestroy") ? MANAGER_START_AUTODESTROY : 0);
}

#define CANCEL_WAIT_MS 15000 /* the VMM has ten seconds to end */

static volatile sig_atomic_t cancelled;

static void on_cancel(int number)
{
	(void)number;
	cancelled = 1;
	alarm(1);
}

static const int cancel_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGALRM };

static void cancel_catch(struct sigaction old[ARRAY_SIZE(cancel_signals)])
{
	/* No SA_RESTART: the read must end. */
	struct sigaction action = { .sa_handler = on_cancel };

	for (size_t i = 0; i < ARRAY_SIZE(cancel_signals); i++)
		sigaction(cancel_signals[i], &action, &old[i]);
}

static void cancel_release(const struct sigaction old[ARRAY_SIZE(cancel_signals)])
{
	alarm(0);
	for (size_t i = 0; i < ARRAY_SIZE(cancel_signals); i++)
		sigaction(cancel_signals[i], &old[i], NULL);
}

/* The runtime directory is the last thing that a supervisor removes. */
static int cancel_finish(const struct target *target, const char *name, struct err *err)
{
	const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
	char path[4096];

	manager_runtime_path(target->manager, name, ".", path, sizeof(path));
	for (int waited = 0; waited < CANCEL_WAIT_MS && access(path, F_OK) == 0; waited += 20)
		nanosleep(&pause, NULL);
	if (access(path, F_OK) == 0)
		return err_set(err, ERR_BUSY, -EINTR, NULL,
			       "cancelled, but its supervisor has not ended yet; 'terrace list' "
			       "shows when it has");
	return err_set(err, ERR_USER, -EINTR, NULL, "cancelled; nothing of it is left");
}

/* Starts spec, and finds it again as the running domain in target. */
static int start_spec(struct target *target, const struct domain_spec *spec, bool persistent,
		      unsigned int flags, struct err *err)
{
	struct sigaction old[ARRAY_SIZE(cancel_signals)];
	int ret, status = 0;

	cancelled = 0;
	cancel_catch(old);
	ret = manager_start(target->manager, spec, persistent, flags, output_progress, NULL,
			    &status, err);
	cancel_release(old);
	output_progress_end();
	if (ret < 0 && cancelled)
		return cancel_finish(target, spec->name, err);
	if (ret < 0)
		return ret;
	manager_domain_fini(&target->domain);
	target->domain = (struct manager_domain){ 0 };
	return manager_find(target->manager, spec->name, &target->domain, err);
}

/* --console: the terminal goes to the guest until Ctrl-]. */
static int then_console(const struct verb_call *call, const struct target *target, struct err *err)
{
	enum terminal_end end;

	return verb_flag(call, "console") ? console_run(target, "serial0", &end, err) : 0;
}

/* ---- start ---- */

static int run_start(const struct verb_call *call, struct err *err)
{
	AUTO(domain_spec) spec = NULL;
	AUTO_TARGET(target);
	int ret = target_open(call, &target, err);

	if (ret < 0)
		return ret;
	if (target_runs(&target))
		return err_set(err, ERR_USER, -EEXIST, NULL,
			       "Failed to start domain '%s': Domain is already active",
			       target.domain.name);
	ret = target_spec(&target, TARGET_CONFIG, &spec, err);
	if (ret == 0)
		ret = start_spec(&target, spec, true, flags_of(call), err);
	if (ret < 0)
		return target_failed(err, "Failed to start domain '%s'", verb_text(call, "domain"));
	ret = target_done(call, &target, "started", err);
	return ret < 0 ? ret : then_console(call, &target, err);
}

/* ---- create ---- */

static int run_create(const struct verb_call *call, struct err *err)
{
	const char *file = verb_text(call, "file");
	AUTO(domain_spec) spec = NULL;
	AUTO_TARGET(target);
	int ret = xml_file_domain(file, verb_flag(call, "lax"), verb_flag(call, "validate"), &spec,
				  err);

	if (ret == 0)
		ret = manager_new(&target.manager, err);
	if (ret == 0)
		ret = start_spec(&target, spec, false, flags_of(call), err);
	if (ret < 0)
		return target_failed(err, "Failed to create domain from %s", file);
	if (!verb_json(call))
		printf("Domain '%s' created from %s\n", target.domain.name, file);
	ret = target_silent(call, &target, err);
	return ret < 0 ? ret : then_console(call, &target, err);
}

/* ---- run ---- */

/* A name is a domain's if there is one; whatever looks like a path is none. */
static int run_spec(const struct verb_call *call, struct target *target,
		    struct domain_spec **ret_spec, bool *ret_persistent, struct err *err)
{
	const char *what = verb_text(call, "domain");
	int ret = manager_new(&target->manager, err);

	if (ret < 0)
		return ret;
	if (!strchr(what, '/') && strcmp(what, "-") != 0) {
		ret = manager_find(target->manager, what, &target->domain, err);
		if (ret == 0) {
			*ret_persistent = true;
			return target_runs(target)
				       ? err_set(err, ERR_USER, -EEXIST, NULL,
						 "Domain is already active; 'terrace console %s' "
						 "connects to it",
						 what)
				       : target_spec(target, TARGET_CONFIG, ret_spec, err);
		}
		if (ret != -ENOENT || access(what, F_OK) < 0)
			return ret;
	}
	*ret_persistent = false;
	return xml_file_domain(what, verb_flag(call, "lax"), false, ret_spec, err);
}

static int run_run(const struct verb_call *call, struct err *err)
{
	AUTO(domain_spec) spec = NULL;
	bool persistent;
	int status = 0;
	AUTO_TARGET(target);
	int ret = run_spec(call, &target, &spec, &persistent, err);

	/* No progress line: the terminal is the guest's from the moment that it runs. */
	if (ret == 0)
		ret = manager_start(target.manager, spec, persistent,
				    flags_of(call) | MANAGER_START_FOREGROUND, NULL, NULL, &status,
				    err);
	if (ret < 0)
		return target_failed(err, "Failed to run '%s'", verb_text(call, "domain"));
	if (status)
		return err_set(err, ERR_HOST, -EIO, NULL, "Domain '%s' ended with status %d",
			       spec->name, status);
	return 0;
}

#define START_ARGS                                                                 \
	{ .kind = VERB_FLAG, .name = "paused", .help = "leave the guest paused" }, \
	{                                                                          \
		.kind = VERB_FLAG, .name = "autodestroy",                          \
		.help = "destroy the domain when this program ends"                \
	}
#define FILE_ARG                                                                               \
	{                                                                                      \
		.kind = VERB_POSITIONAL, .name = "file", .value = VERB_FILE, .required = true, \
		.placeholder = "FILE", .help = "domain XML; - is the standard input"           \
	}
#define LAX_ARG                                                                            \
	{                                                                                  \
		.kind = VERB_FLAG, .name = "lax",                                          \
		.help = "warn about elements that are not known, instead of refusing them" \
	}

static const struct verb_arg start_args[] = {
	TARGET_ARG(VERB_DOMAIN_STOPPED),
	{ .kind = VERB_FLAG, .name = "console", .help = "connect to the console afterwards" },
	START_ARGS,
	{ 0 },
};

static const struct verb_arg create_args[] = {
	FILE_ARG,
	{ .kind = VERB_FLAG, .name = "console", .help = "connect to the console afterwards" },
	{ .kind = VERB_FLAG, .name = "validate", .help = "check the XML against the schema first" },
	LAX_ARG,
	START_ARGS,
	{ 0 },
};

static const struct verb_arg run_args[] = {
	{ .kind = VERB_POSITIONAL,
	  .name = "domain",
	  .value = VERB_FILE,
	  .required = true,
	  .placeholder = "FILE|DOMAIN",
	  .help = "domain XML, or a defined domain" },
	LAX_ARG,
	{ .kind = VERB_FLAG, .name = "paused", .help = "leave the guest paused" },
	{ .kind = VERB_FLAG, .name = "autodestroy", .help = "always so; for scripts of virsh" },
	{ 0 },
};

extern const struct verb verb_start, verb_create, verb_run;

const struct verb verb_start = {
	.name = "start",
	.group = "Domain",
	.summary = "start a defined domain",
	.description =
		"Returns when the guest runs, or with the reason why it does not; then nothing "
		"is left of it.\nCtrl-C gives the start up.",
	.args = start_args,
	.run = run_start,
};

const struct verb verb_create = {
	.name = "create",
	.group = "Domain",
	.summary = "start a domain from an XML file without defining it",
	.args = create_args,
	.run = run_create,
};

const struct verb verb_run = {
	.name = "run",
	.group = "Domain",
	.summary = "run a domain in the foreground, its console on the terminal",
	.description = "Ends with the guest. Ctrl-] ends the domain.",
	.args = run_args,
	.run = run_run,
};
