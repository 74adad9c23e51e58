/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers run.h: which calls and events each request leads to, in order; -no-reboot, -no-shutdown;
 * states that need a reset; a failed reset.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vmm/run.h"

/* A machine that only writes down what is done to it. */
struct fixture {
	struct run run;
	char log[512];
	int reset_result;
};

static void note(void *opaque, const char *text)
{
	struct fixture *f = opaque;

	strncat(f->log, text, sizeof(f->log) - strlen(f->log) - 1);
	strncat(f->log, " ", sizeof(f->log) - strlen(f->log) - 1);
}

static void on_request_pause(void *o)
{
	note(o, "request-pause");
}
static void on_wake(void *o)
{
	note(o, "wake");
}
static void on_pause(void *o)
{
	note(o, "pause");
}
static void on_resume(void *o)
{
	note(o, "resume");
}
static int on_reset(void *o, struct err *err)
{
	struct fixture *f = o;

	note(o, "reset");
	return f->reset_result < 0 ? err_set(err, ERR_HOST, f->reset_result, NULL, "no") : 0;
}
static void on_press(void *o)
{
	note(o, "press");
}
static void on_leave(void *o)
{
	note(o, "leave");
}
static void on_event(void *o, enum run_event event, enum run_cause cause)
{
	char text[64];

	switch (event) {
	case RUN_EVENT_STOP:
		note(o, "STOP");
		break;
	case RUN_EVENT_RESUME:
		note(o, "RESUME");
		break;
	case RUN_EVENT_POWERDOWN:
		note(o, "POWERDOWN");
		break;
	case RUN_EVENT_RESET:
	case RUN_EVENT_SHUTDOWN:
		snprintf(text, sizeof(text), "%s(%s,%s)",
			 event == RUN_EVENT_RESET ? "RESET" : "SHUTDOWN",
			 run_cause_is_guest(cause) ? "guest" : "host", run_cause_name(cause));
		note(o, text);
		break;
	}
}

static const struct run_ops ops = {
	.request_pause = on_request_pause,
	.wake = on_wake,
	.pause = on_pause,
	.resume = on_resume,
	.reset = on_reset,
	.press_power_button = on_press,
	.event = on_event,
	.leave = on_leave,
};

static struct fixture running(bool no_reboot, bool no_shutdown)
{
	struct fixture f = { .reset_result = 0 };

	run_init(&f.run, &ops, &f, no_reboot, no_shutdown);
	assert_int_equal(run_cont(&f.run, NULL), 0);
	f.log[0] = '\0';
	return f;
}

/* The fixture moves when it is returned by value. */
#define RUNNING(f, no_reboot, no_shutdown)                  \
	struct fixture f = running(no_reboot, no_shutdown); \
	f.run.opaque = &f

static void guest_reset_restarts(void **state)
{
	RUNNING(f, false, false);

	(void)state;
	run_request(&f.run, RUN_REQUEST_RESET);
	run_process(&f.run);
	assert_string_equal(f.log,
			    "request-pause wake pause reset RESET(guest,guest-reset) resume ");
	assert_int_equal(f.run.state, RUN_RUNNING);
}

static void no_reboot_makes_a_reset_the_end(void **state)
{
	RUNNING(f, true, false);

	(void)state;
	run_request(&f.run, RUN_REQUEST_RESET);
	run_process(&f.run);
	assert_string_equal(f.log, "request-pause wake pause SHUTDOWN(guest,guest-reset) leave ");
	assert_int_equal(f.run.exit_status, 0);
}

static void power_off_ends(void **state)
{
	RUNNING(f, false, false);

	(void)state;
	run_request(&f.run, RUN_REQUEST_POWER_OFF);
	run_process(&f.run);
	assert_string_equal(f.log,
			    "request-pause wake pause SHUTDOWN(guest,guest-shutdown) leave ");
}

