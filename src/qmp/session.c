/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's side of one QMP connection: see session.h.
 *
 * Model:	NEGOTIATING --qmp_capabilities succeeds--> READY. There is no way back.
 *
 *		NEGOTIATING	only qmp_capabilities runs; events are dropped
 *		READY		all but qmp_capabilities run; events are sent
 *
 * A request passes through: document (json_stream) -> shape (request_read) -> command by name ->
 * arguments (qmp_args_check) -> run -> answer. The first step that fails is the answer. The id is
 * looked up before anything else, so that every answer to an object with an id carries it.
 * Invariants: "calls" counts the public calls that are under way (an event inside a command inside
 *	feed: 2). A session that is freed meanwhile is "closed": it says and runs nothing more, and the
 *	last of these calls releases it.
 * Failure: of a request is its answer; the session itself has no way to fail.
 */
#include "qmp/session.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_stream.h"
#include "base/util.h"

/* The version whose QMP we speak; clients compare it before they use a command. */
#define QEMU_MAJOR 10
#define QEMU_MINOR 0
#define QEMU_MICRO 2

struct qmp_session {
	const struct qmp_schema *schema;
	void *command_context;
	qmp_write write;
	void *write_context;
	struct json_stream *input;
	enum json_style style;
	bool negotiated;
	bool closed;
	unsigned int calls;
};

struct request {
	const char *execute;
	const struct json *arguments; /* NULL: none sent */
};

/* ---- Output ---- */

static void send_message(struct qmp_session *session, const struct json *message)
{
	AUTO_STRBUF line = STRBUF_INIT;

	if (session->closed)
		return;
	json_format(message, session->style, &line);
	strbuf_add_text(&line, "\r\n");
	/* An answer that is missing is worse for a client than a program that is gone. */
	if (line.failed)
		abort();
	session->write(session->write_context, line.text, line.length);
}

/* id may be NULL. */
static void send_answer(struct qmp_session *session, const char *member, struct json *value,
			const struct json *id)
{
	AUTO(json) message = json_new_object();

	json_set(message, member, value);
	if (id)
		json_set(message, "id", json_ref(id));
	send_message(session, message);
}

static void send_error(struct qmp_session *session, const char *class, const struct err *err,
		       const struct json *id)
{
	char text[ERR_SUBJECT_MAX + ERR_MESSAGE_MAX + 2];
	struct json *error = json_new_object();

	json_set_string(error, "class", class);
	json_set_string(error, "desc", err_text(err, text, sizeof(text)));
	send_answer(session, "error", error, id);
}

static struct json *version(const struct qmp_session *session)
{
	struct json *qemu = json_new_object(), *value = json_new_object();

	json_set_u64(qemu, "micro", QEMU_MICRO);
	json_set_u64(qemu, "minor", QEMU_MINOR);
	json_set_u64(qemu, "major", QEMU_MAJOR);
	json_set(value, "qemu", qemu);
	json_set_string(value, "package", session->schema->package);
	return value;
}

static void send_greeting(struct qmp_session *session)
{
	AUTO(json) message = json_new_object();
	struct json *greeting = json_new_object();

	json_set(greeting, "version", version(session));
	json_set(greeting, "capabilities", json_new_array());
	json_set(message, "QMP", greeting);
	send_message(session, message);
}

/* ---- The session's own commands ---- */

/* We offer no capability: any that QEMU knows is "not available", others are no capability. */
static int run_capabilities(void *context, const struct json *args, struct json **ret_value,
			    struct err *err)
{
	struct qmp_session *session = context;
	const struct json *enable = json_member(args, "enable");

	(void)ret_value;
	for (size_t i = 0; enable && i < json_length(enable); i++) {
		const struct json *name = json_at(enable, i);

		if (json_kind(name) != JSON_STRING)
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "Invalid parameter type for 'enable[%zu]', expected: string",
				       i);
		if (strcmp(json_as_string(name), "oob"))
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "Parameter 'enable[%zu]' does not accept value '%s'", i,
				       json_as_string(name));
		return err_set(err, ERR_UNSUPPORTED, -EOPNOTSUPP, NULL,
			       "Capability %s not available", json_as_string(name));
	}
	session->negotiated = true;
	return 0;
}

static int run_query_version(void *context, const struct json *args, struct json **ret_value,
			     struct err *err)
{
	(void)args;
	(void)err;
	*ret_value = version(context);
	return 0;
}

static int run_query_commands(void *context, const struct json *args, struct json **ret_value,
			      struct err *err);
