/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden cases of domains as command lines.
 *
 * usage: golden-argv FOLDER EMULATORS EXAMPLES
 *
 * Each sub-folder of FOLDER is a case:
 *	domain.xml	the domain
 *	host		the host, as an hwloc synthetic string; without it: two nodes of four CPUs
 *	emulator	name of a program in EMULATORS, which answers as an emulator does; without it:
 *			terrace-vmm-0.1
 * What comes of it is in
 *	expected.args	the command line, an option with its value in each line
 *	expected.err	or the one-line error
 * A file that should not be there is a failure too. Lines for terrace-vmm must also be accepted by
 * its own reader. The domains of EXAMPLES are run with each emulator: those that QEMU 10 knows must
 * have a line. With TERRACE_GOLDEN_UPDATE=1 in the environment the expectations are rewritten
 * instead; look at the difference before it is committed.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/util.h"
#include "cmdline/cmdline.h"
#include "domain/domain.h"
#include "host/topology.h"
#include "manager/argv.h"

#define HOST "pack:2 [numa(memory=64GiB)] core:4 pu:1"
#define VMM  "terrace-vmm-0.1"

static const char *emulators;
static unsigned int n_cases, n_failures;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static char *join(const char *folder, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		die(folder);
	return path;
}

/* The whole file; NULL when there is none. */
static char *load(const char *folder, const char *name)
{
	autofree char *path = join(folder, name);
	AUTO_STRBUF text = STRBUF_INIT;
	FILE *file = fopen(path, "re");
	char block[4096];
	size_t n;

	if (!file) {
		if (errno != ENOENT)
			die(path);
		return NULL;
	}
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		strbuf_add(&text, block, n);
	fclose(file);
	return strbuf_take(&text);
}

/* Its first line, or otherwise. */
static char *load_line(const char *folder, const char *name, const char *otherwise)
{
	char *text = load(folder, name);

	if (!text)
		text = strdup(otherwise);
	if (!text)
		die(name);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void save(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file || fputs(text, file) < 0 || fclose(file))
		die(path);
}

/* Compares (or rewrites) FOLDER/name with text; NULL text: there must be no such file. */
static void expect(const char *folder, const char *name, const char *text)
{
	const char *update = getenv("TERRACE_GOLDEN_UPDATE");
	autofree char *path = join(folder, name), *expected = NULL;

	if (update && !strcmp(update, "1")) {
		if (text)
			save(path, text);
		else
			unlink(path);
		return;
	}
	expected = load(folder, name);
	if (!text && !expected)
		return;
	if (text && expected && !strcmp(text, expected))
		return;
	n_failures++;
	fprintf(stderr, "%s:\n--- expected\n%s--- is\n%s", path,
		expected ? expected : "(nothing)\n", text ? text : "(nothing)\n");
}

/* Once for each name; never released. */
static const struct emulator *probe(const char *name)
{
	static struct {
		char name[32];
		const struct emulator *emulator;
	} known[8];
	autofree char *path = join(emulators, name);
	struct emulator *emulator = NULL;
	struct err err = ERR_INIT;
	size_t i;

	for (i = 0; known[i].emulator; i++)
		if (!strcmp(known[i].name, name))
			return known[i].emulator;
	if (i + 1 == ARRAY_SIZE(known))
		die("more emulators than expected");

	if (emulator_probe(path, NULL, &emulator, &err) < 0) {
		fprintf(stderr, "%s: %s\n", path, err.message);
		exit(2);
	}
	free(emulator->path);
	emulator->path = strdup(strncmp(name, "qemu", 4) ? "/usr/bin/terrace-vmm"
							 : "/usr/bin/qemu-system-x86_64");
	if (!emulator->path)
		die(name);
	snprintf(known[i].name, sizeof(known[i].name), "%s", name);
	known[i].emulator = emulator;
	return emulator;
}

/* Text -> line. The domain is as the case's; host is hwloc's synthetic string. */
static int build(const char *text, const char *host, const struct emulator *emulator,
		 struct argv *ret_argv, struct err *err)
{
	static const struct argv_context none = { .qmp_socket = "/run/terrace/a/qmp.sock",
						  .runtime_dir = "/run/terrace/a",
						  .paused = true };
	struct placement_emulator can = emulator_placement(emulator);
	struct argv_context context = none;
	AUTO(domain_spec) domain = NULL;
	AUTO(host_facts) facts = NULL;
	AUTO(placement) placement = NULL;
	int ret = domain_read(text, strlen(text), "domain.xml", 0, &domain, err);

