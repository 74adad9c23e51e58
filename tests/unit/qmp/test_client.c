/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers qmp/client.h: against our own session, against messages as QEMU writes them, and against a
 * peer that does not speak QMP.
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

#include "base/util.h"
#include "fake.h"
#include "qmp/client.h"

struct bench {
	struct strbuf sent, log;
	struct qmp_client *client;
};

static void on_write(void *context, const char *bytes, size_t count)
{
	strbuf_add(&((struct bench *)context)->sent, bytes, count);
}

static void on_ready(void *context, const struct json *version)
{
	struct bench *bench = context;

	strbuf_add_text(&bench->log, "ready ");
	json_format(version, JSON_COMPACT, &bench->log);
	strbuf_add_char(&bench->log, '|');
}

static void on_reply(void *context, uint64_t id, const struct json *value,
		     const struct qmp_failure *failure)
{
	struct bench *bench = context;

	strbuf_addf(&bench->log, "%d ", (int)id);
	if (failure)
		strbuf_addf(&bench->log, "!%s: %s", failure->class, failure->desc);
	else
		json_format(value, JSON_COMPACT, &bench->log);
	strbuf_add_char(&bench->log, '|');
}

static void on_event(void *context, const char *name, const struct json *data,
		     const struct timespec *when)
{
	struct bench *bench = context;

	strbuf_addf(&bench->log, "%s %d.%09d ", name, (int)when->tv_sec, (int)when->tv_nsec);
	if (data)
		json_format(data, JSON_COMPACT, &bench->log);
	strbuf_add_char(&bench->log, '|');
}

static const struct qmp_client_ops ops = { on_write, on_ready, on_reply, on_event };

static int bench_open(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	bench->client = qmp_client_new(&ops, bench);
	*state = bench;
	return 0;
}

static int bench_close(void **state)
{
	struct bench *bench = *state;

	qmp_client_free(bench->client);
	strbuf_fini(&bench->sent);
	strbuf_fini(&bench->log);
	free(bench);
	return 0;
}

static int hear(struct bench *bench, const char *text, struct err *err)
{
	return qmp_client_feed(bench->client, text, strlen(text), err);
}

#define GREETING "{\"QMP\": {\"version\": {\"package\": \"v10\"}, \"capabilities\": [\"oob\"]}}\r\n"

static void negotiates_by_itself(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(hear(bench, GREETING, NULL), 0);
	assert_string_equal(bench->sent.text, "{\"execute\": \"qmp_capabilities\", \"id\": 0}\r\n");
	assert_false(qmp_client_is_ready(bench->client));
	assert_null(bench->log.text);
	assert_int_equal(hear(bench, "{\"return\": {}, \"id\": 0}\r\n", NULL), 0);
	assert_true(qmp_client_is_ready(bench->client));
	assert_string_equal(bench->log.text, "ready {\"package\": \"v10\"}|");
}

static void nothing_is_sent_before_negotiation(void **state)
{
	struct bench *bench = *state;
	struct err err = ERR_INIT;

	assert_int_equal(qmp_client_execute(bench->client, "stop", json_new_object(), NULL, &err),
			 -EAGAIN);
	assert_int_equal(err.class, ERR_BUSY);
	assert_null(bench->sent.text);
}

static void answers_and_events_are_told_apart(void **state)
{
	struct bench *bench = *state;
	struct json *arguments = json_new_object();
	uint64_t first = 0, second = 0;

	hear(bench, GREETING "{\"return\": {}, \"id\": 0}", NULL);
	strbuf_reset(&bench->log);
	strbuf_reset(&bench->sent);
	json_set_u64(arguments, "value", 5);
	assert_int_equal(qmp_client_execute(bench->client, "balloon", arguments, &first, NULL), 0);
	assert_int_equal(qmp_client_execute(bench->client, "nope", NULL, &second, NULL), 0);
	assert_int_equal(first, 1);
	assert_int_equal(second, 2);
	assert_int_equal(qmp_client_pending(bench->client), 2);
	assert_string_equal(
		bench->sent.text,
		"{\"execute\": \"balloon\", \"arguments\": {\"value\": 5}, \"id\": 1}\r\n"
		"{\"execute\": \"nope\", \"id\": 2}\r\n");
	assert_int_equal(
		hear(bench,
		     "{\"timestamp\": {\"seconds\": 17, \"microseconds\": 5}, \"event\": "
		     "\"STOP\"}\r\n"
		     "{\"return\": {\"a\": 1}, \"id\": 1}\r\n"
		     "{\"timestamp\": {\"seconds\": -1, \"microseconds\": -1}, \"event\": \"X\", "
		     "\"data\": {}}\r\n"
		     "{\"id\": 2, \"error\": {\"class\": \"CommandNotFound\", \"desc\": "
		     "\"no\"}}\r\n",
		     NULL),
		0);
	assert_string_equal(bench->log.text, "STOP 17.000005000 |1 {\"a\": 1}|X -1.000000000 {}|"
					     "2 !CommandNotFound: no|");
	assert_int_equal(qmp_client_pending(bench->client), 0);
}

