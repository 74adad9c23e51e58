/* SPDX-License-Identifier: Apache-2.0 */
/* How a machine ends, resets, stops and goes on: exit statuses and sequences of events. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "machine.h"

#define MORE(...) ((const char *[]){ __VA_ARGS__, NULL })

/* Lets the programme run to its end from the start, and compares the events. */
static void run_to_end(const char *programme, const char *option, const char *events)
{
	struct machine m;

	machine_start(&m, programme, MORE("-S", option));
	machine_connect(&m);
	machine_do(&m, "{'execute': 'cont'}");
	assert_string_equal(machine_events_to_end(&m), events);
	machine_end(&m, 0);
}

static void power_off_ends(void **state)
{
	(void)state;
	run_to_end("p", NULL, "RESUME SHUTDOWN(guest-shutdown)");
}

static void the_guest_prints(void **state)
{
	struct machine m;

	(void)state;
	machine_start(&m, "hmu", NULL);
	assert_int_equal(machine_wait(&m), 0);
	assert_string_equal(machine_file(&m, "serial"), "hello\n2\nunanswered\n");
	machine_end(&m, 0);
}

static void resets_end_with_no_reboot(void **state)
{
	(void)state;
	run_to_end("r", "-no-reboot", "RESUME SHUTDOWN(guest-reset)");
	run_to_end("k", "-no-reboot", "RESUME SHUTDOWN(guest-reset)");
	run_to_end("t", "-no-reboot", "RESUME SHUTDOWN(guest-reset)");
}

/* Every way to reset starts the guest again, several times over. */
static void resets_start_again(void **state)
{
	static const char *const programmes[] = { "hr", "hk", "ht" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(programmes); i++) {
		struct machine m;

		machine_start(&m, programmes[i], MORE("-S"));
		machine_connect(&m);
		machine_do(&m, "{'execute': 'cont'}");
		machine_wait_event(&m, "RESET(guest-reset) RESET(guest-reset) RESET(guest-reset)");
		machine_wait_text(&m, "serial", "hello\nhello\nhello\n");
		machine_do(&m, "{'execute': 'quit'}");
		machine_end(&m, 0);
	}
}

static void assert_status(struct machine *m, const char *status, bool running)
{
	const struct json *value = machine_do(m, "{'execute': 'query-status'}");

	assert_string_equal(json_as_string(json_member(value, "status")), status);
	assert_int_equal(json_as_bool(json_member(value, "running")), running);
}

/* -no-shutdown: the machine stays, refuses to go on, and lives again after a reset. */
static void no_shutdown_stays(void **state)
{
	static const struct {
		const char *programme, *more, *events;
	} cases[] = {
		{ "p", NULL, "RESUME SHUTDOWN(guest-shutdown) STOP" },
		{ "r", "-no-reboot", "RESUME SHUTDOWN(guest-reset) STOP" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct json *answer;
		struct machine m;

		machine_start(&m, cases[i].programme, MORE("-S", "-no-shutdown", cases[i].more));
		machine_connect(&m);
		machine_do(&m, "{'execute': 'cont'}");
		machine_wait_event(&m, "STOP");
		assert_string_equal(m.events, cases[i].events);
		assert_status(&m, "shutdown", false);
		machine_send(&m, "{'execute': 'cont'}");
		answer = json_member(machine_receive(&m), "error");
		assert_non_null(answer);
		assert_string_equal(json_as_string(json_member(answer, "desc")),
				    "Resetting the Virtual Machine is required");
		machine_do(&m, "{'execute': 'quit'}");
		machine_events_to_end(&m);
		machine_end(&m, 0);
	}
}

static void a_reset_revives_after_shutdown(void **state)
{
	struct machine m;

	(void)state;
	machine_start(&m, "hp", MORE("-S", "-no-shutdown"));
	machine_connect(&m);
	machine_do(&m, "{'execute': 'cont'}");
	machine_wait_event(&m, "STOP");
	machine_do(&m, "{'execute': 'system_reset'}");
	machine_wait_event(&m, "RESET(host-qmp-system-reset)");
	assert_status(&m, "prelaunch", false);
	machine_do(&m, "{'execute': 'cont'}");
	machine_wait_text(&m, "serial", "hello\nhello\n");
	machine_do(&m, "{'execute': 'quit'}");
	machine_end(&m, 0);
}

static void quit_answers_then_ends(void **state)
{
	struct machine m;

	(void)state;
	machine_start(&m, "s", NULL);
	machine_connect(&m);
	machine_do(&m, "{'execute': 'quit'}");
	assert_string_equal(machine_events_to_end(&m), "SHUTDOWN(host-qmp-quit)");
	machine_end(&m, 0);
}

static void a_reset_from_outside_ends_with_no_reboot(void **state)
{
	struct machine m;

	(void)state;
	machine_start(&m, "s", MORE("-action", "reboot=shutdown"));
	machine_connect(&m);
	machine_do(&m, "{'execute': 'system_reset'}");
	assert_string_equal(machine_events_to_end(&m), "SHUTDOWN(host-qmp-system-reset)");
	machine_end(&m, 0);
}

static void signals_end(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		char text[64];
		struct machine m;

		machine_start(&m, i == 1 ? "z" : "l", i == 2 ? MORE("-no-shutdown") : NULL);
		machine_connect(&m);
		kill(m.pid, signals[i]);
		assert_string_equal(machine_events_to_end(&m), "SHUTDOWN(host-signal)");
		assert_int_equal(machine_wait(&m), 0);
		snprintf(text, sizeof(text), "terrace-vmm: info: terminating on signal %d\n",
			 signals[i]);
		assert_string_equal(machine_file(&m, "err"), text);
		machine_end(&m, 0);
	}
}

