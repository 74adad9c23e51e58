/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run state of a machine: what stop, cont, reset, power-off, quit and a guest's own wishes do,
 * in QEMU's terms (query-status; the events STOP, RESUME, RESET, POWERDOWN, SHUTDOWN; -no-reboot,
 * -no-shutdown). Knows neither KVM nor devices: it acts through struct run_ops.
 *
 *	prelaunch --cont--> running <--cont/stop--> paused
 *	running   --guest power-off with -no-shutdown--> shutdown --system_reset--> prelaunch
 *	running   --KVM failure--> internal-error        --system_reset--> prelaunch
 *	any       --quit, signal, power-off--> the main loop ends
 *
 * Threads: run_request() may be called by any thread; everything else by the main loop.
 */
#ifndef TERRACE_VMM_RUN_H
#define TERRACE_VMM_RUN_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/err.h"

enum run_state {
	RUN_PRELAUNCH, /* -S, or after a reset of a machine that did not run */
	RUN_RUNNING,
	RUN_PAUSED,
	RUN_SHUTDOWN,	    /* the guest powered off, -no-shutdown keeps us */
	RUN_INTERNAL_ERROR, /* KVM cannot go on with this guest */
	RUN_STATE_COUNT,
};
/* "prelaunch", "running", "paused", "shutdown", "internal-error" */
const char *run_state_name(enum run_state state);

/* Why a RESET or SHUTDOWN happened; the text is the event's "reason". */
enum run_cause {
	RUN_GUEST_RESET,
	RUN_GUEST_SHUTDOWN,
	RUN_HOST_QMP_SYSTEM_RESET,
	RUN_HOST_QMP_QUIT,
	RUN_HOST_SIGNAL,
	RUN_HOST_UI,
	RUN_CAUSE_COUNT,
};
const char *run_cause_name(enum run_cause cause);
bool run_cause_is_guest(enum run_cause cause);

enum run_event {
	RUN_EVENT_STOP,
	RUN_EVENT_RESUME,
	RUN_EVENT_RESET, /* with a cause */
	RUN_EVENT_POWERDOWN,
	RUN_EVENT_SHUTDOWN, /* with a cause */
};

/* What is asked of the main loop. */
enum run_request {
	/* By a device or vCPU: no vCPU runs on until it is dealt with. */
	RUN_REQUEST_RESET = 1 << 0,
	RUN_REQUEST_POWER_OFF = 1 << 1,
	RUN_REQUEST_INTERNAL_ERROR = 1 << 2,
	/* By a QMP command, whose answer goes out before the event that follows from it. */
	RUN_REQUEST_HOST_RESET = 1 << 3,
	RUN_REQUEST_HOST_QUIT = 1 << 4,
	RUN_REQUEST_HOST_POWERDOWN = 1 << 5,
};

struct run_ops {
	void (*request_pause)(void *opaque); /* any thread: vCPUs stop soon, do not wait */
	void (*wake)(void *opaque);	     /* any thread: have run_process() called soon */
	void (*pause)(void *opaque);	     /* vCPUs have stopped when it returns */
	void (*resume)(void *opaque);
	int (*reset)(void *opaque, struct err *err); /* vCPUs are paused */
	void (*press_power_button)(void *opaque);
	/* cause is valid for RUN_EVENT_RESET and RUN_EVENT_SHUTDOWN only */
	void (*event)(void *opaque, enum run_event event, enum run_cause cause);
	void (*leave)(void *opaque); /* end the main loop */
};

struct run {
	const struct run_ops *ops;
	void *opaque;
	bool no_reboot, no_shutdown;
	enum run_state state;
	bool leaving;
	int exit_status;
	atomic_uint requests;
};

void run_init(struct run *run, const struct run_ops *ops, void *opaque, bool no_reboot,
	      bool no_shutdown);

/* Any thread. The main loop acts on it in run_process(). */
void run_request(struct run *run, enum run_request request);
void run_process(struct run *run);

/* Stopping a machine that does not run is no error and has no event, as in QEMU. */
void run_stop(struct run *run);
/* -EINVAL "Resetting the Virtual Machine is required" in states shutdown and internal-error. */
int run_cont(struct run *run, struct err *err);
/* Ends the machine whatever -no-shutdown says. */
void run_quit(struct run *run, enum run_cause cause);

#endif
