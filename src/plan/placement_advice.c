/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advice for placement='auto': which nodes a domain should have.
 *
 * Theory of operation
 *
 * Wanted: what the guest has at its start, as base pages (with what the VMM and page tables take
 * beside it) and as huge pages of each size; a CPU for each vCPU, as far as the host has them. A
 * node offers its available memory (a described host: its size), its free huge pages, and its CPUs
 * that are online and not isolated.
 *
 * Chosen: the fewest nodes that offer enough together; of such sets the one whose nodes are nearest
 * to each other, then the one that has the most memory left, then that of the lowest ids. Fast nodes
 * (with CPUs) first: only where all of them together lack memory, nodes without CPUs are added, the
 * nearest first. Where even that is not enough, all nodes with memory; the notes say what is missing.
 *
 * The search is greedy: a set grows from each of the 64 largest nodes, by the node that makes it
 * enough (the nearest of those), else by the nearest, or in a second round by the largest. One or
 * two nodes are the best that there are, more nearly always; a host of 1,024 nodes takes
 * milliseconds, not ages. The same host and domain always give the same advice.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/util.h"
#include "plan/placement_internal.h"

#define VMM_BYTES	  (64 * MIB)
#define PAGE_TABLES_SHARE 256 /* two tables with 8 bytes for each 4 KiB */
#define SEED_MAX	  64u

struct wanted {
	uint64_t base_bytes;
	struct {
		uint64_t page_bytes, bytes;
	} pools[HOST_POOL_MAX];
	size_t n_pools;
	unsigned int vcpus; /* of the domain */
	unsigned int cpus;  /* of the host: no more than it has */
};

/* What a node, or a set of nodes, offers. */
struct offer {
	uint64_t base_bytes;
	uint64_t pools_bytes[HOST_POOL_MAX]; /* as wanted's */
	unsigned int cpus;
};

struct search {
	const struct host_facts *facts;
	struct wanted wanted;
	struct offer *offers;	/* n_nodes, as the facts' nodes */
	bool *candidate;	/* n_nodes */
	unsigned int *distance; /* n_nodes: scratch, to all members of the set that grows */
	bool *member, *best;	/* n_nodes */
	bool has_best;
	size_t best_count;
	uint64_t best_distance, best_base_bytes;
};

/* ---- what is wanted and offered ------------------------------------------------------------- */

static void want_memory(struct wanted *wanted, const struct placement_memory *memory)
{
	size_t i = 0;

	if (!memory->page_bytes) {
		wanted->base_bytes += memory->start_bytes;
		return;
	}
	wanted->base_bytes += memory->start_bytes / PAGE_TABLES_SHARE / 512;
	while (i < wanted->n_pools && wanted->pools[i].page_bytes != memory->page_bytes)
		i++;
	if (i == HOST_POOL_MAX)
		return;
	if (i == wanted->n_pools)
		wanted->pools[wanted->n_pools++].page_bytes = memory->page_bytes;
	wanted->pools[i].bytes += memory->start_bytes;
}

static struct wanted want(const struct placement_build *build)
{
	const struct placement *placement = build->placement;
	struct wanted wanted = { 0 };

	for (size_t i = 0; i < placement->n_cells; i++)
		want_memory(&wanted, &placement->cells[i]);
	for (size_t i = 0; i < placement->n_devices; i++)
		want_memory(&wanted, &placement->devices[i]);
	wanted.base_bytes += wanted.base_bytes / PAGE_TABLES_SHARE + VMM_BYTES;
	wanted.vcpus = placement_vcpus_at_start(build->domain);
	return wanted;
}

static unsigned int usable_cpus(const struct host_facts *facts, const struct host_node *node)
{
	unsigned int count = 0;

	for (size_t w = 0; w < ARRAY_SIZE(node->cpus.words); w++)
		count += (unsigned int)__builtin_popcountll(node->cpus.words[w] &
							    facts->online_cpus.words[w] &
							    ~facts->isolated_cpus.words[w]);
	return count;
}

static void add_offer(struct offer *sum, const struct offer *offer)
{
	sum->base_bytes += offer->base_bytes;
	for (size_t i = 0; i < HOST_POOL_MAX; i++)
		sum->pools_bytes[i] += offer->pools_bytes[i];
	sum->cpus += offer->cpus;
}

