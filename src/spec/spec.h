/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct vm_spec: what a virtual machine is.
 *
 * The one truth between the texts: the command line (src/cmdline) and the domain XML (src/domain)
 * are read into it and printed from it; the plan (src/plan) and the machine (src/vmm) read only it.
 * It says what was asked, with defaults filled in by spec_complete(); it knows nothing of the host.
 *
 * Sizes are bytes. Strings and arrays belong to the spec and are freed by spec_free().
 * Threads: a spec is built by one thread and read-only afterwards.
 */
#ifndef TERRACE_SPEC_SPEC_H
#define TERRACE_SPEC_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/idset.h"

#define SPEC_CELL_MAX	   128u /* guest NUMA cells, as QEMU's MAX_NODES */
#define SPEC_HOST_NODE_MAX 128u /* host node ids in host-nodes= */
#define SPEC_VCPU_MAX	   4096u
#define SPEC_SLOT_MAX	   256u /* memory device slots (-m slots=) */

/* Asked for on, off, or left to the machine-wide default. */
enum spec_onoffauto {
	SPEC_AUTO,
	SPEC_ON,
	SPEC_OFF,
};

enum spec_policy {
	SPEC_POLICY_DEFAULT,
	SPEC_POLICY_PREFERRED,
	SPEC_POLICY_BIND,
	SPEC_POLICY_INTERLEAVE,
	SPEC_POLICY_WEIGHTED_INTERLEAVE, /* ours; Linux 6.9 and newer */
	SPEC_POLICY_COUNT,
};
/* "default", "preferred", "bind", "interleave", "weighted-interleave" */
const char *spec_policy_name(enum spec_policy policy);

enum spec_backend_type {
	SPEC_BACKEND_RAM,
	SPEC_BACKEND_MEMFD,
	SPEC_BACKEND_FILE,
	SPEC_BACKEND_TYPE_COUNT,
};
/* "memory-backend-ram", ... */
const char *spec_backend_type_name(enum spec_backend_type type);

/* A host memory object that holds guest memory. */
struct spec_backend {
	char *id;
	enum spec_backend_type type;
	uint64_t size_bytes;
	struct idset host_nodes;
	enum spec_policy policy;
	bool numa_balancing;	   /* ours: MPOL_F_NUMA_BALANCING with bind and preferred */
	enum spec_onoffauto merge; /* AUTO: machine mem-merge */
	enum spec_onoffauto dump;  /* AUTO: machine dump-guest-core */
	enum spec_onoffauto share; /* AUTO: off for ram and file, on for memfd */
	bool prealloc;
	uint32_t prealloc_threads;  /* 0: as many as -smp cpus */
	char *prealloc_context;	    /* id of a thread context, or NULL */
	bool reserve;		    /* false: MAP_NORESERVE */
	bool hugetlb;		    /* memfd only */
	uint64_t hugetlbsize_bytes; /* 0: the host's default huge page */
	bool seal;		    /* memfd only */
	char *mem_path;		    /* file only */
	bool discard_data;	    /* file only */
	bool readonly;		    /* file only */
	uint64_t align_bytes;	    /* file only; 0: page size */
	uint64_t offset_bytes;	    /* file only */
	bool implicit;		    /* made by spec_complete(): the default RAM, never printed */
};

/* Where threads that prealloc memory run. */
struct spec_thread_context {
	char *id;
	struct idset cpu_affinity;  /* host CPUs, or */
	struct idset node_affinity; /* host nodes; never both */
};

/* A guest NUMA node. */
struct spec_cell {
	bool present;
	bool implicit;	    /* made by spec_complete() for memory devices, never printed */
	struct idset cpus;  /* vCPU indexes, 0 .. maxcpus - 1 */
	char *memdev;	    /* backend id, or NULL */
	uint64_t mem_bytes; /* legacy mem=, when memdev is NULL; after spec_complete(): the size */
	int initiator;	    /* cell id, or -1 */
};

