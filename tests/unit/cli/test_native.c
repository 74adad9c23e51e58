/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domxml-to-native and validate: from files and from the made manager.
 *
 * usage: test_cli_native SOURCE_ROOT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "cli/verb.h"
#include "fake_manager.h"

#define HOST "pack:2 [numa(memory=64GiB)] core:4 pu:1"

static const char *root;

static const char xml[] =
	"<domain type='kvm'><name>alpha</name><memory unit='MiB'>256</memory><vcpu>2</vcpu>"
	"<numatune><memory mode='strict' nodeset='1'/></numatune>"
	"<os><type>hvm</type><kernel>/k</kernel><cmdline>a 'b'</cmdline></os></domain>";

struct result {
	int status;
	char out[16384], err[2048];
};

static void read_back(FILE *file, char *buf, size_t buf_size)
{
	size_t n;

	rewind(file);
	n = fread(buf, 1, buf_size - 1, file);
	buf[n] = '\0';
	fclose(file);
}

/* Runs the program with these words, NULL at the end. */
static const struct result *run(const char *first, ...)
{
	static struct result result;
	char *words[16] = { (char *)"terrace", (char *)first };
	FILE *out = tmpfile(), *err = tmpfile();
	int n = 2, saved_out = dup(1), saved_err = dup(2);
	va_list ap;

	va_start(ap, first);
	while (n < 15 && (words[n] = va_arg(ap, char *)))
		n++;
	va_end(ap);
	fflush(stdout);
	dup2(fileno(out), 1);
	dup2(fileno(err), 2);
	result.status = cli_main(n, words);
	fflush(stdout);
	dup2(saved_out, 1);
	dup2(saved_err, 2);
	close(saved_out);
	close(saved_err);
	read_back(out, result.out, sizeof(result.out));
	read_back(err, result.err, sizeof(result.err));
	return &result;
}

/* A path below the sources; the last eight stay valid. */
static char *below(const char *path)
{
	static char paths[8][4096];
	static unsigned int next;
	char *buf = paths[next++ % 8];

	snprintf(buf, sizeof(paths[0]), "%s/%s", root, path);
	return buf;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in: %s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("'%s' is in: %s", part, text);
}

static void a_domain_of_the_manager_is_taken(void **state)
{
	const struct result *result;

	(void)state;
	fake_reset();
	fake_domain_add(xml, -1, true);
	result = run("domxml-to-native", "qemu-argv", "--domain", "alpha", "--host", HOST,
		     "--emulator", below("tests/unit/manager/emulators/qemu-10.0"), NULL);
	assert_string_equal(result->err, "");
	assert_int_equal(result->status, 0);
	assert_has(result->out, "/emulators/qemu-10.0 -name guest=alpha,debug-threads=on -S ");
	assert_has(result->out, " -object '{\"qom-type\":\"memory-backend-ram\",\"id\":\"pc.ram\","
				"\"size\":268435456,\"host-nodes\":[1],\"policy\":\"bind\"}' ");
	assert_has(result->out, "path=fake-alpha-qmp.sock,server=on,wait=off");
	assert_has(result->out, " -append 'a '\\''b'\\''' ");
	assert_has(result->out, " -device virtio-balloon-pci,id=balloon0 ");
	result = run("domxml-to-native", "qemu-argv", "--domain", "beta", NULL);
	assert_int_equal(result->status, 1);
	assert_has(result->err, "failed to get domain 'beta'");
}