static bool has_memory(const struct wanted *wanted, const struct offer *offer)
{
	if (offer->base_bytes < wanted->base_bytes)
		return false;
	for (size_t i = 0; i < wanted->n_pools; i++)
		if (offer->pools_bytes[i] < wanted->pools[i].bytes)
			return false;
	return true;
}

static bool is_enough(const struct wanted *wanted, const struct offer *offer)
{
	return offer->cpus >= wanted->cpus && has_memory(wanted, offer);
}

/* Whether the node brings nearer to enough: one that offers nothing never joins. */
static bool is_of_use(const struct wanted *wanted, const struct offer *offer)
{
	bool use = offer->cpus || offer->base_bytes;

	for (size_t i = 0; i < wanted->n_pools; i++)
		use |= offer->pools_bytes[i] > 0;
	return use;
}

/* A described host may have no distances: then all others are equally far. */
static unsigned int distance_between(const struct host_facts *facts, size_t from, size_t to)
{
	if (!facts->distances)
		return from == to ? 10 : 20;
	return facts->distances[from * facts->n_nodes + to];
}

/* ---- growing one set ------------------------------------------------------------------------- */

static void join(struct search *search, size_t node, struct offer *sum, uint64_t *distance)
{
	search->member[node] = true;
	add_offer(sum, &search->offers[node]);
	*distance += search->distance[node];
	for (size_t i = 0; i < search->facts->n_nodes; i++)
		search->distance[i] += distance_between(search->facts, node, i) +
				       distance_between(search->facts, i, node);
}

static bool completes(const struct search *search, const struct offer *sum, size_t node)
{
	struct offer together = *sum;

	add_offer(&together, &search->offers[node]);
	return is_enough(&search->wanted, &together);
}

/* Which of two nodes joins next; both or none of them make the set enough. */
static bool is_better(const struct search *search, size_t a, size_t b, bool largest_first)
{
	uint64_t bytes_a = search->offers[a].base_bytes, bytes_b = search->offers[b].base_bytes;
	unsigned int far_a = search->distance[a], far_b = search->distance[b];

	if (largest_first)
		return bytes_a != bytes_b ? bytes_a > bytes_b : far_a < far_b;
	return far_a != far_b ? far_a < far_b : bytes_a > bytes_b;
}

/* n_nodes when there is none. */
static size_t next_node(const struct search *search, const struct offer *sum, bool largest_first)
{
	size_t n = search->facts->n_nodes, best = n;
	bool best_completes = false;

	for (size_t i = 0; i < n; i++) {
		bool is;

		if (!search->candidate[i] || search->member[i])
			continue;
		is = completes(search, sum, i);
		if (best == n || is > best_completes ||
		    (is == best_completes &&
		     is_better(search, i, best, largest_first && !best_completes))) {
			best = i;
			best_completes = is;
		}
	}
	return best;
}

static void keep_if_better(struct search *search, size_t count, uint64_t distance,
			   uint64_t base_bytes)
{
	if (search->has_best &&
	    (count != search->best_count	 ? count > search->best_count
	     : distance != search->best_distance ? distance > search->best_distance
						 : base_bytes <= search->best_base_bytes))
		return;
	search->has_best = true;
	search->best_count = count;
	search->best_distance = distance;
	search->best_base_bytes = base_bytes;
	memcpy(search->best, search->member, search->facts->n_nodes * sizeof(*search->best));
}

static void grow(struct search *search, size_t seed, bool largest_first)
{
	size_t n = search->facts->n_nodes, count = 1, node;
	struct offer sum = { 0 };
	uint64_t distance = 0;

	memset(search->member, 0, n * sizeof(*search->member));
	memset(search->distance, 0, n * sizeof(*search->distance));
	join(search, seed, &sum, &distance);
	while (!is_enough(&search->wanted, &sum)) {
		node = next_node(search, &sum, largest_first);
		if (node == n || (search->has_best && count >= search->best_count))
			return;
		join(search, node, &sum, &distance);
		count++;
	}
	keep_if_better(search, count, distance, sum.base_bytes);
}

