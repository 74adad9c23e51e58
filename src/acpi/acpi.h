/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ACPI tables of a virtual machine, as bytes.
 *
 * A plain description goes in, one contiguous blob comes out: FACS, DSDT, FADT, MADT, MCFG, and,
 * where the machine has cells, SRAT, SLIT and HMAT, with an XSDT over them; addresses are resolved
 * for the place where the caller will put the blob. The RSDP is separate, because it has a place
 * of its own (0xe0000..0xfffff, or the boot protocol's pointer). Pure: the same description gives
 * the same bytes, nothing is read from the host.
 *
 * Tables follow ACPI 6.4; facts that guests insist on are noted where they are written. The
 * machine is a full one, not hardware-reduced: fixed power button, PM timer, no SMI (SCI_EN must
 * read as 1 from the start: FADT SMI_CMD is 0, ACPI 6.4 section 5.2.9).
 *
 * In calling order: fill struct acpi_config, acpi_tables_build(), copy blob.bytes to base_gpa and
 * blob.rsdp to its place, acpi_blob_fini().
 *
 * Threads: no shared state.
 */
#ifndef TERRACE_ACPI_ACPI_H
#define TERRACE_ACPI_ACPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/util.h"

/* SLP_TYPa that \_S5 names: the PM device powers off when PM1a control gets it with SLP_EN. */
#define ACPI_SLP_TYP_S5 5u

#define ACPI_RSDP_SIZE_BYTES 36u
#define ACPI_BLOB_ALIGN	     64u /* the FACS must be 64-byte aligned (ACPI 6.4 section 5.2.10) */

#define ACPI_CPU_MAX  4096u
#define ACPI_CELL_MAX 128u
#define ACPI_NO_CELL  (-1)

/* A possible vCPU; its ACPI processor UID is its index in the array. */
struct acpi_cpu {
	uint32_t apic_id;
	uint16_t cell; /* ignored in a machine without cells */
	bool present;  /* false: may be plugged later */
};

/* SRAT memory affinity flags (ACPI 6.4 section 5.2.16.2). */
enum {
	ACPI_MEMORY_ENABLED = 1u << 0,
	ACPI_MEMORY_HOTPLUGGABLE = 1u << 1,
};

struct acpi_memory {
	struct range range;
	uint16_t cell;
	uint8_t flags;
};

/* A guest cell; its proximity domain is its index in the array. */
struct acpi_cell {
	int initiator; /* HMAT: the cell whose CPUs are closest, or ACPI_NO_CELL */
};

/* Values as in ACPI 6.4 section 5.2.27.4; hierarchy: 0 memory, 1..3 level of side cache. */
enum acpi_hmat_data_type {
	ACPI_HMAT_ACCESS_LATENCY,
	ACPI_HMAT_READ_LATENCY,
	ACPI_HMAT_WRITE_LATENCY,
	ACPI_HMAT_ACCESS_BANDWIDTH,
	ACPI_HMAT_READ_BANDWIDTH,
	ACPI_HMAT_WRITE_BANDWIDTH,
	ACPI_HMAT_DATA_TYPE_COUNT,
};
#define ACPI_HMAT_HIERARCHY_COUNT 4u
#define ACPI_HMAT_LEVEL_MAX	  3u /* side caches of a cell */

struct acpi_hmat_lb {
	uint8_t hierarchy;
	uint8_t data_type;
	uint16_t initiator, target; /* cells; the initiator has CPUs */
	uint64_t value;		    /* ns, or bytes/s (a multiple of 1 MiB); 0: not known */
};

struct acpi_hmat_cache {
	uint16_t cell;
	uint64_t size_bytes;
	uint8_t level;	       /* 1..ACPI_HMAT_LEVEL_MAX, once for a cell */
	uint8_t associativity; /* 0 none, 1 direct mapped, 2 complex */
	uint8_t policy;	       /* 0 none, 1 write-back, 2 write-through */
	uint16_t line_bytes;
};

/* A PCI root bridge with the windows from which its devices' BARs are assigned. */
struct acpi_pci_root {
	uint8_t bus_first, bus_last;
	int cell;	     /* _PXM of its devices, or ACPI_NO_CELL */
	struct range io[2];  /* size 0: none */
	struct range mmio32; /* below 4 GiB */
	struct range mmio64;
};

struct acpi_serial {
	uint16_t port; /* eight registers from here */
	uint8_t irq;   /* 1..15 */
};

struct acpi_override {
	uint8_t irq; /* ISA */
	uint32_t gsi;
	uint16_t flags; /* MPS INTI flags, ACPI 6.4 section 5.2.12.5; 0xd: level, active high */
};

/* I/O ports; 0: the block is absent. */
struct acpi_pm {
	uint16_t pm1a_event;   /* 4 bytes: status, enable */
	uint16_t pm1a_control; /* 2 bytes */
	uint16_t timer;	       /* 4 bytes, 24 bits count */
	uint16_t gpe0;
	uint8_t gpe0_bytes; /* status and enable halves together */
	uint8_t sci_irq;
	uint16_t reset;
	uint8_t reset_value;
};

struct acpi_config {
	const struct acpi_cpu *cpus; /* at least one */
	size_t n_cpus;

	/* None: no SRAT, SLIT, HMAT, and memory is not looked at. A machine without NUMA whose
	 * memory can grow needs one cell: guests size DMA bounce buffers by the SRAT. */
	const struct acpi_cell *cells;
	size_t n_cells;
	const struct acpi_memory *memory; /* written to the SRAT in this order */
	size_t n_memory;
	const uint8_t *distances; /* n_cells * n_cells, from row to column; NULL: no SLIT */

	bool hmat;
	const struct acpi_hmat_lb *hmat_lb;
	size_t n_hmat_lb;
	const struct acpi_hmat_cache *hmat_caches;
	size_t n_hmat_caches;

	uint64_t ecam_base;		       /* segment 0; of bus 0 */
	uint16_t ecam_buses;		       /* 1..256 */
	const struct acpi_pci_root *pci_roots; /* the first has bus 0 */
	size_t n_pci_roots;
	uint16_t pci_config_port; /* 0xcf8 where the legacy mechanism answers, else 0 */
	/* INTA..INTD of all slots are spread over four GSIs from here; 0: no _PRT. */
	uint32_t pci_intx_gsi;

	uint32_t lapic_base;
	uint32_t ioapic_base;
	uint8_t ioapic_id;
	const struct acpi_override *overrides;
	size_t n_overrides;

	struct acpi_pm pm;

	const struct acpi_serial *serials;
	size_t n_serials;
	bool rtc;   /* CMOS RTC at 0x70, IRQ 8 */
	bool i8042; /* keyboard controller that answers; without it guests skip probing */
};

/* Fills what is the same in every Terrace machine: ports, APICs, ECAM, overrides, RTC. Leaves CPUs,
 * cells, PCI roots and serial ports empty. */
void acpi_config_init(struct acpi_config *config);

#define ACPI_TABLE_MAX 16u

struct acpi_table {
	char signature[5]; /* terminated */
	size_t offset;	   /* in the blob */
	size_t size_bytes;
};

struct acpi_blob {
	uint8_t *bytes; /* owned; NULL when empty */
	size_t size_bytes;
	uint8_t rsdp[ACPI_RSDP_SIZE_BYTES];
	struct acpi_table tables[ACPI_TABLE_MAX]; /* in the order of the blob */
	size_t n_tables;
};

#define ACPI_BLOB_INIT ((struct acpi_blob){ 0 })

void acpi_blob_fini(struct acpi_blob *blob);
#define auto_acpi_blob __attribute__((cleanup(acpi_blob_fini))) struct acpi_blob

/* The table with this signature, or NULL. */
const struct acpi_table *acpi_blob_find(const struct acpi_blob *blob, const char *signature);

/*
 * Builds all tables for a blob at base_gpa, which must be a multiple of ACPI_BLOB_ALIGN; the blob
 * must end below 4 GiB (the FADT's 32-bit pointers). The size does not depend on base_gpa, so a
 * caller that places by size may build once for the size and again for the place.
 *
 * -EINVAL: the description contradicts itself; the message says where. -ENOMEM.
 */
int acpi_tables_build(const struct acpi_config *config, uint64_t base_gpa,
		      struct acpi_blob *ret_blob, struct err *err)
	__attribute__((warn_unused_result));

/* One HMAT type 1 structure's values, encoded. */
struct acpi_hmat_scale {
	uint64_t divisor;   /* ns or bytes/s of one step */
	uint64_t base_unit; /* Entry Base Unit: ps or MiB/s of one step (HMAT revision 2) */
};

/*
 * Finds the scale that writes all entries of one hierarchy and data type (others are skipped) as
 * 16-bit steps: for latencies the largest power of ten that divides all, for bandwidths the lowest
 * bit set in any. Entries are taken in order, and the error names the first that no longer fits;
 * texts are QEMU's. Without any value the step is 1 ns or 1 MiB/s.
 *
 * -EINVAL: a cell id above the maximum; a bandwidth that is no multiple of 1 MiB; values that need
 * more than 65534 steps; an overflowing base unit; the same initiator and target twice.
 */
int acpi_hmat_encode(const struct acpi_hmat_lb *entries, size_t n_entries, uint8_t hierarchy,
		     uint8_t data_type, struct acpi_hmat_scale *ret_scale, struct err *err)
	__attribute__((warn_unused_result));

#endif
