/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 16550A serial port (National Semiconductor PC16550D data sheet, June 1995) on the port bus,
 * with a chardev as its line.
 *
 * The line has no speed: a byte leaves when the chardev takes it. While the chardev is full, up to
 * 16 bytes wait in the transmit FIFO with LSR.THRE clear; more are lost, as on a real overrun. No
 * vCPU ever waits.
 *
 * Threads: registers under the bus's lock; the chardev's callbacks take it.
 */
#ifndef TERRACE_VMM_DEVICES_SERIAL_H
#define TERRACE_VMM_DEVICES_SERIAL_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "vmm/devices/chardev.h"
#include "vmm/devices/io_bus.h"
#include "vmm/devices/irq_line.h"

#define SERIAL_PORT_BYTES 8u

struct serial;

/*
 * Registers 8 ports at port and attaches to line (borrowed; NULL: nothing connected). -EEXIST,
 * -ENOMEM.
 */
int serial_new(struct io_bus *bus, uint16_t port, struct irq_line irq, struct chardev *line,
	       struct serial **ret_serial, struct err *err);
/* As after power-on; bytes that wait in FIFOs are lost. Takes the bus's lock. */
void serial_reset(struct serial *serial);
/* Takes the device off the bus and detaches the line; no vCPU may run. */
void serial_free(struct serial *serial);
CLEANUP_DEFINE(serial, serial_free)

#endif
