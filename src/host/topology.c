/* SPDX-License-Identifier: Apache-2.0 */
/* Described hosts, read by hwloc: see topology.h. */
#include "host/topology.h"

#include <errno.h>
#include <fcntl.h>
#include <hwloc.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "host/sysfs.h"

static void destroy_topology(hwloc_topology_t *topology)
{
	if (*topology)
		hwloc_topology_destroy(*topology);
}
#define AUTO_TOPOLOGY __attribute__((cleanup(destroy_topology))) hwloc_topology_t

static int fill_pools(const struct hwloc_numanode_attr_s *attr, struct host_node *node)
{
	for (unsigned int i = 0; i < attr->page_types_len; i++) {
		const struct hwloc_memory_page_type_s *type = &attr->page_types[i];

		if (type->size <= 4096 || node->n_pools == HOST_POOL_MAX)
			continue;
		/* hwloc sorts page types by size. */
		node->pools[node->n_pools++] = (struct host_pool){
			.page_bytes = type->size,
			.total_pages = type->count,
		};
	}
	return 0;
}

static int fill_node(hwloc_obj_t obj, struct host_facts *facts, struct err *err)
{
	struct host_node *node = &facts->node[facts->n_nodes];

	if (obj->os_index >= HOST_NODE_MAX)
		return err_set(err, ERR_UNSUPPORTED, -ERANGE, NULL,
			       "node %u: ids of %u and more are not supported", obj->os_index,
			       HOST_NODE_MAX);
	node->id = obj->os_index;
	node->memory_bytes = obj->attr->numanode.local_memory;
	fill_pools(&obj->attr->numanode, node);
	idset_add(&facts->nodes, node->id);
	if (node->memory_bytes)
		idset_add(&facts->memory_nodes, node->id);
	facts->n_nodes++;
	return 0;
}

struct near {
	struct host_node *node;
	hwloc_const_cpuset_t cpus; /* that are near it */
	int count;
};

/* The node that is near the fewest CPUs first, then by id. */
static int compare_near(const void *a, const void *b)
{
	const struct near *left = a, *right = b;

	if (left->count != right->count)
		return left->count < right->count ? -1 : 1;
	return (left->node->id > right->node->id) - (left->node->id < right->node->id);
}

/* Each node in that order gets what is near it and nobody's yet: see topology.h. */
static int give_cpus(hwloc_topology_t topology, struct host_facts *facts, struct err *err)
{
	autofree struct near *near = calloc(facts->n_nodes, sizeof(*near));
	struct idset given = IDSET_EMPTY;

	if (!near)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "host facts");
	for (size_t i = 0; i < facts->n_nodes; i++) {
		near[i].node = &facts->node[i];
		near[i].cpus =
			hwloc_get_numanode_obj_by_os_index(topology, facts->node[i].id)->cpuset;
		near[i].count = hwloc_bitmap_weight(near[i].cpus);
	}
	qsort(near, facts->n_nodes, sizeof(*near), compare_near);
	for (size_t i = 0; i < facts->n_nodes; i++) {
		int cpu = -1;

		while ((cpu = hwloc_bitmap_next(near[i].cpus, cpu)) >= 0) {
			if (idset_has(&given, (unsigned int)cpu) ||
			    !idset_has(&facts->online_cpus, (unsigned int)cpu))
				continue;
			idset_add(&given, (unsigned int)cpu);
			idset_add(&near[i].node->cpus, (unsigned int)cpu);
		}
	}
	return 0;
}

static int fill_cpus(hwloc_topology_t topology, struct host_facts *facts, struct err *err)
{
	hwloc_obj_t pu = NULL;

	while ((pu = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, pu))) {
		if (pu->os_index >= IDSET_MAX)
			return err_set(err, ERR_UNSUPPORTED, -ERANGE, NULL,
				       "CPU %u: ids of %u and more are not supported", pu->os_index,
				       IDSET_MAX);
		idset_add(&facts->online_cpus, pu->os_index);
	}
	return give_cpus(topology, facts, err);
}

/* Index in facts of a distance matrix's object; n_nodes when it is no known node. */
static size_t node_index(const struct host_facts *facts, hwloc_obj_t obj)
{
	const struct host_node *node = obj ? host_facts_node(facts, obj->os_index) : NULL;

	return node ? (size_t)(node - facts->node) : facts->n_nodes;
}

