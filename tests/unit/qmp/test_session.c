/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers qmp/session.h: greeting, negotiation, ids, every error text, gating of events, and that the
 * answers do not depend on how the input is cut. Whole dialogues are in tests/golden/qmp/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "fake.h"

struct bench {
	struct fake_machine machine;
	struct strbuf output;
	struct qmp_session *session;
};

static int bench_open(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	bench->session = qmp_session_new(&fake_schema, &bench->machine, fake_write, &bench->output);
	bench->machine.session = bench->session;
	*state = bench;
	return 0;
}

static int bench_open_ready(void **state)
{
	struct bench *bench;

	bench_open(state);
	bench = *state;
	qmp_session_feed(bench->session, "{'execute':'qmp_capabilities'}", 30);
	strbuf_reset(&bench->output);
	return 0;
}

static int bench_close(void **state)
{
	struct bench *bench = *state;

	qmp_session_free(bench->session);
	strbuf_fini(&bench->output);
	free(bench);
	return 0;
}

/* The answer to text, without what was there before. */
static const char *say(struct bench *bench, const char *text)
{
	strbuf_reset(&bench->output);
	qmp_session_feed(bench->session, text, strlen(text));
	return bench->output.text ? bench->output.text : "";
}

#define ANSWER(class, desc) "{\"error\": {\"class\": \"" class "\", \"desc\": \"" desc "\"}}\r\n"
#define GENERIC(desc)	    ANSWER("GenericError", desc)
#define NO_COMMAND(desc)    ANSWER("CommandNotFound", desc)
#define DONE		    "{\"return\": {}}\r\n"

static void greeting_has_version_and_no_capability(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(
		bench->output.text,
		"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 2, \"minor\": 0, "
		"\"major\": 10}, \"package\": \"fake 1.0\"}, \"capabilities\": []}}\r\n");
	assert_false(qmp_session_is_negotiated(bench->session));
}

static void nothing_runs_before_negotiation(void **state)
{
	static const char *const names[] = { "stop", "query-commands", "query-version", "nope" };
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char text[64];

		snprintf(text, sizeof(text), "{\"execute\": \"%s\"}", names[i]);
		assert_string_equal(say(bench, text),
				    NO_COMMAND("Expecting capabilities negotiation with "
					       "'qmp_capabilities'"));
	}
	assert_int_equal(bench->machine.commands_run, 0);
	/* The shape is judged first, as in QEMU. */
	assert_string_equal(say(bench, "{}"), GENERIC("QMP input lacks member 'execute'"));
}

static void negotiation_happens_once(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(say(bench, "{'execute': 'qmp_capabilities'}"), DONE);
	assert_true(qmp_session_is_negotiated(bench->session));
	assert_string_equal(say(bench, "{'execute': 'qmp_capabilities'}"),
			    NO_COMMAND("Capabilities negotiation is already complete, "
				       "command ignored"));
}

static void failed_negotiation_is_none(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(
		say(bench, "{'execute':'qmp_capabilities','arguments':{'enable':['oob']}}"),
		GENERIC("Capability oob not available"));
	assert_string_equal(
		say(bench, "{'execute':'qmp_capabilities','arguments':{'enable':['x']}}"),
		GENERIC("Parameter 'enable[0]' does not accept value 'x'"));
	assert_string_equal(say(bench, "{'execute':'qmp_capabilities','arguments':{'enable':[1]}}"),
			    GENERIC("Invalid parameter type for 'enable[0]', expected: string"));
	assert_string_equal(
		say(bench, "{'execute':'qmp_capabilities','arguments':{'enable':'oob'}}"),
		GENERIC("Invalid parameter type for 'enable', expected: array"));
	assert_string_equal(say(bench, "{'execute':'qmp_capabilities','arguments':{'x':1}}"),
			    GENERIC("Parameter 'x' is unexpected"));
	assert_false(qmp_session_is_negotiated(bench->session));
	assert_string_equal(say(bench, "{'execute':'qmp_capabilities','arguments':{'enable':[]}}"),
			    DONE);
}

static void ids_of_every_type_are_echoed(void **state)
{
	static const char *const ids[] = {
		"null",
		"true",
		"-1",
		"18446744073709551615",
		"18446744073709551616",
		"1.50",
		"\"x\"",
		"\"\"",
		"[1, {}]",
		"{\"a\": {\"b\": null}}",
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		char text[128], expected[128];

		snprintf(text, sizeof(text), "{\"execute\": \"system_reset\", \"id\": %s}", ids[i]);
		snprintf(expected, sizeof(expected), "{\"return\": {}, \"id\": %s}\r\n", ids[i]);
		assert_string_equal(say(bench, text), expected);
	}
}

