/* SPDX-License-Identifier: Apache-2.0 */
/* Tiers and the kernel's version from its files: see tiering.h. */
#include "host/tiering.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "host/facts.h"
#include "host/sysfs.h"

#define TIER_DIR "sys/devices/virtual/memory_tiering"

static void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Digits at *pos; moves behind them. Versions and tier numbers are small. */
static unsigned int read_small(const char **pos)
{
	unsigned int value = 0;

	for (; **pos >= '0' && **pos <= '9' && value < 100000; (*pos)++)
		value = value * 10 + (unsigned int)(**pos - '0');
	return value;
}

static void read_version(int root_fd, struct host_tiering *tiering)
{
	char text[256];
	const char *p = text;

	if (host_sysfs_read(root_fd, "proc/sys/kernel/osrelease", text, sizeof(text), NULL) < 0)
		return;
	tiering->kernel_major = read_small(&p);
	if (*p++ == '.')
		tiering->kernel_minor = read_small(&p);
}

static void insert_tier(struct host_tiering *tiering, const struct host_tier *tier)
{
	size_t at = tiering->n_tiers;

	if (at == HOST_TIER_MAX)
		return;
	for (; at && tiering->tiers[at - 1].id > tier->id; at--)
		tiering->tiers[at] = tiering->tiers[at - 1];
	tiering->tiers[at] = *tier;
	tiering->n_tiers++;
}

static void read_tiers(int root_fd, struct host_tiering *tiering)
{
	static const char prefix[] = "memory_tier";
	int fd = openat(root_fd, TIER_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	__attribute__((cleanup(close_dir))) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (fd >= 0 && !dir)
		close(fd);
	while (dir && (entry = readdir(dir))) {
		const char *number = entry->d_name + sizeof(prefix) - 1;
		struct host_tier tier;
		char path[320];

		/* "memory_tiering" of old kernels has no number. */
		if (strncmp(entry->d_name, prefix, sizeof(prefix) - 1) != 0 || *number < '0' ||
		    *number > '9')
			continue;
		snprintf(path, sizeof(path), "%s/nodelist", entry->d_name);
		if (host_sysfs_read_idset(dirfd(dir), path, HOST_NODE_MAX, &tier.nodes, NULL) < 0)
			continue;
		tier.id = read_small(&number);
		insert_tier(tiering, &tier);
	}
}

void host_tiering_read(int root_fd, struct host_tiering *ret_tiering)
{
	uint64_t balancing = 0;
	char text[32] = "";

	*ret_tiering = (struct host_tiering){ 0 };
	read_version(root_fd, ret_tiering);
	read_tiers(root_fd, ret_tiering);
	if (host_sysfs_read(root_fd, "sys/kernel/mm/numa/demotion_enabled", text, sizeof(text),
			    NULL) > 0)
		ret_tiering->demotion_enabled = !strcmp(text, "true") || !strcmp(text, "1");
	host_sysfs_read_number(root_fd, "proc/sys/kernel/numa_balancing", &balancing, NULL);
	ret_tiering->numa_balancing = (unsigned int)balancing;
}

static bool at_least(const struct host_tiering *tiering, unsigned int major, unsigned int minor)
{
	return tiering->kernel_major > major ||
	       (tiering->kernel_major == major && tiering->kernel_minor >= minor);
}

bool host_kernel_is(const struct host_tiering *tiering, unsigned int major, unsigned int minor)
{
	return tiering->kernel_major && at_least(tiering, major, minor);
}

bool host_kernel_before(const struct host_tiering *tiering, unsigned int major, unsigned int minor)
{
	return tiering->kernel_major && !at_least(tiering, major, minor);
}

struct idset host_slower_nodes(const struct host_tiering *tiering, unsigned int node)
{
	struct idset slower = IDSET_EMPTY;
	size_t i = 0;

	while (i < tiering->n_tiers && !idset_has(&tiering->tiers[i].nodes, node))
		i++;
	for (i++; i < tiering->n_tiers; i++)
		idset_union(&slower, &tiering->tiers[i].nodes);
	return slower;
}