struct spec_distance {
	uint16_t src, dst; /* cells */
	uint8_t value;	   /* 10 = local, 255 = unreachable */
};

enum spec_hmat_hierarchy {
	SPEC_HMAT_MEMORY,
	SPEC_HMAT_FIRST_LEVEL,
	SPEC_HMAT_SECOND_LEVEL,
	SPEC_HMAT_THIRD_LEVEL,
};

/* Values as in ACPI 6.4 table 5.146 (data type). */
enum spec_hmat_data_type {
	SPEC_HMAT_ACCESS_LATENCY,
	SPEC_HMAT_READ_LATENCY,
	SPEC_HMAT_WRITE_LATENCY,
	SPEC_HMAT_ACCESS_BANDWIDTH,
	SPEC_HMAT_READ_BANDWIDTH,
	SPEC_HMAT_WRITE_BANDWIDTH,
};

struct spec_hmat_lb {
	uint16_t initiator, target; /* cells */
	enum spec_hmat_hierarchy hierarchy;
	enum spec_hmat_data_type data_type;
	uint64_t value; /* ns for latency, bytes/s for bandwidth */
};

struct spec_hmat_cache {
	uint16_t cell;
	uint64_t size_bytes;
	uint8_t level;	       /* 1..3 */
	uint8_t associativity; /* 0 none, 1 direct, 2 complex (ACPI 6.4 table 5.147) */
	uint8_t policy;	       /* 0 none, 1 write-back, 2 write-through */
	uint16_t line_bytes;
};

enum spec_machine_type {
	SPEC_MACHINE_Q35, /* "q35", "pc-q35-*" */
	SPEC_MACHINE_PC, /* "pc", "pc-i440fx-*": the same machine here, its root bus answers to pci.0 */
};

struct spec_machine {
	enum spec_machine_type type;
	char *type_name; /* as written: "q35", "pc-q35-9.2" */
	bool hmat;
	bool mem_merge;	      /* default true */
	bool dump_guest_core; /* default true, as QEMU */
	char *memory_backend; /* backend id of a machine without cells, or NULL */
};

struct spec_smp {
	uint32_t cpus, maxcpus;
	uint32_t sockets, dies, cores, threads; /* product == maxcpus after spec_complete() */
};

enum spec_mem_lock {
	SPEC_MEM_LOCK_OFF,
	SPEC_MEM_LOCK_ON,
	SPEC_MEM_LOCK_ON_FAULT,
};

enum spec_chardev_type {
	SPEC_CHARDEV_NULL,
	SPEC_CHARDEV_STDIO,
	SPEC_CHARDEV_FILE,
	SPEC_CHARDEV_SOCKET, /* unix, path= */
	SPEC_CHARDEV_PTY,
};

struct spec_chardev {
	char *id;
	enum spec_chardev_type type;
	char *path;  /* file, socket */
	bool server; /* socket */
	bool wait;   /* socket server: wait for the peer at start */
	bool mux;    /* stdio shared by serial port and monitor */
	bool signal; /* stdio: Ctrl-C ends the program (default true) */
	bool append; /* file */
};

struct spec_monitor {
	char *chardev; /* id */
	bool control;  /* QMP; else the human monitor */
	bool pretty;
};

struct spec_serial {
	char *chardev; /* id, or NULL for "none" */
};

struct spec_rtc {
	bool localtime; /* base=localtime */
	int64_t base_s; /* fixed start, seconds since 1970, when has_base */
	bool has_base;
};

/* Values as in the names of the option. */
enum spec_sandbox_rule {
	SPEC_SANDBOX_ALLOW,
	SPEC_SANDBOX_DENY,
	SPEC_SANDBOX_CHILDREN, /* elevateprivileges: programs that are started gain nothing */
};

/* -sandbox; groups of system calls, see vmm/sandbox.h. */
struct spec_sandbox {
	bool enable;
	uint32_t obsolete, elevateprivileges, spawn, resourcecontrol; /* enum spec_sandbox_rule */
};