/* The nodes with the most memory are seeds; all of them on a host of usual size. */
static bool is_seed(const struct search *search, size_t node)
{
	unsigned int larger = 0;

	for (size_t i = 0; i < search->facts->n_nodes && larger < SEED_MAX; i++)
		larger += search->candidate[i] &&
			  (search->offers[i].base_bytes > search->offers[node].base_bytes ||
			   (search->offers[i].base_bytes == search->offers[node].base_bytes &&
			    i < node));
	return search->candidate[node] && larger < SEED_MAX;
}

/* The best set of candidates; false when all of them together are not enough. */
static bool search_set(struct search *search)
{
	struct offer all = { 0 };

	for (size_t i = 0; i < search->facts->n_nodes; i++)
		if (search->candidate[i])
			add_offer(&all, &search->offers[i]);
	if (!is_enough(&search->wanted, &all))
		return false;
	for (size_t i = 0; i < search->facts->n_nodes; i++)
		if (is_seed(search, i)) {
			grow(search, i, false);
			grow(search, i, true);
		}
	return search->has_best;
}

/* ---- choosing -------------------------------------------------------------------------------- */

enum outcome {
	OUTCOME_FAST,  /* nodes with CPUs are enough */
	OUTCOME_SLOW,  /* all of them, and some without */
	OUTCOME_SHORT, /* nothing is enough: all that have memory */
};

static void add_slow_nodes(struct search *search)
{
	struct offer sum = { 0 };
	uint64_t distance = 0;
	size_t n = search->facts->n_nodes, node;

	memset(search->member, 0, n * sizeof(*search->member));
	memset(search->distance, 0, n * sizeof(*search->distance));
	for (size_t i = 0; i < n; i++)
		if (search->candidate[i] && search->offers[i].cpus)
			join(search, i, &sum, &distance);
	while (!is_enough(&search->wanted, &sum) && (node = next_node(search, &sum, false)) < n)
		join(search, node, &sum, &distance);
	memcpy(search->best, search->member, n * sizeof(*search->best));
}

static enum outcome choose(struct search *search)
{
	const struct host_facts *facts = search->facts;
	struct offer all = { 0 };

	for (size_t i = 0; i < facts->n_nodes; i++)
		search->candidate[i] = search->offers[i].cpus > 0;
	if (search_set(search))
		return OUTCOME_FAST;
	for (size_t i = 0; i < facts->n_nodes; i++) {
		search->candidate[i] = is_of_use(&search->wanted, &search->offers[i]);
		if (search->candidate[i])
			add_offer(&all, &search->offers[i]);
	}
	if (is_enough(&search->wanted, &all)) {
		add_slow_nodes(search);
		return OUTCOME_SLOW;
	}
	for (size_t i = 0; i < facts->n_nodes; i++)
		search->best[i] = true;
	return OUTCOME_SHORT;
}

/* ---- saying why ------------------------------------------------------------------------------- */

/* Why a node was not taken. One note for all nodes with the same reason. */
enum reason {
	REASON_NO_CPUS,
	REASON_MEMORY,
	REASON_POOL,
	REASON_FEW_CPUS,
	REASON_LESS_MEMORY,
	REASON_EQUAL,
	REASON_FARTHER,
	REASON_COUNT,
};

static enum reason why_not(const struct search *search, size_t node, enum outcome outcome)
{
	const struct wanted *wanted = &search->wanted;
	const struct offer *offer = &search->offers[node];

	if (!offer->cpus)
		return outcome == OUTCOME_FAST ? REASON_NO_CPUS : REASON_FARTHER;
	if (search->best_count > 1)
		return REASON_FARTHER;
	if (offer->base_bytes < wanted->base_bytes)
		return REASON_MEMORY;
	if (!has_memory(wanted, offer))
		return REASON_POOL;
	if (offer->cpus < wanted->cpus)
		return REASON_FEW_CPUS;
	return offer->base_bytes < search->best_base_bytes ? REASON_LESS_MEMORY : REASON_EQUAL;
}

static void explain_others(struct placement_build *build, const struct search *search,
			   enum outcome outcome)
{
	static const char *const texts[REASON_COUNT] = {
		[REASON_NO_CPUS] = "no CPUs there, and nodes that have CPUs are enough",
		[REASON_MEMORY] = "not enough memory",
		[REASON_POOL] = "not enough free huge pages",
		[REASON_FEW_CPUS] = "fewer CPUs than vCPUs",
		[REASON_LESS_MEMORY] = "would do, but less memory is left there",
		[REASON_EQUAL] = "would do as well, but the lowest node was taken",
		[REASON_FARTHER] = "not needed, and farther away or with less memory",
	};
	struct idset nodes[REASON_COUNT] = { 0 };