static void reset(struct machine *m)
{
	m->events[0] = '\0';
	machine_do(m, "{'execute': 'system_reset'}");
	machine_wait_event(m, "RESET(host-qmp-system-reset)");
}

static void rounds_under_load(void **state)
{
	struct machine m;

	(void)state;
	machine_start(&m, "l", MORE("-smp", "2"));
	machine_connect(&m);
	for (unsigned int round = 0; round < 20; round++) {
		machine_do(&m, "{'execute': 'stop'}");
		assert_status(&m, "paused", false);
		if (round % 2)
			reset(&m);
		machine_do(&m, "{'execute': 'cont'}");
		reset(&m);
		assert_status(&m, "running", true);
	}
	machine_wait_text(&m, "serial", "x\n");
	machine_do(&m, "{'execute': 'quit'}");
	machine_events_to_end(&m);
	machine_end(&m, 0);
}

static void the_power_button_is_seen(void **state)
{
	struct machine m;

	(void)state;
	machine_start(&m, "hb", NULL);
	machine_connect(&m);
	machine_wait_text(&m, "serial", "hello\n");
	machine_do(&m, "{'execute': 'system_powerdown'}");
	assert_string_equal(machine_events_to_end(&m), "POWERDOWN SHUTDOWN(guest-shutdown)");
	assert_string_equal(machine_file(&m, "serial"), "hello\nbutton\n");
	machine_end(&m, 0);
}

static void s_waits_for_cont(void **state)
{
	struct machine m;

	(void)state;
	machine_start(&m, "h", MORE("-S"));
	machine_connect(&m);
	machine_pause_ms(50);
	assert_status(&m, "prelaunch", false);
	assert_string_equal(machine_file(&m, "serial"), "");
	machine_do(&m, "{'execute': 'cont'}");
	assert_string_equal(machine_events_to_end(&m), "RESUME SHUTDOWN(guest-shutdown)");
	assert_string_equal(machine_file(&m, "serial"), "hello\n");
	machine_end(&m, 0);
}

/* All groups denied, and the machine still does all that it does. */
static void a_sandboxed_machine_works(void **state)
{
	struct machine m;
	char path[64];
	FILE *file;
	char line[256];
	bool found = false;

	(void)state;
	/* The leak checker makes a process at the end, which is what is denied. */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	machine_start(&m, "l",
		      MORE("-smp", "2", "-sandbox",
			   "on,obsolete=deny,elevateprivileges=deny,spawn=deny,"
			   "resourcecontrol=deny"));
	machine_connect(&m);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)m.pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		found |= !strcmp(line, "Seccomp:\t2\n");
	fclose(file);
	assert_true(found);
	for (unsigned int round = 0; round < 3; round++) {
		machine_do(&m, "{'execute': 'stop'}");
		machine_do(&m, "{'execute': 'cont'}");
		reset(&m);
	}
	machine_do(&m, "{'execute': 'quit'}");
	machine_events_to_end(&m);
	machine_end(&m, 0);
	unsetenv("ASAN_OPTIONS");
}

static void ten_runs_leave_nothing(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 10; i++) {
		struct machine m;

		machine_start(&m, "hp", MORE("-smp", "2"));
		machine_end(&m, 0);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(power_off_ends),
		cmocka_unit_test(the_guest_prints),
		cmocka_unit_test(resets_end_with_no_reboot),
		cmocka_unit_test(resets_start_again),
		cmocka_unit_test(no_shutdown_stays),
		cmocka_unit_test(a_reset_revives_after_shutdown),
		cmocka_unit_test(quit_answers_then_ends),
		cmocka_unit_test(a_reset_from_outside_ends_with_no_reboot),
		cmocka_unit_test(signals_end),
		cmocka_unit_test(rounds_under_load),
		cmocka_unit_test(the_power_button_is_seen),
		cmocka_unit_test(s_waits_for_cont),
		cmocka_unit_test(a_sandboxed_machine_works),
		cmocka_unit_test(ten_runs_leave_nothing),
	};

	machine_setup(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
