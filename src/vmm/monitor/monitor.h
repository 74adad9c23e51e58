/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitors of a machine: QMP, or the human monitor (hmp.h), on character devices.
 *
 * A QMP client that connects gets a session of its own (qmp/session.h); the next client is served when it
 * has gone. A client that does not read its answers is cut off when MONITOR_OUT_MAX_BYTES wait.
 *
 * Threads: main thread.
 */
#ifndef TERRACE_VMM_MONITOR_MONITOR_H
#define TERRACE_VMM_MONITOR_MONITOR_H

#include "base/err.h"
#include "qmp/schema.h"
#include "vmm/run.h"

#define MONITOR_OUT_MAX_BYTES (4u << 20)

struct vmm;
struct monitors;

int monitors_open(struct vmm *vmm, struct monitors **ret_monitors, struct err *err);
void monitors_close(struct monitors *monitors);

/* Tells every negotiated client. Accepts NULL: no monitors yet. */
void monitors_run_event(struct monitors *monitors, enum run_event event, enum run_cause cause);

/* What QMP offers: the tables in commands.c. */
extern const struct qmp_schema monitor_schema;

#endif
