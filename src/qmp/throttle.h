/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events that come too fast: at most one per interval for each event (and key, where the schema
 * names one). The first passes at once; later ones replace one another; the last is delivered when
 * the interval is over, with the time at which it happened. QEMU's rule for BALLOON_CHANGE,
 * MEMORY_DEVICE_SIZE_CHANGE and others.
 *
 * One per machine, in front of all sessions. It has no timer: the caller asks for the deadline after
 * each call and runs it then. Times are CLOCK_MONOTONIC nanoseconds and come from the caller.
 *
 * Threads: one thread at a time.
 */
#ifndef TERRACE_QMP_THROTTLE_H
#define TERRACE_QMP_THROTTLE_H

#include <stdint.h>
#include <time.h>

#include "qmp/schema.h"

struct qmp_throttle;

/* Sends an event to all sessions. data may be NULL. Must not post. */
typedef void (*qmp_emit)(void *context, const char *name, const struct json *data,
			 const struct timespec *when);

/* schema outlives it. NULL: no memory. */
struct qmp_throttle *qmp_throttle_new(const struct qmp_schema *schema, qmp_emit emit,
				      void *context);
/* Events that still wait are dropped. */
void qmp_throttle_free(struct qmp_throttle *throttle);

CLEANUP_DEFINE(qmp_throttle, qmp_throttle_free)

/*
 * An event happened. name must be in the schema (asserted). data (may be NULL) is referenced: the
 * caller must not change it afterwards. when: CLOCK_REALTIME, for the message.
 */
void qmp_throttle_post(struct qmp_throttle *throttle, const char *name, const struct json *data,
		       const struct timespec *when, uint64_t now_ns);

/* When qmp_throttle_run() has something to do next; UINT64_MAX: never. */
uint64_t qmp_throttle_deadline_ns(const struct qmp_throttle *throttle);

/* Delivers what waits and is due. */
void qmp_throttle_run(struct qmp_throttle *throttle, uint64_t now_ns);

#endif
