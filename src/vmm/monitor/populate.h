/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QMP commands that populate memory on demand (vmm/memory/populate_jobs.h), as struct qmp_command
 * wants them. context is the struct vmm.
 *
 * Threads: main thread.
 */
#ifndef TERRACE_VMM_MONITOR_POPULATE_H
#define TERRACE_VMM_MONITOR_POPULATE_H

#include "base/err.h"
#include "base/json.h"

int run_memory_populate_start(void *context, const struct json *args, struct json **ret_value,
			      struct err *err);
int run_memory_populate_run(void *context, const struct json *args, struct json **ret_value,
			    struct err *err);

#endif
