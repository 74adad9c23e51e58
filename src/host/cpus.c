/* SPDX-License-Identifier: Apache-2.0 */
/* CPU topology from the kernel's files: see cpus.h. */
#include "host/cpus.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/facts.h"
#include "host/sysfs.h"

#define CPU_DIR	 "sys/devices/system/cpu"
#define NODE_DIR "sys/devices/system/node"

void host_cpus_free(struct host_cpus *cpus)
{
	if (!cpus)
		return;
	free(cpus->cpus);
	free(cpus);
}

static bool read_number(int root_fd, unsigned int id, const char *file, uint64_t *ret_value)
{
	char path[96];

	snprintf(path, sizeof(path), CPU_DIR "/cpu%u/topology/%s", id, file);
	return host_sysfs_read_number(root_fd, path, ret_value, NULL) == 0;
}

static void read_cpu(int root_fd, unsigned int id, struct host_cpu *cpu)
{
	char path[96];

	*cpu = (struct host_cpu){ .id = id, .socket = id };
	read_number(root_fd, id, "physical_package_id", &cpu->socket);
	read_number(root_fd, id, "die_id", &cpu->die);
	read_number(root_fd, id, "core_id", &cpu->core);
	/* "-1" or 65535 where the machine has no clusters. */
	cpu->has_cluster = read_number(root_fd, id, "cluster_id", &cpu->cluster) &&
			   cpu->cluster != UINT16_MAX;
	snprintf(path, sizeof(path), CPU_DIR "/cpu%u/topology/thread_siblings_list", id);
	if (host_sysfs_read_idset(root_fd, path, IDSET_MAX, &cpu->siblings, NULL) < 0)
		idset_add(&cpu->siblings, id);
}

int host_cpus_read(int root_fd, const struct idset *online, struct host_cpus **ret_cpus,
		   struct err *err)
{
	AUTO(host_cpus) cpus = calloc(1, sizeof(*cpus));

	if (cpus)
		cpus->cpus = calloc(idset_count(online) + 1, sizeof(*cpus->cpus));
	if (!cpus || !cpus->cpus)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "CPUs of the host");
	for (int id = idset_next(online, 0); id >= 0; id = idset_next(online, (unsigned int)id + 1))
		read_cpu(root_fd, (unsigned int)id, &cpus->cpus[cpus->n++]);
	*ret_cpus = TAKE_PTR(cpus);
	return 0;
}

const struct host_cpu *host_cpus_find(const struct host_cpus *cpus, unsigned int id)
{
	size_t low = 0, high = cpus->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (cpus->cpus[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < cpus->n && cpus->cpus[low].id == id ? &cpus->cpus[low] : NULL;
}

static void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

unsigned int host_cpu_mhz(int root_fd)
{
	int fd = openat(root_fd, "proc/cpuinfo", O_RDONLY | O_CLOEXEC);
	__attribute__((cleanup(close_file))) FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	unsigned int mhz = 0;
	char line[4096];

	if (fd >= 0 && !file)
		close(fd);
	while (file && !mhz && fgets(line, sizeof(line), file))
		if (sscanf(line, "cpu MHz : %u", &mhz) != 1)
			mhz = 0;
	return mhz;
}

void host_node_access_read(int root_fd, unsigned int node, const struct idset *nodes,
			   struct host_node_access *ret_access)
{
	static const struct {
		const char *file;
		size_t offset;
	} files[] = {
		{ "read_latency", offsetof(struct host_node_access, read_latency_ns) },
		{ "write_latency", offsetof(struct host_node_access, write_latency_ns) },
		{ "read_bandwidth", offsetof(struct host_node_access, read_bandwidth_mib) },
		{ "write_bandwidth", offsetof(struct host_node_access, write_bandwidth_mib) },
	};
	struct host_node_access access = { 0 };
	char path[128];

	for (int i = idset_next(nodes, 0); i >= 0; i = idset_next(nodes, (unsigned int)i + 1)) {
		snprintf(path, sizeof(path), NODE_DIR "/node%u/access0/initiators/node%d", node, i);
		if (!faccessat(root_fd, path, F_OK, 0))
			idset_add(&access.initiators, (unsigned int)i);
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		uint64_t *value = (uint64_t *)(void *)((char *)&access + files[i].offset);

		snprintf(path, sizeof(path), NODE_DIR "/node%u/access0/initiators/%s", node,
			 files[i].file);
		host_sysfs_read_number(root_fd, path, value, NULL);
	}
	*ret_access = access;
}