static void errors_echo_the_id(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(say(bench, "{'execute': 'nope', 'id': 3}"),
			    "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"The command "
			    "nope has not been found\"}, \"id\": 3}\r\n");
	assert_string_equal(say(bench, "{'foo': 1, 'id': 4}"),
			    "{\"error\": {\"class\": \"GenericError\", \"desc\": \"QMP input "
			    "member 'foo' is unexpected\"}, \"id\": 4}\r\n");
}

static void requests_of_the_wrong_shape_are_refused(void **state)
{
	static const struct {
		const char *text, *answer;
	} cases[] = {
		{ "[]", GENERIC("QMP input must be a JSON object") },
		{ "1 ", GENERIC("QMP input must be a JSON object") },
		{ "null ", GENERIC("QMP input must be a JSON object") },
		{ "{}", GENERIC("QMP input lacks member 'execute'") },
		{ "{'id': 1.0}", "{\"error\": {\"class\": \"GenericError\", \"desc\": \"QMP input "
				 "lacks member 'execute'\"}, \"id\": 1.0}\r\n" },
		{ "{'execute': 1}", GENERIC("QMP input member 'execute' must be a string") },
		{ "{'execute': 'stop', 'arguments': []}",
		  GENERIC("QMP input member 'arguments' must be an object") },
		{ "{'execute': 'stop', 'arguments': null}",
		  GENERIC("QMP input member 'arguments' must be an object") },
		{ "{'execute': 'stop', 'foo': 1}",
		  GENERIC("QMP input member 'foo' is unexpected") },
		{ "{'exec-oob': 'stop'}", GENERIC("QMP input member 'exec-oob' is unexpected") },
		{ "{'execute': 'nope'}", NO_COMMAND("The command nope has not been found") },
		{ "{'execute': ''}", NO_COMMAND("The command  has not been found") },
		{ "{'execute': bad}", GENERIC("JSON parse error, invalid keyword 'bad'") },
		{ "{'execute': 'stop', 'execute': 'stop'}",
		  GENERIC("JSON parse error, duplicate key") },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(say(bench, cases[i].text), cases[i].answer);
	assert_int_equal(bench->machine.commands_run, 0);
}

static void arguments_are_checked_by_the_table(void **state)
{
	static const struct {
		const char *command, *args, *answer;
	} cases[] = {
		{ "stop", "'x': 1", GENERIC("Parameter 'x' is unexpected") },
		{ "balloon", "", GENERIC("Parameter 'value' is missing") },
		{ "balloon", "'x': 1", GENERIC("Parameter 'value' is missing") },
		{ "balloon", "'value': 1, 'x': 1", GENERIC("Parameter 'x' is unexpected") },
		{ "balloon", "'value': '1'",
		  GENERIC("Invalid parameter type for 'value', expected: integer") },
		{ "balloon", "'value': 1.0",
		  GENERIC("Invalid parameter type for 'value', expected: integer") },
		{ "balloon", "'value': 18446744073709551616",
		  GENERIC("Invalid parameter type for 'value', expected: integer") },
		{ "balloon", "'value': -1", GENERIC("Parameter 'value' expects a size") },
		{ "balloon", "'value': 0", GENERIC("Parameter 'value' expects a size") },
		{ "echo", "'string': 1",
		  GENERIC("Invalid parameter type for 'string', expected: string") },
		{ "echo", "'bool': 1",
		  GENERIC("Invalid parameter type for 'bool', expected: boolean") },
		{ "echo", "'int': 9223372036854775808",
		  GENERIC("Invalid parameter type for 'int', expected: integer") },
		{ "echo", "'uint': -1", GENERIC("Parameter 'uint' expects uint64") },
		{ "echo", "'number': 'x'",
		  GENERIC("Invalid parameter type for 'number', expected: number") },
		{ "echo", "'colour': 'blue'",
		  GENERIC("Parameter 'colour' does not accept value 'blue'") },
		{ "echo", "'colour': 1",
		  GENERIC("Invalid parameter type for 'colour', expected: string") },
		{ "echo", "'array': {}",
		  GENERIC("Invalid parameter type for 'array', expected: array") },
		{ "echo", "'object': []",
		  GENERIC("Invalid parameter type for 'object', expected: object") },
		{ "device_add", "'id': 'd'", GENERIC("Parameter 'driver' is missing") },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[160];

		snprintf(text, sizeof(text), "{'execute': '%s', 'arguments': {%s}}",
			 cases[i].command, cases[i].args);
		assert_string_equal(say(bench, text), cases[i].answer);
	}
	assert_int_equal(bench->machine.commands_run, 0);
}

static void good_arguments_arrive(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(
		say(bench, "{'execute':'echo','arguments':{'any':null,'string':'s','bool':true,"
			   "'int':-1,'uint':18446744073709551615,'size':0,'number':1,"
			   "'colour':'green','array':[],'object':{}}}"),
		"{\"return\": {\"any\": null, \"string\": \"s\", \"bool\": true, \"int\": -1, "
		"\"uint\": 18446744073709551615, \"size\": 0, \"number\": 1, "
		"\"colour\": \"green\", \"array\": [], \"object\": {}}}\r\n");
	assert_string_equal(say(bench, "{'execute':'echo'}"), DONE);
	assert_string_equal(
		say(bench, "{'execute':'device_add','arguments':{'driver':'d','x':[1]}}"),
		"{\"return\": {\"driver\": \"d\", \"x\": [1]}}\r\n");
}

static void failures_of_commands_have_their_class(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(say(bench, "{'execute': 'query-balloon'}"),
			    ANSWER("DeviceNotActive", "No balloon device has been activated"));
	assert_string_equal(say(bench, "{'execute': 'device_del', 'arguments': {'id': 'nope'}}"),
			    ANSWER("DeviceNotFound", "Device 'nope' not found"));
	assert_string_equal(say(bench, "{'execute': 'fail-on-host'}"),
			    GENERIC("/dev/kvm: cannot add a slot: Cannot allocate memory"));
}

static void introspection_lists_the_tables(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(
		say(bench, "{'execute': 'query-commands'}"),
		"{\"return\": [{\"name\": \"qmp_capabilities\"}, {\"name\": \"query-version\"}, "
		"{\"name\": \"query-commands\"}, {\"name\": \"query-events\"}, "
		"{\"name\": \"stop\"}, {\"name\": \"system_reset\"}, {\"name\": \"balloon\"}, "
		"{\"name\": \"query-balloon\"}, {\"name\": \"device_del\"}, "
		"{\"name\": \"device_add\"}, {\"name\": \"echo\"}, "
		"{\"name\": \"fail-on-host\"}]}\r\n");
	assert_string_equal(say(bench, "{'execute': 'query-events'}"),
			    "{\"return\": [{\"name\": \"STOP\"}, {\"name\": \"BALLOON_CHANGE\"}, "
			    "{\"name\": \"MEMORY_DEVICE_SIZE_CHANGE\"}]}\r\n");
	assert_string_equal(say(bench, "{'execute': 'query-version'}"),
			    "{\"return\": {\"qemu\": {\"micro\": 2, \"minor\": 0, \"major\": 10}, "
			    "\"package\": \"fake 1.0\"}}\r\n");
}

static void events_have_a_time_and_wait_for_negotiation(void **state)
{
	const struct timespec when = { 1700000000, 999999999 };
	struct bench *bench = *state;
	AUTO(json) data = json_new_object();

	json_set_u64(data, "actual", 5);
	strbuf_reset(&bench->output);
	qmp_session_event(bench->session, "STOP", NULL, &when);
	assert_int_equal(bench->output.length, 0);
	say(bench, "{'execute': 'qmp_capabilities'}");
	assert_string_equal(bench->output.text, DONE);
	strbuf_reset(&bench->output);
	qmp_session_event(bench->session, "STOP", NULL, &when);
	qmp_session_event(bench->session, "BALLOON_CHANGE", data, &when);
	assert_string_equal(bench->output.text,
			    "{\"timestamp\": {\"seconds\": 1700000000, \"microseconds\": 999999}, "
			    "\"event\": \"STOP\"}\r\n"
			    "{\"timestamp\": {\"seconds\": 1700000000, \"microseconds\": 999999}, "
			    "\"event\": \"BALLOON_CHANGE\", \"data\": {\"actual\": 5}}\r\n");
}

static void cutting_the_input_changes_nothing(void **state)
{
	static const char text[] = "{'execute':'qmp_capabilities'}{'execute':'stop','id':[1]}\r\n"
				   "{\"execute\": \"balloon\", \"arguments\": {\"value\": 12}} 7 "
				   "{bad}{'execute':'query-balloon','id':'\\u00e9'}\n";
	AUTO_STRBUF whole = STRBUF_INIT;

	(void)state;
	for (size_t cut = 0; cut < sizeof(text); cut++) {
		struct fake_machine machine = { 0 };
		AUTO_STRBUF output = STRBUF_INIT;
		AUTO(qmp_session)
		session = qmp_session_new(&fake_schema, &machine, fake_write, &output);

		machine.session = session;
		qmp_session_feed(session, text, cut);
		qmp_session_feed(session, text + cut, sizeof(text) - 1 - cut);
		if (!cut)
			strbuf_add(&whole, output.text, output.length);
		assert_string_equal(output.text, whole.text);
		assert_int_equal(machine.commands_run, 2);
	}
	assert_non_null(strstr(whole.text, "{\"return\": {\"actual\": 12}, \"id\": \"\\u00E9\"}"));
}

static void oversized_requests_are_refused_and_forgotten(void **state)
{
	static char flood[3 << 20];
	struct bench *bench = *state;

	memset(flood, 'x', sizeof(flood) - 1);
	flood[0] = '"';
	assert_string_equal(say(bench, flood), GENERIC("JSON token size limit exceeded"));
	memset(flood, '[', sizeof(flood) - 1);
	assert_null(strstr(say(bench, "\n{'execute': 'system_reset'}"), "error"));
	assert_string_equal(say(bench, flood), GENERIC("JSON nesting depth limit exceeded"));
	assert_string_equal(say(bench, "\n{'execute': 'system_reset'}"), DONE);
}

static void end_of_input_inside_a_request_is_an_error(void **state)
{
	struct bench *bench = *state;

	say(bench, "{'execute': 'stop'");
	qmp_session_end_input(bench->session);
	assert_string_equal(bench->output.text, GENERIC("JSON parse error, premature EOI"));
	assert_int_equal(bench->machine.commands_run, 0);
}

static void end_of_input_between_requests_is_none(void **state)
{
	struct bench *bench = *state;

	say(bench, "{'execute': 'system_reset'}\r\n");
	qmp_session_end_input(bench->session);
	assert_string_equal(bench->output.text, DONE);
}

struct hangup {
	struct qmp_session *session;
	unsigned int writes, writes_left;
};

/* A peer that goes away: the write itself closes the connection. */
static void write_and_hang_up(void *context, const char *bytes, size_t count)
{
	struct hangup *hangup = context;

	(void)bytes;
	(void)count;
	hangup->writes++;
	if (!hangup->session || --hangup->writes_left)
		return;
	qmp_session_free(hangup->session);
}

static void a_session_may_be_freed_by_its_write(void **state)
{
	static const char text[] = "{'execute':'qmp_capabilities'}{'execute':'stop'}"
				   "{'execute':'stop'}{'execute':'stop'}";

	(void)state;
	/* By an answer; by an event inside a command, whose answer and successors are dropped. */
	for (unsigned int writes = 1; writes <= 3; writes++) {
		struct hangup hangup = { .writes_left = writes };
		struct fake_machine machine = { 0 };

		hangup.session = qmp_session_new(&fake_schema, &machine, write_and_hang_up,
						 &hangup);
		machine.session = hangup.session;
		hangup.writes = 0;
		qmp_session_feed(hangup.session, text, sizeof(text) - 1);
		assert_int_equal(hangup.writes, writes);
		assert_int_equal(machine.commands_run, writes == 1 ? 0 : 1);
	}
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, bench_open, bench_close)
#define READY(test) cmocka_unit_test_setup_teardown(test, bench_open_ready, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(greeting_has_version_and_no_capability),
		FRESH(nothing_runs_before_negotiation),
		FRESH(negotiation_happens_once),
		FRESH(failed_negotiation_is_none),
		READY(ids_of_every_type_are_echoed),
		READY(errors_echo_the_id),
		READY(requests_of_the_wrong_shape_are_refused),
		READY(arguments_are_checked_by_the_table),
		READY(good_arguments_arrive),
		READY(failures_of_commands_have_their_class),
		READY(introspection_lists_the_tables),
		FRESH(events_have_a_time_and_wait_for_negotiation),
		cmocka_unit_test(cutting_the_input_changes_nothing),
		READY(oversized_requests_are_refused_and_forgotten),
		READY(end_of_input_inside_a_request_is_an_error),
		READY(end_of_input_between_requests_is_none),
		cmocka_unit_test(a_session_may_be_freed_by_its_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
