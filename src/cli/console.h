/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The serial console of a running domain on this program's terminal.
 *
 * Threads: the program has one.
 */
#ifndef TERRACE_CLI_CONSOLE_H
#define TERRACE_CLI_CONSOLE_H

#include "cli/target.h"
#include "cli/terminal.h"

/*
 * Prints virsh's two lines and connects; returns when that ends. -ENOENT when the domain has no
 * serial port (or device, "serial1", is none of it); -ESRCH when it does not run; -EBUSY when
 * another one is connected.
 */
int console_run(const struct target *target, const char *device, enum terminal_end *ret_end,
		struct err *err) __attribute__((warn_unused_result));

#endif