	if (ret == 0)
		ret = host_topology_from_synthetic(host, &facts, err);
	if (ret == 0)
		ret = placement_build(domain, facts, &can, &placement, err);
	context.facts = facts;
	return ret < 0 ? ret : argv_build(domain, placement, emulator, &context, ret_argv, err);
}

/* Options start lines, their values follow. */
static void format(const struct argv *argv, struct strbuf *text)
{
	for (int i = 0; i < argv->argc; i++) {
		bool option = i && argv->argv[i][0] == '-';

		strbuf_add_text(text, i && !option ? " " : i ? "\n" : "");
		strbuf_add_text(text, argv->argv[i]);
	}
	strbuf_add_char(text, '\n');
}

static void fail(const char *folder, const char *what, const struct err *err)
{
	char line[ERR_SUBJECT_MAX + ERR_MESSAGE_MAX + 2];

	n_failures++;
	fprintf(stderr, "%s: %s: %s\n", folder, what, err_text(err, line, sizeof(line)));
}

/* terrace-vmm must take the line. */
static void check_accepted(const char *folder, const struct argv *argv)
{
	struct cmdline_action action = CMDLINE_ACTION_INIT;
	AUTO(vm_spec) spec = NULL;
	struct err err = ERR_INIT;

	if (cmdline_parse(argv->argc, argv->argv, &spec, &action, &err) < 0)
		fail(folder, "terrace-vmm refuses it", &err);
	for (size_t i = 0; spec && i < spec->n_warnings; i++) {
		n_failures++;
		fprintf(stderr, "%s: terrace-vmm warns: %s\n", folder, spec->warnings[i]);
	}
	cmdline_action_fini(&action);
}

static void run(const char *folder)
{
	autofree char *text = load(folder, "domain.xml");
	autofree char *host = load_line(folder, "host", HOST);
	autofree char *name = load_line(folder, "emulator", VMM);
	const struct emulator *emulator = probe(name);
	char line[ERR_SUBJECT_MAX + ERR_MESSAGE_MAX + 2];
	AUTO_STRBUF error = STRBUF_INIT;
	AUTO_STRBUF args = STRBUF_INIT;
	struct err err = ERR_INIT;
	AUTO_ARGV(argv);

	if (!text)
		die(folder);
	if (build(text, host, emulator, &argv, &err) < 0)
		strbuf_addf(&error, "%s\n", err_text(&err, line, sizeof(line)));
	else
		format(&argv, &args);
	expect(folder, "expected.args", args.length ? strbuf_text(&args) : NULL);
	expect(folder, "expected.err", error.length ? strbuf_text(&error) : NULL);
	if (args.length && !strcmp(name, VMM))
		check_accepted(folder, &argv);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void run_cases(const char *folder)
{
	struct dirent **cases;
	int n = scandir(folder, &cases, is_visible, alphasort);

	if (n <= 0)
		die(folder);
	for (int i = 0; i < n; i++) {
		autofree char *path = join(folder, cases[i]->d_name);

		if (cases[i]->d_type == DT_DIR) {
			run(path);
			n_cases++;
		}
		free(cases[i]);
	}
	free(cases);
}

/* An example has a line for QEMU 10; for terrace-vmm a line that it takes, or a refusal by element. */
static void run_example(const char *folder, const char *file)
{
	static const char host[] = "pack:4 [numa(memory=64GiB)] core:4 pu:1";
	autofree char *text = load(folder, file);
	const struct emulator *qemu = probe("qemu-10.0"), *vmm = probe(VMM);
	struct err err = ERR_INIT;
	AUTO_ARGV(for_qemu);
	AUTO_ARGV(for_vmm);

	n_cases++;
	if (build(text, host, qemu, &for_qemu, &err) < 0)
		fail(file, "no line for QEMU", &err);
	if (build(text, host, vmm, &for_vmm, &err) == 0)
		check_accepted(file, &for_vmm);
	else if (err.class != ERR_UNSUPPORTED || strncmp(err.subject, "/domain/", 8))
		fail(file, "no line for terrace-vmm", &err);
}

static void run_examples(const char *folder)
{
	struct dirent **files;
	int n = scandir(folder, &files, is_visible, alphasort);

	if (n <= 0)
		die(folder);
	for (int i = 0; i < n; i++) {
		if (strstr(files[i]->d_name, ".xml"))
			run_example(folder, files[i]->d_name);
		free(files[i]);
	}
	free(files);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	emulators = argv[2];
	run_cases(argv[1]);
	run_examples(argv[3]);
	printf("%u cases, %u failures\n", n_cases, n_failures);
	return n_failures ? 1 : 0;
}
