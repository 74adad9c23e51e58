/* SPDX-License-Identifier: Apache-2.0 */
/* Rules across a description's fields: after them the tables can be written without questions. */
#include <errno.h>

#include "acpi/tables.h"
#include "base/idset.h"

#define SERIAL_MAX     9u /* COM1 .. COM9: one digit in the device's name */
#define PCI_ROOT_MAX   256u
#define GPE0_BYTES_MAX 30u /* its bits fit the 8-bit register width */

static int check_cpus(const struct acpi_config *config, struct err *err)
{
	uint32_t previous = 0;

	if (config->n_cpus == 0 || config->n_cpus > ACPI_CPU_MAX)
		return err_set(err, ERR_USER, -EINVAL, "-smp", "%zu CPUs: expected 1 to %u",
			       config->n_cpus, ACPI_CPU_MAX);
	for (size_t i = 0; i < config->n_cpus; i++) {
		const struct acpi_cpu *cpu = &config->cpus[i];

		/* Ascending ids are at least the index, so the 8-bit UID of a local APIC fits. */
		if (i && cpu->apic_id <= previous)
			return err_set(err, ERR_USER, -EINVAL, "-smp",
				       "APIC id %u of CPU %zu is not above that of CPU %zu",
				       cpu->apic_id, i, i - 1);
		if (config->n_cells && cpu->cell >= config->n_cells)
			return err_set(err, ERR_USER, -EINVAL, "-numa cpu",
				       "CPU %zu is on cell %u, but there are %zu cells", i,
				       cpu->cell, config->n_cells);
		previous = cpu->apic_id;
	}
	return 0;
}

static int check_memory(const struct acpi_config *config, struct err *err)
{
	uint64_t end;

	for (size_t i = 0; config->n_cells && i < config->n_memory; i++) {
		const struct acpi_memory *memory = &config->memory[i];

		if (memory->cell >= config->n_cells)
			return err_set(err, ERR_USER, -EINVAL, "-numa node",
				       "memory at 0x%llx is on cell %u, but there are %zu cells",
				       (unsigned long long)memory->range.start, memory->cell,
				       config->n_cells);
		if (!memory->range.size_bytes ||
		    !checked_add(memory->range.start, memory->range.size_bytes, &end))
			return err_set(err, ERR_USER, -EINVAL, "-numa node",
				       "memory range at 0x%llx is empty or wraps",
				       (unsigned long long)memory->range.start);
	}
	return 0;
}

static int check_distances(const struct acpi_config *config, struct err *err)
{
	size_t n = config->n_cells;

	for (size_t i = 0; config->distances && i < n * n; i++) {
		unsigned int value = config->distances[i];

		if (value < 10)
			return err_set(err, ERR_USER, -EINVAL, "-numa dist",
				       "NUMA distance (%u) is invalid, it shouldn't be less than "
				       "10.",
				       value);
		if (i % (n + 1) == 0 && value != 10)
			return err_set(err, ERR_USER, -EINVAL, "-numa dist",
				       "Local distance of node %zu should be 10.", i / (n + 1));
	}
	return 0;
}

static int check_cells(const struct acpi_config *config, struct err *err)
{
	if (config->n_cells > ACPI_CELL_MAX)
		return err_set(err, ERR_USER, -EINVAL, "-numa node",
			       "Max number of NUMA nodes reached: %u", ACPI_CELL_MAX);
	for (size_t i = 0; i < config->n_cells; i++) {
		int initiator = config->cells[i].initiator;

		if (initiator != ACPI_NO_CELL &&
		    (initiator < 0 || (size_t)initiator >= config->n_cells))
			return err_set(err, ERR_USER, -EINVAL, "-numa node",
				       "The initiator of NUMA node %zu is invalid", i);
	}
	return 0;
}

