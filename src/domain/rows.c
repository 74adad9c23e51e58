/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The language of domain XML, element by element, in the order in which libvirt prints it: see
 * bind.h for what a row means. The devices are in rows_devices.c.
 */
#include "domain/rows.h"
#include "base/util.h"

static const char *const domain_types[] = { "kvm", "qemu", NULL };
const char *const row_yes_no[] = { "yes", "no", NULL };
const char *const row_on_off[] = { "on", "off", NULL };
const char *const row_access[] = { "shared", "private", NULL };
static const char *const placements[] = { "static", "auto", NULL };
static const char *const numa_modes[] = { "strict",	 "preferred",		"interleave",
					  "restrictive", "weighted-interleave", NULL };
static const char *const actions[] = { "destroy", "restart", "preserve", "rename-restart", NULL };
static const char *const crash_actions[] = {
	"destroy",	    "restart",		"preserve", "rename-restart",
	"coredump-destroy", "coredump-restart", NULL
};

/* ---- memory ---- */

#define T struct domain_memory
static const struct bind_row memory_rows[] = {
	ENUM(dump_core, "dumpCore", row_on_off),
	CONTENT(size_bytes, BIND_SIZE),
	END,
};
#undef T

#define T struct domain_max_memory
static const struct bind_row max_memory_rows[] = {
	{ ATTRIBUTE(slots, "slots", BIND_NUMBER), .limit = UINT32_MAX,
	  .refuse = "XML error: Failed to parse memory slot count" },
	{ CONTENT_(size_bytes, BIND_SIZE), .required = true,
	  .missing = "XML error: maximum memory size must be specified when specifying number of "
		     "memory slots" },
	END,
};
#undef T

#define T struct domain_page
static const struct bind_row page_rows[] = {
	{ ATTRIBUTE(size_bytes, "size", BIND_SIZE), .required = true },
	SET(nodeset, "nodeset"),
	END,
};
#undef T

#define T struct domain_hugepages
static const struct bind_row hugepages_rows[] = { LIST(pages, "page", page_rows), END };
#undef T

static const char *const memory_sources[] = { "file", "anonymous", "memfd", NULL };
#define T struct domain_memory_source_type
static const struct bind_row memory_source_rows[] = {
	{ ENUM_(type, "type", memory_sources), .required = true },
	END,
};
#undef T

#define T struct domain_access_mode
static const struct bind_row access_rows[] = {
	{ ENUM_(mode, "mode", row_access), .required = true },
	END,
};
#undef T

static const char *const allocation_modes[] = { "immediate", "ondemand", NULL };
#define T struct domain_allocation
static const struct bind_row allocation_rows[] = {
	ENUM(mode, "mode", allocation_modes),
	{ ATTRIBUTE(threads, "threads", BIND_NUMBER), .limit = UINT32_MAX },
	END,
};
#undef T

#define T struct domain_memory_backing
static const struct bind_row memory_backing_rows[] = {
	CHILD(hugepages, "hugepages", hugepages_rows),
	FLAG(nosharepages, "nosharepages"),
	FLAG(locked, "locked"),
	CHILD(source, "source", memory_source_rows),
	CHILD(access, "access", access_rows),
	CHILD(allocation, "allocation", allocation_rows),
	FLAG(discard, "discard"),
	END,
};
#undef T

#define T struct domain_memtune
static const struct bind_row memtune_rows[] = {
	LEAF(hard_limit_bytes, "hard_limit", BIND_SIZE),
	LEAF(soft_limit_bytes, "soft_limit", BIND_SIZE),
	{ LEAF_(min_guarantee_bytes, "min_guarantee", BIND_SIZE),
	  .doc = "Guest memory that is kept resident and locked. Honoured here; libvirt's QEMU "
		 "driver refuses it." },
	LEAF(swap_hard_limit_bytes, "swap_hard_limit", BIND_SIZE),
	END,
};
#undef T

/* ---- where memory lies ---- */

#define TIERING_DOC                                                          \
	"An extension: the kernel may promote pages inside the bound nodes " \
	"(MPOL_F_NUMA_BALANCING). With strict and preferred."
