/*
 * cells: prints what the kernel knows of its NUMA nodes, one line per node, in
 * a form that scripts can take apart:
 *
 *	cell 0 cpus 0-1 mem_kib 1003412 present_kib 1048192 distances 10,21 read_latency_ns 80 \
 *		write_latency_ns 80 read_bandwidth_mib 100000 write_bandwidth_mib 100000 initiators 0
 *
 * mem_kib is what the kernel manages, present_kib what the cell has (with the kernel's own image and
 * tables).  A value that the kernel does not give is `-`.  Latencies and bandwidths are
 * those of access class 0: from the nearest initiator, which HMAT describes.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES "/sys/devices/system/node"

/* The first line of a file, or "-" when there is none or it is empty. */
static void line_read(const char *path, char *ret_line, size_t size)
{
	FILE *file = fopen(path, "re");

	if (!file || !fgets(ret_line, (int)size, file))
		ret_line[0] = '\0';
	if (file)
		fclose(file);
	ret_line[strcspn(ret_line, "\n")] = '\0';
	if (ret_line[0] == '\0')
		strcpy(ret_line, "-");
}

static void field_print(int node, const char *label, const char *name)
{
	char path[128], line[512];

	snprintf(path, sizeof(path), NODES "/node%d/%s", node, name);
	line_read(path, line, sizeof(line));
	for (char *c = line; *c; c++)
		if (*c == ' ')
			*c = ',';
	printf(" %s %s", label, line);
}

static long memory_kib(int node)
{
	char path[128], line[256];
	long kib = -1;

	snprintf(path, sizeof(path), NODES "/node%d/meminfo", node);
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		const char *total = strstr(line, "MemTotal:");

		if (total) {
			kib = strtol(total + strlen("MemTotal:"), NULL, 10);
			break;
		}
	}
	if (file)
		fclose(file);
	return kib;
}

/* Pages of all zones of a node that are memory, from /proc/zoneinfo. */
static long present_kib(int node)
{
	char line[256];
	long pages, kib = 0;
	int current = -1, id;

	FILE *file = fopen("/proc/zoneinfo", "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %d,", &id) == 1)
			current = id;
		else if (current == node && sscanf(line, " present %ld", &pages) == 1)
			kib += pages * 4;
	}
	if (file)
		fclose(file);
	return kib;
}

/* Initiators are links node0, node1, ... in access0/initiators/. */
static void initiators_print(int node)
{
	char path[128];
	unsigned long long set = 0;
	const char *comma = "";

	snprintf(path, sizeof(path), NODES "/node%d/access0/initiators", node);
	DIR *dir = opendir(path);
	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		int from;

		if (sscanf(entry->d_name, "node%d", &from) == 1 && from >= 0 && from < 64)
			set |= 1ULL << from;
	}
	if (dir)
		closedir(dir);
	printf(" initiators ");
	if (!set)
		printf("-");
	for (int from = 0; from < 64; from++) {
		if (set & 1ULL << from) {
			printf("%s%d", comma, from);
			comma = ",";
		}
	}
}

static void cell_print(int node)
{
	printf("cell %d", node);
	field_print(node, "cpus", "cpulist");
	printf(" mem_kib %ld present_kib %ld", memory_kib(node), present_kib(node));
	field_print(node, "distances", "distance");
	field_print(node, "read_latency_ns", "access0/initiators/read_latency");
	field_print(node, "write_latency_ns", "access0/initiators/write_latency");
	field_print(node, "read_bandwidth_mib", "access0/initiators/read_bandwidth");
	field_print(node, "write_bandwidth_mib", "access0/initiators/write_bandwidth");
	initiators_print(node);
	printf("\n");
}

int main(void)
{
	char path[64], line[64];

	for (int node = 0; node < 1024; node++) {
		snprintf(path, sizeof(path), NODES "/node%d/distance", node);
		line_read(path, line, sizeof(line));
		if (strcmp(line, "-") != 0)
			cell_print(node);
	}
	return 0;
}
