/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of one running domain.
 *
 * Theory of operation
 *
 * Job: hold the lock of the runtime directory, have the VMM launched (launch.c), answer commands
 * (control.c), wait for the end, do what on_poweroff, on_reboot and on_crash say, remove everything.
 *
 * Model: a loop over poll(). Commands and steps of the launch wait inside (vmm_link.h), with
 * timeouts. Events of the VMM only set fields, which the loop acts on:
 *	SHUTDOWN by the guest	-> end = END_SHUTDOWN or END_RESET; the VMM (-no-shutdown keeps it) is
 *				   told to quit, unless the domain is to be preserved
 *	GUEST_PANICKED		-> END_PANIC
 *	the VMM's end		-> what was said before, else it crashed
 * A restart is a new VMM with the same id, in the same directory.
 *
 * Invariants: the VMM never outlives us (PR_SET_PDEATHSIG); the directory is removed last. SIGTERM
 * means destroy. SIGKILL leaves a directory without a lock, which the next command cleans up.
 *
 * Failure: what goes wrong before the guest runs is told to the starter; later, to the log.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "domain/domain.h"
#include "host/facts.h"
#include "manager/console.h"
#include "manager/control.h"

#define END_MS	       10000 /* for a VMM that was asked to end */
#define RESTARTS_MAX   5u
#define RESTART_GAP_MS 60000

/* ---- small things ------------------------------------------------------------------------------ */

