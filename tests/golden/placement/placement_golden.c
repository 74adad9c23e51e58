/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden cases of the placement.
 *
 * usage: placement_golden FOLDER
 *
 * Each sub-folder is a case: "domain.xml" and "host", whose first line is an hwloc synthetic
 * topology. Lines behind it say what such a string cannot:
 *
 *	node N cpus LIST		these CPUs and no others; "-" for none
 *	node N memory SIZE
 *	node N available SIZE		(the host then has free memory: give all nodes)
 *	node N pool PAGE TOTAL FREE	huge pages
 *	distances D D ...		row by row
 *	isolated LIST
 *	kernel MAJOR MINOR
 *	demotion, balancing N		as sysfs and sysctl say
 *	tier NODES			fastest first
 *	emulator NAME			one that knows neither tiering nor weighted interleave
 *
 * What comes of it is in "expected.txt": what placement_format() writes, or "error: " and the text.
 * TERRACE_GOLDEN_UPDATE=1 rewrites it.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "base/strbuf.h"
#include "base/util.h"
#include "domain/domain.h"
#include "host/topology.h"
#include "plan/placement.h"

static unsigned int n_cases, n_failures;

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(2);
}

static char *load(const char *folder, const char *name)
{
	autofree char *path = NULL;
	AUTO_STRBUF text = STRBUF_INIT;
	char block[4096];
	FILE *file;
	size_t n;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		die(folder);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		strbuf_add(&text, block, n);
	fclose(file);
	return strbuf_take(&text);
}

/* ---- the host -------------------------------------------------------------------------------- */

struct made_host {
	struct host_facts *facts;
	struct placement_emulator emulator;
	char emulator_name[64];
};

static void bad_line(const char *line)
{
	fprintf(stderr, "host: bad line '%s'\n", line);
	exit(2);
}

static uint64_t size_of(const char *text, const char *line)
{
	uint64_t bytes = 0;

	if (size_parse(text, 1, &bytes) < 0)
		bad_line(line);
	return bytes;
}

static struct idset set_of(const char *text, const char *line)
{
	struct idset set = IDSET_EMPTY;

	if (strcmp(text, "-") && idset_parse(text, IDSET_MAX, &set, NULL) < 0)
		bad_line(line);
	return set;
}

static void change_node(struct host_facts *facts, unsigned int id, const char *what,
			const char *words[3], const char *line)
{
	struct host_node *node = (struct host_node *)host_facts_node(facts, id);

	if (!node)
		bad_line(line);
	if (!strcmp(what, "cpus")) {
		node->cpus = set_of(words[0], line);
	} else if (!strcmp(what, "memory")) {
		node->memory_bytes = size_of(words[0], line);
		if (!node->memory_bytes)
			idset_del(&facts->memory_nodes, id);
	} else if (!strcmp(what, "available")) {
		facts->has_free = true;
		node->free_bytes = node->available_bytes = size_of(words[0], line);
	} else if (!strcmp(what, "pool")) {
		node->pools[node->n_pools++] = (struct host_pool){
			.page_bytes = size_of(words[0], line),
			.total_pages = size_of(words[1], line),
			.free_pages = size_of(words[2], line),
		};
	} else {
		bad_line(line);
	}
}

static void change_distances(struct host_facts *facts, char *text)
{
	size_t n = 0;

	facts->distances = calloc(facts->n_nodes, facts->n_nodes);
	for (char *word = strtok(text, " "); word && n < facts->n_nodes * facts->n_nodes;
	     word = strtok(NULL, " "))
		facts->distances[n++] = (uint8_t)strtoul(word, NULL, 10);
}

