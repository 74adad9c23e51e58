/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left of the PC's keyboard controller (ports 0x60 and 0x64): a way in which operating
 * systems reset a PC. There is no keyboard; the status register says "nothing to read, ready", so
 * that probing drivers give up at once.
 *
 * Port 0x61 belongs to the interval timer, which KVM has.
 *
 * Threads: under the bus's lock; the reset callback runs in a vCPU's thread with it held and must
 * only note the request.
 */
#ifndef TERRACE_VMM_DEVICES_I8042_H
#define TERRACE_VMM_DEVICES_I8042_H

#include "base/cleanup.h"
#include "base/err.h"
#include "vmm/devices/io_bus.h"

#define I8042_DATA_PORT	   0x60u
#define I8042_COMMAND_PORT 0x64u

struct i8042;

/* -EEXIST, -ENOMEM. */
int i8042_new(struct io_bus *bus, void (*reset)(void *opaque), void *opaque,
	      struct i8042 **ret_i8042, struct err *err);
void i8042_reset(struct i8042 *i8042);
void i8042_free(struct i8042 *i8042);
CLEANUP_DEFINE(i8042, i8042_free)

#endif
