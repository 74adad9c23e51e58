/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct plan: what will be done for a vm_spec, as a value.
 *
 * The guest's memory map, which backend and which host nodes each piece has, KVM's memory slots,
 * the vCPUs, and what the ACPI tables say about memory. A pure function of the spec and of facts
 * about the host: no system call, the same on every machine. The VMM carries it out, -dump-plan
 * and "terrace plan" print it.
 *
 * The memory map (the q35 machine's, so that a guest sees the same one under QEMU):
 *
 *	0                RAM; all of it below 2816 MiB (0xb0000000), else the first 2 GiB
 *	0xb0000000       ECAM: PCI Express configuration space, 256 MiB
 *	0xc0000000       32-bit PCI window, up to 0xfebfffff
 *	0xfec00000       I/O APIC, local APICs, the machine's own registers
 *	0x100000000      the rest of the RAM
 *	rounded to 1 GiB window of memory devices: maxmem - RAM, and 1 GiB for each slot to align in
 *	rounded to 1 GiB 64-bit PCI window
 *
 * Threads: a plan is built by one thread and read-only afterwards.
 */
#ifndef TERRACE_PLAN_PLAN_H
#define TERRACE_PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/idset.h"
#include "base/util.h"
#include "host/facts.h"
#include "spec/spec.h"

#define PLAN_PAGE_BYTES	      UINT64_C(4096)
#define PLAN_LOW_LIMIT	      UINT64_C(0xb0000000) /* RAM of this size and more is split ... */
#define PLAN_LOW_SPLIT	      (2 * GIB)		   /* ... with this much below 4 GiB */
#define PLAN_HIGH_START	      (4 * GIB)
#define PLAN_ECAM_START	      UINT64_C(0xb0000000)
#define PLAN_ECAM_BYTES	      (256 * MIB)
#define PLAN_MMIO32_START     UINT64_C(0xc0000000)
#define PLAN_MMIO32_BYTES     UINT64_C(0x3ec00000) /* up to the I/O APIC at 0xfec00000 */
#define PLAN_MMIO64_BYTES     (512 * GIB)	   /* wanted; less where addresses end earlier */
#define PLAN_MMIO64_BYTES_MIN GIB
#define PLAN_PHYS_BITS_MAX    52u /* Intel SDM volume 3, section 4.1.4: MAXPHYADDR */

/* The 640 KiB - 1 MiB hole that SRAT leaves out (legacy video and ROM space). */
#define PLAN_LEGACY_START UINT64_C(0xa0000)
#define PLAN_LEGACY_END	  UINT64_C(0x100000)

#define PLAN_NO_CELL UINT32_MAX

/* One piece of boot RAM: contiguous for the guest and inside one backend. */
struct plan_region {
	uint64_t gpa;
	uint64_t size_bytes;
	size_t backend;	       /* index in the spec's backends */
	uint64_t offset_bytes; /* in the backend */
	uint32_t cell;	       /* PLAN_NO_CELL on a machine without cells */
};

/* One KVM memory region. */
struct plan_slot {
	uint32_t id;
	size_t region; /* the boot RAM region that it maps */
};

/* A guest NUMA node and where its memory goes. */
struct plan_cell {
	uint32_t cell;
	uint64_t size_bytes;
	size_t backend; /* index in the spec's backends; SIZE_MAX for a cell without memory */
	struct idset vcpus;
};

struct plan_vcpu {
	uint32_t index;
	uint32_t apic_id;
	uint32_t cell; /* 0 on a machine without cells */
	bool present;  /* at the start; others may be plugged later */
};

/* A memory affinity entry of the SRAT (ACPI 6.4, section 5.2.16.2). */
struct plan_affinity {
	uint32_t cell;
	uint64_t gpa;
	uint64_t size_bytes;
	bool hotplug; /* flags 3 (enabled, hot pluggable) instead of 1 */
};

struct plan {
	uint64_t ram_bytes;
	uint64_t ram_low_bytes;	 /* from 0 */
	uint64_t ram_high_bytes; /* from 4 GiB */
	struct range ecam;
	struct range mmio32;
	struct range devices; /* window of memory devices; empty without maxmem */
	struct range mmio64;
	unsigned int phys_bits; /* that the map was checked against; 0: unknown, not checked */

	struct plan_region *regions; /* by ascending gpa */
	size_t n_regions;
	struct plan_slot *slots; /* boot RAM; memory devices use ids from n_slots */
	size_t n_slots;
	struct plan_cell *cells;
	size_t n_cells;
	struct plan_vcpu *vcpus; /* maxcpus, by index */
	size_t n_vcpus;
	/*
	 * Empty when the guest needs no SRAT. A machine without cells but with a window for memory
	 * devices has one implicit cell 0: Linux sizes its DMA bounce buffers by the SRAT.
	 */
	struct plan_affinity *affinities;
	size_t n_affinities;
};

void plan_free(struct plan *plan);
CLEANUP_DEFINE(plan, plan_free)

/*
 * spec must be complete (spec_complete()); facts may be NULL: an unknown host, of which nothing is
 * checked. -EINVAL (ERR_USER): a host node that the facts lack, memory that is no multiple of 4 KiB
 * or that no backend provides, a read-only backend as RAM. -ERANGE: "Address space limit ...
 * phys-bits too low", or a size that overflows. -ENOMEM.
 */
int plan_build(const struct vm_spec *spec, const struct host_facts *facts, struct plan **ret_plan,
	       struct err *err) __attribute__((warn_unused_result));

/*
 * Names a backend in errors: "-object memory-backend-ram,id=m0"; "-m" for the default one. Returns
 * buf.
 */
const char *plan_backend_subject(const struct spec_backend *backend, char *buf, size_t buf_size);

/*
 * Checks every invariant of a plan against its spec: regions sorted, aligned, disjoint, outside the
 * holes, inside their backends and adding up to the RAM and to the cells; windows disjoint; one
 * slot for each region; affinities cover the regions. -EINVAL names the first that does not hold.
 */
int plan_check(const struct plan *plan, const struct vm_spec *spec, struct err *err)
	__attribute__((warn_unused_result));

#endif
