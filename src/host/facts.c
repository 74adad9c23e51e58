/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host facts from the kernel's files: see facts.h.
 *
 * Files (Documentation/ABI/stable/sysfs-devices-node): node/online, node/has_memory,
 * nodeN/cpulist, nodeN/meminfo, nodeN/distance (one number per online node, in their order),
 * nodeN/hugepages/hugepages-<size>kB/{nr,free}_hugepages. A kernel built without NUMA has no node
 * directory: there the whole machine is node 0, read from cpu/online and proc/meminfo.
 */
#include "host/facts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "host/sysfs.h"

#define NODE_DIR "sys/devices/system/node"
#define CPU_DIR	 "sys/devices/system/cpu"

void host_facts_free(struct host_facts *facts)
{
	if (!facts)
		return;
	free(facts->node);
	free(facts->distances);
	free(facts);
}

static bool has_node_dir(int root_fd)
{
	return !faccessat(root_fd, NODE_DIR, F_OK, 0);
}

static int read_node_sets(int root_fd, struct idset *ret_nodes, struct idset *ret_memory_nodes,
			  struct err *err)
{
	int ret = host_sysfs_read_idset(root_fd, NODE_DIR "/has_memory", HOST_NODE_MAX,
					ret_memory_nodes, err);

	if (ret == -ENOENT && !has_node_dir(root_fd)) {
		*ret_nodes = *ret_memory_nodes = IDSET_EMPTY;
		idset_add(ret_nodes, 0);
		idset_add(ret_memory_nodes, 0);
		return 0;
	}
	if (ret < 0)
		return ret;
	return host_sysfs_read_idset(root_fd, NODE_DIR "/online", HOST_NODE_MAX, ret_nodes, err);
}

int host_facts_read_nodes(int root_fd, struct host_facts **ret_facts, struct err *err)
{
	AUTO(host_facts) facts = calloc(1, sizeof(*facts));
	int ret;

	if (!facts)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "host facts");
	ret = read_node_sets(root_fd, &facts->nodes, &facts->memory_nodes, err);
	if (ret < 0)
		return ret;
	*ret_facts = TAKE_PTR(facts);
	return 0;
}

/*
 * Clean page cache can be had at once: all file pages but shared memory, which needs swap. The
 * kernel's own MemAvailable exists for the whole machine only.
 */
static void sum_available(const char *meminfo, struct host_node *node)
{
	uint64_t file = 0, shmem = 0, slab = 0;

	host_meminfo_find(meminfo, "MemTotal", &node->memory_bytes);
	host_meminfo_find(meminfo, "MemFree", &node->free_bytes);
	if (host_meminfo_find(meminfo, "FilePages", &file) < 0)
		host_meminfo_find(meminfo, "Cached", &file);
	host_meminfo_find(meminfo, "Shmem", &shmem);
	host_meminfo_find(meminfo, "SReclaimable", &slab);
	node->available_bytes = node->free_bytes + (file > shmem ? file - shmem : 0) + slab;
}

static int read_meminfo(int root_fd, const char *path, struct host_node *node, struct err *err)
{
	char text[8192];
	int ret = host_sysfs_read(root_fd, path, text, sizeof(text), err);

	if (ret < 0)
		return ret;
	sum_available(text, node);
	return 0;
}

static int read_pool_number(int dir_fd, const char *pool, const char *file, uint64_t *ret_pages,
			    struct err *err)
{
	char path[320];

	snprintf(path, sizeof(path), "%s/%s", pool, file);
	return host_sysfs_read_number(dir_fd, path, ret_pages, err);
}

static void insert_pool(struct host_node *node, struct host_pool pool)
{
	size_t at = node->n_pools;

	if (at == HOST_POOL_MAX)
		return;
	for (; at && node->pools[at - 1].page_bytes > pool.page_bytes; at--)
		node->pools[at] = node->pools[at - 1];
	node->pools[at] = pool;
	node->n_pools++;
}

