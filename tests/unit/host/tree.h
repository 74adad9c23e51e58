/* SPDX-License-Identifier: Apache-2.0 */
/* A made root directory for tests of readers of sysfs and procfs. */
#ifndef TERRACE_TESTS_HOST_TREE_H
#define TERRACE_TESTS_HOST_TREE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tree {
	char path[64];
	int fd;
};

static inline void tree_init(struct tree *tree)
{
	strcpy(tree->path, "/tmp/terrace-tree-XXXXXX");
	if (!mkdtemp(tree->path))
		abort();
	tree->fd = open(tree->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (tree->fd < 0)
		abort();
}

static inline void tree_fini(struct tree *tree)
{
	char command[96];

	close(tree->fd);
	snprintf(command, sizeof(command), "rm -rf '%s'", tree->path);
	if (system(command))
		abort();
}

/* Writes a file, making the directories above it. */
static inline void tree_write(struct tree *tree, const char *path, const char *text)
{
	char dir[256];
	int fd;

	snprintf(dir, sizeof(dir), "%s", path);
	for (char *p = strchr(dir, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdirat(tree->fd, dir, 0755);
		*p = '/';
	}
	fd = openat(tree->fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
}

#define NODE "sys/devices/system/node/"

/* One node's files; cpus may be "". */
static inline void tree_add_node(struct tree *tree, int id, const char *cpus, unsigned long kib,
				 unsigned long free_kib, const char *distances)
{
	char path[128], text[512];

	snprintf(path, sizeof(path), NODE "node%d/cpulist", id);
	snprintf(text, sizeof(text), "%s\n", cpus);
	tree_write(tree, path, text);
	snprintf(path, sizeof(path), NODE "node%d/distance", id);
	snprintf(text, sizeof(text), "%s\n", distances);
	tree_write(tree, path, text);
	snprintf(path, sizeof(path), NODE "node%d/meminfo", id);
	snprintf(text, sizeof(text),
		 "Node %d MemTotal:       %lu kB\nNode %d MemFree:        %lu kB\n"
		 "Node %d FilePages:      100 kB\nNode %d Shmem:           40 kB\n"
		 "Node %d SReclaimable:    10 kB\n",
		 id, kib, id, free_kib, id, id, id);
	tree_write(tree, path, text);
}

static inline void tree_add_pool(struct tree *tree, int id, unsigned int kib, unsigned int total,
				 unsigned int free)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), NODE "node%d/hugepages/hugepages-%ukB/nr_hugepages", id, kib);
	snprintf(text, sizeof(text), "%u\n", total);
	tree_write(tree, path, text);
	snprintf(path, sizeof(path), NODE "node%d/hugepages/hugepages-%ukB/free_hugepages", id,
		 kib);
	snprintf(text, sizeof(text), "%u\n", free);
	tree_write(tree, path, text);
}

/* Two nodes with CPUs, two slow ones without, as the test host's "tiers". */
static inline void tree_add_tiers(struct tree *tree)
{
	tree_write(tree, NODE "online", "0-3\n");
	tree_write(tree, NODE "has_memory", "0-3\n");
	tree_add_node(tree, 0, "0-1", 1000000, 800000, "10 21 17 28");
	tree_add_node(tree, 1, "2-3", 1000000, 700000, "21 10 28 17");
	tree_add_node(tree, 2, "", 2000000, 2000000, "17 28 10 28");
	tree_add_node(tree, 3, "", 2000000, 1900000, "28 17 28 10");
}

#endif
