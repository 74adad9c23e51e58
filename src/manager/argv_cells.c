/* SPDX-License-Identifier: Apache-2.0 */
/* Cells with their backends, distances, and HMAT: see argv_line.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "manager/argv_line.h"
#include "spec/spec.h"

#define DISTANCE_LOCAL	10
#define DISTANCE_REMOTE 20

/* ---- initiators ---- */

static bool has_vcpus(const struct domain_cell *cell)
{
	return !idset_is_empty(&cell->cpus.ids);
}

/*
 * The best link to the memory of target by value, or NULL. Only links to the memory itself are
 * comparable, and those of writes are not (libvirt compares all, caches too).
 */
static const struct domain_link *best_link(const struct domain_link *links, size_t n,
					   int64_t target, bool lowest)
{
	const struct domain_link *best = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct domain_link *link = &links[i];

		if (link->target.value != target || link->cache.value ||
		    link->type == DOMAIN_LINK_WRITE)
			continue;
		if (!best || (lowest ? link->value.value < best->value.value
				     : link->value.value > best->value.value))
			best = link;
	}
	return best;
}

/* Itself; or who reaches it soonest, or fastest; or the first cell with vCPUs. */
static int64_t initiator(const struct domain_numa *numa, const struct domain_cell *cell)
{
	const struct domain_interconnects *links = &numa->interconnects;
	const struct domain_link *best;

	if (has_vcpus(cell))
		return cell->id.value;
	best = best_link(links->latencies, links->n_latencies, cell->id.value, true);
	if (!best)
		best = best_link(links->bandwidths, links->n_bandwidths, cell->id.value, false);
	if (best)
		return best->initiator.value;
	for (size_t i = 0; i < numa->n_cells; i++)
		if (has_vcpus(&numa->cells[i]))
			return numa->cells[i].id.value;
	return 0;
}

/* ---- cells ---- */

static void add_cpus(struct argv_line *line, const struct idset *cpus)
{
	for (int first = idset_next(cpus, 0), last; first >= 0;
	     first = idset_next(cpus, (unsigned int)last + 1)) {
		for (last = first; last + 1 < (int)IDSET_MAX && idset_has(cpus, last + 1);)
			last++;
		argv_add(line, last > first ? ",cpus=%d-%d" : ",cpus=%d", first, last);
		if (last + 1 >= (int)IDSET_MAX)
			break;
	}
}

static int add_cell(struct argv_line *line, size_t i, struct err *err)
{
	const struct domain_numa *numa = &line->domain->cpu.numa;
	const struct domain_cell *cell = &numa->cells[i];
	/* A cell may have vCPUs and no memory. */
	bool has_memory = line->placement->cells[i].size_bytes;
	char id[32];
	int ret = 0;

	snprintf(id, sizeof(id), "ram-node%" PRId64, cell->id.value);
	if (has_memory)
		ret = argv_add_backend(line, id, &line->placement->cells[i], cell, err);
	if (ret < 0)
		return ret;
	argv_option(line, "-numa", "node,nodeid=%" PRId64, cell->id.value);
	add_cpus(line, &cell->cpus.ids);
	if (line->has_hmat)
		argv_add(line, ",initiator=%" PRId64, initiator(numa, cell));
	if (has_memory)
		argv_add(line, ",memdev=%s", id);
	argv_end(line);
	return 0;
}

/* ---- distances ---- */

/*
 * All distances, row by row: given, else that of the way back, else local or remote. False when no
 * one differs from what a machine has without being told.
 */
static bool fill_distances(const struct domain_numa *numa, uint8_t *matrix)
{
	size_t n = numa->n_cells;
	bool special = false;

	for (size_t i = 0; i < n * n; i++)
		matrix[i] = 0;
	for (size_t i = 0; i < n; i++) {
		const struct domain_distances *distances = &numa->cells[i].distances;

		for (size_t s = 0; s < distances->n_siblings; s++)
			matrix[i * n + (size_t)distances->siblings[s].id.value] =
				(uint8_t)distances->siblings[s].value.value;
	}
	/* A mirrored value lands where nothing was given, so it is never mirrored again. */
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			if (!matrix[i * n + j])
				matrix[i * n + j] = matrix[j * n + i];
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			uint8_t usual = i == j ? DISTANCE_LOCAL : DISTANCE_REMOTE;

			if (!matrix[i * n + j])
				matrix[i * n + j] = usual;
			special |= matrix[i * n + j] != usual;
		}
	return special;
}