struct vm_spec {
	char *name;
	char *uuid; /* lower case, or NULL */
	struct spec_machine machine;
	char *cpu_model; /* "host" or "max"; NULL: host */
	struct spec_smp smp;
	bool software_kvm; /* run although KVM has no hardware virtualisation under it */

	uint64_t ram_bytes;    /* -m size */
	uint64_t maxmem_bytes; /* 0: no memory devices */
	uint32_t memory_slots;

	struct spec_backend *backends; /* in the order of the command line */
	size_t n_backends;
	struct spec_thread_context *thread_contexts;
	size_t n_thread_contexts;

	struct spec_cell
		cells[SPEC_CELL_MAX]; /* cells[0 .. n_cells - 1] are present when complete */
	size_t n_cells;
	struct spec_distance *distances; /* as given; spec_distance_get() gives the full matrix */
	size_t n_distances;
	struct spec_hmat_lb *hmat_lb;
	size_t n_hmat_lb;
	struct spec_hmat_cache *hmat_caches;
	size_t n_hmat_caches;

	enum spec_mem_lock mem_lock;

	char *kernel, *initrd, *append;

	struct spec_chardev *chardevs;
	size_t n_chardevs;
	struct spec_monitor *monitors;
	size_t n_monitors;
	struct spec_serial *serials;
	size_t n_serials;

	struct spec_rtc rtc;
	char *pidfile;
	bool start_paused; /* -S */
	bool daemonize;
	bool no_reboot, no_shutdown;
	bool nographic;
	bool nodefaults;
	struct spec_sandbox sandbox;
	bool msg_timestamp;

	char **warnings; /* one line each: accepted, but probably not meant; the program prints them */
	size_t n_warnings;
};

/* A spec with QEMU's defaults, no cell and no backend; NULL when memory ran out. */
struct vm_spec *spec_new(void);
void spec_free(struct vm_spec *spec);
CLEANUP_DEFINE(vm_spec, spec_free)

/*
 * Fills every default and checks every rule that spans fields: CPUs against maxcpus, cells against
 * -m, memdev ids, distances, HMAT. After it: cells are dense from 0, each cell's mem_bytes is its
 * size, smp's product is maxcpus, a machine without -numa has n_cells == 0 and one backend (either
 * machine.memory_backend or a default one named "pc.ram"). Where
 * memory devices are possible (maxmem) and no cell was given, there is one implicit cell 0, because
 * guests want an SRAT then. Legacy mem= becomes a backend "ram-node<N>" of the cell.
 * Call once, after the parts were added with spec/build.h. The spec may be half completed after a
 * failure: only spec_free() is allowed then.
 * -EINVAL with the option that is wrong as subject; -ENOMEM.
 */
int spec_complete(struct vm_spec *spec, struct err *err) __attribute__((warn_unused_result));

/* NULL when there is none. */
const struct spec_backend *spec_backend_find(const struct vm_spec *spec, const char *id);
const struct spec_chardev *spec_chardev_find(const struct vm_spec *spec, const char *id);

/* Was any distance given (then the guest gets a SLIT)? */
bool spec_has_distances(const struct vm_spec *spec);
/* Distance from src to dst in a completed spec: given, mirrored, or the default 10/20. */
uint8_t spec_distance_get(const struct vm_spec *spec, unsigned int src, unsigned int dst);

/* Cell of a vCPU in a completed spec; 0 when the machine has no cells. */
unsigned int spec_vcpu_cell(const struct vm_spec *spec, unsigned int vcpu);

/* Topology of vCPU index, and its initial APIC id (fields packed to powers of two, as CPUID 0xb
 * wants them: Intel SDM volume 3, section 9.9). */
struct spec_vcpu_place {
	uint32_t socket, die, core, thread;
	uint32_t apic_id;
};
struct spec_vcpu_place spec_vcpu_place(const struct spec_smp *smp, unsigned int vcpu);

#endif
