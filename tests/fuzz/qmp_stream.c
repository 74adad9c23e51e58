/* SPDX-License-Identifier: Apache-2.0 */
/*
 * qmp/session.h and qmp/client.h: bytes of a hostile client and of a hostile server.
 *
 * Properties: what a session says does not depend on how its input is cut; it is always lines of
 * JSON objects; a client never gets more answers than it asked for.
 */
#include "fuzz.h"

#include <string.h>

#include "fake.h"
#include "qmp/client.h"

/* Feeds data in pieces of at most step bytes and returns all that the session said. */
static char *talk(const char *data, size_t size, size_t step)
{
	struct fake_machine machine = { 0 };
	AUTO_STRBUF output = STRBUF_INIT;
	AUTO(qmp_session) session = qmp_session_new(&fake_schema, &machine, fake_write, &output);

	FUZZ_CHECK(session);
	machine.session = session;
	for (size_t at = 0; at < size; at += step)
		qmp_session_feed(session, data + at, step < size - at ? step : size - at);
	qmp_session_end_input(session);
	return strbuf_take(&output);
}

static void check_lines(const char *text)
{
	struct json_limits limits = { SIZE_MAX, UINT32_MAX, JSON_DEPTH_MAX };

	while (*text) {
		const char *end = strstr(text, "\r\n");
		AUTO(json) message = NULL;
		int ret;

		FUZZ_CHECK(end);
		ret = json_parse(text, (size_t)(end - text), JSON_STRICT, &limits, &message, NULL);
		FUZZ_CHECK(ret == 0 && json_kind(message) == JSON_OBJECT);
		text = end + 2;
	}
}

static unsigned int replies;

static void on_write(void *context, const char *bytes, size_t count)
{
	(void)context;
	(void)bytes;
	(void)count;
}

static void on_ready(void *context, const struct json *version)
{
	struct qmp_client **client = context;
	int ret = qmp_client_execute(*client, "query-version", NULL, NULL, NULL);

	FUZZ_CHECK(ret == 0 && json_kind(version) == JSON_OBJECT);
}

static void on_reply(void *context, uint64_t id, const struct json *value,
		     const struct qmp_failure *failure)
{
	(void)context;
	FUZZ_CHECK(id == 1 && !value != !failure);
	replies++;
}

static void on_event(void *context, const char *name, const struct json *data,
		     const struct timespec *when)
{
	(void)context;
	FUZZ_CHECK(name && (!data || json_kind(data) == JSON_OBJECT));
	FUZZ_CHECK(when->tv_nsec >= 0 && when->tv_nsec < 1000000000);
}

static void listen_to(const char *data, size_t size)
{
	static const struct qmp_client_ops ops = { on_write, on_ready, on_reply, on_event };
	struct qmp_client *client = NULL;

	client = qmp_client_new(&ops, &client);
	FUZZ_CHECK(client);
	replies = 0;
	qmp_client_feed(client, data, size, NULL);
	FUZZ_CHECK(replies <= 1);
	qmp_client_free(client);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	autofree char *whole = talk(text, size, size), *bytes = talk(text, size, 1);

	FUZZ_CHECK(whole && bytes && !strcmp(whole, bytes));
	check_lines(whole);
	listen_to(text, size);
	return 0;
}