static char *put_number(char *at, size_t number)
{
	char digits[20];
	size_t n = 0;

	do
		digits[n++] = (char)('0' + number % 10);
	while (number /= 10);
	while (n)
		*at++ = digits[--n];
	return at;
}

/* Not with formats: there are thousands of them, and they would be most of the line's cost. */
static void add_distance(struct argv_line *line, size_t from, size_t to, uint8_t value)
{
	static const char before[] = "-numa\0dist,src=";
	char text[96], *at;

	memcpy(text, before, sizeof(before) - 1);
	at = put_number(text + sizeof(before) - 1, from);
	at = put_number(stpcpy(at, ",dst="), to);
	at = put_number(stpcpy(at, ",val="), value);
	*at++ = '\0';
	strbuf_add(&line->words, text, (size_t)(at - text));
	line->n_words += 2;
}

static void add_distances(struct argv_line *line)
{
	const struct domain_numa *numa = &line->domain->cpu.numa;
	uint8_t matrix[SPEC_CELL_MAX * SPEC_CELL_MAX];
	size_t n = numa->n_cells;

	if (!fill_distances(numa, matrix))
		return;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			add_distance(line, i, j, matrix[i * n + j]);
}

/* ---- HMAT ---- */

static void add_link(struct argv_line *line, const struct domain_link *link, const char *what)
{
	static const char *const hierarchies[] = { "memory", "first-level", "second-level",
						   "third-level" };
	static const char *const types[] = { "access", "access", "read", "write" };

	argv_option(line, "-numa",
		    "hmat-lb,initiator=%" PRId64 ",target=%" PRId64
		    ",hierarchy=%s,data-type=%s-%s,%s=",
		    link->initiator.value, link->target.value, hierarchies[link->cache.value & 3],
		    types[link->type], what, what);
}

static void add_links(struct argv_line *line, const struct domain_interconnects *links)
{
	for (size_t i = 0; i < links->n_latencies; i++) {
		add_link(line, &links->latencies[i], "latency");
		argv_add(line, "%" PRId64, links->latencies[i].value.value);
		argv_end(line);
	}
	for (size_t i = 0; i < links->n_bandwidths; i++) {
		add_link(line, &links->bandwidths[i], "bandwidth");
		argv_add(line, "%" PRId64 "K", links->bandwidths[i].value.value / (int64_t)KIB);
		argv_end(line);
	}
}

/* Units: docs/notes/0003-hmat-cache-units.md. */
static void add_cache(struct argv_line *line, const struct domain_cell *cell,
		      const struct domain_cache *cache)
{
	static const char *const associativities[] = { "none", "none", "direct", "complex" };
	static const char *const policies[] = { "none", "none", "write-back", "write-through" };

	argv_option(line, "-numa",
		    "hmat-cache,node-id=%" PRId64 ",size=%" PRId64 "K,level=%" PRId64
		    ",associativity=%s,policy=%s,line=%" PRId64,
		    cell->id.value, cache->size.value_bytes.value / (int64_t)KIB,
		    cache->level.value, associativities[cache->associativity],
		    policies[cache->policy], cache->line.value_bytes.value);
	argv_end(line);
}

/* By level: QEMU wants each after the one before it. */
static void add_caches(struct argv_line *line, const struct domain_cell *cell)
{
	for (int64_t level = 1; level <= 3; level++)
		for (size_t i = 0; i < cell->n_caches; i++)
			if (cell->caches[i].level.value == level)
				add_cache(line, cell, &cell->caches[i]);
}

int argv_add_cells(struct argv_line *line, struct err *err)
{
	const struct domain_numa *numa = &line->domain->cpu.numa;
	int ret = 0;

	if (!line->placement->has_cells)
		return 0;
	for (size_t i = 0; i < numa->n_cells && ret == 0; i++)
		ret = add_cell(line, i, err);
	if (ret < 0)
		return ret;
	add_distances(line);
	add_links(line, &numa->interconnects);
	for (size_t i = 0; i < numa->n_cells; i++)
		add_caches(line, &numa->cells[i]);
	return 0;
}
