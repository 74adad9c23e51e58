/* SPDX-License-Identifier: Apache-2.0 */
/* Backends, -m, and memory devices: see argv_line.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "base/util.h"
#include "manager/argv_line.h"

#define HUGETLBFS_PAGE_BYTES (2 * MIB)
#define LABEL_MIN_BYTES	     (128 * KIB) /* libvirt prints no smaller label */
#define MEMORY_ALIGN_BYTES   MIB

/* What a backend is to be. */
struct backend {
	const char *id;
	const struct placement_memory *memory;
	enum domain_access access;
	enum domain_yes_no discard;
	const char *path;     /* of an nvdimm or virtio-pmem; NULL: as <memoryBacking> says */
	uint64_t align_bytes; /* of a path */
	bool pmem, readonly;
	bool is_default_ram; /* of a guest without cells */
	bool reserve;	     /* false: the device populates what it plugs */
	bool populate;
};

enum backend_kind { BACKEND_RAM, BACKEND_MEMFD, BACKEND_HUGETLB, BACKEND_HUGETLBFS, BACKEND_FILE };

/* What is mounted without a size has the host's default. */
static uint64_t hugetlbfs_page_bytes(const struct argv_context *context)
{
	if (context->hugetlbfs_page_bytes)
		return context->hugetlbfs_page_bytes;
	if (context->facts && context->facts->huge_page_bytes)
		return context->facts->huge_page_bytes;
	return HUGETLBFS_PAGE_BYTES;
}

static enum backend_kind backend_kind(const struct argv_line *line, const struct backend *backend)
{
	const struct domain_memory_backing *backing = &line->domain->memory_backing;
	uint64_t mounted = hugetlbfs_page_bytes(line->context);
	uint64_t page_bytes = backend->memory->page_bytes;

	if (backend->path)
		return BACKEND_FILE;
	if (page_bytes && (backing->source.type == DOMAIN_MEMORY_MEMFD || page_bytes != mounted))
		return BACKEND_HUGETLB;
	if (page_bytes)
		return BACKEND_HUGETLBFS;
	if (backing->source.type == DOMAIN_MEMORY_MEMFD)
		return BACKEND_MEMFD;
	if (backing->source.type == DOMAIN_MEMORY_FILE)
		return BACKEND_FILE;
	/* Others can only share what has a descriptor. */
	if (backend->access == DOMAIN_SHARED && !backing->source.given)
		return BACKEND_MEMFD;
	return BACKEND_RAM;
}

static void add_path(struct argv_line *line, const struct backend *backend)
{
	const struct argv_context *context = line->context;
	AUTO_STRBUF path = STRBUF_INIT;

	if (backend->path) {
		argv_json_string(line, "mem-path", backend->path);
		return;
	}
	if (context->memory_dir)
		strbuf_add_text(&path, context->memory_dir);
	else if (context->id)
		strbuf_addf(&path, "/var/lib/terrace/ram/%d-%s", context->id, line->domain->name);
	else
		strbuf_addf(&path, "/var/lib/terrace/ram/domain-%s", line->domain->name);
	strbuf_addf(&path, "/%s", backend->id);
	argv_json_string(line, "mem-path", strbuf_text(&path));
	line->words.failed |= path.failed;
}

static void add_kind(struct argv_line *line, const struct backend *backend, enum backend_kind kind)
{
	const char *hugetlbfs = line->context->hugetlbfs;

	argv_json_string(line, "qom-type",
			 kind == BACKEND_RAM ? "memory-backend-ram"
			 : kind == BACKEND_MEMFD || kind == BACKEND_HUGETLB
				 ? "memory-backend-memfd"
				 : "memory-backend-file");
	argv_json_string(line, "id", backend->id);
	if (kind == BACKEND_HUGETLB) {
		argv_json_bool(line, "hugetlb", true);
		argv_json_u64(line, "hugetlbsize", backend->memory->page_bytes);
	} else if (kind == BACKEND_HUGETLBFS) {
		argv_json_string(line, "mem-path", hugetlbfs ? hugetlbfs : "/dev/hugepages");
	} else if (kind == BACKEND_FILE) {
		add_path(line, backend);
	}
	if ((kind == BACKEND_FILE || kind == BACKEND_HUGETLBFS) && backend->discard == DOMAIN_YES)
		argv_json_bool(line, "discard-data", true);
	if (kind != BACKEND_RAM && backend->is_default_ram && line->emulator->canonical_path)
		argv_json_bool(line, "x-use-canonical-path-for-ramblock-id", false);
}

static bool has_cpus(const struct argv_line *line, const struct host_node *node)
{
	return idset_intersects(&node->cpus, &line->placement->emulator_cpus) ||
	       (!line->placement->emulator_pinned && !idset_is_empty(&node->cpus));
}