#define T struct domain_numatune_memory
static const struct bind_row numatune_memory_rows[] = {
	{ ENUM_(mode, "mode", numa_modes),
	  .refuse = "unsupported configuration: Unsupported NUMA memory tuning mode",
	  .doc = "weighted-interleave is an extension (Linux 6.9)." },
	SET(nodeset, "nodeset"),
	{ ENUM_(placement, "placement", placements),
	  .unsaid = DOMAIN_STATIC, /* the nodeset says it */
	  .refuse = "unsupported configuration: Unsupported NUMA memory placement mode" },
	{ ENUM_(migratable, "migratable", row_yes_no),
	  .doc = "An extension: strict, but kept by the cgroup alone without a policy, so that the "
		 "kernel and the manager can move pages." },
	{ ENUM_(tiering, "tiering", row_yes_no), .doc = TIERING_DOC },
	END,
};
#undef T

#define T struct domain_numatune_memnode
static const struct bind_row memnode_rows[] = {
	{ ATTRIBUTE(cellid, "cellid", BIND_NUMBER), .limit = UINT32_MAX, .required = true },
	{ ENUM_(mode, "mode", numa_modes),
	  .doc = "weighted-interleave is an extension (Linux 6.9)." },
	{ ATTRIBUTE(nodeset, "nodeset", BIND_SET), .required = true,
	  .missing = "XML error: Missing required nodeset attribute in memnode element" },
	{ ENUM_(tiering, "tiering", row_yes_no), .doc = TIERING_DOC },
	END,
};
#undef T

#define T struct domain_numatune
static const struct bind_row numatune_rows[] = {
	CHILD(memory, "memory", numatune_memory_rows),
	LIST(memnodes, "memnode", memnode_rows),
	END,
};
#undef T

/* ---- processors ---- */

#define T struct domain_vcpu
static const struct bind_row vcpu_rows[] = {
	ENUM(placement, "placement", placements),
	SET(cpuset, "cpuset"),
	{ ATTRIBUTE(current, "current", BIND_NUMBER), .limit = UINT32_MAX },
	{ CONTENT_(count, BIND_NUMBER), .limit = UINT32_MAX },
	END,
};
#undef T

#define T struct domain_vcpu_state
static const struct bind_row vcpu_state_rows[] = {
	{ ATTRIBUTE(id, "id", BIND_NUMBER), .limit = UINT32_MAX, .required = true },
	{ ENUM_(enabled, "enabled", row_yes_no), .required = true },
	ENUM(hotpluggable, "hotpluggable", row_yes_no),
	{ ATTRIBUTE(order, "order", BIND_NUMBER), .limit = UINT32_MAX },
	END,
};
#undef T

#define T struct domain_vcpus
static const struct bind_row vcpus_rows[] = { LIST(vcpus, "vcpu", vcpu_state_rows), END };
#undef T

#define T struct domain_iothread_poll
static const struct bind_row poll_rows[] = {
	{ ATTRIBUTE(max, "max", BIND_NUMBER) },
	{ ATTRIBUTE(grow, "grow", BIND_NUMBER) },
	{ ATTRIBUTE(shrink, "shrink", BIND_NUMBER) },
	END,
};
#undef T

#define T struct domain_iothread
static const struct bind_row iothread_rows[] = {
	{ ATTRIBUTE(id, "id", BIND_NUMBER), .limit = UINT32_MAX, .required = true },
	{ ATTRIBUTE(thread_pool_min, "thread_pool_min", BIND_NUMBER), .limit = INT32_MAX },
	{ ATTRIBUTE(thread_pool_max, "thread_pool_max", BIND_NUMBER), .limit = INT32_MAX },
	CHILD(poll, "poll", poll_rows),
	END,
};
#undef T

#define T struct domain_iothreadids
static const struct bind_row iothreadids_rows[] = {
	LIST(iothreads, "iothread", iothread_rows),
	END,
};
#undef T

#define T struct domain_vcpupin
static const struct bind_row vcpupin_rows[] = {
	{ ATTRIBUTE(vcpu, "vcpu", BIND_NUMBER), .limit = UINT32_MAX, .required = true },
	{ ATTRIBUTE(cpuset, "cpuset", BIND_SET), .required = true },
	END,
};
#undef T