/* "hugepages-2048kB" -> 2 MiB; 0 for another name. */
static uint64_t pool_page_bytes(const char *name)
{
	static const char prefix[] = "hugepages-";
	uint64_t kib = 0;
	const char *p = name + sizeof(prefix) - 1;

	if (strncmp(name, prefix, sizeof(prefix) - 1))
		return 0;
	for (; *p >= '0' && *p <= '9' && kib <= GIB; p++)
		kib = kib * 10 + (uint64_t)(*p - '0');
	return strcmp(p, "kB") ? 0 : kib * KIB;
}

static void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* A kernel without huge pages has no directory: no pools. */
static int read_pools(int root_fd, const char *path, struct host_node *node, struct err *err)
{
	int fd = openat(root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	__attribute__((cleanup(close_dir))) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (!dir) {
		int ret = -errno;

		if (fd >= 0)
			close(fd);
		return err_set_errno(err, ERR_HOST, ret, NULL, "cannot open /%s", path);
	}
	while ((entry = readdir(dir))) {
		struct host_pool pool = { .page_bytes = pool_page_bytes(entry->d_name) };
		int ret;

		if (!pool.page_bytes)
			continue;
		ret = read_pool_number(dirfd(dir), entry->d_name, "nr_hugepages", &pool.total_pages,
				       err);
		if (ret == 0)
			ret = read_pool_number(dirfd(dir), entry->d_name, "free_hugepages",
					       &pool.free_pages, err);
		if (ret < 0)
			return ret;
		insert_pool(node, pool);
	}
	return 0;
}

static int read_node(int root_fd, unsigned int id, struct host_node *node, struct err *err)
{
	char path[96];
	int ret;

	node->id = id;
	snprintf(path, sizeof(path), NODE_DIR "/node%u/cpulist", id);
	ret = host_sysfs_read_idset(root_fd, path, IDSET_MAX, &node->cpus, err);
	if (ret < 0)
		return ret;
	snprintf(path, sizeof(path), NODE_DIR "/node%u/meminfo", id);
	ret = read_meminfo(root_fd, path, node, err);
	if (ret < 0)
		return ret;
	snprintf(path, sizeof(path), NODE_DIR "/node%u/hugepages", id);
	return read_pools(root_fd, path, node, err);
}

static int read_whole_machine(int root_fd, struct host_node *node, struct err *err)
{
	int ret = host_sysfs_read_idset(root_fd, "sys/devices/system/cpu/online", IDSET_MAX,
					&node->cpus, err);

	if (ret < 0)
		return ret;
	ret = read_meminfo(root_fd, "proc/meminfo", node, err);
	if (ret < 0)
		return ret;
	return read_pools(root_fd, "sys/kernel/mm/hugepages", node, err);
}

/* One row of n numbers from nodeN/distance into row; false when the text has another shape. */
static bool parse_distance_row(const char *text, size_t n, uint8_t *row)
{
	const char *p = text;

	for (size_t i = 0; i < n; i++) {
		unsigned int value = 0;

		while (*p == ' ')
			p++;
		if (*p < '0' || *p > '9')
			return false;
		for (; *p >= '0' && *p <= '9' && value < 256; p++)
			value = value * 10 + (unsigned int)(*p - '0');
		if (value > 255)
			return false;
		row[i] = (uint8_t)value;
	}
	return *p == '\0';
}

/* Distances are a help, never a need: a row that cannot be read leaves them unknown. */
static void read_distances(int root_fd, struct host_facts *facts)
{
	size_t n = facts->n_nodes;
	autofree uint8_t *distances = calloc(n, n);

	if (!distances)
		return;
	for (size_t i = 0; i < n; i++) {
		char path[96], text[4096];

		snprintf(path, sizeof(path), NODE_DIR "/node%u/distance", facts->node[i].id);
		if (host_sysfs_read(root_fd, path, text, sizeof(text), NULL) < 0 ||
		    !parse_distance_row(text, n, distances + i * n))
			return;
	}
	facts->distances = TAKE_PTR(distances);
}

/* The files are younger than some trees that tests and captured hosts bring: absent means usual. */
static void read_cpus(int root_fd, struct host_facts *facts)
{
	if (host_sysfs_read_idset(root_fd, CPU_DIR "/online", IDSET_MAX, &facts->online_cpus,
				  NULL) < 0)
		for (size_t i = 0; i < facts->n_nodes; i++)
			idset_union(&facts->online_cpus, &facts->node[i].cpus);
	host_sysfs_read_idset(root_fd, CPU_DIR "/isolated", IDSET_MAX, &facts->isolated_cpus, NULL);
}

static void read_huge_page_size(int root_fd, struct host_facts *facts)
{
	char text[8192];

	if (host_sysfs_read(root_fd, "proc/meminfo", text, sizeof(text), NULL) > 0)
		host_meminfo_find(text, "Hugepagesize", &facts->huge_page_bytes);
}

int host_facts_read(int root_fd, struct host_facts **ret_facts, struct err *err)
{
	AUTO(host_facts) facts = NULL;
	bool numa = has_node_dir(root_fd);
	int ret = host_facts_read_nodes(root_fd, &facts, err);

	if (ret < 0)
		return ret;
	facts->node = calloc(idset_count(&facts->nodes), sizeof(*facts->node));
	if (!facts->node)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "host facts");
	for (int id = idset_next(&facts->nodes, 0); id >= 0;
	     id = idset_next(&facts->nodes, (unsigned int)id + 1)) {
		struct host_node *node = &facts->node[facts->n_nodes++];

		ret = numa ? read_node(root_fd, (unsigned int)id, node, err)
			   : read_whole_machine(root_fd, node, err);
		if (ret < 0)
			return ret;
	}
	if (numa)
		read_distances(root_fd, facts);
	read_cpus(root_fd, facts);
	read_huge_page_size(root_fd, facts);
	host_tiering_read(root_fd, &facts->tiering);
	facts->has_free = true;
	*ret_facts = TAKE_PTR(facts);
	return 0;
}