/* Nodes on whose CPUs threads that populate may run. */
static struct idset affinity_nodes(const struct argv_line *line, const struct idset *nodes)
{
	const struct host_facts *facts = line->context->facts;
	struct idset usable = *nodes;

	for (int id = idset_next(nodes, 0); facts && id >= 0;
	     id = idset_next(nodes, (unsigned int)id + 1)) {
		const struct host_node *node = host_facts_node(facts, (unsigned int)id);

		if (!node || !has_cpus(line, node))
			idset_del(&usable, (unsigned int)id);
	}
	return usable;
}

/* *ret_context: was a thread context made for it? */
static void add_thread_context(struct argv_line *line, const struct backend *backend,
			       bool *ret_context)
{
	struct idset nodes = affinity_nodes(line, &backend->memory->nodes);

	*ret_context = line->emulator->thread_context && !idset_is_empty(&nodes);
	if (!*ret_context)
		return;
	argv_json_open(line, "-object");
	argv_json_string(line, "qom-type", "thread-context");
	argv_json_prefixed(line, "id", "tc-", backend->id);
	argv_json_set(line, "node-affinity", &nodes);
	argv_json_close(line);
}

static int add_policy(struct argv_line *line, const struct placement_memory *memory,
		      struct err *err)
{
	if (memory->numa_balancing && !line->emulator->numa_balancing)
		return argv_unsupported(line, err, "numatune", 0, "tiering='yes'");
	if (memory->policy == SPEC_POLICY_WEIGHTED_INTERLEAVE &&
	    !line->emulator->weighted_interleave)
		return argv_unsupported(line, err, "numatune", 0, "mode='weighted-interleave'");
	/* With the cgroup as enforcer memory must not have a policy: that would stop tiering. */
	if (memory->enforcer != PLACEMENT_POLICY || memory->policy == SPEC_POLICY_DEFAULT)
		return 0;
	argv_json_set(line, "host-nodes", &memory->nodes);
	argv_json_string(line, "policy", spec_policy_name(memory->policy));
	if (memory->numa_balancing)
		argv_json_bool(line, "numa-balancing", true);
	return 0;
}

static int add_backend(struct argv_line *line, const struct backend *backend, struct err *err)
{
	const struct domain_number *threads = &line->domain->memory_backing.allocation.threads;
	const struct placement_memory *memory = backend->memory;
	enum backend_kind kind = backend_kind(line, backend);
	bool has_context = false;
	int ret;

	if (kind == BACKEND_MEMFD && !line->emulator->memfd)
		return argv_unsupported(line, err, "memoryBacking/source", 0,
					"memory-backend-memfd");
	if (backend->populate)
		add_thread_context(line, backend, &has_context);
	argv_json_open(line, "-object");
	add_kind(line, backend, kind);
	if (backend->access)
		argv_json_bool(line, "share", backend->access == DOMAIN_SHARED);
	if (backend->populate)
		argv_json_bool(line, "prealloc", true);
	if (backend->populate && threads->given && line->emulator->prealloc_threads)
		argv_json_u64(line, "prealloc-threads", (uint64_t)threads->value);
	if (backend->align_bytes)
		argv_json_u64(line, "align", backend->align_bytes);
	if (backend->pmem)
		argv_json_bool(line, "pmem", true);
	argv_json_u64(line, "size", memory->size_bytes);
	if (!backend->reserve && line->emulator->reserve)
		argv_json_bool(line, "reserve", false);
	ret = add_policy(line, memory, err);
	if (has_context)
		argv_json_prefixed(line, "prealloc-context", "tc-", backend->id);
	argv_json_close(line);
	return ret;
}

/* ---- RAM ---- */

static enum domain_access domain_access(const struct domain_spec *domain)
{
	const struct domain_access_mode *access = &domain->memory_backing.access;

	return access->given ? access->mode : 0;
}

static enum domain_yes_no domain_discard(const struct domain_spec *domain)
{
	return domain->memory_backing.discard ? DOMAIN_YES : 0;
}

int argv_add_backend(struct argv_line *line, const char *id, const struct placement_memory *memory,
		     const struct domain_cell *cell, struct err *err)
{
	struct backend backend = {
		.id = id,
		.memory = memory,
		.access = cell && cell->mem_access ? cell->mem_access : domain_access(line->domain),
		.discard = cell && cell->discard ? cell->discard : domain_discard(line->domain),
		.is_default_ram = !cell,
		.reserve = true,
		.populate = memory->populate && !(line->context->populate_later &&
						  memory->enforcer == PLACEMENT_CPUSET),
	};

	return add_backend(line, &backend, err);
}

