/* SPDX-License-Identifier: Apache-2.0 */
#include "acpi_cases.h"

#include "aml_case.h"

#define SMALL 4u
#define MANY  300u

static const struct acpi_pci_root roots[] = {
	{
		.bus_first = 0,
		.bus_last = 255,
		.cell = ACPI_NO_CELL,
		.io = { { 0, 0xcf8 }, { 0xd00, 0xf300 } },
		.mmio32 = { 0xc0000000, 0x3ec00000 },
		.mmio64 = { 0x800000000, 0x800000000 },
	},
};

static const struct acpi_serial serials[] = { { .port = 0x3f8, .irq = 4 } };

static void fill_common(struct acpi_config *config)
{
	acpi_config_init(config);
	config->pci_roots = roots;
	config->n_pci_roots = ARRAY_SIZE(roots);
	config->serials = serials;
	config->n_serials = ARRAY_SIZE(serials);
}

static void fill_minimal(struct acpi_config *config)
{
	static const struct acpi_cpu cpus[] = { { .apic_id = 0, .present = true } };

	fill_common(config);
	config->cpus = cpus;
	config->n_cpus = ARRAY_SIZE(cpus);
}

/*
 * -machine q35,hmat=on -smp 2,maxcpus=4,sockets=2,cores=2 -m 4G,slots=4,maxmem=20G; cell 0 has 3G
 * and both sockets, cell 1 has 1G and initiator 0; distance 21; latencies 5 and 10 ns, bandwidths
 * 200M and 100M; a second root at bus 128 on cell 1.
 */
static void fill_two_cells(struct acpi_config *config)
{
	static const struct acpi_cpu cpus[SMALL] = {
		{ .apic_id = 0, .present = true },
		{ .apic_id = 1, .present = true },
		{ .apic_id = 2 },
		{ .apic_id = 3 },
	};
	static const struct acpi_cell cells[] = { { 0 }, { 0 } };
	static const struct acpi_memory memory[] = {
		{ { 0, 0xa0000 }, 0, ACPI_MEMORY_ENABLED },
		{ { 0x100000, 0x7ff00000 }, 0, ACPI_MEMORY_ENABLED },
		{ { 0x100000000, 0x40000000 }, 0, ACPI_MEMORY_ENABLED },
		{ { 0x140000000, 0x40000000 }, 1, ACPI_MEMORY_ENABLED },
		{ { 0x180000000, 0x500000000 }, 1, ACPI_MEMORY_ENABLED | ACPI_MEMORY_HOTPLUGGABLE },
	};
	static const uint8_t distances[] = { 10, 21, 21, 10 };
	static const struct acpi_hmat_lb lb[] = {
		{ 0, ACPI_HMAT_ACCESS_LATENCY, 0, 0, 5 },
		{ 0, ACPI_HMAT_ACCESS_BANDWIDTH, 0, 0, 200 * MIB },
		{ 0, ACPI_HMAT_ACCESS_LATENCY, 0, 1, 10 },
		{ 0, ACPI_HMAT_ACCESS_BANDWIDTH, 0, 1, 100 * MIB },
	};
	static const struct acpi_pci_root two_roots[] = {
		{
			.bus_first = 0,
			.bus_last = 127,
			.cell = ACPI_NO_CELL,
			.io = { { 0, 0xcf8 }, { 0xd00, 0x7300 } },
			.mmio32 = { 0xc0000000, 0x20000000 },
			.mmio64 = { 0x800000000, 0x400000000 },
		},
		{
			.bus_first = 128,
			.bus_last = 255,
			.cell = 1,
			.io = { { 0x8000, 0x8000 } },
			.mmio32 = { 0xe0000000, 0x1ec00000 },
			.mmio64 = { 0xc00000000, 0x400000000 },
		},
	};

	fill_common(config);
	config->cpus = cpus;
	config->n_cpus = ARRAY_SIZE(cpus);
	config->cells = cells;
	config->n_cells = ARRAY_SIZE(cells);
	config->memory = memory;
	config->n_memory = ARRAY_SIZE(memory);
	config->distances = distances;
	config->hmat = true;
	config->hmat_lb = lb;
	config->n_hmat_lb = ARRAY_SIZE(lb);
	config->pci_roots = two_roots;
	config->n_pci_roots = ARRAY_SIZE(two_roots);
}

