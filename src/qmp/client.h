/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's side of one QMP connection, without a socket: bytes in, bytes out. Speaks to
 * terrace-vmm and to QEMU.
 *
 *	client = qmp_client_new(&ops, context);
 *	qmp_client_feed(client, bytes, count, &err);      greeting: negotiates by itself, then ops->ready
 *	qmp_client_execute(client, "stop", NULL, &id, &err);
 *	qmp_client_feed(...)                              ops->reply with the same id; ops->event
 *	qmp_client_free(client);
 *
 * Several requests may be under way; a server answers them in order, and the client insists on it.
 * A message is at most 4 MiB with 65536 values, which bounds what a hostile server can make us
 * allocate to some 64 MiB; the largest answer that QEMU has, its schema, is well below.
 *
 * Threads: one thread at a time. Callbacks run inside qmp_client_feed() and qmp_client_execute();
 * they may execute, but not feed or free.
 */
#ifndef TERRACE_QMP_CLIENT_H
#define TERRACE_QMP_CLIENT_H

#include <stdint.h>
#include <time.h>

#include "base/json.h"

struct qmp_client;

/* A command that the server refused. Both texts are borrowed for the call. */
struct qmp_failure {
	const char *class; /* "GenericError", ... */
	const char *desc;
};

struct qmp_client_ops {
	/* One request as a line with CRLF, to be sent. */
	void (*write)(void *context, const char *bytes, size_t count);
	/* Negotiated. version as in the greeting: {"qemu": {...}, "package": ...}. May be NULL. */
	void (*ready)(void *context, const struct json *version);
	/* Exactly one of value and failure is not NULL. */
	void (*reply)(void *context, uint64_t id, const struct json *value,
		      const struct qmp_failure *failure);
	/* data may be NULL. May itself be NULL. */
	void (*event)(void *context, const char *name, const struct json *data,
		      const struct timespec *when);
};

/* ops and context outlive the client. NULL: no memory. */
struct qmp_client *qmp_client_new(const struct qmp_client_ops *ops, void *context);
void qmp_client_free(struct qmp_client *client);

CLEANUP_DEFINE(qmp_client, qmp_client_free)

/*
 * Bytes from the server. -EPROTO: they are not QMP (the message says what is wrong); -ENOMEM. After
 * either the connection is of no more use and every further call returns -EPROTO.
 */
int qmp_client_feed(struct qmp_client *client, const char *bytes, size_t count, struct err *err);

/*
 * Sends a command. arguments (taken, also on failure) is an object or NULL. ret_id may be NULL.
 * -EAGAIN: not negotiated yet. -EPROTO: see above.
 */
int qmp_client_execute(struct qmp_client *client, const char *command, struct json *arguments,
		       uint64_t *ret_id, struct err *err);

bool qmp_client_is_ready(const struct qmp_client *client);
/* Requests without an answer yet. */
uint64_t qmp_client_pending(const struct qmp_client *client);

#endif