int argv_add_memory(struct argv_line *line, struct err *err)
{
	const struct domain_max_memory *max = &line->domain->max_memory;
	const struct placement *placement = line->placement;
	uint64_t size_bytes = 0, max_bytes;

	for (size_t i = 0; i < placement->n_cells; i++)
		if (!checked_add(size_bytes, placement->cells[i].size_bytes, &size_bytes))
			return err_set(err, ERR_USER, -EINVAL, "/domain/memory",
				       "initial memory size overflowed after alignment");
	argv_option(line, "-m", "size=%" PRIu64 "k", size_bytes / KIB);
	if (max->given && max->slots.given)
		argv_add(line, ",slots=%" PRId64, max->slots.value);
	if (max->given) {
		if (!checked_align_up((uint64_t)max->size_bytes.value, MEMORY_ALIGN_BYTES,
				      &max_bytes))
			return err_set(err, ERR_USER, -EINVAL, "/domain/maxMemory",
				       "maximum memory size overflowed after alignment");
		argv_add(line, ",maxmem=%" PRIu64 "k", max_bytes / KIB);
	}
	argv_end(line);
	if (placement->has_cells || !placement->n_cells)
		return 0;
	return argv_add_backend(line, "pc.ram", &placement->cells[0], NULL, err);
}

/* ---- memory devices ---- */

static const struct {
	const char *prefix; /* of the alias */
	const char *name;
} models[] = {
	[DOMAIN_MEMORY_DIMM] = { "dimm", "DIMMs" },
	[DOMAIN_MEMORY_NVDIMM] = { "nvdimm", "NVDIMMs" },
	[DOMAIN_MEMORY_VIRTIO_MEM] = { "virtiomem", "virtio-mem" },
	[DOMAIN_MEMORY_VIRTIO_PMEM] = { "virtiopmem", "virtio-pmem" },
};

struct device {
	const struct domain_memory_device *domain;
	size_t number; /* from 1, in the XML */
	char alias[128], backend_id[136];
	uint64_t slot;
	bool prealloc;
};

static int check_available(const struct argv_line *line, const struct device *device,
			   struct err *err)
{
	const struct emulator *emulator = line->emulator;
	enum domain_memory_model model = device->domain->model;
	const bool has[] = {
		[DOMAIN_MEMORY_DIMM] = emulator->pc_dimm,
		[DOMAIN_MEMORY_NVDIMM] = emulator->nvdimm,
		[DOMAIN_MEMORY_VIRTIO_MEM] = emulator->virtio_mem,
		[DOMAIN_MEMORY_VIRTIO_PMEM] = emulator->virtio_pmem,
	};

	if (!has[model])
		return argv_unsupported(line, err, "devices/memory", device->number, "%s",
					models[model].name);
	if (device->domain->target.dynamic_memslots == DOMAIN_YES &&
	    !emulator->virtio_mem_dynamic_memslots)
		return argv_unsupported(line, err, "devices/memory", device->number,
					"dynamicMemslots");
	return 0;
}

/* Where the XML gives no slot: the first that no device has. */
static uint64_t free_slot(const struct idset *used)
{
	unsigned int slot = 0;

	while (slot < IDSET_MAX - 1 && idset_has(used, slot))
		slot++;
	return slot;
}

static bool given_slot(const struct domain_memory_device *device, uint64_t *ret_slot)
{
	return device->address.slot && number_parse(device->address.slot, ret_slot) == 0 &&
	       *ret_slot < IDSET_MAX;
}

static void add_dimm(struct argv_line *line, const struct device *device)
{
	const struct domain_memory_device *domain = device->domain;
	bool nvdimm = domain->model == DOMAIN_MEMORY_NVDIMM;

	argv_option(line, "-device", "%s", nvdimm ? "nvdimm" : "pc-dimm");
	if (domain->target.node.given)
		argv_add(line, ",node=%" PRId64, domain->target.node.value);
	if (nvdimm && domain->target.label.given &&
	    (uint64_t)domain->target.label.size_bytes.value >= LABEL_MIN_BYTES)
		argv_add(line, ",label-size=%" PRId64, domain->target.label.size_bytes.value);
	if (nvdimm)
		argv_add_pair(line, ",uuid=", domain->uuid);
	if (nvdimm && domain->target.readonly)
		argv_add(line, ",unarmed=on");
	argv_add_pair(line, ",memdev=", device->backend_id);
	argv_add_pair(line, ",id=", device->alias);
	argv_add(line, ",slot=%" PRIu64, device->slot);
	argv_add_pair(line, ",addr=", domain->address.base);
	argv_end(line);
}

