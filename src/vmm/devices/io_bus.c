/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theory of operation
 *
 * Job: find the device of an address, cheaply, and call it under the bus's lock.
 * Model: a sorted array of disjoint ranges. Accesses come in runs to one device, so the last range
 * that answered is tried before the binary search.
 * Threads and locks: one mutex per bus, held around the handler. It is the outermost lock of the
 * device world: handlers may take a chardev's lock or call irq_line_set(), never the other way.
 */
#include "vmm/devices/io_bus.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#include "base/util.h"

struct io_range {
	struct range where;
	const char *name;
	const struct io_ops *ops;
	void *device;
};

struct io_bus {
	pthread_mutex_t lock; /* protects everything below, and the devices on the bus */
	struct io_range *ranges;
	size_t n_ranges;
	size_t last_hit;
};

struct io_bus *io_bus_new(void)
{
	struct io_bus *bus = calloc(1, sizeof(*bus));

	if (bus)
		pthread_mutex_init(&bus->lock, NULL);
	return bus;
}

void io_bus_free(struct io_bus *bus)
{
	if (!bus)
		return;
	pthread_mutex_destroy(&bus->lock);
	free(bus->ranges);
	free(bus);
}

void io_bus_lock(struct io_bus *bus)
{
	pthread_mutex_lock(&bus->lock);
}

void io_bus_unlock(struct io_bus *bus)
{
	pthread_mutex_unlock(&bus->lock);
}

/* Index of the first range that starts above address. */
static size_t upper_bound(const struct io_bus *bus, uint64_t address)
{
	size_t low = 0, high = bus->n_ranges;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (bus->ranges[middle].where.start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int insert(struct io_bus *bus, const struct io_range *range, struct err *err)
{
	size_t at = upper_bound(bus, range->where.start);
	struct io_range *grown;

	for (size_t i = at ? at - 1 : 0; i < bus->n_ranges && i <= at; i++)
		if (range_overlaps(bus->ranges[i].where, range->where))
			return err_set(err, ERR_USER, -EEXIST, NULL,
				       "%s at 0x%" PRIx64 " overlaps %s at 0x%" PRIx64, range->name,
				       range->where.start, bus->ranges[i].name,
				       bus->ranges[i].where.start);
	grown = reallocarray(bus->ranges, bus->n_ranges + 1, sizeof(*grown));
	if (!grown)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	bus->ranges = grown;
	memmove(&grown[at + 1], &grown[at], (bus->n_ranges - at) * sizeof(*grown));
	grown[at] = *range;
	bus->n_ranges++;
	bus->last_hit = 0;
	return 0;
}

int io_bus_add(struct io_bus *bus, const char *name, uint64_t start, uint64_t size_bytes,
	       const struct io_ops *ops, void *device, struct err *err)
{
	struct io_range range = { { start, size_bytes }, name, ops, device };
	uint64_t last;
	int r;

	if (size_bytes == 0 || !checked_add(start, size_bytes - 1, &last))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "%s at 0x%" PRIx64 ": %" PRIu64 " bytes are no address range", name,
			       start, size_bytes);
	io_bus_lock(bus);
	r = insert(bus, &range, err);
	io_bus_unlock(bus);
	return r;
}

int io_bus_remove(struct io_bus *bus, uint64_t start)
{
	int r = -ENOENT;
	size_t at;

	io_bus_lock(bus);
	at = upper_bound(bus, start);
	if (at > 0 && bus->ranges[at - 1].where.start == start) {
		memmove(&bus->ranges[at - 1], &bus->ranges[at],
			(bus->n_ranges - at) * sizeof(*bus->ranges));
		bus->n_ranges--;
		bus->last_hit = 0;
		r = 0;
	}
	io_bus_unlock(bus);
	return r;
}

/* The range that holds the whole access, or NULL. Call with the lock held. */
static const struct io_range *find(struct io_bus *bus, uint64_t address, unsigned int size)
{
	size_t at = bus->last_hit;

	if (at < bus->n_ranges && range_contains(bus->ranges[at].where, address, size))
		return &bus->ranges[at];
	at = upper_bound(bus, address);
	if (at == 0 || !range_contains(bus->ranges[at - 1].where, address, size))
		return NULL;
	bus->last_hit = at - 1;
	return &bus->ranges[at - 1];
}

static uint64_t size_mask(unsigned int size)
{
	return size >= 8 ? UINT64_MAX : (UINT64_C(1) << (size * 8)) - 1;
}

bool io_bus_read(struct io_bus *bus, uint64_t address, unsigned int size, uint64_t *ret_value)
{
	const struct io_range *range;
	uint64_t value = UINT64_MAX;
	bool answered;

	io_bus_lock(bus);
	range = find(bus, address, size);
	answered = range;
	if (range)
		value = range->ops->read(range->device, address - range->where.start, size);
	io_bus_unlock(bus);
	*ret_value = value & size_mask(size);
	return answered;
}

bool io_bus_write(struct io_bus *bus, uint64_t address, unsigned int size, uint64_t value)
{
	const struct io_range *range;
	bool answered;

	io_bus_lock(bus);
	range = find(bus, address, size);
	answered = range;
	if (range)
		range->ops->write(range->device, address - range->where.start, size,
				  value & size_mask(size));
	io_bus_unlock(bus);
	return answered;
}