/* A cell without CPUs, far away and slow, behind a memory-side cache; asymmetric distances. */
static void fill_tiers(struct acpi_config *config)
{
	static const struct acpi_cpu cpus[] = {
		{ .apic_id = 0, .cell = 0, .present = true },
		{ .apic_id = 1, .cell = 0, .present = true },
		{ .apic_id = 2, .cell = 1, .present = true },
	};
	static const struct acpi_cell cells[] = { { 0 }, { 1 }, { 1 } };
	static const struct acpi_memory memory[] = {
		{ { 0, 0xa0000 }, 0, ACPI_MEMORY_ENABLED },
		{ { 0x100000, 0x1ff00000 }, 0, ACPI_MEMORY_ENABLED },
		{ { 0x20000000, 0x10000000 }, 1, ACPI_MEMORY_ENABLED },
		{ { 0x30000000, 0x10000000 }, 2, ACPI_MEMORY_ENABLED },
	};
	static const uint8_t distances[] = { 10, 21, 38, 22, 10, 31, 48, 41, 10 };
	static const struct acpi_hmat_lb lb[] = {
		{ 0, ACPI_HMAT_READ_LATENCY, 0, 0, 90 },
		{ 0, ACPI_HMAT_READ_LATENCY, 0, 1, 150 },
		{ 0, ACPI_HMAT_READ_LATENCY, 0, 2, 400 },
		{ 0, ACPI_HMAT_READ_LATENCY, 1, 0, 150 },
		{ 0, ACPI_HMAT_READ_LATENCY, 1, 1, 90 },
		{ 0, ACPI_HMAT_READ_LATENCY, 1, 2, 350 },
		{ 0, ACPI_HMAT_WRITE_BANDWIDTH, 0, 0, 20480 * MIB },
		{ 0, ACPI_HMAT_WRITE_BANDWIDTH, 1, 1, 20480 * MIB },
		{ 0, ACPI_HMAT_WRITE_BANDWIDTH, 1, 2, 2048 * MIB },
		{ 1, ACPI_HMAT_ACCESS_LATENCY, 1, 2, 100 },
		{ 1, ACPI_HMAT_ACCESS_BANDWIDTH, 1, 2, 10240 * MIB },
	};
	static const struct acpi_hmat_cache caches[] = {
		{ .cell = 2,
		  .level = 1,
		  .size_bytes = 16 * MIB,
		  .associativity = 1,
		  .policy = 1,
		  .line_bytes = 64 },
		{ .cell = 2,
		  .level = 2,
		  .size_bytes = 64 * MIB,
		  .associativity = 2,
		  .policy = 2,
		  .line_bytes = 128 },
		{ .cell = 0, .level = 1, .size_bytes = 10 * KIB, .line_bytes = 8 },
	};

	fill_common(config);
	config->cpus = cpus;
	config->n_cpus = ARRAY_SIZE(cpus);
	config->cells = cells;
	config->n_cells = ARRAY_SIZE(cells);
	config->memory = memory;
	config->n_memory = ARRAY_SIZE(memory);
	config->distances = distances;
	config->hmat = true;
	config->hmat_lb = lb;
	config->n_hmat_lb = ARRAY_SIZE(lb);
	config->hmat_caches = caches;
	config->n_hmat_caches = ARRAY_SIZE(caches);
	config->i8042 = true;
}

/* APIC ids on both sides of 255; every third CPU is only possible. */
static void fill_many_cpus(struct acpi_config *config)
{
	static struct acpi_cpu cpus[MANY];
	static const struct acpi_cell cells[] = { { ACPI_NO_CELL }, { ACPI_NO_CELL } };
	static const struct acpi_memory memory[] = {
		{ { 0, 0x40000000 }, 0, ACPI_MEMORY_ENABLED },
		{ { 0x40000000, 0x40000000 }, 1, ACPI_MEMORY_ENABLED },
	};

	for (uint16_t i = 0; i < MANY; i++)
		cpus[i] = (struct acpi_cpu){ .apic_id = i, .cell = i & 1, .present = i % 3 != 2 };
	fill_common(config);
	config->cpus = cpus;
	config->n_cpus = MANY;
	config->cells = cells;
	config->n_cells = ARRAY_SIZE(cells);
	config->memory = memory;
	config->n_memory = ARRAY_SIZE(memory);
	config->pci_intx_gsi = 0;
}

/* A growth window on a cell that has nothing else yet; a GPE block, no RTC. */
static void fill_hotplug_window(struct acpi_config *config)
{
	static const struct acpi_cpu cpus[] = { { .apic_id = 0, .present = true },
						{ .apic_id = 2, .present = true } };
	static const struct acpi_cell cells[] = { { 0 }, { ACPI_NO_CELL } };
	static const struct acpi_memory memory[] = {
		{ { 0, 0xa0000 }, 0, ACPI_MEMORY_ENABLED },
		{ { 0x100000, 0x3ff00000 }, 0, ACPI_MEMORY_ENABLED },
		{ { 0x100000000, 0x10000000000 },
		  1,
		  ACPI_MEMORY_ENABLED | ACPI_MEMORY_HOTPLUGGABLE },
	};

	fill_common(config);
	config->cpus = cpus;
	config->n_cpus = ARRAY_SIZE(cpus);
	config->cells = cells;
	config->n_cells = ARRAY_SIZE(cells);
	config->memory = memory;
	config->n_memory = ARRAY_SIZE(memory);
	config->hmat = true;
	config->pm.gpe0 = 0x620;
	config->pm.gpe0_bytes = 16;
	config->rtc = false;
	config->n_serials = 0;
	config->pci_config_port = 0xcf8;
	config->pci_intx_gsi = 0;
}

const struct acpi_case acpi_cases[] = {
	{ "minimal", "one CPU, no cells", fill_minimal, NULL },
	{ "two-cells", "two cells, HMAT, device memory, a second PCI root", fill_two_cells, NULL },
	{ "tiers", "a cell without CPUs, asymmetric distances, HMAT with caches", fill_tiers,
	  NULL },
	{ "many-cpus", "300 CPUs: x2APIC entries", fill_many_cpus, NULL },
	{ "hotplug-window", "memory to come on an empty cell", fill_hotplug_window, NULL },
	{ "aml-writer", "each construct of the AML writer", NULL, aml_case_write },
};
const size_t n_acpi_cases = ARRAY_SIZE(acpi_cases);
