/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terminal of this program, raw for as long as a guest has it.
 *
 * Threads: the program has one. At most one terminal is raw at a time.
 */
#ifndef TERRACE_CLI_TERMINAL_H
#define TERRACE_CLI_TERMINAL_H

#include "base/err.h"

#define TERMINAL_ESCAPE 0x1d /* Ctrl-] */

enum terminal_end {
	TERMINAL_CLOSED,  /* the guest's side is gone */
	TERMINAL_ESCAPED, /* Ctrl-] */
	TERMINAL_SIGNAL,  /* SIGTERM, SIGHUP, SIGINT, SIGQUIT */
};

/*
 * Connects stdin and stdout with fd (a stream socket, not closed) until one of the above. A terminal
 * on stdin is raw meanwhile and restored in every case, also when the program is killed by a
 * signal that can be caught. When stdin is no terminal and ends, output goes on until fd closes.
 * Negative errno: reading or writing failed otherwise.
 */
int terminal_connect(int fd, enum terminal_end *ret_end, struct err *err)
	__attribute__((warn_unused_result));

#endif
