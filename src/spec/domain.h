/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct domain_spec: what a domain is, in the words of its XML.
 *
 * A domain is more than a virtual machine. Modes of <numatune>, pinning, limits of the cgroup, what
 * happens after the guest ends and who starts the machine are the manager's business; struct vm_spec
 * knows none of it. And what both could hold means different things: a cell here has a size and a
 * NUMA mode, and becomes a backend with a policy only for a chosen emulator and a decided placement;
 * sizes here are as written (in KiB steps), there they are aligned for the machine. So the domain is
 * a description of its own, of which a vm_spec is *made* (XML <-> domain_spec -> vm_spec -> argv);
 * neither holds the other, and nothing is said twice.
 *
 * src/domain reads and prints it (domain/domain.h, also its release); src/plan reads it to decide
 * the placement; src/manager keeps it.
 *
 * Conventions: enums are 0 where the XML says nothing. Numbers and sets carry "given". A struct with
 * a leading "given" is an element that may be absent. Names are those of the XML. Sizes are bytes,
 * multiples of 1 KiB. Strings and arrays belong to the domain_spec.
 * Threads: built by one thread, read-only or locked by its owner afterwards.
 */
#ifndef TERRACE_SPEC_DOMAIN_H
#define TERRACE_SPEC_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idset.h"

struct domain_number {
	bool given;
	int64_t value; /* negative only where the field says so */
};

struct domain_set {
	bool given;
	struct idset ids;
};

enum domain_yes_no {
	DOMAIN_YES = 1,
	DOMAIN_NO,
};

enum domain_on_off {
	DOMAIN_ON = 1,
	DOMAIN_OFF,
};

enum domain_type {
	DOMAIN_TYPE_KVM = 1,
	DOMAIN_TYPE_QEMU,
};

/* ---- memory ---- */

struct domain_memory {
	bool given;
	struct domain_number size_bytes;
	enum domain_on_off dump_core;
};

struct domain_max_memory {
	bool given;
	struct domain_number size_bytes;
	struct domain_number slots;
};

struct domain_page {
	struct domain_number size_bytes;
	struct domain_set nodeset; /* cells */
};

struct domain_hugepages {
	bool given;
	struct domain_page *pages;
	size_t n_pages;
};

enum domain_memory_source {
	DOMAIN_MEMORY_FILE = 1,
	DOMAIN_MEMORY_ANONYMOUS,
	DOMAIN_MEMORY_MEMFD,
};

enum domain_access {
	DOMAIN_SHARED = 1,
	DOMAIN_PRIVATE,
};

enum domain_allocation_mode {
	DOMAIN_IMMEDIATE = 1,
	DOMAIN_ONDEMAND,
};

struct domain_memory_source_type {
	bool given;
	enum domain_memory_source type;
};

struct domain_access_mode {
	bool given;
	enum domain_access mode;
};

struct domain_allocation {
	bool given;
	enum domain_allocation_mode mode;
	struct domain_number threads;
};

struct domain_memory_backing {
	bool given;
	struct domain_hugepages hugepages;
	bool nosharepages;
	bool locked;
	struct domain_memory_source_type source;
	struct domain_access_mode access;
	struct domain_allocation allocation;
	bool discard;
};

/* Not given, or DOMAIN_MEMTUNE_UNLIMITED_BYTES: no limit. */
#define DOMAIN_MEMTUNE_UNLIMITED_BYTES (INT64_C(9007199254740991) * 1024)

struct domain_memtune {
	bool given;
	struct domain_number hard_limit_bytes;
	struct domain_number soft_limit_bytes;
	struct domain_number min_guarantee_bytes;
	struct domain_number swap_hard_limit_bytes; /* memory and swap together */
};

/* ---- where memory lies ---- */

enum domain_numa_mode {
	DOMAIN_NUMA_STRICT = 1,
	DOMAIN_NUMA_PREFERRED,
	DOMAIN_NUMA_INTERLEAVE,
	DOMAIN_NUMA_RESTRICTIVE,
	DOMAIN_NUMA_WEIGHTED_INTERLEAVE, /* ours */
};

enum domain_placement {
	DOMAIN_STATIC = 1,
	DOMAIN_AUTO,
};

struct domain_numatune_memory {
	bool given;		    /* after reading: also when only placement='auto' implies it */
	enum domain_numa_mode mode; /* after reading: set when given */
	struct domain_set nodeset;  /* host nodes; given exactly when placement is static */
	enum domain_placement placement;
	enum domain_yes_no migratable; /* ours: strict by the cgroup alone, no policy */
	enum domain_yes_no tiering;    /* ours: promotion inside the bound nodes */
};