static int run_query_events(void *context, const struct json *args, struct json **ret_value,
			    struct err *err);

static const struct qmp_arg capabilities_args[] = {
	{ "enable", QMP_ARG_ARRAY, .optional = true },
	{ NULL },
};

/* Their context is the session. */
static const struct qmp_command own_commands[] = {
	{ "qmp_capabilities", capabilities_args, run_capabilities,
	  "Ends the negotiation; must be the first command" },
	{ "query-version", NULL, run_query_version,
	  "The QEMU version that is spoken, and our own" },
	{ "query-commands", NULL, run_query_commands, "The names of all commands" },
	{ "query-events", NULL, run_query_events, "The names of all events" },
};

static const struct qmp_schema own_schema = {
	.commands = own_commands,
	.command_count = ARRAY_SIZE(own_commands),
};

const struct qmp_schema *qmp_session_own_schema(void)
{
	return &own_schema;
}

static void append_name(struct json *list, const char *name)
{
	struct json *item = json_new_object();

	json_set_string(item, "name", name);
	json_append(list, item);
}

static int run_query_commands(void *context, const struct json *args, struct json **ret_value,
			      struct err *err)
{
	const struct qmp_schema *schema = ((struct qmp_session *)context)->schema;

	(void)args;
	(void)err;
	*ret_value = json_new_array();
	for (size_t i = 0; i < ARRAY_SIZE(own_commands); i++)
		append_name(*ret_value, own_commands[i].name);
	for (size_t i = 0; i < schema->command_count; i++)
		append_name(*ret_value, schema->commands[i].name);
	return 0;
}

static int run_query_events(void *context, const struct json *args, struct json **ret_value,
			    struct err *err)
{
	const struct qmp_schema *schema = ((struct qmp_session *)context)->schema;

	(void)args;
	(void)err;
	*ret_value = json_new_array();
	for (size_t i = 0; i < schema->event_count; i++)
		append_name(*ret_value, schema->events[i].name);
	return 0;
}

/* ---- Requests ---- */

/* The texts and their order are those of QEMU's dispatcher. */
static int request_read(const struct json *document, struct request *ret_request, struct err *err)
{
	struct request request = { 0 };

	if (json_kind(document) != JSON_OBJECT)
		return err_set(err, ERR_USER, -EINVAL, NULL, "QMP input must be a JSON object");
	for (struct json_iter it = json_iter(document); json_iter_next(&it);) {
		if (!strcmp(it.name, "execute")) {
			if (json_kind(it.value) != JSON_STRING)
				return err_set(err, ERR_USER, -EINVAL, NULL,
					       "QMP input member 'execute' must be a string");
			request.execute = json_as_string(it.value);
		} else if (!strcmp(it.name, "arguments")) {
			if (json_kind(it.value) != JSON_OBJECT)
				return err_set(err, ERR_USER, -EINVAL, NULL,
					       "QMP input member 'arguments' must be an object");
			request.arguments = it.value;
		} else if (strcmp(it.name, "id")) {
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "QMP input member '%s' is unexpected", it.name);
		}
	}
	if (!request.execute)
		return err_set(err, ERR_USER, -EINVAL, NULL, "QMP input lacks member 'execute'");
	*ret_request = request;
	return 0;
}

/* What runs a command: a row of a table, and the context that this table's commands get. */
struct target {
	const struct qmp_command *command;
	void *context;
};

/* May the command run in the present state? All its errors are CommandNotFound. */
static int target_find(struct qmp_session *session, const char *name, struct target *ret_target,
		       struct err *err)
{
	const struct qmp_command *own = qmp_schema_command(&own_schema, name);
	const struct qmp_command *command = qmp_schema_command(session->schema, name);
	bool negotiates = own && own->run == run_capabilities;

	if (!session->negotiated && !negotiates)
		return err_set(err, ERR_USER, -ENOENT, NULL,
			       "Expecting capabilities negotiation with 'qmp_capabilities'");
	if (session->negotiated && negotiates)
		return err_set(err, ERR_USER, -EALREADY, NULL,
			       "Capabilities negotiation is already complete, command ignored");
	if (!own && !command)
		return err_set(err, ERR_USER, -ENOENT, NULL, "The command %s has not been found",
			       name);
	if (own)
		*ret_target = (struct target){ own, session };
	else
		*ret_target = (struct target){ command, session->command_context };
	return 0;
}

