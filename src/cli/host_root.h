/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host that the verbs of the group "Host" speak of: this machine, or with --host a captured tree
 * of its /sys and /proc files.
 *
 * Threads: the program has one.
 */
#ifndef TERRACE_CLI_HOST_ROOT_H
#define TERRACE_CLI_HOST_ROOT_H

#include "base/cleanup.h"
#include "base/err.h"
#include "cli/verb.h"
#include "host/facts.h"

#define HOST_ROOT_ARG                                                                     \
	{                                                                                 \
		.kind = VERB_OPTION, .name = "host", .value = VERB_FILE,                  \
		.placeholder = "DIRECTORY",                                               \
		.help = "a captured tree of /sys and /proc files instead of this machine" \
	}

/* The root's descriptor, and all facts below it. Negative errno: nothing is returned. */
int host_root_facts(const struct verb_call *call, int *ret_root_fd, struct host_facts **ret_facts,
		    struct err *err) __attribute__((warn_unused_result));

/* The argument "name" as a node that the host has; -EINVAL with virsh's text. */
int host_root_node(const struct verb_call *call, const char *name, const struct host_facts *facts,
		   const struct host_node **ret_node, struct err *err)
	__attribute__((warn_unused_result));

#endif