const struct host_node *host_facts_node(const struct host_facts *facts, unsigned int id)
{
	for (size_t i = 0; i < facts->n_nodes; i++)
		if (facts->node[i].id == id)
			return &facts->node[i];
	return NULL;
}

unsigned int host_facts_distance(const struct host_facts *facts, unsigned int from, unsigned int to)
{
	const struct host_node *a = host_facts_node(facts, from), *b = host_facts_node(facts, to);

	if (!a || !b || !facts->distances)
		return 0;
	return facts
		->distances[(size_t)(a - facts->node) * facts->n_nodes + (size_t)(b - facts->node)];
}

const struct host_pool *host_node_pool(const struct host_node *node, uint64_t page_bytes)
{
	for (size_t i = 0; i < node->n_pools; i++)
		if (node->pools[i].page_bytes == page_bytes)
			return &node->pools[i];
	return NULL;
}

/* The node with CPUs that is nearest to one of nodes; NULL when that is not known. */
static const struct host_node *nearest_node(const struct host_facts *facts,
					    const struct idset *nodes)
{
	const struct host_node *best = NULL;
	unsigned int best_distance = 256;

	for (size_t i = 0; i < facts->n_nodes; i++) {
		if (idset_is_empty(&facts->node[i].cpus))
			continue;
		for (int to = idset_next(nodes, 0); to >= 0;
		     to = idset_next(nodes, (unsigned int)to + 1)) {
			unsigned int distance = host_facts_distance(facts, facts->node[i].id,
								    (unsigned int)to);

			if (!distance || distance >= best_distance)
				continue;
			best_distance = distance;
			best = &facts->node[i];
		}
	}
	return best;
}

static int nearest_cpus(int root_fd, const struct idset *nodes, struct idset *ret_cpus,
			struct err *err)
{
	AUTO(host_facts) facts = NULL;
	const struct host_node *best;
	int ret = host_facts_read(root_fd, &facts, err);

	if (ret < 0)
		return ret;
	best = nearest_node(facts, nodes);
	*ret_cpus = best ? best->cpus : IDSET_EMPTY;
	return 0;
}