void supervisor_log(struct supervisor *s, const char *fmt, ...)
{
	autoclose int fd = open(s->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	char stamp[32];
	time_t now = time(NULL);
	struct tm tm;
	va_list ap;

	if (fd < 0)
		return;
	strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%SZ", gmtime_r(&now, &tm));
	dprintf(fd, "%s terrace: ", stamp);
	va_start(ap, fmt);
	vdprintf(fd, fmt, ap);
	va_end(ap);
	dprintf(fd, "\n");
}

void supervisor_state_set(struct supervisor *s, enum manager_state state, const char *reason)
{
	struct err err = ERR_INIT;

	s->state.state = state;
	if (reason)
		snprintf(s->state.reason, sizeof(s->state.reason), "%s", reason);
	if (runtime_state_write(s->dir, &s->state, &err) < 0)
		supervisor_log(s, "%s", err.message);
}

int supervisor_xml_write(struct supervisor *s, struct err *err)
{
	autofree char *xml = NULL;
	int ret = domain_print(s->domain, &xml, err);

	return ret < 0 ? ret : dirs_file_write(s->dir, "domain.xml", xml, false, err);
}

int supervisor_vmm_end(struct supervisor *s, int timeout_ms, bool graceful, struct err *err)
{
	struct pollfd wait = { .fd = s->watch.vmm_pidfd, .events = POLLIN };

	if (wait.fd < 0)
		return 0;
	if (timeout_ms)
		pidfd_send_signal(wait.fd, SIGTERM, NULL, 0);
	if (poll(&wait, 1, timeout_ms) == 0) {
		if (graceful)
			return err_set(err, ERR_BUSY, -EBUSY, NULL,
				       "operation failed: the VMM does not end after SIGTERM: "
				       "destroy without --graceful kills it");
		pidfd_send_signal(wait.fd, SIGKILL, NULL, 0);
		if (poll(&wait, 1, END_MS) == 0)
			return err_set(err, ERR_HOST, -ETIMEDOUT, NULL,
				       "the VMM does not end after SIGKILL");
	}
	return 0;
}

/* ---- events ------------------------------------------------------------------------------------ */

static void on_shutdown(struct supervisor *s, const struct json *data)
{
	const char *reason = "";
	bool guest = false;

	if (data) {
		(void)!json_get_string(data, "reason", &reason, NULL);
		(void)!json_get_bool(data, "guest", &guest, NULL);
	}
	if (s->end != END_NONE)
		return;
	if (!strcmp(reason, "guest-panic"))
		s->end = END_PANIC;
	else if (!strcmp(reason, "guest-reset"))
		s->end = END_RESET;
	else if (guest)
		s->end = END_SHUTDOWN;
	else
		s->end = END_DESTROYED;
}

static void on_reset(struct supervisor *s, const struct json *data)
{
	bool guest = false;

	if (data)
		(void)!json_get_bool(data, "guest", &guest, NULL);
	if (guest && s->domain->on_reboot == DOMAIN_ACTION_DESTROY && s->end == END_NONE)
		s->end = END_RESET;
}

void supervisor_event(void *context, const char *name, const struct json *data)
{
	struct supervisor *s = context;

	if (!strcmp(name, "SHUTDOWN"))
		on_shutdown(s, data);
	else if (!strcmp(name, "RESET"))
		on_reset(s, data);
	else if (!strcmp(name, "GUEST_PANICKED") && s->end == END_NONE)
		s->end = END_PANIC;
	else if (!s->guest_runs)
		return;
	else if (!strcmp(name, "STOP") && s->state.state == MANAGER_RUNNING)
		supervisor_state_set(s, MANAGER_PAUSED,
				     s->end == END_NONE ? "user" : "shutting down");
	else if (!strcmp(name, "RESUME") && s->state.state == MANAGER_PAUSED)
		supervisor_state_set(s, MANAGER_RUNNING, "unpaused");
}

/* ---- the end of a run -------------------------------------------------------------------------- */

static enum domain_action action_for(const struct supervisor *s)
{
	if (s->destroying)
		return DOMAIN_ACTION_DESTROY;
	switch (s->end) {
	case END_SHUTDOWN:
		return s->fake_reboot ? s->domain->on_reboot : s->domain->on_poweroff;
	case END_RESET:
		return s->domain->on_reboot;
	case END_NONE: /* ended without a word */
	case END_PANIC:
		return s->domain->on_crash;
	case END_DESTROYED:
		break;
	}
	return DOMAIN_ACTION_DESTROY;
}

static bool is_restart(enum domain_action action)
{
	return action == DOMAIN_ACTION_RESTART || action == DOMAIN_ACTION_RENAME_RESTART ||
	       action == DOMAIN_ACTION_COREDUMP_RESTART;
}

static const char *end_reason(const struct supervisor *s)
{
	if (s->destroying || s->end == END_DESTROYED)
		return "destroyed";
	return s->end == END_SHUTDOWN || s->end == END_RESET ? "shutdown" : "crashed";
}

/* The VMM said that its guest's life is over. */
static void act_on_end(struct supervisor *s)
{
	enum domain_action action = action_for(s);

	if (action == DOMAIN_ACTION_PRESERVE) {
		if (s->end == END_PANIC && s->state.state != MANAGER_CRASHED)
			supervisor_state_set(s, MANAGER_CRASHED, "panicked");
		else if (s->end != END_PANIC && s->state.state == MANAGER_RUNNING)
			supervisor_state_set(s, MANAGER_PAUSED, "shutting down");
		return;
	}
	vmm_link_send(s->link, "quit");
	if (supervisor_vmm_end(s, END_MS, false, NULL) < 0)
		s->leave = true;
}

static bool may_restart(struct supervisor *s)
{
	if (process_now_ms() - s->run_begin_ms > RESTART_GAP_MS)
		s->restarts = 0;
	if (s->end == END_SHUTDOWN || s->end == END_RESET)
		return true;
	return ++s->restarts <= RESTARTS_MAX;
}

static void restart(struct supervisor *s)
{
	struct err err = ERR_INIT;
	char text[ERR_MESSAGE_MAX + ERR_SUBJECT_MAX];
	int ret = supervisor_run_fini(s, &err);

	s->end = END_NONE;
	s->fake_reboot = false;
	s->state.vmm = (struct process){ 0 };
	if (ret == 0)
		ret = supervisor_launch(s, &err);
	if (ret == 0)
		return;
	supervisor_log(s, "restart failed: %s", err_text(&err, text, sizeof(text)));
	s->leave = true;
	if (s->destroying)
		supervisor_state_set(s, MANAGER_SHUTDOWN, "destroyed");
	else
		supervisor_state_set(s, MANAGER_SHUTDOWN, "failed");
}

static void on_vmm_ended(struct supervisor *s)
{
	siginfo_t info = { 0 };

	/* Its last words. */
	while (s->link && vmm_link_read(s->link, NULL) == 0 &&
	       poll(&(struct pollfd){ vmm_link_fd(s->link), POLLIN, 0 }, 1, 0) > 0)
		;
	waitid(P_PIDFD, (id_t)s->watch.vmm_pidfd, &info, WEXITED);
	supervisor_log(s, "the VMM ended: %s %d",
		       info.si_code == CLD_EXITED ? "exit status" : "signal", info.si_status);
	if (is_restart(action_for(s)) && may_restart(s)) {
		supervisor_log(s, "restarting, as its description says");
		restart(s);
		return;
	}
	s->leave = true;
	supervisor_state_set(s, MANAGER_SHUTDOWN, end_reason(s));
}

/* ---- the loop ---------------------------------------------------------------------------------- */

enum { FD_SIGNAL, FD_OWNER, FD_VMM, FD_QMP, FD_AUDIT, FD_OWN_COUNT };

static void destroy_now(struct supervisor *s)
{
	s->destroying = true;
	if (supervisor_vmm_end(s, END_MS, false, NULL) < 0)
		s->leave = true;
}

static void take_signal(struct supervisor *s)
{
	struct signalfd_siginfo info;

	if (read(s->signal_fd, &info, sizeof(info)) == sizeof(info))
		supervisor_log(s, "signal %u: destroying", info.ssi_signo);
	destroy_now(s);
}

static void lose_owner(struct supervisor *s)
{
	supervisor_log(s, "who started it has ended: destroying");
	cleanup_close(&s->owner_pidfd);
	s->owner_pidfd = -1;
	destroy_now(s);
}

static void look_at_qmp(struct supervisor *s)
{
	struct err err = ERR_INIT;

	if (vmm_link_read(s->link, &err) == 0)
		return;
	/* It is ending, or of no more use to us. */
	supervisor_log(s, "%s", err.message);
	if (supervisor_vmm_end(s, END_MS, false, NULL) < 0)
		s->leave = true;
}

static void loop_once(struct supervisor *s)
{
	struct pollfd fds[FD_OWN_COUNT + CONTROL_FDS + CONSOLE_FDS] = {
		[FD_SIGNAL] = { s->signal_fd, POLLIN, 0 },
		[FD_OWNER] = { s->owner_pidfd, POLLIN, 0 },
		[FD_VMM] = { s->watch.vmm_pidfd, POLLIN, 0 },
		[FD_QMP] = { vmm_link_fd(s->link), POLLIN, 0 },
		[FD_AUDIT] = { s->audit_pidfd, POLLIN, 0 },
	};
	struct pollfd *control = fds + FD_OWN_COUNT;
	size_t n_control = control_poll_fds(s->control, control);
	struct pollfd *console = control + n_control;
	size_t n_console = console_poll_fds(s->console, console);

	if (poll(fds, (nfds_t)(console + n_console - fds), audit_timeout_ms(s)) <= 0) {
		audit_if_due(s);
		return;
	}
	if (console_process(s->console, console, n_console) < 0) {
		destroy_now(s); /* the user's escape */
		return;
	}
	if (fds[FD_SIGNAL].revents)
		take_signal(s);
	else if (fds[FD_OWNER].revents)
		lose_owner(s);
	else if (fds[FD_VMM].revents)
		on_vmm_ended(s);
	else if (fds[FD_QMP].revents)
		look_at_qmp(s);
	else if (fds[FD_AUDIT].revents)
		audit_ended(s);
	else
		control_process(s->control, control, n_control);
}

static void loop(struct supervisor *s)
{
	while (!s->leave) {
		loop_once(s);
		if (!s->leave && s->end != END_NONE && s->link && !s->destroying)
			act_on_end(s);
	}
}

/* ---- begin and end ----------------------------------------------------------------------------- */

static int open_signals(struct supervisor *s, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &s->signals_before);
	signal(SIGPIPE, SIG_IGN);
	s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signal_fd < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "signalfd");
	s->watch.stop_fd[0] = s->signal_fd;
	s->watch.stop_fd[1] = s->report->fd;
	return 0;
}

