/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan as JSON, for -dump-plan and "terrace plan --json".
 *
 * Members come in a fixed order. Sizes are integers with the unit in the name; guest addresses are
 * hexadecimal strings, because people read them; sets of nodes and CPUs are lists like "0-3,8".
 *
 *	{ ram_bytes, phys_bits,
 *	  map: [{ start, size_bytes, use: ram|ecam|mmio32|devices|mmio64 }]
 *	  cells: [{ cell, size_bytes, backend, vcpus }]
 *	  backends: [{ id, type, size_bytes, host_nodes, policy, numa_balancing,
 *		       prealloc, reserve }]
 *	  slots: [{ slot, start, size_bytes, backend, offset_bytes, cell,
 *		    cost_bytes, cost_shadow_bytes }]
 *	  vcpus: [{ vcpu, apic_id, cell, present }]
 *	  srat: [{ cell, start, size_bytes, hotplug }]
 *	  cost: { slots_bytes, slots_shadow_bytes } }
 *
 * map is by address. Costs are KVM's books for the slot (cost.h), with and without the TDP MMU.
 * backend is null for a cell without memory; cell is null in slots of a machine without cells.
 *
 * Threads: any; pure.
 */
#ifndef TERRACE_PLAN_PLAN_JSON_H
#define TERRACE_PLAN_PLAN_JSON_H

#include "base/json.h"
#include "plan/plan.h"

/* spec is the one that the plan was built from. The caller frees the value. */
struct json *plan_to_json(const struct plan *plan, const struct vm_spec *spec);

#endif
