/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of memory devices and of controllers that belong to a cell: see check.h. */
#include <inttypes.h>
#include <string.h>

#include "base/size.h"
#include "base/util.h"
#include "domain/check.h"

#define MEMORY_DEVICE_MAX 512u	    /* slots of ACPI and as many without */
#define BLOCK_MIN_BYTES	  (2 * MIB) /* a transparent huge page: QEMU's smallest virtio-mem block */

static int64_t kib(int64_t bytes)
{
	return bytes / (int64_t)KIB;
}

static const xmlNode *at_memory(const struct xml_source *source, size_t i)
{
	return xml_find(source, "devices/memory[%zu]", i + 1);
}

static bool needs_slot(const struct domain_memory_device *device)
{
	return device->model == DOMAIN_MEMORY_DIMM || device->model == DOMAIN_MEMORY_NVDIMM;
}

/* Numbers in addresses were checked to be numbers when they were read. */
static bool address_number(const char *text, uint64_t *ret_value)
{
	return text && number_parse(text, ret_value) == 0;
}

static bool device_base(const struct domain_memory_device *device, uint64_t *ret_base)
{
	return address_number(device->address.base, ret_base) ||
	       address_number(device->target.address.base, ret_base);
}

/* ---- one memory device ---- */

static int check_target(const struct xml_source *source, const struct domain_spec *domain, size_t i,
			struct err *err)
{
	const struct domain_memory_device *device = &domain->devices.memories[i];
	const struct domain_number *node = &device->target.node;
	size_t n_cells = domain->cpu.numa.n_cells;

	if (!device->target.size_bytes.value)
		return xml_fail(source, at_memory(source, i), err,
				"XML error: Missing element 'size' in element 'target'");
	if (device->model == DOMAIN_MEMORY_VIRTIO_PMEM)
		return node->given ? xml_fail(source, at_memory(source, i), err,
					      "unsupported configuration: virtio-pmem does not "
					      "support NUMA nodes")
				   : 0;
	if (!n_cells && node->given)
		return xml_fail(source, at_memory(source, i), err,
				"unsupported configuration: can't add memory backend as guest has "
				"no NUMA nodes configured");
	if (n_cells && !node->given)
		return xml_fail(source, at_memory(source, i), err,
				"unsupported configuration: target NUMA node needs to be specified "
				"for memory device");
	if (node->given && node->value >= (int64_t)n_cells)
		return xml_fail(source, at_memory(source, i), err,
				"unsupported configuration: can't add memory backend for guest "
				"node '%" PRId64 "' as the guest has only '%zu' NUMA nodes "
				"configured",
				node->value, n_cells);
	return 0;
}

static int check_virtio_mem(const struct xml_source *source, const struct domain_spec *domain,
			    size_t i, struct err *err)
{
	const struct domain_memory_device *device = &domain->devices.memories[i];
	const struct domain_memory_device_target *target = &device->target;
	uint64_t block = (uint64_t)target->block_bytes.value, base;

	if (!is_power_of_two(block))
		return xml_fail(source, at_memory(source, i), err,
				"unsupported configuration: block size must be a power of two");
	if (block < BLOCK_MIN_BYTES)
		return xml_fail(source, at_memory(source, i), err,
				"unsupported configuration: block size too small, must be at least "
				"%" PRIu64 "KiB",
				(uint64_t)(BLOCK_MIN_BYTES / KIB));
	if (!is_aligned((uint64_t)target->requested_bytes.value, block))
		return xml_fail(source, at_memory(source, i), err,
				"unsupported configuration: requested size must be an integer "
				"multiple of block size");
	if (target->requested_bytes.value > target->size_bytes.value)
		return xml_fail(source, at_memory(source, i), err,
				"unsupported configuration: requested size must be smaller than or "
				"equal to @size (%" PRId64 "KiB)",
				kib(target->size_bytes.value));
	if (device_base(device, &base) && !is_aligned(base, block))
		return xml_fail(source, at_memory(source, i), err,
				"unsupported configuration: memory device address must be aligned "
				"to blocksize");
	return 0;
}

static int check_model(const struct xml_source *source, const struct domain_spec *domain, size_t i,
		       struct err *err)
{
	const struct domain_memory_device *device = &domain->devices.memories[i];

	switch (device->model) {
	case DOMAIN_MEMORY_VIRTIO_MEM:
		return check_virtio_mem(source, domain, i, err);
	case DOMAIN_MEMORY_NVDIMM:
		if (!device->source.path)
			return xml_fail(source, at_memory(source, i), err,
					"XML error: path is required for model 'nvdimm'");
		if (device->discard)
			return xml_fail(source, at_memory(source, i), err,
					"unsupported configuration: discard is not supported for "
					"nvdimms");
		return 0;
	case DOMAIN_MEMORY_VIRTIO_PMEM:
		if (!device->source.path)
			return xml_fail(source, at_memory(source, i), err,
					"XML error: path is required for model 'virtio-pmem'");
		if (device->access != DOMAIN_SHARED)
			return xml_fail(source, at_memory(source, i), err,
					"unsupported configuration: shared access mode required "
					"for virtio-pmem device");
		return 0;
	case DOMAIN_MEMORY_DIMM:
		return 0;
	}
	return 0;
}

