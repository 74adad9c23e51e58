/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of a VMM from outside: see ranges.h. */
#include "manager/ranges.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/pages.h"
#include "manager/process.h"

#define PAGE_BYTES  UINT64_C(4096)
#define BATCH_PAGES 4096u

static FILE *open_proc(pid_t pid, const char *file, struct err *err)
{
	char path[64];
	FILE *stream;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	stream = fopen(path, "re");
	if (!stream)
		err_set_errno(err, ERR_HOST, -errno, NULL, "%s", path);
	return stream;
}

/* ---- finding ---------------------------------------------------------------------------------- */

static int add_piece(struct ranges *ranges, uint64_t start, uint64_t size_bytes)
{
	struct range *last = ranges->n ? &ranges->pieces[ranges->n - 1] : NULL;

	if (last && last->start + last->size_bytes == start) {
		last->size_bytes += size_bytes;
		return 0;
	}
	if (ranges->n == RANGES_MAX)
		return -E2BIG;
	ranges->pieces[ranges->n++] = (struct range){ start, size_bytes };
	return 0;
}

/* Does this line of maps (proc(5)) belong to the backend? */
static bool is_line_of(const char *line, const char *id)
{
	static const char mark[] = "terrace:";
	const char *at = strstr(line, mark);
	size_t length = strlen(id);

	if (!at)
		return false;
	at += strlen(mark);
	return !strncmp(at, id, length) && strchr("] \n", at[length]);
}

int ranges_find_named(pid_t pid, const char *id, struct ranges *ret_ranges, struct err *err)
{
	FILE *maps = open_proc(pid, "maps", err);
	struct ranges ranges = { 0 };
	char line[1024];
	int ret = 0;

	if (!maps)
		return -ESRCH;
	while (!ret && fgets(line, sizeof(line), maps)) {
		char *end;
		uint64_t start = strtoull(line, &end, 16);

		if (*end == '-' && is_line_of(end, id))
			ret = add_piece(&ranges, start, strtoull(end + 1, NULL, 16) - start);
	}
	fclose(maps);
	if (!ret && !ranges.n)
		ret = -ENOENT;
	if (ret < 0)
		return err_set(err, ERR_HOST, ret, NULL, "memory of backend '%s' is not found", id);
	*ret_ranges = ranges;
	return 0;
}

/* "/objects/ram-node0" or "ram-node0". */
static bool is_block_of(const char *name, const char *id)
{
	const char *slash = strrchr(name, '/');

	return !strcmp(slash ? slash + 1 : name, id);
}

int ranges_find_in_ramblocks(const char *text, const char *id, struct ranges *ret_ranges,
			     struct err *err)
{
	unsigned long long offset, used, total, address;
	char name[128], page[32], unit[16];

	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		while (*line == '\n')
			line++;
		if (sscanf(line, " %127s %31s %15s 0x%llx 0x%llx 0x%llx 0x%llx", name, page, unit,
			   &offset, &used, &total, &address) != 7 ||
		    !is_block_of(name, id))
			continue;
		if (!is_aligned(address | used, PAGE_BYTES) || !used)
			break;
		*ret_ranges = (struct ranges){ .pieces = { { address, used } }, .n = 1 };
		return 0;
	}
	return err_set(err, ERR_HOST, -ENOENT, NULL, "memory of backend '%s' is not found", id);
}

/* ---- counting --------------------------------------------------------------------------------- */

static bool is_inside(const struct ranges *ranges, uint64_t address)
{
	for (size_t i = 0; i < ranges->n; i++)
		if (range_contains(ranges->pieces[i], address, 1))
			return true;
	return false;
}

/* "7f00 default anon=5 N0=3 N2=2 kernelpagesize_kB=4": numa(7). */
static uint64_t strays_of_line(char *line, const struct idset *nodes)
{
	uint64_t pages = 0, page_kib = 4;
	char *save, *word;

	for (word = strtok_r(line, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
		unsigned int node;
		unsigned long long count;

		if (sscanf(word, "N%u=%llu", &node, &count) == 2 &&
		    (node >= IDSET_MAX || !idset_has(nodes, node)))
			pages += count;
		else if (sscanf(word, "kernelpagesize_kB=%llu", &count) == 1)
			page_kib = count;
	}
	return pages * page_kib / 4;
}

int ranges_count_strays(pid_t pid, const struct ranges *ranges, const struct idset *nodes,
			uint64_t *ret_pages, struct err *err)
{
	FILE *maps = open_proc(pid, "numa_maps", err);
	autofree char *line = NULL;
	uint64_t pages = 0;
	size_t size = 0;

	if (!maps)
		return err ? err->code : -ESRCH;
	while (getline(&line, &size, maps) > 0)
		if (is_inside(ranges, strtoull(line, NULL, 16)))
			pages += strays_of_line(line, nodes);
	fclose(maps);
	*ret_pages = pages;
	return 0;
}

/* ---- moving ----------------------------------------------------------------------------------- */

struct mover {
	pid_t pid;
	const struct idset *nodes;
	uint64_t addresses[BATCH_PAGES];
	int where[BATCH_PAGES], wanted[BATCH_PAGES];
};

/* Keeps of n addresses those of pages that are on wrong nodes. */
static size_t keep_strays(struct mover *mover, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (mover->where[i] >= 0 && !idset_has(mover->nodes, (unsigned int)mover->where[i]))
			mover->addresses[kept++] = mover->addresses[i];
	return kept;
}

/* Each node of the set in turn, until one has room. Returns the pages that stay. */
static size_t move_batch(struct mover *mover, size_t n)
{
	for (int id = idset_next(mover->nodes, 0); n && id >= 0;
	     id = idset_next(mover->nodes, (unsigned int)id + 1)) {
		for (size_t i = 0; i < n; i++)
			mover->wanted[i] = id;
		if (host_pages_move(mover->pid, mover->addresses, mover->wanted, n, mover->where,
				    NULL) < 0)
			continue;
		n = keep_strays(mover, n);
	}
	return n;
}

static int move_piece(struct mover *mover, struct range piece, int64_t deadline_ms, uint64_t *left,
		      uint64_t *todo, struct err *err)
{
	for (uint64_t at = 0; at < piece.size_bytes && *todo;) {
		size_t n = 0, strays;
		int ret;

		while (n < BATCH_PAGES && at < piece.size_bytes) {
			mover->addresses[n++] = piece.start + at;
			at += PAGE_BYTES;
		}
		ret = host_pages_where(mover->pid, mover->addresses, n, mover->where, err);
		if (ret < 0)
			return ret;
		strays = keep_strays(mover, n);
		*todo -= MIN(*todo, (uint64_t)strays);
		*left += strays && process_now_ms() > deadline_ms ? strays
								  : move_batch(mover, strays);
	}
	return 0;
}

int ranges_move_strays(pid_t pid, const struct ranges *ranges, const struct idset *nodes,
		       int64_t deadline_ms, uint64_t *ret_left, struct err *err)
{
	autofree struct mover *mover = calloc(1, sizeof(*mover));
	uint64_t todo, left = 0;
	int ret = ranges_count_strays(pid, ranges, nodes, &todo, err);

	if (ret < 0)
		return ret;
	if (!mover)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "moving pages");
	mover->pid = pid;
	mover->nodes = nodes;
	for (size_t i = 0; ret == 0 && todo && i < ranges->n; i++)
		ret = move_piece(mover, ranges->pieces[i], deadline_ms, &left, &todo, err);
	if (ret == 0)
		*ret_left = left;
	return ret;
}
