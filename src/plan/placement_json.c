/* SPDX-License-Identifier: Apache-2.0 */
/* A placement as JSON, for "terrace plan --json". Sets are lists such as "0-3,8". */
#include "base/util.h"
#include "plan/placement_internal.h"

static void put_set(struct json *object, const char *name, const struct idset *set)
{
	size_t length = idset_format(set, NULL, 0);
	autofree char *text = malloc(length + 1);

	if (!text)
		abort();
	idset_format(set, text, length + 1);
	json_set_string(object, name, text);
}

static struct json *memory_json(const struct placement_memory *memory)
{
	struct json *object = json_new_object();

	json_set_u64(object, "cell", memory->cell);
	json_set_u64(object, "size_bytes", memory->size_bytes);
	json_set_u64(object, "start_bytes", memory->start_bytes);
	json_set_string(object, "mode", placement_mode_name(memory->mode));
	json_set_bool(object, "migratable", memory->migratable);
	json_set_bool(object, "tiering", memory->tiering);
	put_set(object, "nodes", &memory->nodes);
	json_set_string(object, "policy", spec_policy_name(memory->policy));
	json_set_bool(object, "numa_balancing", memory->numa_balancing);
	json_set_string(object, "enforcer", placement_enforcer_name(memory->enforcer));
	json_set_u64(object, "page_bytes", memory->page_bytes);
	json_set_bool(object, "populate", memory->populate);
	return object;
}

static struct json *memories_json(const struct placement_memory *memories, size_t n)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < n; i++)
		json_append(array, memory_json(&memories[i]));
	return array;
}

static struct json *thread_json(const struct idset *cpus, bool pinned, const struct idset *mems)
{
	struct json *object = json_new_object();

	put_set(object, "cpus", cpus);
	json_set_bool(object, "pinned", pinned);
	put_set(object, "mems", mems);
	return object;
}

static struct json *vcpus_json(const struct placement *placement)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < placement->n_vcpus; i++) {
		struct json *vcpu = thread_json(&placement->vcpu_cpus[i], placement->vcpu_pinned[i],
						&placement->vcpu_mems[i]);

		json_set_u64(vcpu, "vcpu", i);
		json_set_u64(vcpu, "cell", placement->vcpu_cells[i]);
		json_append(array, vcpu);
	}
	return array;
}

static struct json *iothreads_json(const struct placement *placement)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < placement->n_iothreads; i++) {
		struct json *thread = thread_json(&placement->iothread_cpus[i],
						  placement->iothread_pinned[i],
						  &placement->emulator_mems);

		json_set_u64(thread, "iothread", placement->iothread_ids[i]);
		json_append(array, thread);
	}
	return array;
}

static struct json *pools_json(const struct host_facts *facts, const struct host_node *node)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < node->n_pools; i++) {
		struct json *pool = json_new_object();

		json_set_u64(pool, "page_bytes", node->pools[i].page_bytes);
		json_set_u64(pool, "total_pages", node->pools[i].total_pages);
		if (facts->has_free)
			json_set_u64(pool, "free_pages", node->pools[i].free_pages);
		json_append(array, pool);
	}
	return array;
}

static struct json *nodes_json(const struct placement *placement, const struct host_facts *facts)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < facts->n_nodes; i++) {
		const struct host_node *node = &facts->node[i];
		struct json *object = json_new_object();
		uint64_t only, maybe;

		placement_wanted_on(placement, node->id, &only, &maybe);
		json_set_u64(object, "node", node->id);
		put_set(object, "cpus", &node->cpus);
		json_set_u64(object, "memory_bytes", node->memory_bytes);
		if (facts->has_free)
			json_set_u64(object, "available_bytes", node->available_bytes);
		json_set_u64(object, "wanted_bytes", only);
		json_set_u64(object, "maybe_bytes", maybe);
		json_set(object, "pools", pools_json(facts, node));
		json_append(array, object);
	}
	return array;
}

struct json *placement_json(const struct placement *placement, const struct domain_spec *domain,
			    const struct host_facts *facts)
{
	struct json *object = json_new_object(), *notes = json_new_array();

	json_set_string(object, "domain", domain->name);
	json_set(object, "cells", memories_json(placement->cells, placement->n_cells));
	json_set(object, "devices", memories_json(placement->devices, placement->n_devices));
	put_set(object, "mems", &placement->domain_mems);
	json_set(object, "emulator",
		 thread_json(&placement->emulator_cpus, placement->emulator_pinned,
			     &placement->emulator_mems));
	json_set(object, "vcpus", vcpus_json(placement));
	json_set(object, "iothreads", iothreads_json(placement));
	put_set(object, "advice", &placement->advice);
	if (facts)
		json_set(object, "nodes", nodes_json(placement, facts));
	for (size_t i = 0; i < placement->n_notes; i++)
		json_append(notes, json_new_string(placement->notes[i]));
	json_set(object, "notes", notes);
	return object;
}