	for (size_t i = 0; i < search->facts->n_nodes; i++)
		if (!search->best[i])
			idset_add(&nodes[why_not(search, i, outcome)], search->facts->node[i].id);
	for (size_t r = 0; r < REASON_COUNT; r++)
		if (!idset_is_empty(&nodes[r]))
			placement_note(build, "placement='auto': not %s: %s", NODES_TEXT(&nodes[r]),
				       texts[r]);
}

static struct offer offer_of_best(const struct search *search)
{
	struct offer sum = { 0 };

	for (size_t i = 0; i < search->facts->n_nodes; i++)
		if (search->best[i])
			add_offer(&sum, &search->offers[i]);
	return sum;
}

static void explain(struct placement_build *build, const struct search *search,
		    enum outcome outcome)
{
	static const char *const texts[] = {
		[OUTCOME_FAST] = "chosen for",
		[OUTCOME_SLOW] = "chosen, nodes without CPUs among them because the others are not "
				 "enough, for",
		[OUTCOME_SHORT] = "are not enough, but there is nothing else, for",
	};
	const struct wanted *wanted = &search->wanted;
	const char *there = build->facts->has_free ? "available" : "in size";
	struct offer sum = offer_of_best(search);

	placement_note(build,
		       "placement='auto': %s %s %u vCPUs and %s (with page tables and the VMM "
		       "itself); there: %u CPUs, %s %s",
		       NODES_TEXT(&build->placement->advice), texts[outcome], wanted->vcpus,
		       WANTED_TEXT(wanted->base_bytes), sum.cpus, SIZE_TEXT(sum.base_bytes), there);
	for (size_t i = 0; i < wanted->n_pools; i++)
		placement_note(
			build, "placement='auto': %s of huge pages of %s wanted, %s free there",
			WANTED_TEXT(wanted->pools[i].bytes), SIZE_TEXT(wanted->pools[i].page_bytes),
			SIZE_TEXT(sum.pools_bytes[i]));
	explain_others(build, search, outcome);
}

/* ---- all together ----------------------------------------------------------------------------- */

static void fill_offers(struct search *search)
{
	const struct host_facts *facts = search->facts;
	unsigned int cpus = 0;

	for (size_t i = 0; i < facts->n_nodes; i++) {
		const struct host_node *node = &facts->node[i];
		struct offer *offer = &search->offers[i];

		offer->base_bytes = placement_node_room_bytes(facts, node, 0);
		for (size_t p = 0; p < search->wanted.n_pools; p++)
			offer->pools_bytes[p] = placement_node_room_bytes(
				facts, node, search->wanted.pools[p].page_bytes);
		offer->cpus = usable_cpus(facts, node);
		cpus += offer->cpus;
	}
	search->wanted.cpus = MIN(search->wanted.vcpus, cpus);
}

int placement_advise(struct placement_build *build, struct err *err)
{
	const struct host_facts *facts = build->facts;
	size_t n = facts->n_nodes;
	autofree struct offer *offers = calloc(n + 1, sizeof(*offers));
	autofree bool *candidate = calloc(n + 1, sizeof(bool));
	autofree bool *member = calloc(n + 1, sizeof(bool)), *best = calloc(n + 1, sizeof(bool));
	autofree unsigned int *distance = calloc(n + 1, sizeof(*distance));
	struct search search = {
		.facts = facts,
		.wanted = want(build),
		.offers = offers,
		.candidate = candidate,
		.member = member,
		.best = best,
		.distance = distance,
	};
	struct idset *advice = &build->placement->advice;
	enum outcome outcome;

	if (!offers || !candidate || !member || !best || !distance)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "placement");
	fill_offers(&search);
	outcome = choose(&search);
	for (size_t i = 0; i < n; i++)
		if (search.best[i])
			idset_add(advice, facts->node[i].id);
	for (size_t w = 0; w < ARRAY_SIZE(advice->words); w++)
		advice->words[w] &= facts->memory_nodes.words[w];
	explain(build, &search, outcome);
	return 0;
}
