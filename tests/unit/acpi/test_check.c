/* SPDX-License-Identifier: Apache-2.0 */
/* Covers acpi_tables_build: each contradiction in a description is named, nothing is built. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "acpi/acpi.h"

/* A valid machine whose parts a test may bend. */
struct machine {
	struct acpi_cpu cpus[2];
	struct acpi_cell cells[2];
	struct acpi_memory memory[1];
	uint8_t distances[4];
	struct acpi_hmat_lb lb[1];
	struct acpi_hmat_cache caches[2];
	struct acpi_pci_root roots[2];
	struct acpi_serial serials[1];
	struct acpi_config config;
};

static void machine_init(struct machine *m)
{
	*m = (struct machine){
		.cpus = { { .apic_id = 0, .present = true }, { .apic_id = 1, .present = true } },
		.cells = { { 0 }, { 0 } },
		.memory = { { { 0, GIB }, 0, ACPI_MEMORY_ENABLED } },
		.distances = { 10, 20, 20, 10 },
		.lb = { { 0, ACPI_HMAT_ACCESS_LATENCY, 0, 1, 5 } },
		.caches = { { .cell = 0, .level = 1, .size_bytes = MIB },
			    { .cell = 0, .level = 2, .size_bytes = 2 * MIB } },
		.roots = { { .bus_first = 0, .bus_last = 0x7f, .cell = ACPI_NO_CELL },
			   { .bus_first = 0x80, .bus_last = 0xff, .cell = 1 } },
		.serials = { { .port = 0x3f8, .irq = 4 } },
	};
	acpi_config_init(&m->config);
	m->config.cpus = m->cpus;
	m->config.n_cpus = 2;
	m->config.cells = m->cells;
	m->config.n_cells = 2;
	m->config.memory = m->memory;
	m->config.n_memory = 1;
	m->config.distances = m->distances;
	m->config.hmat = true;
	m->config.hmat_lb = m->lb;
	m->config.n_hmat_lb = 1;
	m->config.hmat_caches = m->caches;
	m->config.n_hmat_caches = 2;
	m->config.pci_roots = m->roots;
	m->config.n_pci_roots = 2;
	m->config.serials = m->serials;
	m->config.n_serials = 1;
}

/* Each row bends a machine and names the text that must come. */
struct bend {
	void (*bend)(struct machine *m);
	const char *message;
};

#define BEND(name, statement)               \
	static void name(struct machine *m) \
	{                                   \
		statement;                  \
	}