void host_facts_near_cpus(const struct host_facts *facts, const struct idset *nodes,
			  struct idset *ret_cpus)
{
	struct idset cpus = IDSET_EMPTY, free;
	const struct host_node *nearest;

	for (size_t i = 0; i < facts->n_nodes; i++)
		if (idset_has(nodes, facts->node[i].id))
			idset_union(&cpus, &facts->node[i].cpus);
	if (idset_is_empty(&cpus) && (nearest = nearest_node(facts, nodes)))
		cpus = nearest->cpus;
	for (size_t w = 0; w < ARRAY_SIZE(cpus.words); w++) {
		cpus.words[w] &= facts->online_cpus.words[w];
		free.words[w] = cpus.words[w] & ~facts->isolated_cpus.words[w];
	}
	*ret_cpus = idset_is_empty(&free) ? cpus : free;
}

int host_nodes_cpus(int root_fd, const struct idset *nodes, struct idset *ret_cpus, struct err *err)
{
	struct idset cpus = IDSET_EMPTY;

	if (!has_node_dir(root_fd))
		return host_sysfs_read_idset(root_fd, CPU_DIR "/online", IDSET_MAX, ret_cpus, err);
	for (int id = idset_next(nodes, 0); id >= 0; id = idset_next(nodes, (unsigned int)id + 1)) {
		struct idset own;
		char path[96];
		int ret;

		snprintf(path, sizeof(path), NODE_DIR "/node%d/cpulist", id);
		ret = host_sysfs_read_idset(root_fd, path, IDSET_MAX, &own, err);
		if (ret < 0)
			return ret;
		idset_union(&cpus, &own);
	}
	if (idset_is_empty(&cpus))
		return nearest_cpus(root_fd, nodes, ret_cpus, err);
	*ret_cpus = cpus;
	return 0;
}

static void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

/* "   high     1234" in /proc/zoneinfo: the pages of that line, else 0. */
static uint64_t high_watermark_pages(const char *line)
{
	unsigned long long pages = 0;

	return sscanf(line, " high %llu", &pages) == 1 ? pages : 0;
}

/*
 * What the kernel keeps for itself on nodes: the zones' high watermarks (proc/zoneinfo). Below
 * them it reclaims, and a bound allocation that finds nothing to reclaim ends in the OOM killer.
 * The file has lines for each CPU, so it is read by line. 0 where it does not exist.
 */
static uint64_t kernel_reserve_bytes(int root_fd, const struct idset *nodes)
{
	int fd = openat(root_fd, "proc/zoneinfo", O_RDONLY | O_CLOEXEC);
	__attribute__((cleanup(close_file))) FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	uint64_t pages = 0;
	unsigned int node;
	bool wanted = false;
	char line[256];

	if (!file) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %u,", &node) == 1)
			wanted = idset_has(nodes, node);
		else if (wanted)
			pages += high_watermark_pages(line);
	}
	return pages * 4 * KIB;
}

int host_nodes_available(int root_fd, const struct idset *nodes, uint64_t huge_bytes,
			 uint64_t *ret_bytes, struct err *err)
{
	bool numa = has_node_dir(root_fd);
	uint64_t sum = 0, reserve = 0;

	for (int id = idset_next(nodes, 0); id >= 0; id = idset_next(nodes, (unsigned int)id + 1)) {
		struct host_node node = { 0 };
		const struct host_pool *pool;
		int ret = numa ? read_node(root_fd, (unsigned int)id, &node, err)
			       : read_whole_machine(root_fd, &node, err);

		if (ret < 0)
			return ret;
		if (!huge_bytes) {
			sum += node.available_bytes;
			continue;
		}
		pool = host_node_pool(&node, huge_bytes);
		if (!pool)
			return err_set(err, ERR_HOST, -ENOENT, NULL,
				       "node %d has no huge pages of %" PRIu64 " KiB", id,
				       huge_bytes / KIB);
		sum += pool->free_pages * pool->page_bytes;
	}
	if (!huge_bytes)
		reserve = kernel_reserve_bytes(root_fd, nodes);
	*ret_bytes = sum > reserve ? sum - reserve : 0;
	return 0;
}
