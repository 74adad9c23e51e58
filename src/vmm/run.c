/* SPDX-License-Identifier: Apache-2.0 */
/* The run state of a machine: see run.h. */
#include "vmm/run.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/util.h"

static const char *const state_names[] = {
	[RUN_PRELAUNCH] = "prelaunch",
	[RUN_RUNNING] = "running",
	[RUN_PAUSED] = "paused",
	[RUN_SHUTDOWN] = "shutdown",
	[RUN_INTERNAL_ERROR] = "internal-error",
};
static_assert(ARRAY_SIZE(state_names) == RUN_STATE_COUNT, "a name for every state");

static const char *const cause_names[] = {
	[RUN_GUEST_RESET] = "guest-reset",
	[RUN_GUEST_SHUTDOWN] = "guest-shutdown",
	[RUN_HOST_QMP_SYSTEM_RESET] = "host-qmp-system-reset",
	[RUN_HOST_QMP_QUIT] = "host-qmp-quit",
	[RUN_HOST_SIGNAL] = "host-signal",
	[RUN_HOST_UI] = "host-ui",
};
static_assert(ARRAY_SIZE(cause_names) == RUN_CAUSE_COUNT, "a name for every cause");

const char *run_state_name(enum run_state state)
{
	return state_names[state];
}

const char *run_cause_name(enum run_cause cause)
{
	return cause_names[cause];
}

bool run_cause_is_guest(enum run_cause cause)
{
	return cause == RUN_GUEST_RESET || cause == RUN_GUEST_SHUTDOWN;
}

void run_init(struct run *run, const struct run_ops *ops, void *opaque, bool no_reboot,
	      bool no_shutdown)
{
	run->ops = ops;
	run->opaque = opaque;
	run->no_reboot = no_reboot;
	run->no_shutdown = no_shutdown;
	run->state = RUN_PRELAUNCH;
	run->leaving = false;
	run->exit_status = EXIT_SUCCESS;
	atomic_init(&run->requests, 0);
}

void run_request(struct run *run, enum run_request request)
{
	/* The pause comes first: the vCPU that asks must not run on while the main loop wakes up. */
	if (request & (RUN_REQUEST_RESET | RUN_REQUEST_POWER_OFF | RUN_REQUEST_INTERNAL_ERROR))
		run->ops->request_pause(run->opaque);
	atomic_fetch_or(&run->requests, request);
	run->ops->wake(run->opaque);
}

static bool needs_reset(const struct run *run)
{
	return run->state == RUN_SHUTDOWN || run->state == RUN_INTERNAL_ERROR;
}

static void leave(struct run *run, enum run_cause cause)
{
	if (run->leaving)
		return;
	run->leaving = true;
	run->ops->pause(run->opaque);
	run->ops->event(run->opaque, RUN_EVENT_SHUTDOWN, cause);
	run->ops->leave(run->opaque);
}

/* Pauses and says so, if it ran. */
static void stop_into(struct run *run, enum run_state state)
{
	bool ran = run->state == RUN_RUNNING;

	run->ops->pause(run->opaque);
	run->state = state;
	if (ran)
		run->ops->event(run->opaque, RUN_EVENT_STOP, RUN_GUEST_RESET);
}

static void power_off(struct run *run, enum run_cause cause)
{
	if (!run->no_shutdown) {
		leave(run, cause);
		return;
	}
	run->ops->event(run->opaque, RUN_EVENT_SHUTDOWN, cause);
	stop_into(run, RUN_SHUTDOWN);
}

static void reset(struct run *run, enum run_cause cause)
{
	struct err err = ERR_INIT;

	if (run->no_reboot) {
		power_off(run, cause);
		return;
	}
	run->ops->pause(run->opaque);
	/* What the guest asked for before the reset is void. */
	atomic_fetch_and(&run->requests,
			 ~(RUN_REQUEST_RESET | RUN_REQUEST_POWER_OFF | RUN_REQUEST_INTERNAL_ERROR));
	if (run->ops->reset(run->opaque, &err) < 0) {
		log_error("", "reset failed: %s", err.message);
		stop_into(run, RUN_INTERNAL_ERROR);
		return;
	}
	run->ops->event(run->opaque, RUN_EVENT_RESET, cause);
	if (run->state == RUN_RUNNING)
		run->ops->resume(run->opaque);
	else
		run->state = RUN_PRELAUNCH;
}

void run_process(struct run *run)
{
	unsigned int requests = atomic_exchange(&run->requests, 0);

	if (run->leaving)
		return;
	if (requests & RUN_REQUEST_HOST_QUIT) {
		leave(run, RUN_HOST_QMP_QUIT);
		return;
	}
	if (requests & RUN_REQUEST_HOST_POWERDOWN) {
		run->ops->event(run->opaque, RUN_EVENT_POWERDOWN, RUN_GUEST_SHUTDOWN);
		run->ops->press_power_button(run->opaque);
	}
	/* A reset from outside comes before, and voids, what the guest asked for. */
	if (requests & RUN_REQUEST_HOST_RESET)
		reset(run, RUN_HOST_QMP_SYSTEM_RESET);
	else if (requests & RUN_REQUEST_INTERNAL_ERROR)
		stop_into(run, RUN_INTERNAL_ERROR);
	else if (requests & RUN_REQUEST_POWER_OFF)
		power_off(run, RUN_GUEST_SHUTDOWN);
	else if (requests & RUN_REQUEST_RESET)
		reset(run, RUN_GUEST_RESET);
}

void run_stop(struct run *run)
{
	if (run->state == RUN_RUNNING)
		stop_into(run, RUN_PAUSED);
}

int run_cont(struct run *run, struct err *err)
{
	if (needs_reset(run))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Resetting the Virtual Machine is required");
	if (run->state == RUN_RUNNING)
		return 0;
	run->state = RUN_RUNNING;
	run->ops->event(run->opaque, RUN_EVENT_RESUME, RUN_GUEST_RESET);
	run->ops->resume(run->opaque);
	return 0;
}

void run_quit(struct run *run, enum run_cause cause)
{
	leave(run, cause);
}