BEND(no_cpus, m->config.n_cpus = 0)
BEND(many_cpus, m->config.n_cpus = ACPI_CPU_MAX + 1)
BEND(apic_ids_fall, m->cpus[1].apic_id = 0)
BEND(cpu_off_cells, m->cpus[1].cell = 2)
BEND(many_cells, m->config.n_cells = 129)
BEND(bad_initiator, m->cells[1].initiator = 2)
BEND(initiator_without_cpus, m->cells[0].initiator = 1)
BEND(memory_off_cells, m->memory[0].cell = 2)
BEND(memory_empty, m->memory[0].range.size_bytes = 0)
BEND(memory_wraps, m->memory[0].range.start = UINT64_MAX - 1)
BEND(distance_low, m->distances[1] = 9)
BEND(distance_local, m->distances[3] = 11)
BEND(hmat_without_cells, m->config.n_cells = 0)
BEND(lb_initiator_high, m->lb[0].initiator = 2)
BEND(lb_initiator_without_cpus, m->lb[0].initiator = 1)
BEND(lb_target_high, m->lb[0].target = 2)
BEND(lb_hierarchy, m->lb[0].hierarchy = 4)
BEND(lb_data_type, m->lb[0].data_type = 6)
BEND(cache_cell, m->caches[0].cell = 5)
BEND(cache_level_low, m->caches[0].level = 0)
BEND(cache_level_high, m->caches[0].level = 4)
BEND(cache_twice, m->caches[1].level = 1)
BEND(cache_policy, m->caches[0].policy = 3)
BEND(cache_associativity, m->caches[0].associativity = 3)
BEND(ecam_high, m->config.ecam_base = 0xf8000000)
BEND(ecam_unaligned, m->config.ecam_base += 4096)
BEND(ecam_empty, m->config.ecam_buses = 0)
BEND(ecam_many, m->config.ecam_buses = 257)
BEND(many_roots, m->config.n_pci_roots = 257)
BEND(root_not_0, m->roots[0].bus_first = 1)
BEND(root_reversed, m->roots[1].bus_last = 0x7f)
BEND(root_outside, m->config.ecam_buses = 255)
BEND(roots_overlap, m->roots[1].bus_first = 0x7f)
BEND(root_cell, m->roots[1].cell = 2)
BEND(root_io, m->roots[1].io[1] = ((struct range){ 0xff00, 0x101 }))
BEND(root_io_all, m->roots[1].io[0] = ((struct range){ 0, 0x10000 }))
BEND(root_mmio32, m->roots[1].mmio32 = ((struct range){ 0xffff0000, 0x10001 }))
BEND(root_mmio64, m->roots[1].mmio64 = ((struct range){ UINT64_MAX, 2 }))
BEND(no_pm1, m->config.pm.pm1a_event = 0)
BEND(no_pm1_control, m->config.pm.pm1a_control = 0)
BEND(gpe_odd, m->config.pm.gpe0 = 0x620; m->config.pm.gpe0_bytes = 3)
BEND(gpe_empty, m->config.pm.gpe0 = 0x620)
BEND(gpe_large, m->config.pm.gpe0 = 0x620; m->config.pm.gpe0_bytes = 32)
BEND(many_serials, m->config.n_serials = 10)
BEND(serial_irq, m->serials[0].irq = 16)

static const struct bend bends[] = {
	{ no_cpus, "0 CPUs: expected 1 to 4096" },
	{ many_cpus, "4097 CPUs: expected 1 to 4096" },
	{ apic_ids_fall, "APIC id 0 of CPU 1 is not above that of CPU 0" },
	{ cpu_off_cells, "CPU 1 is on cell 2, but there are 2 cells" },
	{ many_cells, "Max number of NUMA nodes reached: 128" },
	{ bad_initiator, "The initiator of NUMA node 1 is invalid" },
	{ initiator_without_cpus, "The initiator of NUMA node 0 is invalid" },
	{ memory_off_cells, "memory at 0x0 is on cell 2, but there are 2 cells" },
	{ memory_empty, "memory range at 0x0 is empty or wraps" },
	{ memory_wraps, "memory range at 0xfffffffffffffffe is empty or wraps" },
	{ distance_low, "NUMA distance (9) is invalid, it shouldn't be less than 10." },
	{ distance_local, "Local distance of node 1 should be 10." },
	{ hmat_without_cells, "a machine without cells has no memory attributes" },
	{ lb_initiator_high, "Invalid initiator=2, it should be less than 2" },
	{ lb_initiator_without_cpus,
	  "Invalid initiator=1, it isn't an initiator proximity domain" },
	{ lb_target_high, "Invalid target=2, it should be less than 2" },
	{ lb_hierarchy, "unknown hierarchy 4 or data type 0" },
	{ lb_data_type, "unknown hierarchy 0 or data type 6" },
	{ cache_cell, "Invalid node-id=5, it should be less than 2" },
	{ cache_level_low,
	  "Invalid level=0, it should be larger than 0 and less than or equal to 3" },
	{ cache_level_high,
	  "Invalid level=4, it should be larger than 0 and less than or equal to 3" },
	{ cache_twice, "Duplicate configuration of the side cache for node-id=0 and level=1" },
	{ cache_policy, "unknown associativity 0 or policy 3" },
	{ cache_associativity, "unknown associativity 3 or policy 0" },
	{ ecam_high, "256 buses at 0xf8000000: expected 1 to 256, below 4 GiB and 1 MiB aligned" },
	{ ecam_unaligned,
	  "256 buses at 0xb0001000: expected 1 to 256, below 4 GiB and 1 MiB aligned" },
	{ ecam_empty, "0 buses at 0xb0000000: expected 1 to 256, below 4 GiB and 1 MiB aligned" },
	{ ecam_many, "257 buses at 0xb0000000: expected 1 to 256, below 4 GiB and 1 MiB aligned" },
	{ many_roots, "257 bridges: at most 256" },
	{ root_not_0, "the first one must have bus 0" },
	{ root_reversed, "buses 128 to 127 are reversed or outside the ECAM's 256" },
	{ root_outside, "buses 128 to 255 are reversed or outside the ECAM's 255" },
	{ roots_overlap, "bus 127 belongs to the bridge before, which ends at 127" },
	{ root_cell, "Illegal numa node 2" },
	{ root_io, "a window of the bridge of bus 128 exceeds its address space" },
	{ root_io_all, "a window of the bridge of bus 128 exceeds its address space" },
	{ root_mmio32, "a window of the bridge of bus 128 exceeds its address space" },
	{ root_mmio64, "a window of the bridge of bus 128 exceeds its address space" },
	{ no_pm1, "a machine that is not hardware-reduced needs the PM1a blocks" },
	{ no_pm1_control, "a machine that is not hardware-reduced needs the PM1a blocks" },
	{ gpe_odd, "3 bytes of GPE0 block: expected 2 to 30, even" },
	{ gpe_empty, "0 bytes of GPE0 block: expected 2 to 30, even" },
	{ gpe_large, "32 bytes of GPE0 block: expected 2 to 30, even" },
	{ many_serials, "10 serial ports: at most 9 have a name" },
	{ serial_irq, "IRQ 16 is not an ISA interrupt" },
};

