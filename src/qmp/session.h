/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's side of one QMP connection, without a socket: bytes in, bytes out.
 *
 *	session = qmp_session_new(&schema, machine, send_bytes, connection);   (sends the greeting)
 *	qmp_session_feed(session, bytes, count);                               (runs commands)
 *	qmp_session_event(session, "STOP", NULL, &now);
 *	qmp_session_free(session);
 *
 * The protocol is QEMU's (docs/interop/qmp-spec): greeting, capabilities negotiation, requests with
 * optional id, answers in the order of the requests, events. Differences that a client may notice:
 * - the capability "oob" is not offered;
 * - a request is at most 1 MiB, 64 levels deep, 16384 values; what happens to the rest of a broken
 *   request is in base/json_stream.h;
 * - negative numbers are refused where an unsigned one is asked for (base/json.h);
 * - query-events exists (QEMU removed it in 6.0).
 * Single-quoted strings are accepted, as in QEMU. After any error the session goes on.
 *
 * The session itself answers qmp_capabilities, query-version, query-commands and query-events; all
 * other commands come from the schema. A command answers before it returns; there is no command yet
 * that needs to answer later (long work is a job with its own commands and events).
 *
 * Threads: one thread at a time. Callbacks run inside the call that causes them. They may send events
 * and free the session (a write that finds the peer gone, a command that closes the connection), but
 * not feed it.
 */
#ifndef TERRACE_QMP_SESSION_H
#define TERRACE_QMP_SESSION_H

#include <time.h>

#include "base/json.h"
#include "qmp/schema.h"

struct qmp_session;

/*
 * Takes one or more whole lines, each with CRLF (pretty: LF inside). It must not fail: a transport whose peer does not
 * read bounds its buffer and closes.
 */
typedef void (*qmp_write)(void *context, const char *bytes, size_t count);

/*
 * schema and both contexts outlive the session. The greeting is written before it returns.
 * NULL: no memory.
 */
struct qmp_session *qmp_session_new(const struct qmp_schema *schema, void *command_context,
				    qmp_write write, void *write_context);
/* The same, but all that is sent is indented (-qmp-pretty). */
struct qmp_session *qmp_session_new_pretty(const struct qmp_schema *schema, void *command_context,
					   qmp_write write, void *write_context);
/*
 * No write happens and no command starts after it. Inside a callback the memory itself is released
 * when the call that caused the callback returns.
 */
void qmp_session_free(struct qmp_session *session);

CLEANUP_DEFINE(qmp_session, qmp_session_free)

/* The commands that every session answers itself, for documentation and checks. */
const struct qmp_schema *qmp_session_own_schema(void);

/* Bytes from the client. Every request that they complete is run and answered. */
void qmp_session_feed(struct qmp_session *session, const char *bytes, size_t count);

/* The client's input ended. A request that was begun is answered as a parse error. */
void qmp_session_end_input(struct qmp_session *session);

/*
 * Sends an event, unless the client has not negotiated yet: then it is dropped, as in QEMU.
 * name must be in the schema (asserted). data (borrowed) is an object or NULL. when: CLOCK_REALTIME.
 */
void qmp_session_event(struct qmp_session *session, const char *name, const struct json *data,
		       const struct timespec *when);

bool qmp_session_is_negotiated(const struct qmp_session *session);

#endif
