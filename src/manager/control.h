/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control.sock: the commands of manager.h, one JSON object a line, from any number of clients.
 *
 *	-> {"execute": "info"}
 *	<- {"return": {...}}
 *	<- {"error": {"class", "code", "subject", "desc"}}
 *
 * Who may connect is decided by the directory's mode. A client that does not read is cut off.
 *
 * Threads: the supervisor's.
 */
#ifndef TERRACE_MANAGER_CONTROL_H
#define TERRACE_MANAGER_CONTROL_H

#include <poll.h>

#include "manager/supervisor_parts.h"

/* More wait in the socket's queue. */
#define CONTROL_CLIENTS_MAX 16u
#define CONTROL_FDS	    (CONTROL_CLIENTS_MAX + 1)

int control_open(struct supervisor *s, struct control **ret_control, struct err *err)
	__attribute__((warn_unused_result));
/* Answers those who wait for the end of the domain, and closes. */
void control_close(struct control *control, const struct err *failure);

/* Fills at most CONTROL_FDS; returns how many. */
size_t control_poll_fds(struct control *control, struct pollfd *fds);
void control_process(struct control *control, const struct pollfd *fds, size_t n_fds);

struct control_command {
	const char *name;
	/* *ret_value NULL: {}. CONTROL_LATER: answered by control_close(). */
	int (*run)(struct supervisor *s, const struct json *args, struct json **ret_value,
		   struct err *err);
};
#define CONTROL_LATER 1

/* commands.c; ends with name NULL. */
extern const struct control_command control_commands[];

#define CONTROL_COMMAND(name)                                                                      \
	int control_##name(struct supervisor *s, const struct json *args, struct json **ret_value, \
			   struct err *err)
CONTROL_COMMAND(info);
CONTROL_COMMAND(numatune);
CONTROL_COMMAND(memtune);
CONTROL_COMMAND(vcpupin);
CONTROL_COMMAND(emulatorpin);
CONTROL_COMMAND(iothreadpin);

#endif