static int check_hmat_lb(const struct acpi_config *config, const struct acpi_hmat_lb *lb,
			 const struct idset *initiators, struct err *err)
{
	if (lb->initiator >= config->n_cells)
		return err_set(err, ERR_USER, -EINVAL, "-numa hmat-lb",
			       "Invalid initiator=%u, it should be less than %zu", lb->initiator,
			       config->n_cells);
	if (!idset_has(initiators, lb->initiator))
		return err_set(err, ERR_USER, -EINVAL, "-numa hmat-lb",
			       "Invalid initiator=%u, it isn't an initiator proximity domain",
			       lb->initiator);
	if (lb->target >= config->n_cells)
		return err_set(err, ERR_USER, -EINVAL, "-numa hmat-lb",
			       "Invalid target=%u, it should be less than %zu", lb->target,
			       config->n_cells);
	if (lb->hierarchy >= ACPI_HMAT_HIERARCHY_COUNT ||
	    lb->data_type >= ACPI_HMAT_DATA_TYPE_COUNT)
		return err_set(err, ERR_USER, -EINVAL, "-numa hmat-lb",
			       "unknown hierarchy %u or data type %u", lb->hierarchy,
			       lb->data_type);
	return 0;
}

/* levels: bit n is set when the cell has a cache of level n. */
static int check_hmat_cache(const struct acpi_config *config, const struct acpi_hmat_cache *cache,
			    uint8_t levels[ACPI_CELL_MAX], struct err *err)
{
	if (cache->cell >= config->n_cells)
		return err_set(err, ERR_USER, -EINVAL, "-numa hmat-cache",
			       "Invalid node-id=%u, it should be less than %zu", cache->cell,
			       config->n_cells);
	if (cache->level < 1 || cache->level > ACPI_HMAT_LEVEL_MAX)
		return err_set(err, ERR_USER, -EINVAL, "-numa hmat-cache",
			       "Invalid level=%u, it should be larger than 0 and less than or "
			       "equal to %u",
			       cache->level, ACPI_HMAT_LEVEL_MAX);
	if (levels[cache->cell] & 1u << cache->level)
		return err_set(err, ERR_USER, -EINVAL, "-numa hmat-cache",
			       "Duplicate configuration of the side cache for node-id=%u and "
			       "level=%u",
			       cache->cell, cache->level);
	if (cache->associativity > 2 || cache->policy > 2)
		return err_set(err, ERR_USER, -EINVAL, "-numa hmat-cache",
			       "unknown associativity %u or policy %u", cache->associativity,
			       cache->policy);
	levels[cache->cell] = (uint8_t)(levels[cache->cell] | 1u << cache->level);
	return 0;
}

static int check_hmat_entries(const struct acpi_config *config, const struct idset *initiators,
			      struct err *err)
{
	uint8_t levels[ACPI_CELL_MAX] = { 0 };
	int r;