/* ---- memory devices together ---- */

static int check_slots(const struct xml_source *source, const struct domain_spec *domain,
		       struct err *err)
{
	const struct domain_devices *devices = &domain->devices;
	uint64_t n_slots = (uint64_t)domain->max_memory.slots.value, slot;
	struct idset used = IDSET_EMPTY;
	size_t n_needed = 0;

	for (size_t i = 0; i < devices->n_memories; i++) {
		const struct domain_memory_device *device = &devices->memories[i];

		n_needed += needs_slot(device);
		if (!needs_slot(device) || !address_number(device->address.slot, &slot))
			continue;
		if (slot >= n_slots || slot >= IDSET_MAX)
			return xml_fail(source, at_memory(source, i), err,
					"unsupported configuration: memory device slot '%" PRIu64
					"' exceeds slots count '%" PRIu64 "'",
					slot, n_slots);
		if (idset_has(&used, (unsigned int)slot))
			return xml_fail(source, at_memory(source, i), err,
					"unsupported configuration: memory device slot '%" PRIu64
					"' is already being used by another memory device",
					slot);
		idset_add(&used, (unsigned int)slot);
	}
	if (n_needed > n_slots)
		return xml_fail(source, xml_find(source, "maxMemory"), err,
				"unsupported configuration: count of memory devices requiring "
				"memory slots '%zu' exceeds slots count '%" PRIu64 "'",
				n_needed, n_slots);
	return 0;
}

static int check_overlap(const struct xml_source *source, const struct domain_spec *domain,
			 size_t i, struct err *err)
{
	const struct domain_memory_device *devices = domain->devices.memories;
	struct range a = { .size_bytes = (uint64_t)devices[i].target.size_bytes.value };

	if (!device_base(&devices[i], &a.start))
		return 0;
	for (size_t j = 0; j < i; j++) {
		struct range b = { .size_bytes = (uint64_t)devices[j].target.size_bytes.value };

		if (device_base(&devices[j], &b.start) && range_overlaps(a, b))
			return xml_fail(source, at_memory(source, i), err,
					"unsupported configuration: memory device address "
					"[0x%" PRIx64 ":0x%" PRIx64
					"] overlaps with other memory device (0x%" PRIx64 ")",
					a.start, a.size_bytes, b.start);
	}
	return 0;
}

/* That they fit below maxMemory is check_memory()'s: <memory> is the sum of everything. */
static int check_space(const struct xml_source *source, const struct domain_spec *domain,
		       struct err *err)
{
	if (!domain->devices.n_memories)
		return 0;
	if (!domain->max_memory.given)
		return xml_fail(source, at_memory(source, 0), err,
				"unsupported configuration: cannot use/hotplug a memory device "
				"when domain 'maxMemory' is not defined");
	return check_slots(source, domain, err);
}

/* ---- PCI expander buses ---- */

static const xmlNode *at_controller(const struct xml_source *source, size_t i)
{
	return xml_find(source, "devices/controller[%zu]", i + 1);
}

static int check_controller(const struct xml_source *source, const struct domain_spec *domain,
			    size_t i, struct err *err)
{
	const struct domain_controller *controller = &domain->devices.controllers[i];
	const struct domain_controller_target *target = &controller->target;

	if (target->bus_nr.given && (target->bus_nr.value < 1 || target->bus_nr.value > 254))
		return xml_fail(source, at_controller(source, i), err,
				"XML error: PCI controller busNr '%" PRId64 "' must be in range "
				"[1, 254]",
				target->bus_nr.value);
	if (target->node.given && target->node.value >= (int64_t)domain->cpu.numa.n_cells)
		return xml_fail(source, at_controller(source, i), err,
				"unsupported configuration: PCI controller belongs to cell "
				"'%" PRId64 "', but the guest has only '%zu' NUMA nodes "
				"configured",
				target->node.value, domain->cpu.numa.n_cells);
	return 0;
}

int check_devices(const struct xml_source *source, struct domain_spec *domain, struct err *err)
{
	const struct domain_devices *devices = &domain->devices;
	int ret = 0;

	if (devices->n_memories > MEMORY_DEVICE_MAX)
		return xml_fail(source, at_memory(source, MEMORY_DEVICE_MAX), err,
				"unsupported configuration: more than %u memory devices",
				MEMORY_DEVICE_MAX);
	for (size_t i = 0; !ret && i < devices->n_memories; i++) {
		ret = check_target(source, domain, i, err);
		if (!ret)
			ret = check_model(source, domain, i, err);
		if (!ret)
			ret = check_overlap(source, domain, i, err);
	}
	if (!ret)
		ret = check_space(source, domain, err);
	for (size_t i = 0; !ret && i < devices->n_controllers; i++)
		ret = check_controller(source, domain, i, err);
	return ret;
}