#define T struct domain_emulatorpin
static const struct bind_row emulatorpin_rows[] = {
	{ ATTRIBUTE(cpuset, "cpuset", BIND_SET), .required = true },
	END,
};
#undef T

#define T struct domain_iothreadpin
static const struct bind_row iothreadpin_rows[] = {
	{ ATTRIBUTE(iothread, "iothread", BIND_NUMBER), .limit = UINT32_MAX, .required = true },
	{ ATTRIBUTE(cpuset, "cpuset", BIND_SET), .required = true },
	END,
};
#undef T

static const char *const schedulers[] = { "batch", "idle", "fifo", "rr", NULL };
#define T struct domain_sched
#define SCHEDULER                                                         \
	{ ENUM_(scheduler, "scheduler", schedulers), .required = true },  \
	{                                                                 \
		ATTRIBUTE(priority, "priority", BIND_NUMBER), .limit = 99 \
	}
static const struct bind_row vcpusched_rows[] = {
	{ ATTRIBUTE(ids, "vcpus", BIND_SET), .required = true },
	SCHEDULER,
	END,
};
static const struct bind_row iothreadsched_rows[] = {
	{ ATTRIBUTE(ids, "iothreads", BIND_SET), .required = true },
	SCHEDULER,
	END,
};
static const struct bind_row emulatorsched_rows[] = { SCHEDULER, END };
#undef T

#define T struct domain_cputune
static const struct bind_row cputune_rows[] = {
	LEAF(shares, "shares", BIND_NUMBER),
	LEAF(period, "period", BIND_NUMBER),
	LEAF(quota, "quota", BIND_SIGNED),
	LEAF(global_period, "global_period", BIND_NUMBER),
	LEAF(global_quota, "global_quota", BIND_SIGNED),
	LEAF(emulator_period, "emulator_period", BIND_NUMBER),
	LEAF(emulator_quota, "emulator_quota", BIND_SIGNED),
	LEAF(iothread_period, "iothread_period", BIND_NUMBER),
	LEAF(iothread_quota, "iothread_quota", BIND_SIGNED),
	LIST(vcpupins, "vcpupin", vcpupin_rows),
	CHILD(emulatorpin, "emulatorpin", emulatorpin_rows),
	LIST(iothreadpins, "iothreadpin", iothreadpin_rows),
	LIST(vcpuscheds, "vcpusched", vcpusched_rows),
	LIST(iothreadscheds, "iothreadsched", iothreadsched_rows),
	CHILD(emulatorsched, "emulatorsched", emulatorsched_rows),
	END,
};
#undef T

#define T struct domain_cpu_model
static const struct bind_row cpu_model_rows[] = {
	TEXT(fallback, "fallback"),
	TEXT(vendor_id, "vendor_id"),
	CONTENT(name, BIND_TEXT),
	END,
};
#undef T

#define T struct domain_topology
static const struct bind_row topology_rows[] = {
	{ ATTRIBUTE(sockets, "sockets", BIND_NUMBER), .limit = UINT32_MAX, .required = true },
	{ ATTRIBUTE(dies, "dies", BIND_NUMBER), .limit = UINT32_MAX },
	{ ATTRIBUTE(clusters, "clusters", BIND_NUMBER), .limit = UINT32_MAX },
	{ ATTRIBUTE(cores, "cores", BIND_NUMBER), .limit = UINT32_MAX, .required = true },
	{ ATTRIBUTE(threads, "threads", BIND_NUMBER), .limit = UINT32_MAX, .required = true },
	END,
};
#undef T

#define T struct domain_cpu_cache
static const struct bind_row cpu_cache_rows[] = {
	{ ATTRIBUTE(level, "level", BIND_NUMBER), .limit = 3 },
	{ ATTRIBUTE(mode, "mode", BIND_TEXT), .required = true },
	END,
};
#undef T

#define T struct domain_cpu_feature
static const struct bind_row cpu_feature_rows[] = {
	TEXT(policy, "policy"),
	{ ATTRIBUTE(name, "name", BIND_TEXT), .required = true },
	END,
};
#undef T

#define T struct domain_sibling
static const struct bind_row sibling_rows[] = {
	{ ATTRIBUTE(id, "id", BIND_NUMBER), .limit = INT32_MAX, .required = true },
	{ ATTRIBUTE(value, "value", BIND_NUMBER), .limit = INT32_MAX, .required = true },
	END,
};
#undef T