static const char *device_base(const struct domain_memory_device *device)
{
	return device->target.address.given ? device->target.address.base : device->address.base;
}

static int add_virtio(struct argv_line *line, const struct device *device, struct err *err)
{
	const struct domain_memory_device *domain = device->domain;
	bool pmem = domain->model == DOMAIN_MEMORY_VIRTIO_PMEM;
	int ret;

	argv_option(line, "-device", "%s", pmem ? "virtio-pmem-pci" : "virtio-mem-pci");
	if (!pmem) {
		if (domain->target.node.given)
			argv_add(line, ",node=%" PRId64, domain->target.node.value);
		argv_add(line, ",block-size=%" PRId64 ",requested-size=%" PRId64,
			 domain->target.block_bytes.value, domain->target.requested_bytes.value);
	}
	argv_add_pair(line, ",memdev=", device->backend_id);
	if (device->prealloc && line->emulator->virtio_mem_prealloc)
		argv_add(line, ",prealloc=on");
	argv_add_pair(line, ",memaddr=", device_base(domain));
	if (domain->target.dynamic_memslots && line->emulator->virtio_mem_dynamic_memslots)
		argv_add(line, ",dynamic-memslots=%s",
			 domain->target.dynamic_memslots == DOMAIN_YES ? "on" : "off");
	argv_add_pair(line, ",id=", device->alias);
	ret = argv_add_address(line, &domain->address, "devices/memory", device->number, err);
	argv_end(line);
	return ret;
}

static int add_device_backend(struct argv_line *line, struct device *device,
			      const struct placement_memory *memory, struct err *err)
{
	const struct domain_memory_device *domain = device->domain;
	bool virtio_mem = domain->model == DOMAIN_MEMORY_VIRTIO_MEM;
	struct placement_memory own = *memory;
	struct backend backend = {
		.id = device->backend_id,
		.memory = &own,
		.access = domain->access ? domain->access : domain_access(line->domain),
		.discard = domain->discard ? domain->discard : domain_discard(line->domain),
		.path = domain->source.path,
		.align_bytes = (uint64_t)domain->source.alignsize_bytes.value,
		.pmem = domain->source.pmem,
		.reserve = !virtio_mem,
		.populate = own.populate && !virtio_mem,
	};

	if (backend.path)
		own.page_bytes = 0;
	device->prealloc = virtio_mem && own.populate;
	return add_backend(line, &backend, err);
}

static int add_memory_device(struct argv_line *line, struct device *device,
			     const struct placement_memory *memory, struct err *err)
{
	int ret = check_available(line, device, err);

	if (ret == 0)
		ret = add_device_backend(line, device, memory, err);
	if (ret < 0)
		return ret;
	if (device->domain->model == DOMAIN_MEMORY_DIMM ||
	    device->domain->model == DOMAIN_MEMORY_NVDIMM) {
		add_dimm(line, device);
		return 0;
	}
	return add_virtio(line, device, err);
}

static bool needs_slot(const struct domain_memory_device *device)
{
	return device->model == DOMAIN_MEMORY_DIMM || device->model == DOMAIN_MEMORY_NVDIMM;
}

static void name_device(struct device *device, unsigned int counts[])
{
	const struct domain_memory_device *domain = device->domain;
	unsigned int count = counts[domain->model]++;

	if (domain->alias.given && domain->alias.name)
		snprintf(device->alias, sizeof(device->alias), "%s", domain->alias.name);
	else
		snprintf(device->alias, sizeof(device->alias), "%s%u", models[domain->model].prefix,
			 count);
	snprintf(device->backend_id, sizeof(device->backend_id), "mem%s", device->alias);
}

int argv_add_memory_devices(struct argv_line *line, struct err *err)
{
	const struct domain_devices *devices = &line->domain->devices;
	unsigned int counts[ARRAY_SIZE(models)] = { 0 };
	struct idset used = IDSET_EMPTY;
	int ret = 0;
	uint64_t slot;

	for (size_t i = 0; i < devices->n_memories; i++)
		if (needs_slot(&devices->memories[i]) && given_slot(&devices->memories[i], &slot))
			idset_add(&used, (unsigned int)slot);
	for (size_t i = 0; i < devices->n_memories && i < line->placement->n_devices && !ret; i++) {
		struct device device = { .domain = &devices->memories[i], .number = i + 1 };

		name_device(&device, counts);
		if (needs_slot(device.domain) && !given_slot(device.domain, &device.slot)) {
			device.slot = free_slot(&used);
			idset_add(&used, (unsigned int)device.slot);
		}
		ret = add_memory_device(line, &device, &line->placement->devices[i], err);
	}
	return ret;
}
