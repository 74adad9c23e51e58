/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pagenodes: on which host nodes the pages of a running machine's backends are, seen from outside.
 *
 * usage: pagenodes PID                    every backend, one line each
 *        pagenodes PID --backend ID       one
 *        pagenodes PID --size SIZE        the private anonymous range of that size (2G, 512M, ...)
 *        pagenodes PID --start SIZE       only where that range starts, as in /proc/PID/numa_maps
 *        pagenodes PID START SIZE         that range (0x... or a size)
 *
 * A line is "NAME total=PAGES N0=PAGES N1=PAGES ... absent=PAGES", in pages of 4 KiB; nodes without
 * pages are left out. Exit status 1: nothing found, or the kernel refused.
 *
 * Backends are found in /proc/PID/maps by the names [anon:terrace:ID] and /memfd:terrace:ID. A
 * kernel without CONFIG_ANON_VMA_NAME shows no names for anonymous memory: use --size there.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "base/util.h"
#include "host/pages.h"

#define MARK "terrace:"

/* Adjacent pieces with one name are one backend: an advice or lock may have cut the mapping. */
struct mapping {
	uint64_t start, end;
	char name[256]; /* the backend's id, or "" */
	bool anonymous;
};

static int usage(void)
{
	fprintf(stderr,
		"usage: pagenodes PID [--backend ID | --size SIZE | --start SIZE | START SIZE]\n");
	return 1;
}

static void backend_id(const char *path, char *buf, size_t buf_size)
{
	const char *mark = strstr(path, MARK);
	size_t length;

	buf[0] = '\0';
	if (!mark)
		return;
	mark += strlen(MARK);
	length = strcspn(mark, "] \n");
	snprintf(buf, buf_size, "%.*s", (int)length, mark);
}

/* "7f00-7f10 rw-p 00000000 00:00 0    [anon:terrace:m0]" (proc(5)). */
static bool parse_line(char *line, struct mapping *mapping)
{
	char *end, *path;
	unsigned long long inode;
	int at = 0;

	mapping->start = strtoull(line, &end, 16);
	if (*end != '-')
		return false;
	mapping->end = strtoull(end + 1, &end, 16);
	if (sscanf(end, " %*4s %*x %*x:%*x %llu %n", &inode, &at) < 1)
		return false;
	path = end + at;
	backend_id(path, mapping->name, sizeof(mapping->name));
	mapping->anonymous = !inode && (!*path || *path == '\n' || strstr(path, "[anon:"));
	return true;
}

static bool continues(const struct mapping *a, const struct mapping *b)
{
	return a->end == b->start && a->anonymous == b->anonymous && !strcmp(a->name, b->name);
}

static int print_range(int pid, const char *name, uint64_t start, uint64_t size_bytes)
{
	struct host_residency *counts = calloc(1, sizeof(*counts));
	struct err err = ERR_INIT;
	char text[1024];

	if (!counts)
		return -ENOMEM;
	if (host_pages_count(pid, start, size_bytes, 4096, counts, &err) < 0) {
		fprintf(stderr, "pagenodes: %s\n", err_text(&err, text, sizeof(text)));
		free(counts);
		return -EIO;
	}
	printf("%s total=%" PRIu64, name, size_bytes / 4096);
	for (unsigned int node = 0; node < HOST_NODE_MAX; node++)
		if (counts->pages[node])
			printf(" N%u=%" PRIu64, node, counts->pages[node]);
	printf(" absent=%" PRIu64 "\n", counts->absent);
	free(counts);
	return 0;
}

struct wish {
	int pid;
	const char *backend; /* or NULL */
	uint64_t size_bytes; /* or 0 */
	bool start_only;
	unsigned int found;
};

static int consider(struct wish *wish, const struct mapping *mapping)
{
	uint64_t size_bytes = mapping->end - mapping->start;
	const char *name = mapping->name;

	if (wish->size_bytes) {
		if (!mapping->anonymous || size_bytes != wish->size_bytes)
			return 0;
		name = *name ? name : "anonymous";
	} else if (!*name || (wish->backend && strcmp(name, wish->backend))) {
		return 0;
	}
	wish->found++;
	if (wish->start_only)
		return printf("%" PRIx64 "\n", mapping->start) < 0 ? -EIO : 0;
	return print_range(wish->pid, name, mapping->start, size_bytes);
}

static int walk(struct wish *wish, FILE *maps)
{
	struct mapping whole = { 0 }, piece;
	char line[1024];
	int ret = 0;

	while (ret == 0 && fgets(line, sizeof(line), maps)) {
		if (!parse_line(line, &piece))
			continue;
		/* Nameless neighbours need not belong together. */
		if (*piece.name && continues(&whole, &piece)) {
			whole.end = piece.end;
			continue;
		}
		if (whole.end)
			ret = consider(wish, &whole);
		whole = piece;
	}
	if (ret == 0 && whole.end)
		ret = consider(wish, &whole);
	return ret;
}

static int print_backends(struct wish *wish)
{
	char path[64];
	FILE *maps;
	int ret;

	snprintf(path, sizeof(path), "/proc/%d/maps", wish->pid);
	maps = fopen(path, "re");
	if (!maps) {
		perror(path);
		return 1;
	}
	ret = walk(wish, maps);
	fclose(maps);
	if (ret == 0 && !wish->found) {
		fprintf(stderr,
			"pagenodes: no such memory in process %d (a kernel without "
			"CONFIG_ANON_VMA_NAME hides names: use --size)\n",
			wish->pid);
		ret = -ENOENT;
	}
	return ret < 0;
}

int main(int argc, char **argv)
{
	uint64_t pid, start, size_bytes;
	struct wish wish = { 0 };

	if (argc < 2 || number_parse(argv[1], &pid) < 0 || !pid || pid > INT32_MAX)
		return usage();
	wish.pid = (int)pid;
	if (argc == 2)
		return print_backends(&wish);
	if (argc != 4 || size_parse(argv[3], 1, &size_bytes) < 0)
		if (argc != 4 || strcmp(argv[2], "--backend") != 0)
			return usage();
	if (!strcmp(argv[2], "--backend"))
		wish.backend = argv[3];
	else if (!strcmp(argv[2], "--size") || !strcmp(argv[2], "--start"))
		wish.size_bytes = size_bytes;
	else if (number_parse(argv[2], &start) == 0 && is_aligned(start | size_bytes, 4096))
		return print_range(wish.pid, "range", start, size_bytes) < 0;
	else
		return usage();
	wish.start_only = !strcmp(argv[2], "--start");
	return print_backends(&wish);
}