struct domain_numatune_memnode {
	struct domain_number cellid;
	enum domain_numa_mode mode;
	struct domain_set nodeset; /* host nodes */
	enum domain_yes_no tiering;
};

struct domain_numatune {
	bool given;
	struct domain_numatune_memory memory;
	struct domain_numatune_memnode *memnodes; /* at most one per cell */
	size_t n_memnodes;
};

/* ---- processors ---- */

struct domain_vcpu {
	bool given;
	struct domain_number count; /* the maximum; after reading: given */
	enum domain_placement placement;
	struct domain_set cpuset; /* host CPUs */
	struct domain_number current;
};

struct domain_vcpu_state {
	struct domain_number id;
	enum domain_yes_no enabled, hotpluggable;
	struct domain_number order;
};

struct domain_vcpus {
	bool given;
	struct domain_vcpu_state *vcpus;
	size_t n_vcpus;
};

struct domain_iothread_poll {
	bool given;
	struct domain_number max, grow, shrink; /* ns, factors */
};

struct domain_iothread {
	struct domain_number id;
	struct domain_number thread_pool_min, thread_pool_max;
	struct domain_iothread_poll poll;
};

struct domain_iothreadids {
	bool given;
	struct domain_iothread *iothreads;
	size_t n_iothreads;
};

struct domain_vcpupin {
	struct domain_number vcpu;
	struct domain_set cpuset; /* host CPUs */
};

struct domain_iothreadpin {
	struct domain_number iothread;
	struct domain_set cpuset;
};

struct domain_emulatorpin {
	bool given;
	struct domain_set cpuset;
};

enum domain_scheduler {
	DOMAIN_SCHED_BATCH = 1,
	DOMAIN_SCHED_IDLE,
	DOMAIN_SCHED_FIFO,
	DOMAIN_SCHED_RR,
};

struct domain_sched {
	bool given;	       /* emulatorsched only */
	struct domain_set ids; /* vCPUs or I/O threads; not for the emulator */
	enum domain_scheduler scheduler;
	struct domain_number priority;
};

struct domain_cputune {
	bool given;
	struct domain_number shares;
	struct domain_number period, global_period, emulator_period, iothread_period; /* us */
	struct domain_number quota, global_quota, emulator_quota,
		iothread_quota; /* us; < 0: none */
	struct domain_vcpupin *vcpupins;
	size_t n_vcpupins;
	struct domain_emulatorpin emulatorpin;
	struct domain_iothreadpin *iothreadpins;
	size_t n_iothreadpins;
	struct domain_sched *vcpuscheds;
	size_t n_vcpuscheds;
	struct domain_sched *iothreadscheds;
	size_t n_iothreadscheds;
	struct domain_sched emulatorsched;
};

enum domain_cpu_mode {
	DOMAIN_CPU_CUSTOM = 1,
	DOMAIN_CPU_HOST_MODEL,
	DOMAIN_CPU_HOST_PASSTHROUGH,
	DOMAIN_CPU_MAXIMUM,
};

struct domain_cpu_model {
	bool given;
	char *name; /* NULL where only attributes are given */
	char *fallback;
	char *vendor_id;
};

struct domain_topology {
	bool given;
	struct domain_number sockets, dies, clusters, cores, threads;
};

struct domain_cpu_cache {
	bool given;
	struct domain_number level;
	char *mode;
};

struct domain_cpu_feature {
	char *policy, *name;
};

struct domain_sibling {
	struct domain_number id, value;
};

struct domain_distances {
	bool given;
	struct domain_sibling *siblings;
	size_t n_siblings;
};

enum domain_cache_associativity {
	DOMAIN_CACHE_ASSOCIATIVITY_NONE = 1,
	DOMAIN_CACHE_DIRECT,
	DOMAIN_CACHE_FULL,
};

enum domain_cache_policy {
	DOMAIN_CACHE_POLICY_NONE = 1,
	DOMAIN_CACHE_WRITEBACK,
	DOMAIN_CACHE_WRITETHROUGH,
};

struct domain_cache_size {
	bool given;
	struct domain_number value_bytes;
};

/* HMAT: a memory-side cache of a cell. */
struct domain_cache {
	struct domain_number level;
	enum domain_cache_associativity associativity;
	enum domain_cache_policy policy;
	struct domain_cache_size size, line; /* the line in bytes, not rounded */
};

struct domain_cell {
	struct domain_number id; /* after reading: given; cells are sorted by it */
	struct domain_set cpus;	 /* vCPUs */
	struct domain_number memory_bytes;
	enum domain_access mem_access;
	enum domain_yes_no discard;
	struct domain_distances distances;
	struct domain_cache *caches;
	size_t n_caches;
};

