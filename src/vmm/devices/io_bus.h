/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dispatch of port and memory-mapped accesses to device models. Knows nothing of KVM: the vCPU
 * loop calls io_bus_read/write, tests and fuzzers do the same with made-up accesses.
 *
 * Threads: registration happens before vCPUs run, or with them paused. Dispatch may be called by
 * any vCPU thread; it holds the bus's lock around the handler, so a device on one bus is never
 * entered twice at once. Main-loop code that touches device state takes io_bus_lock() too.
 */
#ifndef TERRACE_VMM_DEVICES_IO_BUS_H
#define TERRACE_VMM_DEVICES_IO_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"

/* offset is relative to the start of the registered range; size is 1, 2, 4 or 8 bytes. */
struct io_ops {
	uint64_t (*read)(void *device, uint64_t offset, unsigned int size);
	void (*write)(void *device, uint64_t offset, unsigned int size, uint64_t value);
};

struct io_bus;

struct io_bus *io_bus_new(void);
void io_bus_free(struct io_bus *bus);
CLEANUP_DEFINE(io_bus, io_bus_free)

void io_bus_lock(struct io_bus *bus);
void io_bus_unlock(struct io_bus *bus);

/* name must outlive the bus. -EEXIST when the range overlaps another one (both are named). */
int io_bus_add(struct io_bus *bus, const char *name, uint64_t start, uint64_t size_bytes,
	       const struct io_ops *ops, void *device, struct err *err);
int io_bus_remove(struct io_bus *bus, uint64_t start);

/*
 * An access that no device answers reads all ones and writes nothing, as on hardware; then false
 * is returned. Accesses that cross the end of a device's range are treated as unanswered.
 */
bool io_bus_read(struct io_bus *bus, uint64_t address, unsigned int size, uint64_t *ret_value);
bool io_bus_write(struct io_bus *bus, uint64_t address, unsigned int size, uint64_t value);

#endif