	for (size_t i = 0; i < config->n_hmat_lb; i++) {
		r = check_hmat_lb(config, &config->hmat_lb[i], initiators, err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < config->n_hmat_caches; i++) {
		r = check_hmat_cache(config, &config->hmat_caches[i], levels, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_hmat(const struct acpi_config *config, struct err *err)
{
	struct idset initiators = IDSET_EMPTY;

	if (!config->hmat)
		return 0;
	if (!config->n_cells)
		return err_set(err, ERR_USER, -EINVAL, "-machine hmat",
			       "a machine without cells has no memory attributes");
	for (size_t i = 0; i < config->n_cpus; i++)
		idset_add(&initiators, config->cpus[i].cell);
	for (size_t i = 0; i < config->n_cells; i++) {
		int initiator = config->cells[i].initiator;

		if (initiator != ACPI_NO_CELL && !idset_has(&initiators, (unsigned int)initiator))
			return err_set(err, ERR_USER, -EINVAL, "-numa node",
				       "The initiator of NUMA node %zu is invalid", i);
	}
	return check_hmat_entries(config, &initiators, err);
}

static bool window_ends_by(struct range window, uint64_t limit)
{
	return range_contains((struct range){ 0, limit }, window.start, window.size_bytes);
}

static int check_root(const struct acpi_config *config, const struct acpi_pci_root *root,
		      struct err *err)
{
	bool fits = window_ends_by(root->mmio32, 4 * GIB) &&
		    window_ends_by(root->mmio64, UINT64_MAX);

	for (size_t i = 0; i < ARRAY_SIZE(root->io); i++)
		fits &= window_ends_by(root->io[i], 64 * KIB) && root->io[i].size_bytes < 64 * KIB;
	if (!fits)
		return err_set(err, ERR_USER, -EINVAL, "PCI root",
			       "a window of the bridge of bus %u exceeds its address space",
			       root->bus_first);
	if (root->bus_last < root->bus_first || root->bus_last >= config->ecam_buses)
		return err_set(err, ERR_USER, -EINVAL, "PCI root",
			       "buses %u to %u are reversed or outside the ECAM's %u",
			       root->bus_first, root->bus_last, config->ecam_buses);
	if (root->cell != ACPI_NO_CELL && config->n_cells &&
	    (root->cell < 0 || (size_t)root->cell >= config->n_cells))
		return err_set(err, ERR_USER, -EINVAL, "numa_node", "Illegal numa node %d",
			       root->cell);
	return 0;
}

static int check_pci(const struct acpi_config *config, struct err *err)
{
	int last = -1, r;

	if (config->ecam_buses < 1 || config->ecam_buses > 256 ||
	    !is_aligned(config->ecam_base, MIB) ||
	    !window_ends_by((struct range){ config->ecam_base, config->ecam_buses * MIB }, 4 * GIB))
		return err_set(
			err, ERR_USER, -EINVAL, "ECAM",
			"%u buses at 0x%llx: expected 1 to 256, below 4 GiB and 1 MiB aligned",
			config->ecam_buses, (unsigned long long)config->ecam_base);
	if (config->n_pci_roots > PCI_ROOT_MAX)
		return err_set(err, ERR_USER, -EINVAL, "PCI root", "%zu bridges: at most %u",
			       config->n_pci_roots, PCI_ROOT_MAX);
	if (config->n_pci_roots && config->pci_roots[0].bus_first != 0)
		return err_set(err, ERR_USER, -EINVAL, "PCI root", "the first one must have bus 0");
	for (size_t i = 0; i < config->n_pci_roots; i++) {
		r = check_root(config, &config->pci_roots[i], err);
		if (r < 0)
			return r;
		if (config->pci_roots[i].bus_first <= last)
			return err_set(err, ERR_USER, -EINVAL, "PCI root",
				       "bus %u belongs to the bridge before, which ends at %d",
				       config->pci_roots[i].bus_first, last);
		last = config->pci_roots[i].bus_last;
	}
	return 0;
}

static int check_devices(const struct acpi_config *config, struct err *err)
{
	if (!config->pm.pm1a_event || !config->pm.pm1a_control)
		return err_set(err, ERR_USER, -EINVAL, "ACPI",
			       "a machine that is not hardware-reduced needs the PM1a blocks");
	if (config->pm.gpe0 && (config->pm.gpe0_bytes < 2 || config->pm.gpe0_bytes % 2 ||
				config->pm.gpe0_bytes > GPE0_BYTES_MAX))
		return err_set(err, ERR_USER, -EINVAL, "ACPI",
			       "%u bytes of GPE0 block: expected 2 to %u, even",
			       config->pm.gpe0_bytes, GPE0_BYTES_MAX);
	if (config->n_serials > SERIAL_MAX)
		return err_set(err, ERR_USER, -EINVAL, "-serial",
			       "%zu serial ports: at most %u have a name", config->n_serials,
			       SERIAL_MAX);
	for (size_t i = 0; i < config->n_serials; i++)
		if (config->serials[i].irq > 15)
			return err_set(err, ERR_USER, -EINVAL, "-serial",
				       "IRQ %u is not an ISA interrupt", config->serials[i].irq);
	return 0;
}

int acpi_config_check(const struct acpi_config *config, struct err *err)
{
	static int (*const checks[])(const struct acpi_config *, struct err *) = {
		check_cells, check_cpus, check_memory,	check_distances,
		check_hmat,  check_pci,	 check_devices,
	};
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		r = checks[i](config, err);
		if (r < 0)
			return r;
	}
	return 0;
}
