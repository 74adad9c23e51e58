/* SPDX-License-Identifier: Apache-2.0 */
/* Covers qmp/throttle.h: first at once, last after the interval, keys apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fake.h"
#include "qmp/throttle.h"

#define MS UINT64_C(1000000)

/* Logs "NAME DATA@seconds|". */
static void emit(void *context, const char *name, const struct json *data,
		 const struct timespec *when)
{
	strbuf_addf(context, "%s ", name);
	if (data)
		json_format(data, JSON_COMPACT, context);
	strbuf_addf(context, "@%d|", (int)when->tv_sec);
}

static void post(struct qmp_throttle *throttle, const char *name, const char *member,
		 const char *value, int seconds, uint64_t now_ns)
{
	const struct timespec when = { seconds, 0 };
	AUTO(json) data = json_new_object();

	json_set_string(data, member, value);
	qmp_throttle_post(throttle, name, data, &when, now_ns);
}

static void unlimited_events_pass(void **state)
{
	const struct timespec when = { 1, 0 };
	AUTO_STRBUF log = STRBUF_INIT;
	AUTO(qmp_throttle) throttle = qmp_throttle_new(&fake_schema, emit, &log);

	(void)state;
	qmp_throttle_post(throttle, "STOP", NULL, &when, 0);
	qmp_throttle_post(throttle, "STOP", NULL, &when, 0);
	assert_string_equal(log.text, "STOP @1|STOP @1|");
	assert_true(qmp_throttle_deadline_ns(throttle) == UINT64_MAX);
}

static void first_passes_and_last_is_delivered(void **state)
{
	AUTO_STRBUF log = STRBUF_INIT;
	AUTO(qmp_throttle) throttle = qmp_throttle_new(&fake_schema, emit, &log);

	(void)state;
	post(throttle, "BALLOON_CHANGE", "a", "1", 1, 100 * MS);
	assert_string_equal(log.text, "BALLOON_CHANGE {\"a\": \"1\"}@1|");
	assert_true(qmp_throttle_deadline_ns(throttle) == 1100 * MS);
	post(throttle, "BALLOON_CHANGE", "a", "2", 2, 200 * MS);
	post(throttle, "BALLOON_CHANGE", "a", "3", 3, 1099 * MS);
	qmp_throttle_run(throttle, 1100 * MS - 1);
	assert_string_equal(log.text, "BALLOON_CHANGE {\"a\": \"1\"}@1|");
	qmp_throttle_run(throttle, 1100 * MS);
	assert_string_equal(log.text,
			    "BALLOON_CHANGE {\"a\": \"1\"}@1|BALLOON_CHANGE {\"a\": \"3\"}@3|");
	/* A delivery begins a new interval; a quiet one ends the limit. */
	assert_true(qmp_throttle_deadline_ns(throttle) == 2100 * MS);
	qmp_throttle_run(throttle, 2100 * MS);
	assert_true(qmp_throttle_deadline_ns(throttle) == UINT64_MAX);
	strbuf_reset(&log);
	post(throttle, "BALLOON_CHANGE", "a", "4", 4, 2101 * MS);
	assert_string_equal(log.text, "BALLOON_CHANGE {\"a\": \"4\"}@4|");
}

static void keys_are_counted_apart(void **state)
{
	AUTO_STRBUF log = STRBUF_INIT;
	AUTO(qmp_throttle) throttle = qmp_throttle_new(&fake_schema, emit, &log);

	(void)state;
	post(throttle, "MEMORY_DEVICE_SIZE_CHANGE", "qom-path", "/a", 1, 0);
	post(throttle, "MEMORY_DEVICE_SIZE_CHANGE", "qom-path", "/b", 2, 10 * MS);
	post(throttle, "MEMORY_DEVICE_SIZE_CHANGE", "qom-path", "/a", 3, 20 * MS);
	post(throttle, "BALLOON_CHANGE", "a", "x", 4, 30 * MS);
	assert_string_equal(log.text, "MEMORY_DEVICE_SIZE_CHANGE {\"qom-path\": \"/a\"}@1|"
				      "MEMORY_DEVICE_SIZE_CHANGE {\"qom-path\": \"/b\"}@2|"
				      "BALLOON_CHANGE {\"a\": \"x\"}@4|");
	strbuf_reset(&log);
	qmp_throttle_run(throttle, 5000 * MS);
	assert_string_equal(log.text, "MEMORY_DEVICE_SIZE_CHANGE {\"qom-path\": \"/a\"}@3|");
}

/* The main loop may be late: a new event must not overtake the one that waits. */
static void a_late_post_delivers_what_waits_first(void **state)
{
	AUTO_STRBUF log = STRBUF_INIT;
	AUTO(qmp_throttle) throttle = qmp_throttle_new(&fake_schema, emit, &log);

	(void)state;
	post(throttle, "BALLOON_CHANGE", "a", "1", 1, 0);
	post(throttle, "BALLOON_CHANGE", "a", "2", 2, 10 * MS);
	strbuf_reset(&log);
	post(throttle, "BALLOON_CHANGE", "a", "3", 3, 1500 * MS);
	assert_string_equal(log.text, "BALLOON_CHANGE {\"a\": \"2\"}@2|");
	qmp_throttle_run(throttle, 2500 * MS);
	assert_string_equal(log.text,
			    "BALLOON_CHANGE {\"a\": \"2\"}@2|BALLOON_CHANGE {\"a\": \"3\"}@3|");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unlimited_events_pass),
		cmocka_unit_test(first_passes_and_last_is_delivered),
		cmocka_unit_test(keys_are_counted_apart),
		cmocka_unit_test(a_late_post_delivers_what_waits_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