static void a_file_is_taken(void **state)
{
	const struct result *result;

	(void)state;
	result = run("domxml-to-native", "qemu-argv", below("examples/two-cells-strict.xml"),
		     "--host", HOST, "--emulator", below("tests/unit/manager/emulators/qemu-7.2"),
		     "--json", NULL);
	assert_int_equal(result->status, 0);
	assert_has(result->out, "{\n    \"argv\": [\n");
	assert_has(result->out, "\"guest=two-cells,debug-threads=on\",\n");
	result = run("domxml-to-native", "qemu-argv", "--xml",
		     below("examples/two-cells-strict.xml"), "--host", HOST, "--emulator",
		     below("tests/unit/manager/emulators/terrace-vmm-0.1"), NULL);
	assert_int_equal(result->status, 1);
	assert_string_equal(result->out, "");
	assert_string_equal(
		result->err,
		"error: /domain/devices/memballoon: terrace-vmm 0.1.0 has no balloon: use "
		"<emulator>/usr/bin/qemu-system-x86_64</emulator> or remove it\n");
}

static void what_is_missing_is_said(void **state)
{
	(void)state;
	assert_has(run("domxml-to-native", "vmx-argv", "a.xml", NULL)->err,
		   "unsupported config type vmx-argv");
	assert_has(run("domxml-to-native", "qemu-argv", NULL)->err,
		   "give either a file with domain XML or --domain");
	assert_has(run("domxml-to-native", "qemu-argv", "a.xml", "--domain", "a", NULL)->err,
		   "give either a file with domain XML or --domain");
	assert_has(run("domxml-to-native", "qemu-argv", "/nonexistent.xml", NULL)->err,
		   "Failed to open file '/nonexistent.xml'");
	assert_has(run("domxml-to-native", "qemu-argv", below("examples/minimal.xml"), "--emulator",
		       "/nonexistent", NULL)
			   ->err,
		   "Cannot check QEMU binary /nonexistent: No such file or directory");
	assert_has(run("domxml-to-native", "qemu-argv", below("examples/minimal.xml"), "--host",
		       "no topology", NULL)
			   ->err,
		   "error: ");
}

static void files_that_are_right_validate(void **state)
{
	char *a = below("examples/minimal.xml"), *b = below("examples/tiered-restrictive.xml");
	const struct result *result = run("validate", a, b, NULL);
	char expected[8300];

	(void)state;
	snprintf(expected, sizeof(expected), "%s validates\n%s validates\n", a, b);
	assert_string_equal(result->out, expected);
	assert_string_equal(result->err, "");
	assert_int_equal(result->status, 0);
}

static void every_file_that_is_wrong_is_told(void **state)
{
	char *rule = below("tests/golden/domain/error-cell-gap/domain.xml");
	char *lax = below("tests/golden/domain/lax/domain.xml");
	char *right = below("examples/minimal.xml");
	const struct result *result = run("validate", lax, "/nonexistent", right, rule, NULL);

	(void)state;
	assert_int_equal(result->status, 1);
	assert_has(result->out, "examples/minimal.xml validates\n");
	assert_lacks(result->out, "golden");
	assert_has(result->err, "error: domain.xml:");
	assert_has(result->err, "error: Failed to open file '/nonexistent'");
	assert_has(result->err, "Exactly one 'cell' element per guest NUMA cell allowed");
	/* The hint is the reader's, not the schema's. */
	result = run("validate",
		     below("tests/golden/domain/error-numatune-mode-default/domain.xml"), NULL);
	assert_has(result->err, "Did you mean 'restrictive'?");
	result = run("validate", lax, "--lax", NULL);
	assert_int_equal(result->status, 0);
	assert_has(result->err, "warning: domain.xml:3: /domain/keywrap: ");
	assert_has(result->out, "lax/domain.xml validates\n");
	result = run("validate", right, rule, "--json", NULL);
	assert_int_equal(result->status, 1);
	assert_has(result->out, "\"valid\": true");
	assert_has(result->out, "\"valid\": false,\n        \"error\": \"domain.xml:");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_domain_of_the_manager_is_taken),
		cmocka_unit_test(a_file_is_taken),
		cmocka_unit_test(what_is_missing_is_said),
		cmocka_unit_test(files_that_are_right_validate),
		cmocka_unit_test(every_file_that_is_wrong_is_told),
	};

	if (argc != 2)
		return 2;
	root = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