static void what_is_not_qmp_breaks_for_good(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "SSH-2.0-OpenSSH\r\n", "JSON parse error, invalid keyword 'SSH-2.0-OpenSSH'" },
		{ "[]", "message is not an object" },
		{ "{\"return\": {}}", "no greeting" },
		{ "{\"QMP\": {}}", "no greeting" },
		{ GREETING "{\"return\": {}}", "answer without id" },
		{ GREETING "{\"return\": {}, \"id\": 1}", "answer to a request that was not sent" },
		{ GREETING "{\"return\": {}, \"id\": 0}{\"return\": {}, \"id\": 0}",
		  "answer to a request that was not sent" },
		{ GREETING "{\"id\": 0}", "malformed answer" },
		{ GREETING "{\"return\": {}, \"error\": {}, \"id\": 0}", "malformed answer" },
		{ GREETING "{\"error\": {\"class\": 1}, \"id\": 0}", "malformed answer" },
		{ GREETING "{\"error\": {\"class\": \"c\", \"desc\": \"busy\"}, \"id\": 0}",
		  "busy" },
		{ GREETING "{\"error\": {\"class\": \"c\", \"desc\": \"odd input\"}}",
		  "odd input" },
		{ GREETING "{\"event\": 1}", "malformed event" },
		{ GREETING "{\"event\": \"X\", \"timestamp\": {}}", "malformed event" },
		{ GREETING
		  "{\"event\": \"X\", \"timestamp\": {\"seconds\": 1, \"microseconds\": 1},"
		  " \"data\": 1}",
		  "malformed event" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err err = ERR_INIT;
		struct bench *bench;
		char expected[160];

		bench_open(state);
		bench = *state;
		snprintf(expected, sizeof(expected), "the peer does not speak QMP: %s",
			 cases[i].why);
		assert_int_equal(hear(bench, cases[i].text, &err), -EPROTO);
		assert_string_equal(err.message, expected);
		assert_int_equal(hear(bench, GREETING, NULL), -EPROTO);
		assert_int_equal(qmp_client_execute(bench->client, "stop", NULL, NULL, NULL),
				 -EPROTO);
		bench_close(state);
	}
}

struct pair {
	struct bench bench; /* first: its callbacks get the pair's address */
	struct qmp_session *session;
	struct strbuf to_client;
};

static void to_session(void *context, const char *bytes, size_t count)
{
	qmp_session_feed(((struct pair *)context)->session, bytes, count);
}

static void speaks_with_our_session(void **state)
{
	static const struct qmp_client_ops pair_ops = { to_session, on_ready, on_reply, on_event };
	struct fake_machine machine = { 0 };
	struct pair pair = { 0 };
	AUTO(qmp_client) client = qmp_client_new(&pair_ops, &pair);

	(void)state;
	pair.session = qmp_session_new(&fake_schema, &machine, fake_write, &pair.to_client);
	machine.session = pair.session;
	for (int round = 0; round < 3; round++) {
		AUTO_STRBUF heard = pair.to_client;

		pair.to_client = STRBUF_INIT;
		assert_int_equal(qmp_client_feed(client, heard.text, heard.length, NULL), 0);
		if (round == 1)
			assert_int_equal(qmp_client_execute(client, "stop", NULL, NULL, NULL), 0);
	}
	assert_string_equal(pair.bench.log.text,
			    "ready {\"qemu\": {\"micro\": 2, \"minor\": 0, \"major\": 10}, "
			    "\"package\": \"fake 1.0\"}|STOP 1700000000.123456000 |1 {}|");
	qmp_session_free(pair.session);
	strbuf_fini(&pair.to_client);
	strbuf_fini(&pair.bench.log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(negotiates_by_itself, bench_open, bench_close),
		cmocka_unit_test_setup_teardown(nothing_is_sent_before_negotiation, bench_open,
						bench_close),
		cmocka_unit_test_setup_teardown(answers_and_events_are_told_apart, bench_open,
						bench_close),
		cmocka_unit_test(what_is_not_qmp_breaks_for_good),
		cmocka_unit_test(speaks_with_our_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
