/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The human monitor: a prompt, lines, and commands that are thin shells around those of QMP. Without
 * a character device: bytes in, bytes out, as qmp/session.h.
 *
 *	hmp = hmp_new(&schema, machine, write_bytes, connection);
 *	hmp_show_prompt(hmp);			(banner the first time)
 *	hmp_feed(hmp, bytes, n_bytes);		(echoes, edits, runs)
 *	hmp_free(hmp);
 *
 * Output has "\r\n" at line ends, because a terminal may be in raw mode. Keys: backspace and delete,
 * Ctrl-U and Ctrl-C forget the line, Ctrl-W the last word; what a cursor key sends is swallowed.
 *
 * Threads: one thread at a time. write may not free or feed the monitor.
 */
#ifndef TERRACE_VMM_MONITOR_HMP_H
#define TERRACE_VMM_MONITOR_HMP_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "qmp/schema.h"

#define HMP_LINE_MAX 256u

/* A command. Words: "help"; or the part behind "info". */
struct hmp_command {
	const char *name;
	const char *alias;   /* "c", or NULL */
	const char *command; /* the QMP command that it runs, without arguments; NULL: none */
	/* Writes what the command returned; NULL: nothing is said. value is NULL without a command. */
	void (*print)(const struct json *value, struct strbuf *out);
	const char *help;
};

extern const struct hmp_command hmp_commands[], hmp_info_commands[];
extern const size_t hmp_command_count, hmp_info_command_count;

struct hmp;

typedef void (*hmp_write)(void *context, const char *bytes, size_t n_bytes);

/* schema and both contexts outlive it. Writes nothing yet. NULL: no memory. */
struct hmp *hmp_new(const struct qmp_schema *schema, void *command_context, hmp_write write,
		    void *write_context);
void hmp_free(struct hmp *hmp);
CLEANUP_DEFINE(hmp, hmp_free)

void hmp_show_prompt(struct hmp *hmp);
void hmp_feed(struct hmp *hmp, const char *bytes, size_t n_bytes);

#endif
