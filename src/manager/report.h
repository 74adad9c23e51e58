/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a supervisor tells the one who started it: progress, then that the guest runs, or the error.
 *
 * Over a pipe (one JSON object a line) when they are two processes, else by a call.
 *
 * Threads: one thread at a time.
 */
#ifndef TERRACE_MANAGER_REPORT_H
#define TERRACE_MANAGER_REPORT_H

#include "base/err.h"
#include "manager/manager.h"

struct report {
	int fd; /* -1: call progress instead; -1 too when nobody listens any more */
	manager_progress progress; /* may be NULL */
	void *context;
};

void report_progress(struct report *report, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* -EPIPE: nobody is there to hear it. Closes fd. */
int report_ready(struct report *report);
void report_error(struct report *report, const struct err *err);

/*
 * The starter's side: reads up to the end, tells progress, and returns 0 (ready), the error that was
 * told, -EIO when the supervisor ended without a word, or -EINTR after a signal without SA_RESTART.
 */
int report_receive(int fd, manager_progress progress, void *context, struct err *err)
	__attribute__((warn_unused_result));

/* {"class", "code", "subject", "desc"}, also of the control socket. */
struct json *report_error_json(const struct err *err);
int report_error_from_json(const struct json *object, struct err *err);

#endif
