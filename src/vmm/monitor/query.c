/* SPDX-License-Identifier: Apache-2.0 */
/* QMP commands that only look: see query.h. */
#include "vmm/monitor/query.h"

#include <errno.h>
#include <inttypes.h>

#include "base/strbuf.h"
#include "base/util.h"
#include "vmm/machine.h"

QUERY(status)
{
	const struct vmm *vmm = context;
	struct json *value = json_new_object();

	(void)args, (void)err;
	json_set_string(value, "status", run_state_name(vmm->run.state));
	json_set_bool(value, "running", vmm->run.state == RUN_RUNNING);
	*ret_value = value;
	return 0;
}

QUERY(name)
{
	const struct vmm *vmm = context;

	(void)args, (void)err;
	*ret_value = json_new_object();
	if (vmm->spec->name)
		json_set_string(*ret_value, "name", vmm->spec->name);
	return 0;
}

QUERY(uuid)
{
	const struct vmm *vmm = context;
	const char *uuid = vmm->spec->uuid;

	(void)args, (void)err;
	*ret_value = json_new_object();
	json_set_string(*ret_value, "UUID", uuid ? uuid : "00000000-0000-0000-0000-000000000000");
	return 0;
}

QUERY(kvm)
{
	(void)context, (void)args, (void)err;
	*ret_value = json_new_object();
	json_set_bool(*ret_value, "enabled", true);
	json_set_bool(*ret_value, "present", true);
	return 0;
}

static struct json *vcpu_props(const struct vmm *vmm, unsigned int index)
{
	struct spec_vcpu_place place = spec_vcpu_place(&vmm->spec->smp, index);
	struct json *props = json_new_object();

	if (vmm->spec->n_cells)
		json_set_u64(props, "node-id", vmm->plan->vcpus[index].cell);
	json_set_u64(props, "socket-id", place.socket);
	if (vmm->spec->smp.dies > 1)
		json_set_u64(props, "die-id", place.die);
	json_set_u64(props, "core-id", place.core);
	json_set_u64(props, "thread-id", place.thread);
	return props;
}

QUERY(cpus_fast)
{
	const struct vmm *vmm = context;

	(void)args, (void)err;
	*ret_value = json_new_array();
	for (unsigned int i = 0; i < vcpu_set_count(vmm->vcpus); i++) {
		struct json *cpu = json_new_object();

		json_set_u64(cpu, "cpu-index", i);
		json_set(cpu, "qom-path", json_new_stringf("/machine/unattached/device[%u]", i));
		json_set_i64(cpu, "thread-id", vcpu_set_tid(vmm->vcpus, i));
		json_set(cpu, "props", vcpu_props(vmm, i));
		json_set_string(cpu, "target", "x86_64");
		json_append(*ret_value, cpu);
	}
	return 0;
}

static struct json *id_list(const struct idset *set)
{
	struct json *list = json_new_array();

	for (int id = idset_next(set, 0); id >= 0; id = idset_next(set, (unsigned int)id + 1))
		json_append(list, json_new_i64(id));
	return list;
}

static void set_placement(struct json *object, const struct spec_backend *backend)
{
	json_set(object, "host-nodes", id_list(&backend->host_nodes));
	json_set_string(object, "policy", spec_policy_name(backend->policy));
}

QUERY(memdev)
{
	const struct vmm *vmm = context;

	(void)args, (void)err;
	*ret_value = json_new_array();
	for (size_t i = 0; i < vmm->spec->n_backends; i++) {
		const struct memory_backend *backend = vmm->backends->backend[i];
		const struct spec_backend *spec = &vmm->spec->backends[i];
		struct json *object = json_new_object();

		json_set_string(object, "id", spec->id);
		json_set_u64(object, "size", backend->size_bytes);
		json_set_bool(object, "merge", backend->merge);
		json_set_bool(object, "dump", backend->dump);
		json_set_bool(object, "prealloc", spec->prealloc);
		json_set_bool(object, "share", backend->shared);
		json_set_bool(object, "reserve", spec->reserve);
		set_placement(object, spec);
		json_append(*ret_value, object);
	}
	return 0;
}

/*
 * QEMU's table (HumanReadableText of qapi/machine.json), which says where a block is: kernels without
 * CONFIG_ANON_VMA_NAME do not.
 */
QUERY(ramblock)
{
	const struct vmm *vmm = context;
	AUTO_STRBUF text = STRBUF_INIT;
	uint64_t offset = 0;

	(void)args;
	strbuf_addf(&text, "%24s %8s  %18s %18s %18s %18s %3s\n", "Block Name", "PSize", "Offset",
		    "Used", "Total", "HVA", "RO");
	for (size_t i = 0; i < vmm->spec->n_backends; i++) {
		const struct memory_backend *backend = vmm->backends->backend[i];

		strbuf_addf(&text,
			    "%24s %4" PRIu64 " KiB  0x%016" PRIx64 " 0x%016" PRIx64 " 0x%016" PRIx64
			    " 0x%016" PRIxPTR " %3s\n",
			    vmm->spec->backends[i].id, backend->page_bytes / KIB, offset,
			    backend->size_bytes, backend->size_bytes, (uintptr_t)backend->host,
			    backend->readonly ? "ro" : "rw");
		offset += backend->size_bytes;
	}
	if (text.failed)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	*ret_value = json_new_object();
	json_set_string(*ret_value, "human-readable-text", strbuf_text(&text));
	return 0;
}

QUERY(memory_size_summary)
{
	const struct vmm *vmm = context;

	(void)args, (void)err;
	*ret_value = json_new_object();
	json_set_u64(*ret_value, "base-memory", vmm->plan->ram_bytes);
	json_set_u64(*ret_value, "plugged-memory", 0);
	return 0;
}

static struct json *distances_from(const struct vm_spec *spec, unsigned int cell)
{
	struct json *list = json_new_array();

	for (unsigned int to = 0; to < spec->n_cells; to++)
		json_append(list, json_new_u64(spec_distance_get(spec, cell, to)));
	return list;
}

/*
 * Ours: what the guest sees of each cell, and where the host keeps it. A list of {node-id, cpus, size,
 * memdev, host-nodes, policy, distances, initiator}; memdev to policy are absent from a cell without
 * memory, initiator where none is set.
 */
QUERY(numa_nodes)
{
	const struct vmm *vmm = context;
	const struct plan *plan = vmm->plan;

	(void)args, (void)err;
	*ret_value = json_new_array();
	for (size_t i = 0; i < plan->n_cells; i++) {
		const struct plan_cell *cell = &plan->cells[i];
		struct json *object = json_new_object();
		int initiator = vmm->spec->cells[cell->cell].initiator;

		json_set_u64(object, "node-id", cell->cell);
		json_set(object, "cpus", id_list(&cell->vcpus));
		json_set_u64(object, "size", cell->size_bytes);
		if (cell->backend != SIZE_MAX) {
			json_set_string(object, "memdev", vmm->spec->backends[cell->backend].id);
			set_placement(object, &vmm->spec->backends[cell->backend]);
		}
		json_set(object, "distances", distances_from(vmm->spec, cell->cell));
		if (initiator >= 0)
			json_set_i64(object, "initiator", initiator);
		json_append(*ret_value, object);
	}
	return 0;
}
