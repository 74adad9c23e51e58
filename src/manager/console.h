/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's first serial port on standard input and output, for a domain in the foreground. On a
 * terminal all keys go to the guest but Ctrl-], which ends it.
 *
 * Threads: the supervisor's. NULL is a console that does nothing.
 */
#ifndef TERRACE_MANAGER_CONSOLE_H
#define TERRACE_MANAGER_CONSOLE_H

#include <poll.h>
#include <stddef.h>

#include "base/err.h"

#define CONSOLE_FDS 2

struct console;

/* A domain without a serial port that can be reached has none: 0 and *ret_console NULL. */
int console_open(const char *runtime_dir, struct console **ret_console, struct err *err)
	__attribute__((warn_unused_result));
/* What the guest still said, then the terminal as it was. */
void console_close(struct console *console);

size_t console_poll_fds(const struct console *console, struct pollfd *fds);
/* -ECANCELED: Ctrl-]. */
int console_process(struct console *console, const struct pollfd *fds, size_t n_fds);

#endif