static void no_shutdown_keeps_the_machine(void **state)
{
	RUNNING(f, false, true);
	struct err err = ERR_INIT;

	(void)state;
	run_request(&f.run, RUN_REQUEST_POWER_OFF);
	run_process(&f.run);
	assert_string_equal(f.log, "request-pause wake SHUTDOWN(guest,guest-shutdown) pause STOP ");
	assert_int_equal(f.run.state, RUN_SHUTDOWN);
	assert_int_equal(run_cont(&f.run, &err), -EINVAL);
	assert_string_equal(err.message, "Resetting the Virtual Machine is required");
	run_request(&f.run, RUN_REQUEST_HOST_RESET);
	run_process(&f.run);
	assert_int_equal(f.run.state, RUN_PRELAUNCH);
	assert_int_equal(run_cont(&f.run, &err), 0);
}

static void quit_ends_even_with_no_shutdown(void **state)
{
	RUNNING(f, false, true);

	(void)state;
	run_quit(&f.run, RUN_HOST_QMP_QUIT);
	run_quit(&f.run, RUN_HOST_SIGNAL);
	assert_string_equal(f.log, "pause SHUTDOWN(host,host-qmp-quit) leave ");
}

static void stop_and_cont(void **state)
{
	RUNNING(f, false, false);

	(void)state;
	run_stop(&f.run);
	run_stop(&f.run);
	assert_int_equal(f.run.state, RUN_PAUSED);
	assert_int_equal(run_cont(&f.run, NULL), 0);
	assert_int_equal(run_cont(&f.run, NULL), 0);
	assert_string_equal(f.log, "pause STOP RESUME resume ");
}

static void reset_of_a_paused_machine_does_not_start_it(void **state)
{
	RUNNING(f, false, false);

	(void)state;
	run_stop(&f.run);
	run_request(&f.run, RUN_REQUEST_HOST_RESET);
	run_process(&f.run);
	assert_string_equal(f.log,
			    "pause STOP wake pause reset RESET(host,host-qmp-system-reset) ");
	assert_int_equal(f.run.state, RUN_PRELAUNCH);
}

static void internal_error_stops_and_needs_a_reset(void **state)
{
	RUNNING(f, false, false);

	(void)state;
	run_request(&f.run, RUN_REQUEST_INTERNAL_ERROR);
	run_process(&f.run);
	assert_int_equal(f.run.state, RUN_INTERNAL_ERROR);
	assert_string_equal(f.log, "request-pause wake pause STOP ");
	assert_int_equal(run_cont(&f.run, NULL), -EINVAL);
}

static void failed_reset_stops_the_machine(void **state)
{
	RUNNING(f, false, false);

	(void)state;
	f.reset_result = -EIO;
	run_request(&f.run, RUN_REQUEST_HOST_RESET);
	run_process(&f.run);
	assert_int_equal(f.run.state, RUN_INTERNAL_ERROR);
}

static void powerdown_presses_the_button(void **state)
{
	RUNNING(f, false, false);

	(void)state;
	run_request(&f.run, RUN_REQUEST_HOST_POWERDOWN);
	run_process(&f.run);
	assert_string_equal(f.log, "wake POWERDOWN press ");
	assert_int_equal(f.run.state, RUN_RUNNING);
}

static void requests_before_a_reset_are_void(void **state)
{
	RUNNING(f, false, false);

	(void)state;
	run_request(&f.run, RUN_REQUEST_POWER_OFF);
	run_request(&f.run, RUN_REQUEST_HOST_RESET);
	run_process(&f.run);
	f.log[0] = '\0';
	run_process(&f.run);
	assert_string_equal(f.log, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guest_reset_restarts),
		cmocka_unit_test(no_reboot_makes_a_reset_the_end),
		cmocka_unit_test(power_off_ends),
		cmocka_unit_test(no_shutdown_keeps_the_machine),
		cmocka_unit_test(quit_ends_even_with_no_shutdown),
		cmocka_unit_test(stop_and_cont),
		cmocka_unit_test(reset_of_a_paused_machine_does_not_start_it),
		cmocka_unit_test(internal_error_stops_and_needs_a_reset),
		cmocka_unit_test(failed_reset_stops_the_machine),
		cmocka_unit_test(powerdown_presses_the_button),
		cmocka_unit_test(requests_before_a_reset_are_void),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
