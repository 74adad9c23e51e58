/* SPDX-License-Identifier: Apache-2.0 */
/* A plan as JSON: see plan_json.h. */
#include "plan/plan_json.h"

#include <inttypes.h>

#include "plan/cost.h"

/* Ids of up to 4096 CPUs: "0,2,4,..." needs at most 5 characters each. */
#define SET_TEXT_MAX (IDSET_MAX * 5)

static void set_address(struct json *object, const char *name, uint64_t address)
{
	json_set(object, name, json_new_stringf("0x%" PRIx64, address));
}

static void set_idset(struct json *object, const char *name, const struct idset *set)
{
	char text[SET_TEXT_MAX];

	idset_format(set, text, sizeof(text));
	json_set_string(object, name, text);
}

static void set_cell(struct json *object, uint32_t cell)
{
	json_set(object, "cell", cell == PLAN_NO_CELL ? json_new_null() : json_new_u64(cell));
}

static void add_use(struct json *map, uint64_t start, uint64_t size_bytes, const char *use)
{
	struct json *entry;

	if (!size_bytes)
		return;
	entry = json_new_object();
	set_address(entry, "start", start);
	json_set_u64(entry, "size_bytes", size_bytes);
	json_set_string(entry, "use", use);
	json_append(map, entry);
}

static struct json *map_to_json(const struct plan *plan)
{
	struct json *map = json_new_array();

	add_use(map, 0, plan->ram_low_bytes, "ram");
	add_use(map, plan->ecam.start, plan->ecam.size_bytes, "ecam");
	add_use(map, plan->mmio32.start, plan->mmio32.size_bytes, "mmio32");
	add_use(map, PLAN_HIGH_START, plan->ram_high_bytes, "ram");
	add_use(map, plan->devices.start, plan->devices.size_bytes, "devices");
	add_use(map, plan->mmio64.start, plan->mmio64.size_bytes, "mmio64");
	return map;
}

static struct json *cells_to_json(const struct plan *plan, const struct vm_spec *spec)
{
	struct json *cells = json_new_array();

	for (size_t i = 0; i < plan->n_cells; i++) {
		const struct plan_cell *cell = &plan->cells[i];
		struct json *entry = json_new_object();

		set_cell(entry, cell->cell);
		json_set_u64(entry, "size_bytes", cell->size_bytes);
		json_set(entry, "backend",
			 cell->backend == SIZE_MAX
				 ? json_new_null()
				 : json_new_string(spec->backends[cell->backend].id));
		set_idset(entry, "vcpus", &cell->vcpus);
		json_append(cells, entry);
	}
	return cells;
}

static struct json *backends_to_json(const struct vm_spec *spec)
{
	struct json *backends = json_new_array();

	for (size_t i = 0; i < spec->n_backends; i++) {
		const struct spec_backend *backend = &spec->backends[i];
		struct json *entry = json_new_object();

		json_set_string(entry, "id", backend->id);
		json_set_string(entry, "type", spec_backend_type_name(backend->type));
		json_set_u64(entry, "size_bytes", backend->size_bytes);
		set_idset(entry, "host_nodes", &backend->host_nodes);
		json_set_string(entry, "policy", spec_policy_name(backend->policy));
		json_set_bool(entry, "numa_balancing", backend->numa_balancing);
		json_set_bool(entry, "prealloc", backend->prealloc);
		json_set_bool(entry, "reserve", backend->reserve);
		json_append(backends, entry);
	}
	return backends;
}

static struct json *slots_to_json(const struct plan *plan, const struct vm_spec *spec,
				  struct json *cost)
{
	struct json *slots = json_new_array();
	uint64_t sum = 0, sum_shadow = 0;

	for (size_t i = 0; i < plan->n_slots; i++) {
		const struct plan_region *region = &plan->regions[plan->slots[i].region];
		uint64_t tdp = plan_slot_cost_bytes(region->gpa, region->size_bytes,
						    PLAN_COST_TDP_MMU);
		uint64_t shadow = plan_slot_cost_bytes(region->gpa, region->size_bytes,
						       PLAN_COST_SHADOW);
		struct json *entry = json_new_object();

		json_set_u64(entry, "slot", plan->slots[i].id);
		set_address(entry, "start", region->gpa);
		json_set_u64(entry, "size_bytes", region->size_bytes);
		json_set_string(entry, "backend", spec->backends[region->backend].id);
		json_set_u64(entry, "offset_bytes", region->offset_bytes);
		set_cell(entry, region->cell);
		json_set_u64(entry, "cost_bytes", tdp);
		json_set_u64(entry, "cost_shadow_bytes", shadow);
		json_append(slots, entry);
		sum += tdp;
		sum_shadow += shadow;
	}
	json_set_u64(cost, "slots_bytes", sum);
	json_set_u64(cost, "slots_shadow_bytes", sum_shadow);
	return slots;
}

static struct json *vcpus_to_json(const struct plan *plan)
{
	struct json *vcpus = json_new_array();

	for (size_t i = 0; i < plan->n_vcpus; i++) {
		const struct plan_vcpu *vcpu = &plan->vcpus[i];
		struct json *entry = json_new_object();

		json_set_u64(entry, "vcpu", vcpu->index);
		json_set_u64(entry, "apic_id", vcpu->apic_id);
		json_set_u64(entry, "cell", vcpu->cell);
		json_set_bool(entry, "present", vcpu->present);
		json_append(vcpus, entry);
	}
	return vcpus;
}

static struct json *srat_to_json(const struct plan *plan)
{
	struct json *srat = json_new_array();

	for (size_t i = 0; i < plan->n_affinities; i++) {
		const struct plan_affinity *affinity = &plan->affinities[i];
		struct json *entry = json_new_object();

		set_cell(entry, affinity->cell);
		set_address(entry, "start", affinity->gpa);
		json_set_u64(entry, "size_bytes", affinity->size_bytes);
		json_set_bool(entry, "hotplug", affinity->hotplug);
		json_append(srat, entry);
	}
	return srat;
}

struct json *plan_to_json(const struct plan *plan, const struct vm_spec *spec)
{
	struct json *root = json_new_object(), *cost = json_new_object();

	json_set_u64(root, "ram_bytes", plan->ram_bytes);
	json_set_u64(root, "phys_bits", plan->phys_bits);
	json_set(root, "map", map_to_json(plan));
	json_set(root, "cells", cells_to_json(plan, spec));
	json_set(root, "backends", backends_to_json(spec));
	json_set(root, "slots", slots_to_json(plan, spec, cost));
	json_set(root, "vcpus", vcpus_to_json(plan));
	json_set(root, "srat", srat_to_json(plan));
	json_set(root, "cost", cost);
	return root;
}