static void straight_machine_builds(void **state)
{
	auto_acpi_blob blob = ACPI_BLOB_INIT;
	struct machine m;
	struct err err = ERR_INIT;

	(void)state;
	machine_init(&m);
	assert_int_equal(acpi_tables_build(&m.config, 0, &blob, &err), 0);
}

static void each_contradiction_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bends); i++) {
		struct acpi_blob blob = ACPI_BLOB_INIT;
		struct machine m;
		struct err err = ERR_INIT;

		machine_init(&m);
		bends[i].bend(&m);
		assert_int_equal(acpi_tables_build(&m.config, 0, &blob, &err), -EINVAL);
		assert_string_equal(err.message, bends[i].message);
		assert_null(blob.bytes);
	}
}

/* What only concerns cells is not looked at in a machine without them. */
static void cells_do_not_matter_without_numa(void **state)
{
	auto_acpi_blob blob = ACPI_BLOB_INIT;
	struct machine m;
	struct err err = ERR_INIT;

	(void)state;
	machine_init(&m);
	m.config.n_cells = 0;
	m.config.hmat = false;
	m.cpus[1].cell = 77;
	m.memory[0].cell = 77;
	assert_int_equal(acpi_tables_build(&m.config, 0, &blob, &err), 0);
}

/* Values that only the encoding finds wanting are refused too, with nothing left behind. */
static void unencodable_values_are_refused(void **state)
{
	struct acpi_blob blob = ACPI_BLOB_INIT;
	struct machine m;
	struct err err = ERR_INIT;

	(void)state;
	machine_init(&m);
	m.lb[0].data_type = ACPI_HMAT_ACCESS_BANDWIDTH;
	assert_int_equal(acpi_tables_build(&m.config, 0, &blob, &err), -EINVAL);
	assert_string_equal(err.message, "Bandwidth 5 between initiator=0 and target=1 should be "
					 "1MB aligned");
	assert_null(blob.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(straight_machine_builds),
		cmocka_unit_test(each_contradiction_is_named),
		cmocka_unit_test(cells_do_not_matter_without_numa),
		cmocka_unit_test(unencodable_values_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
