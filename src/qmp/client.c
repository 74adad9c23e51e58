/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's side of one QMP connection: see client.h.
 *
 * Model:	GREETING --greeting--> NEGOTIATING --answer to id 0--> READY
 *		any --message that does not fit--> BROKEN, for good
 *
 * Invariants: ids count up from 0 (the negotiation's); answered <= sent; the next answer carries the
 *	id "answered", because a server without out-of-band commands answers in order.
 */
#include "qmp/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_stream.h"

enum state {
	GREETING,
	NEGOTIATING,
	READY,
	BROKEN,
};

struct qmp_client {
	const struct qmp_client_ops *ops;
	void *context;
	struct json_stream *input;
	enum state state;
	struct json *version;
	uint64_t sent, answered;
};

static const struct json_limits limits = { 4u << 20, 65536, JSON_DEPTH_MAX };

struct qmp_client *qmp_client_new(const struct qmp_client_ops *ops, void *context)
{
	AUTO(qmp_client) client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->ops = ops;
	client->context = context;
	client->input = json_stream_new(JSON_STRICT, &limits);
	if (!client->input)
		return NULL;
	return TAKE_PTR(client);
}

void qmp_client_free(struct qmp_client *client)
{
	if (!client)
		return;
	json_stream_free(client->input);
	json_free(client->version);
	free(client);
}

static uint64_t send_request(struct qmp_client *client, const char *command, struct json *arguments)
{
	AUTO(json) message = json_new_object();
	AUTO_STRBUF line = STRBUF_INIT;
	uint64_t id = client->sent++;

	json_set_string(message, "execute", command);
	if (arguments)
		json_set(message, "arguments", arguments);
	json_set_u64(message, "id", id);
	json_format(message, JSON_COMPACT, &line);
	strbuf_add_text(&line, "\r\n");
	if (line.failed)
		abort();
	client->ops->write(client->context, line.text, line.length);
	return id;
}

static int no_qmp(struct err *err, const char *what)
{
	return err_set(err, ERR_HOST, -EPROTO, NULL, "the peer does not speak QMP: %s", what);
}

/* As no_qmp, from the parse error that err holds. */
static int not_json(struct err *err)
{
	char what[ERR_MESSAGE_MAX] = "";

	if (err)
		snprintf(what, sizeof(what), "%s", err->message);
	return no_qmp(err, what);
}

/* ---- Messages ---- */

static int take_greeting(struct qmp_client *client, const struct json *message, struct err *err)
{
	const struct json *greeting = NULL, *version = NULL;

	if (json_get_object(message, "QMP", &greeting, NULL) < 0 ||
	    json_get_object(greeting, "version", &version, NULL) < 0)
		return no_qmp(err, "no greeting");
	client->version = json_ref(version);
	client->state = NEGOTIATING;
	send_request(client, "qmp_capabilities", NULL);
	return 0;
}

static int take_event(struct qmp_client *client, const struct json *message, struct err *err)
{
	const struct json *timestamp = NULL, *data = NULL;
	const char *name = NULL;
	int64_t seconds = 0, microseconds = 0;
	struct timespec when;

	if (json_get_string(message, "event", &name, NULL) < 0 ||
	    json_get_object(message, "timestamp", &timestamp, NULL) < 0 ||
	    json_get_i64(timestamp, "seconds", &seconds, NULL) < 0 ||
	    json_get_i64(timestamp, "microseconds", &microseconds, NULL) < 0)
		return no_qmp(err, "malformed event");
	if (json_member(message, "data") && json_get_object(message, "data", &data, NULL) < 0)
		return no_qmp(err, "malformed event");
	/* QEMU sends -1, -1 when it has no clock. */
	if (microseconds < 0 || microseconds > 999999)
		microseconds = 0;
	when.tv_sec = seconds;
	when.tv_nsec = microseconds * 1000;
	if (client->ops->event)
		client->ops->event(client->context, name, data, &when);
	return 0;
}

static void become_ready(struct qmp_client *client)
{
	client->state = READY;
	if (client->ops->ready)
		client->ops->ready(client->context, client->version);
}

static int read_failure(const struct json *error, struct qmp_failure *ret_failure)
{
	struct qmp_failure failure = { 0 };

	if (json_kind(error) != JSON_OBJECT ||
	    json_get_string(error, "class", &failure.class, NULL) < 0 ||
	    json_get_string(error, "desc", &failure.desc, NULL) < 0)
		return -EPROTO;
	*ret_failure = failure;
	return 0;
}

static int take_answer(struct qmp_client *client, const struct json *message, struct err *err)
{
	const struct json *value = json_member(message, "return");
	const struct json *error = json_member(message, "error");
	struct qmp_failure failure = { 0 };
	uint64_t id = 0;

	if (!value == !error || (error && read_failure(error, &failure) < 0))
		return no_qmp(err, "malformed answer");
	if (json_get_u64(message, "id", &id, NULL) < 0)
		return no_qmp(err, error ? failure.desc : "answer without id");
	if (client->answered == client->sent || id != client->answered)
		return no_qmp(err, "answer to a request that was not sent");
	client->answered++;
	if (client->state == READY)
		client->ops->reply(client->context, id, value, error ? &failure : NULL);
	else if (error)
		return no_qmp(err, failure.desc);
	else
		become_ready(client);
	return 0;
}

static int take_message(struct qmp_client *client, const struct json *message, struct err *err)
{
	if (json_kind(message) != JSON_OBJECT)
		return no_qmp(err, "message is not an object");
	if (client->state == GREETING)
		return take_greeting(client, message, err);
	if (json_member(message, "event"))
		return take_event(client, message, err);
	return take_answer(client, message, err);
}

int qmp_client_feed(struct qmp_client *client, const char *bytes, size_t count, struct err *err)
{
	const char *pos = bytes, *end = bytes + count;

	if (client->state == BROKEN)
		return no_qmp(err, "an earlier message was malformed");
	for (;;) {
		AUTO(json) message = NULL;
		int ret = json_stream_read(client->input, &pos, end, &message, err);

		if (ret == 0)
			return 0;
		if (ret > 0)
			ret = take_message(client, message, err);
		else if (ret != -ENOMEM)
			ret = not_json(err);
		if (ret < 0) {
			client->state = BROKEN;
			return ret;
		}
	}
}

int qmp_client_execute(struct qmp_client *client, const char *command, struct json *arguments,
		       uint64_t *ret_id, struct err *err)
{
	uint64_t id;

	if (client->state != READY) {
		json_free(arguments);
		if (client->state == BROKEN)
			return no_qmp(err, "an earlier message was malformed");
		return err_set(err, ERR_BUSY, -EAGAIN, NULL, "QMP is not negotiated yet");
	}
	id = send_request(client, command, arguments);
	if (ret_id)
		*ret_id = id;
	return 0;
}

bool qmp_client_is_ready(const struct qmp_client *client)
{
	return client->state == READY;
}

uint64_t qmp_client_pending(const struct qmp_client *client)
{
	return client->sent - client->answered;
}