/* A copy of our own that live changes may change. */
static int copy_domain(const struct domain_spec *domain, struct domain_spec **ret_domain,
		       struct err *err)
{
	autofree char *xml = NULL;
	int ret = domain_print(domain, &xml, err);

	return ret < 0 ? ret
		       : domain_read(xml, strlen(xml), domain->name, DOMAIN_READ_LAX, ret_domain,
				     err);
}

static int take_place(struct supervisor *s, struct err *err)
{
	const char *name = s->domain->name;
	int ret = dirs_make(s->manager->log_dir, err);

	s->dir = dirs_path(s->manager->runtime_dir, name, "");
	s->log_path = dirs_path(s->manager->log_dir, name, ".log");
	s->state.name = strdup(name);
	if (!s->dir || !s->log_path || !s->state.name)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "%s", name);
	if (ret < 0)
		return ret;
	s->dir_fd = runtime_dir_take(s->manager, name, err);
	if (s->dir_fd < 0)
		return s->dir_fd;
	snprintf(s->state.uuid, sizeof(s->state.uuid), "%s", s->domain->uuid);
	process_identify(getpid(), &s->state.supervisor);
	s->state.id = runtime_id_new(s->manager, err);
	if (s->state.id < 0)
		return s->state.id;
	s->started = time(NULL);
	s->state.state = MANAGER_PAUSED; /* as libvirt has it */
	snprintf(s->state.reason, sizeof(s->state.reason), "starting up");
	ret = runtime_state_write(s->dir, &s->state, err);
	return ret < 0 ? ret : supervisor_xml_write(s, err);
}