static void change_host(struct made_host *host, char *line)
{
	struct host_tiering *tiering = &host->facts->tiering;
	char a[64] = "", b[64] = "", c[64] = "", d[64] = "";
	const char *words[3] = { b, c, d };
	unsigned int id, minor;

	if (sscanf(line, "node %u %63s %63s %63s %63s", &id, a, b, c, d) >= 3)
		change_node(host->facts, id, a, words, line);
	else if (!strncmp(line, "distances ", 10))
		change_distances(host->facts, line + 10);
	else if (sscanf(line, "isolated %63s", a) == 1)
		host->facts->isolated_cpus = set_of(a, line);
	else if (sscanf(line, "kernel %u %u", &id, &minor) == 2)
		tiering->kernel_major = id, tiering->kernel_minor = minor;
	else if (!strcmp(line, "demotion"))
		tiering->demotion_enabled = true;
	else if (sscanf(line, "balancing %u", &id) == 1)
		tiering->numa_balancing = id;
	else if (sscanf(line, "tier %63s", a) == 1)
		tiering->tiers[tiering->n_tiers++].nodes = set_of(a, line);
	else if (!strncmp(line, "emulator ", 9)) {
		snprintf(host->emulator_name, sizeof(host->emulator_name), "%s", line + 9);
		host->emulator.name = host->emulator_name;
	} else
		bad_line(line);
}

static void make_host(const char *folder, struct made_host *host)
{
	autofree char *text = load(folder, "host");
	struct err err = ERR_INIT;
	char *next = text, *line;

	if (!text)
		die(folder);
	line = strsep(&next, "\n");
	if (host_topology_from_synthetic(line, &host->facts, &err) < 0) {
		fprintf(stderr, "%s: %s\n", folder, err.message);
		exit(2);
	}
	while ((line = strsep(&next, "\n")))
		if (*line)
			change_host(host, line);
}

/* ---- cases ----------------------------------------------------------------------------------- */

static struct domain_spec *read_domain(const char *folder)
{
	autofree char *text = load(folder, "domain.xml");
	struct domain_spec *domain = NULL;
	struct err err = ERR_INIT;
	char line[1024];

	if (!text)
		die(folder);
	if (domain_read(text, strlen(text), "domain.xml", 0, &domain, &err) < 0) {
		fprintf(stderr, "%s: %s\n", folder, err_text(&err, line, sizeof(line)));
		exit(2);
	}
	return domain;
}

static char *outcome(const char *folder)
{
	AUTO(domain_spec) domain = read_domain(folder);
	struct made_host host = { 0 };
	AUTO(placement) placement = NULL;
	AUTO_STRBUF out = STRBUF_INIT;
	struct err err = ERR_INIT;
	char line[1024];

	make_host(folder, &host);
	if (placement_build(domain, host.facts, host.emulator.name ? &host.emulator : NULL,
			    &placement, &err) < 0) {
		strbuf_addf(&out, "error: %s\n", err_text(&err, line, sizeof(line)));
	} else {
		struct json *json = placement_json(placement, domain, host.facts);

		placement_format(placement, domain, host.facts, &out);
		json_free(json);
	}
	host_facts_free(host.facts);
	return strbuf_take(&out);
}

static void run(const char *folder)
{
	autofree char *is = outcome(folder), *expected = load(folder, "expected.txt");
	const char *update = getenv("TERRACE_GOLDEN_UPDATE");

	n_cases++;
	if (update && !strcmp(update, "1")) {
		autofree char *path = NULL;
		FILE *file;

		if (asprintf(&path, "%s/expected.txt", folder) < 0 || !(file = fopen(path, "we")) ||
		    fputs(is, file) < 0 || fclose(file))
			die(folder);
		return;
	}
	if (expected && !strcmp(is, expected))
		return;
	n_failures++;
	fprintf(stderr, "%s:\n--- expected\n%s--- is\n%s", folder,
		expected ? expected : "(nothing)\n", is);
}

static int is_case(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type == DT_DIR;
}

int main(int argc, char **argv)
{
	struct dirent **cases;
	int n;

	if (argc != 2)
		return 2;
	n = scandir(argv[1], &cases, is_case, alphasort);
	if (n <= 0)
		die(argv[1]);
	for (int i = 0; i < n; i++) {
		autofree char *folder = NULL;

		if (asprintf(&folder, "%s/%s", argv[1], cases[i]->d_name) < 0)
			die(argv[1]);
		run(folder);
		free(cases[i]);
	}
	free(cases);
	printf("%u cases, %u failures\n", n_cases, n_failures);
	return n_failures ? 1 : 0;
}