#define T struct domain_distances
static const struct bind_row distances_rows[] = { LIST(siblings, "sibling", sibling_rows), END };
#undef T

#define T struct domain_cache_size
static const struct bind_row cache_size_rows[] = {
	{ ATTRIBUTE(value_bytes, "value", BIND_SIZE), .required = true },
	END,
};
static const struct bind_row cache_line_rows[] = {
	{ ATTRIBUTE(value_bytes, "value", BIND_BYTES), .required = true },
	END,
};
#undef T

static const char *const associativities[] = { "none", "direct", "full", NULL };
static const char *const cache_policies[] = { "none", "writeback", "writethrough", NULL };
#define T struct domain_cache
static const struct bind_row cache_rows[] = {
	{ ATTRIBUTE(level, "level", BIND_NUMBER), .limit = UINT32_MAX, .required = true },
	{ ENUM_(associativity, "associativity", associativities), .required = true },
	{ ENUM_(policy, "policy", cache_policies), .required = true },
	{ CHILD_(size, "size", cache_size_rows), .required = true },
	{ CHILD_(line, "line", cache_line_rows), .required = true },
	END,
};
#undef T

#define T struct domain_cell
static const struct bind_row cell_rows[] = {
	{ ATTRIBUTE(id, "id", BIND_NUMBER), .limit = UINT32_MAX },
	SET(cpus, "cpus"),
	{ ATTRIBUTE(memory_bytes, "memory", BIND_SIZE), .required = true },
	ENUM(mem_access, "memAccess", row_access),
	ENUM(discard, "discard", row_yes_no),
	CHILD(distances, "distances", distances_rows),
	LIST(caches, "cache", cache_rows),
	END,
};
#undef T

static const char *const link_types[] = { "access", "read", "write", NULL };
#define T struct domain_link
#define LINK_ENDS                                                                                  \
	{ ATTRIBUTE(initiator, "initiator", BIND_NUMBER), .limit = UINT32_MAX, .required = true }, \
		{ ATTRIBUTE(target, "target", BIND_NUMBER), .limit = UINT32_MAX,                   \
		  .required = true },                                                              \
		{ ATTRIBUTE(cache, "cache", BIND_NUMBER), .limit = UINT32_MAX },                   \
	{                                                                                          \
		ENUM_(type, "type", link_types), .required = true                                  \
	}
static const struct bind_row latency_rows[] = {
	LINK_ENDS,
	{ ATTRIBUTE(value, "value", BIND_NUMBER), .required = true },
	END,
};
static const struct bind_row bandwidth_rows[] = {
	LINK_ENDS,
	{ ATTRIBUTE(value, "value", BIND_SIZE), .required = true },
	END,
};
#undef T

#define T struct domain_interconnects
static const struct bind_row interconnects_rows[] = {
	LIST(latencies, "latency", latency_rows),
	LIST(bandwidths, "bandwidth", bandwidth_rows),
	END,
};
#undef T

#define T struct domain_numa
static const struct bind_row numa_rows[] = {
	LIST(cells, "cell", cell_rows),
	CHILD(interconnects, "interconnects", interconnects_rows),
	END,
};
#undef T

static const char *const cpu_modes[] = { "custom", "host-model", "host-passthrough", "maximum",
					 NULL };
#define T struct domain_cpu
static const struct bind_row cpu_rows[] = {
	ENUM(mode, "mode", cpu_modes),
	TEXT(match, "match"),
	TEXT(check, "check"),
	TEXT(migratable, "migratable"),
	CHILD(model, "model", cpu_model_rows),
	LEAF(vendor, "vendor", BIND_TEXT),
	CHILD(topology, "topology", topology_rows),
	CHILD(cache, "cache", cpu_cache_rows),
	LIST(features, "feature", cpu_feature_rows),
	CHILD(numa, "numa", numa_rows),
	END,
};
#undef T

/* ---- the machine and its life ---- */

#define T struct domain_resource
static const struct bind_row resource_rows[] = { LEAF(partition, "partition", BIND_TEXT), END };
#undef T

