/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QMP commands that only look: one function for each, as struct qmp_command wants them. context is
 * the struct vmm. Shapes are QEMU's (files below qapi/); query-numa-nodes is ours.
 *
 * Threads: main thread.
 */
#ifndef TERRACE_VMM_MONITOR_QUERY_H
#define TERRACE_VMM_MONITOR_QUERY_H

#include "base/err.h"
#include "base/json.h"

#define QUERY(name)                                                                       \
	int query_##name(void *context, const struct json *args, struct json **ret_value, \
			 struct err *err)

QUERY(status);
QUERY(name);
QUERY(uuid);
QUERY(kvm);
QUERY(cpus_fast);
QUERY(memdev);
QUERY(memory_size_summary);
QUERY(numa_nodes);
QUERY(memory_populate); /* populate.c */
QUERY(ramblock);

#endif
