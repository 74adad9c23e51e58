/* SPDX-License-Identifier: Apache-2.0 */
/* Notes about memory that does not fit where it must be, or where it should. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "plan/placement_internal.h"

uint64_t placement_node_room_bytes(const struct host_facts *facts, const struct host_node *node,
				   uint64_t page_bytes)
{
	const struct host_pool *pool;
	uint64_t pools_bytes = 0;

	if (page_bytes) {
		pool = host_node_pool(node, page_bytes);
		if (!pool)
			return 0;
		return pool->page_bytes * (facts->has_free ? pool->free_pages : pool->total_pages);
	}
	if (facts->has_free)
		return node->available_bytes;
	for (size_t i = 0; i < node->n_pools; i++)
		pools_bytes += node->pools[i].page_bytes * node->pools[i].total_pages;
	return node->memory_bytes > pools_bytes ? node->memory_bytes - pools_bytes : 0;
}

static uint64_t room_on(const struct host_facts *facts, const struct idset *nodes,
			uint64_t page_bytes)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < facts->n_nodes; i++)
		if (idset_has(nodes, facts->node[i].id))
			sum += placement_node_room_bytes(facts, &facts->node[i], page_bytes);
	return sum;
}

static const char *pages_text(uint64_t page_bytes, char *buf, size_t buf_size)
{
	if (page_bytes)
		snprintf(buf, buf_size, " in huge pages of %s", SIZE_TEXT(page_bytes));
	else
		buf[0] = '\0';
	return buf;
}

/*
 * Everything that must be inside nodes, together, with pages of that size: that is enough to find
 * what cannot work whenever nodesets are equal, apart, or inside each other.
 */
static void check_set(struct placement_build *build, const struct idset *nodes, uint64_t page_bytes,
		      bool *which)
{
	const struct placement *placement = build->placement;
	uint64_t wanted = 0, room = room_on(build->facts, nodes, page_bytes);
	char names[256];

	for (size_t i = 0; i < placement_memory_count(placement); i++) {
		const struct placement_memory *memory = placement_memory_at(placement, i);

		which[i] = placement_must_stay(memory) && memory->page_bytes == page_bytes &&
			   memory->start_bytes && idset_is_subset(&memory->nodes, nodes);
		if (which[i])
			wanted += memory->start_bytes;
	}
	if (wanted <= room)
		return;
	if (!page_bytes) {
		placement_note(build, "does not fit: %s: %s on %s, %s %s there",
			       placement_names_text(placement, which, names, sizeof(names)),
			       WANTED_TEXT(wanted), NODES_TEXT(nodes), SIZE_TEXT(room),
			       build->facts->has_free ? "are available" : "are");
		return;
	}
	placement_note(build,
		       "does not fit: %s: %" PRIu64 " huge pages of %s on %s, %" PRIu64
		       " %s there (/sys/devices/system/node/nodeN/hugepages/hugepages-%" PRIu64
		       "kB/nr_hugepages)",
		       placement_names_text(placement, which, names, sizeof(names)),
		       wanted / page_bytes, SIZE_TEXT(page_bytes), NODES_TEXT(nodes),
		       room / page_bytes, build->facts->has_free ? "are free" : "are",
		       page_bytes / KIB);
}

static bool seen_before(const struct placement *placement, size_t i)
{
	const struct placement_memory *memory = placement_memory_at(placement, i);

	for (size_t j = 0; j < i; j++) {
		const struct placement_memory *other = placement_memory_at(placement, j);

		if (placement_must_stay(other) && other->page_bytes == memory->page_bytes &&
		    idset_equal(&other->nodes, &memory->nodes))
			return true;
	}
	return false;
}