static int begin(struct supervisor *s, const struct domain_spec *domain, struct err *err)
{
	int ret = open_signals(s, err);

	if (ret == 0)
		ret = copy_domain(domain, &s->domain, err);
	if (ret == 0)
		ret = take_place(s, err);
	if (ret == 0)
		ret = control_open(s, &s->control, err);
	if (ret == 0)
		ret = supervisor_launch(s, err);
	return ret;
}

/* Keeps going: whatever is left is the next command's. */
static void finish(struct supervisor *s, struct err *err)
{
	console_close(s->console);
	if (supervisor_run_fini(s, err) < 0)
		supervisor_log(s, "%s", err->message);
	if (s->dir_fd >= 0 && err->code == 0) {
		s->state.vmm = (struct process){ 0 };
		if (runtime_dir_clean(s->manager, s->domain->name, err) < 0)
			supervisor_log(s, "%s", err->message);
	}
	control_close(s->control, err->code ? err : NULL);
	cleanup_close(&s->dir_fd);
	cleanup_close(&s->signal_fd);
	sigprocmask(SIG_SETMASK, &s->signals_before, NULL);
	host_facts_free(s->facts);
	emulator_free(s->emulator);
	placement_free(s->placement);
	argv_fini(&s->argv);
	domain_free(s->domain);
	free(s->dir);
	free(s->log_path);
	runtime_state_fini(&s->state);
}

static int live(struct supervisor *s, struct err *err)
{
	if (report_ready(s->report) < 0)
		return err_set(err, ERR_USER, -ECANCELED, NULL, "who started the domain is gone");
	s->watch.stop_fd[1] = -1;
	loop(s);
	runtime_ended_write(s->manager, s->domain->name, MANAGER_SHUTOFF, s->state.reason);
	supervisor_log(s, "%s (%s)", manager_state_name(MANAGER_SHUTOFF), s->state.reason);
	return 0;
}

int supervisor_run(struct manager *manager, const struct domain_spec *domain, unsigned int flags,
		   int owner_pidfd, struct report *report, int *ret_status, struct err *err)
{
	struct supervisor s = {
		.manager = manager,
		.flags = flags,
		.owner_pidfd = owner_pidfd,
		.report = report,
		.dir_fd = -1,
		.signal_fd = -1,
		.audit_pidfd = -1,
		.watch = { -1, { -1, -1 } },
	};
	struct err own = ERR_INIT, undo = ERR_INIT;
	bool crashed;
	int ret = begin(&s, domain, &own);

	if (ret == 0)
		ret = live(&s, &own);
	crashed = !strcmp(s.state.reason, "crashed") || !strcmp(s.state.reason, "failed");
	finish(&s, &undo);
	if (ret < 0) {
		/* Told after everything is taken back, so that the next command finds nothing. */
		report_error(report, &own);
		if (err)
			*err = own;
		return ret;
	}
	*ret_status = crashed;
	return 0;
}