static int target_run(const struct target *target, const struct json *arguments,
		      struct json **ret_value, struct err *err)
{
	AUTO(json) none = arguments ? NULL : json_new_object();
	const struct json *args = arguments ? arguments : none;
	AUTO(json) value = NULL;
	int ret = qmp_args_check(target->command, args, err);

	if (ret < 0)
		return ret;
	ret = target->command->run(target->context, args, &value, err);
	if (ret < 0)
		return ret;
	*ret_value = value ? TAKE_PTR(value) : json_new_object();
	return 0;
}

static void request_answer(struct qmp_session *session, const struct json *document)
{
	const struct json *id = json_kind(document) == JSON_OBJECT ? json_member(document, "id")
								   : NULL;
	struct request request = { 0 };
	struct target target = { 0 };
	struct err err = ERR_INIT;
	struct json *value;

	if (request_read(document, &request, &err) < 0)
		send_error(session, "GenericError", &err, id);
	else if (target_find(session, request.execute, &target, &err) < 0)
		send_error(session, "CommandNotFound", &err, id);
	else if (target_run(&target, request.arguments, &value, &err) < 0)
		send_error(session, qmp_error_class(&err), &err, id);
	else
		send_answer(session, "return", value, id);
}

/* ---- Life ---- */

static struct qmp_session *session_new(const struct qmp_schema *schema, void *command_context,
				       qmp_write write, void *write_context, enum json_style style)
{
	AUTO(qmp_session) session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->schema = schema;
	session->style = style;
	session->command_context = command_context;
	session->write = write;
	session->write_context = write_context;
	session->input = json_stream_new(JSON_QEMU, NULL);
	if (!session->input)
		return NULL;
	send_greeting(session);
	return TAKE_PTR(session);
}

struct qmp_session *qmp_session_new(const struct qmp_schema *schema, void *command_context,
				    qmp_write write, void *write_context)
{
	return session_new(schema, command_context, write, write_context, JSON_COMPACT);
}

struct qmp_session *qmp_session_new_pretty(const struct qmp_schema *schema, void *command_context,
					   qmp_write write, void *write_context)
{
	return session_new(schema, command_context, write, write_context, JSON_PRETTY);
}

static void release(struct qmp_session *session)
{
	json_stream_free(session->input);
	free(session);
}

void qmp_session_free(struct qmp_session *session)
{
	if (!session)
		return;
	session->closed = true;
	if (!session->calls)
		release(session);
}

static void call_begin(struct qmp_session *session)
{
	session->calls++;
}

static void call_end(struct qmp_session *session)
{
	if (--session->calls == 0 && session->closed)
		release(session);
}

/* Runs the next request in the bytes; false: there is none. */
static bool feed_one(struct qmp_session *session, const char **pos, const char *end)
{
	AUTO(json) document = NULL;
	struct err err = ERR_INIT;
	int ret = json_stream_read(session->input, pos, end, &document, &err);

	if (ret < 0)
		send_error(session, "GenericError", &err, NULL);
	else if (ret > 0)
		request_answer(session, document);
	return ret != 0;
}

void qmp_session_feed(struct qmp_session *session, const char *bytes, size_t count)
{
	const char *pos = bytes, *end = bytes + count;

	call_begin(session);
	while (!session->closed && feed_one(session, &pos, end))
		;
	call_end(session);
}

void qmp_session_end_input(struct qmp_session *session)
{
	struct err err = ERR_INIT;

	if (!json_stream_is_partial(session->input))
		return;
	err_set(&err, ERR_USER, -EINVAL, NULL, "JSON parse error, premature EOI");
	call_begin(session);
	send_error(session, "GenericError", &err, NULL);
	call_end(session);
}

void qmp_session_event(struct qmp_session *session, const char *name, const struct json *data,
		       const struct timespec *when)
{
	AUTO(json) message = NULL;
	struct json *timestamp;

	assert(qmp_schema_event(session->schema, name));
	if (!session->negotiated)
		return;
	message = json_new_object();
	timestamp = json_new_object();
	json_set_i64(timestamp, "seconds", when->tv_sec);
	json_set_i64(timestamp, "microseconds", when->tv_nsec / 1000);
	json_set(message, "timestamp", timestamp);
	json_set_string(message, "event", name);
	if (data)
		json_set(message, "data", json_ref(data));
	call_begin(session);
	send_message(session, message);
	call_end(session);
}

bool qmp_session_is_negotiated(const struct qmp_session *session)
{
	return session->negotiated;
}