enum domain_link_type {
	DOMAIN_LINK_ACCESS = 1,
	DOMAIN_LINK_READ,
	DOMAIN_LINK_WRITE,
};

/* HMAT: from one cell to another, or to a cache of it. */
struct domain_link {
	struct domain_number initiator, target, cache;
	enum domain_link_type type;
	struct domain_number value; /* ns, or bytes per second */
};

struct domain_interconnects {
	bool given;
	struct domain_link *latencies;
	size_t n_latencies;
	struct domain_link *bandwidths;
	size_t n_bandwidths;
};

struct domain_numa {
	bool given;
	struct domain_cell *cells;
	size_t n_cells;
	struct domain_interconnects interconnects;
};

struct domain_cpu {
	bool given;
	enum domain_cpu_mode mode;
	char *match, *check, *migratable;
	struct domain_cpu_model model;
	char *vendor;
	struct domain_topology topology;
	struct domain_cpu_cache cache;
	struct domain_cpu_feature *features;
	size_t n_features;
	struct domain_numa numa;
};

/* ---- the machine and its life ---- */

struct domain_os_type {
	bool given;
	char *arch, *machine;
	char *name; /* "hvm" */
};

struct domain_boot {
	char *dev;
};

struct domain_os {
	bool given;
	struct domain_os_type type;
	char *kernel, *initrd, *cmdline;
	struct domain_boot *boots;
	size_t n_boots;
};

struct domain_feature_state {
	bool given;
	enum domain_on_off state;
};

struct domain_features {
	bool given;
	bool acpi, apic, pae;
	struct domain_feature_state hap, pmu, vmport, smm;
};

struct domain_timer {
	char *name;
	char *track, *tickpolicy, *mode;
	enum domain_yes_no present;
};

struct domain_clock {
	bool given;
	char *offset; /* after reading: set */
	char *timezone, *basis, *adjustment;
	struct domain_timer *timers;
	size_t n_timers;
};

enum domain_action {
	DOMAIN_ACTION_DESTROY = 1,
	DOMAIN_ACTION_RESTART,
	DOMAIN_ACTION_PRESERVE,
	DOMAIN_ACTION_RENAME_RESTART,
	DOMAIN_ACTION_COREDUMP_DESTROY, /* on_crash only */
	DOMAIN_ACTION_COREDUMP_RESTART, /* on_crash only */
};

struct domain_resource {
	bool given;
	char *partition;
};

/* ---- devices ---- */

/* Numbers as written, decimal or 0x: which are there depends on the type. */
struct domain_address {
	bool given;
	char *type;
	char *domain, *bus, *slot, *function, *multifunction;
	char *controller, *target, *unit, *port, *base;
};

struct domain_alias {
	bool given;
	char *name;
};

enum domain_memory_model {
	DOMAIN_MEMORY_DIMM = 1,
	DOMAIN_MEMORY_NVDIMM,
	DOMAIN_MEMORY_VIRTIO_MEM,
	DOMAIN_MEMORY_VIRTIO_PMEM,
};

struct domain_memory_device_source {
	bool given;
	char *path;
	struct domain_number pagesize_bytes;
	struct domain_set nodemask; /* host nodes */
	struct domain_number alignsize_bytes;
	bool pmem;
};

struct domain_memory_label {
	bool given;
	struct domain_number size_bytes;
};

struct domain_memory_device_target {
	bool given;
	enum domain_yes_no dynamic_memslots;
	struct domain_number size_bytes;
	struct domain_number node; /* cell */
	struct domain_number block_bytes, requested_bytes;
	struct domain_number current_bytes; /* of a running domain; never acted upon */
	struct domain_memory_label label;
	bool readonly;
	struct domain_address address;
};

struct domain_memory_device {
	enum domain_memory_model model;
	enum domain_access access;
	enum domain_yes_no discard;
	char *uuid;
	struct domain_memory_device_source source;
	struct domain_memory_device_target target;
	struct domain_alias alias;
	struct domain_address address;
};

enum domain_memballoon_model {
	DOMAIN_BALLOON_VIRTIO = 1,
	DOMAIN_BALLOON_VIRTIO_TRANSITIONAL,
	DOMAIN_BALLOON_VIRTIO_NON_TRANSITIONAL,
	DOMAIN_BALLOON_NONE,
};

struct domain_memballoon_stats {
	bool given;
	struct domain_number period; /* seconds */
};

struct domain_memballoon {
	bool given; /* not given: a virtio one */
	enum domain_memballoon_model model;
	enum domain_on_off autodeflate, free_page_reporting;
	struct domain_memballoon_stats stats;
	struct domain_alias alias;
	struct domain_address address;
};

struct domain_controller_model {
	bool given;
	char *name;
};

