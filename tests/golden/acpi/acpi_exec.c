/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a case's DSDT in acpiexec, which is the interpreter that guests have: the namespace loads,
 * every device's resources and routes are understood, and methods return what they should.
 *
 * usage: acpi_exec CASE
 * Exit status: 0 as expected, 1 not, 77 without acpiexec.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acpi_cases.h"
#include "base/cleanup.h"
#include "tool.h"

#define EXIT_SKIP 77

#define OSC_PCI "(5B4DDB33F71F1C4096577441C03DD766)"
#define OSC_BAD "(00000000000000000000000000000000)"

/* What a guest runs, and what must stand in the output before the next one is run. */
static const struct {
	const char *command, *result;
} steps[] = {
	{ "resources \\_SB.PCI0", "64-Bit QWORD Address Space Resource" },
	{ "resources \\_SB.MBRD", "32-Bit Fixed Memory Range Resource" },
	{ "resources \\_SB.COM1", "IRQ Resource" },
	/* All of it asked for: hotplug by the standard controller is taken out and that is said. */
	{ "execute \\_SB.PCI0._OSC " OSC_PCI " 1 3 (00000000 1F000000 1F000000)",
	  "10 00 00 00 1F 00 00 00 1D 00 00 00" },
	/* Less than is granted. */
	{ "execute \\_SB.PCI0._OSC " OSC_PCI " 1 3 (01000000 1F000000 10000000)",
	  "01 00 00 00 1F 00 00 00 10 00 00 00" },
	{ "execute \\_SB.PCI0._OSC " OSC_PCI " 2 3 (00000000 1F000000 04000000)",
	  "08 00 00 00 1F 00 00 00 04 00 00 00" },
	{ "execute \\_SB.PCI0._OSC " OSC_BAD " 1 3 (00000000 1F000000 1F000000)",
	  "04 00 00 00 1F 00 00 00 1F 00 00 00" },
	{ "execute \\_S5", "[Integer] = 0000000000000005" },
	{ "execute \\_SB.C000._UID", "[Integer] = 0000000000000000" },
};

static char *script_build(void)
{
	char *script = text_format("%s", "");

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		autofree char *before = script;

		script = text_format("%s%s\n", before, steps[i].command);
	}
	return script;
}

/* Results stand in the order of the commands. */
static int output_check(const char *output)
{
	static const char *const bad[] = { "ACPI Error", "ACPI Warning", "ACPI Exception",
					   "ismatch" };
	const char *at = output;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *found = strstr(output, bad[i]);

		if (found) {
			fprintf(stderr, "%.*s\n", (int)strcspn(found, "\n"), found);
			return -1;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		at = strstr(at, steps[i].command);
		at = at ? strstr(at, steps[i].result) : NULL;
		if (!at) {
			fprintf(stderr, "%s\n%s: expected %s\n", output, steps[i].command,
				steps[i].result);
			return -1;
		}
	}
	return 0;
}

static int dsdt_write(const struct acpi_case *c, const char *path)
{
	auto_acpi_blob blob = ACPI_BLOB_INIT;
	const struct acpi_table *dsdt;
	struct acpi_config config;
	struct err err = ERR_INIT;

	c->fill(&config);
	if (acpi_tables_build(&config, CASE_BASE_GPA, &blob, &err) < 0) {
		fprintf(stderr, "%s: %s\n", c->name, err.message);
		return -1;
	}
	dsdt = acpi_blob_find(&blob, "DSDT");
	return file_write(path, blob.bytes + dsdt->offset, dsdt->size_bytes);
}

static int case_exec(const struct acpi_case *c, const char *dir)
{
	autofree char *table = text_format("%s/DSDT.aml", dir);
	autofree char *commands = text_format("%s/commands", dir);
	autofree char *log = text_format("%s/log", dir);
	autofree char *script = script_build(), *output = NULL;
	const char *argv[] = { "acpiexec", table, NULL };
	int status = EXIT_FAILURE;

	if (dsdt_write(c, table) == 0 && file_write(commands, script, strlen(script)) == 0) {
		tool_run(argv, commands, log);
		output = file_read(log);
		if (output && output_check(output) == 0)
			status = EXIT_SUCCESS;
	}
	unlink(table);
	unlink(commands);
	unlink(log);
	return status;
}

/* Found the way that posix_spawnp finds it. */
static bool acpiexec_is_installed(const char *dir)
{
	autofree char *log = text_format("%s/log", dir);
	const char *argv[] = { "acpiexec", "-v", NULL };
	int r = tool_run(argv, NULL, log);

	unlink(log);
	return r >= 0 && r != 127;
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/terrace-acpi-XXXXXX";
	int status = EXIT_FAILURE;

	if (argc != 2 || !mkdtemp(dir))
		return EXIT_FAILURE;
	if (!acpiexec_is_installed(dir)) {
		printf("skipped: acpiexec (package acpica-tools) is not installed\n");
		status = EXIT_SKIP;
	}
	for (size_t i = 0; status != EXIT_SKIP && i < n_acpi_cases; i++)
		if (acpi_cases[i].fill && strcmp(acpi_cases[i].name, argv[1]) == 0)
			status = case_exec(&acpi_cases[i], dir);
	rmdir(dir);
	return status;
}