/* Nodes that lack room for an equal share of interleaved memory. */
static struct idset short_of_share(const struct host_facts *facts,
				   const struct placement_memory *memory)
{
	uint64_t share = memory->start_bytes / idset_count(&memory->nodes);
	struct idset nodes = IDSET_EMPTY;

	for (size_t i = 0; i < facts->n_nodes; i++)
		if (idset_has(&memory->nodes, facts->node[i].id) &&
		    placement_node_room_bytes(facts, &facts->node[i], memory->page_bytes) < share)
			idset_add(&nodes, facts->node[i].id);
	return nodes;
}

static void check_shares(struct placement_build *build, size_t i, bool *which)
{
	const struct placement_memory *memory = placement_memory_at(build->placement, i);
	struct idset nodes;
	char names[256];

	if (memory->policy != SPEC_POLICY_INTERLEAVE)
		return;
	nodes = short_of_share(build->facts, memory);
	if (idset_is_empty(&nodes))
		return;
	memset(which, 0, placement_memory_count(build->placement) * sizeof(*which));
	which[i] = true;
	placement_note(build, "not even: %s: %s lack%s the %s that each node should have",
		       placement_names_text(build->placement, which, names, sizeof(names)),
		       NODES_TEXT(&nodes), idset_count(&nodes) == 1 ? "s" : "",
		       WANTED_TEXT(memory->start_bytes / idset_count(&memory->nodes)));
}

/* A share that a node lacks comes from another: no failure, but not what was meant. */
static void check_soft(struct placement_build *build, size_t i, bool *which)
{
	const struct placement_memory *memory = placement_memory_at(build->placement, i);
	uint64_t room = room_on(build->facts, &memory->nodes, memory->page_bytes);
	char names[256], pages[64];

	if (memory->policy == SPEC_POLICY_DEFAULT || placement_must_stay(memory))
		return;
	if (memory->start_bytes <= room) {
		check_shares(build, i, which);
		return;
	}
	memset(which, 0, placement_memory_count(build->placement) * sizeof(*which));
	which[i] = true;
	placement_note(build, "spills to other nodes: %s: %s%s on %s, %s %s there",
		       placement_names_text(build->placement, which, names, sizeof(names)),
		       WANTED_TEXT(memory->start_bytes),
		       pages_text(memory->page_bytes, pages, sizeof(pages)),
		       NODES_TEXT(&memory->nodes), SIZE_TEXT(room),
		       build->facts->has_free ? "are available" : "are");
}

/* All of one page size, wherever it may go. */
static void check_host(struct placement_build *build, uint64_t page_bytes)
{
	const struct placement *placement = build->placement;
	const struct host_facts *facts = build->facts;
	uint64_t wanted = 0, room = room_on(facts, &facts->nodes, page_bytes);
	bool free_ones = false;
	char pages[64];

	for (size_t i = 0; i < placement_memory_count(placement); i++) {
		const struct placement_memory *memory = placement_memory_at(placement, i);

		if (memory->page_bytes != page_bytes)
			continue;
		wanted += memory->start_bytes;
		free_ones |= !placement_must_stay(memory);
	}
	if (free_ones && wanted > room)
		placement_note(build, "does not fit: the guest: %s%s, %s %s on this host",
			       WANTED_TEXT(wanted), pages_text(page_bytes, pages, sizeof(pages)),
			       SIZE_TEXT(room), facts->has_free ? "are available" : "are");
}

void placement_add_fit_notes(struct placement_build *build)
{
	const struct placement *placement = build->placement;
	size_t n = placement_memory_count(placement);
	autofree bool *which = calloc(n, sizeof(*which));

	if (!which) {
		build->no_memory = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct placement_memory *memory = placement_memory_at(placement, i);
		bool first_of_its_size = true;

		if (placement_must_stay(memory) && !seen_before(placement, i))
			check_set(build, &memory->nodes, memory->page_bytes, which);
		check_soft(build, i, which);
		for (size_t j = 0; j < i; j++)
			first_of_its_size &= placement_memory_at(placement, j)->page_bytes !=
					     memory->page_bytes;
		if (first_of_its_size)
			check_host(build, memory->page_bytes);
	}
}
