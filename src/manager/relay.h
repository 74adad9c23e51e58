/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Serial ports that the VMM made as pseudo-terminals (<console type='pty'>): found by what it said
 * about them, written into the live XML, and reachable as serialN.sock in the runtime directory, so
 * that a console is the same socket whatever the port is. While nobody is connected, the terminal is
 * left to others.
 *
 * Threads: the supervisor's. NULL is a relay without ports.
 */
#ifndef TERRACE_MANAGER_RELAY_H
#define TERRACE_MANAGER_RELAY_H

#include <poll.h>

#include "manager/supervisor_parts.h"

#define RELAY_PORTS_MAX 4u
#define RELAY_FDS	(2 * RELAY_PORTS_MAX)

struct relay;

/* After the VMM's first word. A port that it did not speak of has no socket. */
int relay_open(struct supervisor *s, struct relay **ret_relay, struct err *err)
	__attribute__((warn_unused_result));
void relay_close(struct relay *relay);

size_t relay_poll_fds(const struct relay *relay, struct pollfd *fds);
void relay_process(struct relay *relay, const struct pollfd *fds, size_t n_fds);

/*
 * The path in "char device redirected to PATH (label charID)", which QEMU and terrace-vmm print;
 * false: it is not in text.
 */
bool relay_find_pty(const char *text, const char *id, char *buf, size_t buf_size);

#endif