#define T struct domain_os_type
static const struct bind_row os_type_rows[] = {
	TEXT(arch, "arch"),
	TEXT(machine, "machine"),
	{ CONTENT_(name, BIND_TEXT), .required = true,
	  .missing = "XML error: an os <type> must be specified" },
	END,
};
#undef T

#define T struct domain_boot
static const struct bind_row boot_rows[] = {
	{ ATTRIBUTE(dev, "dev", BIND_TEXT), .required = true },
	END,
};
#undef T

#define T struct domain_os
static const struct bind_row os_rows[] = {
	CHILD(type, "type", os_type_rows), LEAF(kernel, "kernel", BIND_TEXT),
	LEAF(initrd, "initrd", BIND_TEXT), LEAF(cmdline, "cmdline", BIND_TEXT),
	LIST(boots, "boot", boot_rows),	   END,
};
#undef T

#define T struct domain_feature_state
static const struct bind_row feature_state_rows[] = { ENUM(state, "state", row_on_off), END };
#undef T

#define T struct domain_features
static const struct bind_row features_rows[] = {
	FLAG(acpi, "acpi"),
	FLAG(apic, "apic"),
	FLAG(pae, "pae"),
	CHILD(hap, "hap", feature_state_rows),
	CHILD(pmu, "pmu", feature_state_rows),
	CHILD(vmport, "vmport", feature_state_rows),
	CHILD(smm, "smm", feature_state_rows),
	END,
};
#undef T

#define T struct domain_timer
static const struct bind_row timer_rows[] = {
	{ ATTRIBUTE(name, "name", BIND_TEXT), .required = true },
	TEXT(track, "track"),
	TEXT(tickpolicy, "tickpolicy"),
	TEXT(mode, "mode"),
	ENUM(present, "present", row_yes_no),
	END,
};
#undef T

#define T struct domain_clock
static const struct bind_row clock_rows[] = {
	TEXT(offset, "offset"),		TEXT(timezone, "timezone"),	   TEXT(basis, "basis"),
	TEXT(adjustment, "adjustment"), LIST(timers, "timer", timer_rows), END,
};
#undef T

#define T struct domain_spec
const struct bind_row domain_rows[] = {
	{ ENUM_(type, "type", domain_types), .required = true,
	  .refuse = "unsupported configuration: invalid domain type",
	  .missing = "XML error: missing domain type attribute" },
	{ LEAF_(name, "name", BIND_TEXT), .required = true,
	  .missing = "XML error: missing name information" },
	LEAF(uuid, "uuid", BIND_TEXT),
	LEAF(title, "title", BIND_TEXT),
	LEAF(description, "description", BIND_TEXT),
	{ .kind = BIND_RAW, .name = "metadata", .offset = offsetof(T, metadata) },
	CHILD(max_memory, "maxMemory", max_memory_rows),
	CHILD(memory, "memory", memory_rows),
	LEAF(current_memory_bytes, "currentMemory", BIND_SIZE),
	CHILD(memory_backing, "memoryBacking", memory_backing_rows),
	CHILD(memtune, "memtune", memtune_rows),
	CHILD(vcpu, "vcpu", vcpu_rows),
	CHILD(vcpus, "vcpus", vcpus_rows),
	{ LEAF_(iothreads, "iothreads", BIND_NUMBER), .limit = UINT32_MAX },
	CHILD(iothreadids, "iothreadids", iothreadids_rows),
	CHILD(cputune, "cputune", cputune_rows),
	{ CHILD_(numatune, "numatune", numatune_rows),
	  .twice = "unsupported configuration: only one numatune is supported" },
	CHILD(resource, "resource", resource_rows),
	CHILD(os, "os", os_rows),
	CHILD(features, "features", features_rows),
	CHILD(cpu, "cpu", cpu_rows),
	CHILD(clock, "clock", clock_rows),
	{ LEAF_(on_poweroff, "on_poweroff", BIND_ENUM), .names = actions },
	{ LEAF_(on_reboot, "on_reboot", BIND_ENUM), .names = actions },
	{ LEAF_(on_crash, "on_crash", BIND_ENUM), .names = crash_actions },
	CHILD(devices, "devices", row_devices),
	END,
};
#undef T