struct domain_controller_target {
	bool given;
	char *chassis, *chassis_nr, *port, *hotplug;
	struct domain_number bus_nr;
	struct domain_number node; /* cell */
};

struct domain_controller {
	char *type;
	struct domain_number index;
	char *model;
	struct domain_controller_model model_name;
	struct domain_controller_target target;
	struct domain_alias alias;
	struct domain_address address;
};

struct domain_disk_driver {
	bool given;
	char *name, *type, *cache, *io, *discard;
	struct domain_number queues, iothread;
};

struct domain_disk_source {
	bool given;
	char *file, *dev;
};

struct domain_disk_target {
	bool given;
	char *dev, *bus;
};

struct domain_boot_order {
	bool given;
	struct domain_number order;
};

struct domain_disk {
	char *type, *device;
	struct domain_disk_driver driver;
	struct domain_disk_source source;
	struct domain_disk_target target;
	bool readonly, shareable;
	char *serial;
	struct domain_boot_order boot;
	struct domain_alias alias;
	struct domain_address address;
};

struct domain_mac {
	bool given;
	char *address;
};

struct domain_interface_source {
	bool given;
	char *network, *bridge, *dev, *mode;
};

struct domain_interface_model {
	bool given;
	char *type;
};

struct domain_interface_target {
	bool given;
	char *dev;
};

struct domain_interface_driver {
	bool given;
	char *name;
	struct domain_number queues;
};

struct domain_interface {
	char *type;
	struct domain_mac mac;
	struct domain_interface_source source;
	struct domain_interface_target target;
	struct domain_interface_model model;
	struct domain_interface_driver driver;
	struct domain_boot_order boot;
	struct domain_alias alias;
	struct domain_address address;
};

struct domain_chardev_source {
	bool given;
	char *path, *mode, *append;
};

struct domain_chardev_target {
	bool given;
	char *type;
	struct domain_number port;
	struct domain_controller_model model;
};

/* <serial> and <console>. */
struct domain_chardev {
	char *type, *tty;
	struct domain_chardev_source source;
	struct domain_chardev_target target;
	struct domain_alias alias;
	struct domain_address address;
};

struct domain_rng_backend {
	bool given;
	char *model;
	char *path;
};

struct domain_rng_rate {
	bool given;
	struct domain_number bytes, period;
};

struct domain_rng {
	char *model;
	struct domain_rng_rate rate;
	struct domain_rng_backend backend;
	struct domain_alias alias;
	struct domain_address address;
};

struct domain_vsock_cid {
	bool given;
	enum domain_yes_no auto_;
	struct domain_number address;
};

struct domain_vsock {
	bool given;
	char *model;
	struct domain_vsock_cid cid;
	struct domain_alias alias;
	struct domain_address address;
};

struct domain_devices {
	bool given;
	char *emulator;
	struct domain_disk *disks;
	size_t n_disks;
	struct domain_controller *controllers;
	size_t n_controllers;
	struct domain_interface *interfaces;
	size_t n_interfaces;
	struct domain_chardev *serials;
	size_t n_serials;
	struct domain_chardev *consoles;
	size_t n_consoles;
	struct domain_memballoon memballoon;
	struct domain_rng *rngs;
	size_t n_rngs;
	struct domain_memory_device *memories;
	size_t n_memories;
	struct domain_vsock vsock;
};

/*
 * What a lax reading did not understand. The place is the path of the element around it, each step
 * with its number among its like ("/domain[1]/devices[1]/memory[2]"), so whoever removes an element
 * from an array must drop or renumber what was kept below it.
 */
struct domain_kept {
	char *place;
	char *attribute; /* its name, or NULL: text is a whole element */
	char *text;
};

struct domain_spec {
	enum domain_type type;
	char *name;
	char *uuid; /* after reading: lower case, or NULL */
	char *title, *description;
	char *metadata; /* the element, as text */
	struct domain_max_memory max_memory;
	struct domain_memory memory; /* all of it, memory devices included; after reading: given */
	struct domain_number current_memory_bytes; /* after reading: given, at most memory */
	struct domain_memory_backing memory_backing;
	struct domain_memtune memtune;
	struct domain_vcpu vcpu;
	struct domain_vcpus vcpus;
	struct domain_number iothreads;
	struct domain_iothreadids iothreadids;
	struct domain_cputune cputune;
	struct domain_numatune numatune;
	struct domain_resource resource;
	struct domain_os os;
	struct domain_features features;
	struct domain_cpu cpu;
	struct domain_clock clock;
	enum domain_action on_poweroff, on_reboot, on_crash; /* after reading: set */
	struct domain_devices devices;

	struct domain_kept *kept;
	size_t n_kept;
	char **warnings; /* one line each, with file, line and path */
	size_t n_warnings;
};

#endif