static void copy_distances(const struct hwloc_distances_s *from, struct host_facts *facts)
{
	size_t n = facts->n_nodes;
	autofree uint8_t *distances = calloc(n, n);

	if (!distances || from->nbobjs != n)
		return;
	for (unsigned int i = 0; i < from->nbobjs; i++)
		for (unsigned int j = 0; j < from->nbobjs; j++) {
			size_t a = node_index(facts, from->objs[i]);
			size_t b = node_index(facts, from->objs[j]);
			hwloc_uint64_t value = from->values[i * from->nbobjs + j];

			if (a == n || b == n || value > 255)
				return;
			distances[a * n + b] = (uint8_t)value;
		}
	facts->distances = TAKE_PTR(distances);
}

static void fill_distances(hwloc_topology_t topology, struct host_facts *facts)
{
	struct hwloc_distances_s *found = NULL;
	unsigned int n_found = 1;

	/* The kernel's SLIT has this name in hwloc 2.1 and newer. */
	if (hwloc_distances_get_by_name(topology, "NUMALatency", &n_found, &found, 0) < 0 ||
	    !n_found)
		return;
	copy_distances(found, facts);
	hwloc_distances_release(topology, found);
}

static int compare_nodes(const void *a, const void *b)
{
	const struct host_node *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

static int facts_from_topology(hwloc_topology_t topology, struct host_facts **ret_facts,
			       struct err *err)
{
	AUTO(host_facts) facts = calloc(1, sizeof(*facts));
	int n = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_NUMANODE);
	hwloc_obj_t obj = NULL;
	int ret;

	if (n <= 0)
		return err_set(err, ERR_USER, -EINVAL, NULL, "the topology has no NUMA node");
	if (!facts || !(facts->node = calloc((size_t)n, sizeof(*facts->node))))
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "host facts");
	while ((obj = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, obj))) {
		ret = fill_node(obj, facts, err);
		if (ret < 0)
			return ret;
	}
	qsort(facts->node, facts->n_nodes, sizeof(*facts->node), compare_nodes);
	ret = fill_cpus(topology, facts, err);
	if (ret < 0)
		return ret;
	fill_distances(topology, facts);
	*ret_facts = TAKE_PTR(facts);
	return 0;
}

static int new_topology(hwloc_topology_t *topology, struct err *err)
{
	if (hwloc_topology_init(topology) < 0) {
		*topology = NULL;
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "hwloc");
	}
	return 0;
}

int host_topology_from_xml(const char *path, struct host_facts **ret_facts, struct err *err)
{
	AUTO_TOPOLOGY topology = NULL;
	int ret;

	/* hwloc does not say whether the file or its contents are the trouble. */
	if (access(path, R_OK) < 0)
		return err_set_errno(err, ERR_USER, -errno, NULL, "cannot read '%s'", path);
	ret = new_topology(&topology, err);
	if (ret < 0)
		return ret;
	if (hwloc_topology_set_xml(topology, path) < 0 || hwloc_topology_load(topology) < 0)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "'%s' is not an hwloc XML file (make one with lstopo --of xml)",
			       path);
	return facts_from_topology(topology, ret_facts, err);
}

int host_topology_from_synthetic(const char *text, struct host_facts **ret_facts, struct err *err)
{
	AUTO_TOPOLOGY topology = NULL;
	int ret = new_topology(&topology, err);

	if (ret < 0)
		return ret;
	if (hwloc_topology_set_synthetic(topology, text) < 0 || hwloc_topology_load(topology) < 0)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "'%s' is not an hwloc synthetic topology (such as "
			       "'pack:2 numa:1(memory=64GiB) core:8')",
			       text);
	return facts_from_topology(topology, ret_facts, err);
}

int host_topology_find(const char *host, struct host_facts **ret_facts, struct err *err)
{
	autoclose int fd = -1;
	struct stat status;

	if (!host) {
		fd = host_root_open(err);
		return fd < 0 ? fd : host_facts_read(fd, ret_facts, err);
	}
	if (stat(host, &status) < 0) {
		/* What looks like a path is meant to be one. */
		if (strchr(host, '/'))
			return err_set_errno(err, ERR_USER, -errno, NULL, "cannot read '%s'", host);
		return host_topology_from_synthetic(host, ret_facts, err);
	}
	if (!S_ISDIR(status.st_mode))
		return host_topology_from_xml(host, ret_facts, err);
	fd = open(host, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set_errno(err, ERR_USER, -errno, NULL, "cannot open '%s'", host);
	return host_facts_read(fd, ret_facts, err);
}
