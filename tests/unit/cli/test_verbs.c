/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every verb of a domain against the made manager: what it prints, what it tells the supervisor,
 * what it makes of a definition, and its exit status.
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

#include "base/cleanup.h"
#include "base/util.h"
#include "cli/verb.h"
#include "fake_manager.h"

#define UUID_A "aaaaaaaa-0000-0000-0000-000000000001"
#define UUID_B "bbbbbbbb-0000-0000-0000-000000000002"

static const char xml_a[] =
	"<domain type='kvm'><name>alpha</name><uuid>" UUID_A "</uuid>"
	"<memory unit='MiB'>256</memory><currentMemory unit='MiB'>128</currentMemory>"
	"<vcpu current='2'>4</vcpu><iothreads>2</iothreads>"
	"<numatune><memory mode='restrictive' nodeset='0-1'/>"
	"<memnode cellid='0' mode='restrictive' nodeset='0'/></numatune>"
	"<memtune><hard_limit unit='GiB'>1</hard_limit></memtune>"
	"<os><type>hvm</type><kernel>/k</kernel></os>"
	"<cpu><numa><cell id='0' cpus='0-1' memory='128' unit='MiB'/>"
	"<cell id='1' cpus='2-3' memory='128' unit='MiB'/></numa></cpu>"
	"</domain>";

static const char xml_b[] = "<domain type='kvm'><name>beta</name><uuid>" UUID_B "</uuid>"
			    "<memory unit='MiB'>64</memory><vcpu cpuset='0'>1</vcpu>"
			    "<os><type>hvm</type><kernel>/k</kernel></os></domain>";

/* alpha runs, beta does not. */
static const char info_a[] =
	"{\"memory-max-kib\": 262144, \"memory-kib\": 131072, \"cpu-time-ns\": 7340000000,"
	" \"vcpus-max\": 4,"
	" \"vcpus\": [{\"vcpu\": 0, \"thread-id\": 10, \"cell\": 0, \"cpus\": \"0\", \"cpu\": 0,"
	"              \"cpu-time-ns\": 1500000000, \"state\": \"running\"},"
	"             {\"vcpu\": 1, \"thread-id\": 11, \"cell\": 0, \"cpus\": \"0-1\", \"cpu\": 1,"
	"              \"cpu-time-ns\": 20000000, \"state\": \"running\"}],"
	" \"iothreads\": [{\"iothread\": 1, \"thread-id\": 12, \"cpus\": \"0-1\"}],"
	" \"emulator-cpus\": \"0-1\","
	" \"numatune\": {\"mode\": \"restrictive\", \"nodeset\": \"0-1\","
	"                \"memnodes\": [{\"cell\": 0, \"mode\": \"restrictive\", \"nodeset\": "
	"\"0\"}]},"
	" \"memtune\": {\"hard-limit-kib\": 1048576, \"min-guarantee-kib\": 0}}";

static int setup(void **state)
{
	(void)state;
	fake_reset();
	fake_domain_add(xml_a, 3, true);
	fake_domain_add(xml_b, -1, true);
	fake_info(info_a);
	return 0;
}

/* Runs the program with the words of line ('_' is a blank inside a word). */
struct result {
	int status;
	char out[4096], err[1024];
};

static void read_back(FILE *file, char *buf, size_t buf_size)
{
	size_t n;

	rewind(file);
	n = fread(buf, 1, buf_size - 1, file);
	buf[n] = '\0';
	fclose(file);
}

static struct result run(const char *line)
{
	char *words[24] = { (char *)"terrace" }, *copy = strdup(line);
	int n = 1, saved_out, saved_err;
	FILE *out = tmpfile(), *err = tmpfile();
	struct result result;

	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
		words[n++] = word;
		for (; *word; word++)
			*word = *word == '_' ? ' ' : *word;
	}
	fflush(stdout);
	saved_out = dup(1);
	saved_err = dup(2);
	dup2(fileno(out), 1);
	dup2(fileno(err), 2);
	result.status = cli_main(n, words);
	fflush(stdout);
	dup2(saved_out, 1);
	dup2(saved_err, 2);
	close(saved_out);
	close(saved_err);
	free(copy);
	read_back(out, result.out, sizeof(result.out));
	read_back(err, result.err, sizeof(result.err));
	return result;
}

static void expect(const char *line, int status, const char *out, const char *err)
{
	struct result result = run(line);

	if (result.status != status || strcmp(result.out, out) || strcmp(result.err, err))
		print_error("terrace %s\n", line);
	assert_string_equal(result.err, err);
	assert_string_equal(result.out, out);
	assert_int_equal(result.status, status);
}

/* What is printed in text, with nothing changed. */
static const struct {
	const char *line, *out;
} prints[] = {
	{ "list", " Id   Name    State\n-----------------------\n 3    alpha   running\n" },
	{ "list --all", " Id   Name    State\n------------------------\n 3    alpha   running\n"
			" -    beta    shut off\n" },
	{ "list --inactive --name", "beta\n" },
	{ "list --all --uuid --name", UUID_A " alpha\n" UUID_B " beta\n" },
	{ "list --id", "3\n" },
	{ "list --all --id", "3\n-\n" },
	{ "list --all --state-running --name", "alpha\n" },
	{ "list --state-shutoff --name", "beta\n" },
	{ "list --all --transient --name", "" },
	{ "list --all --persistent --name", "alpha\nbeta\n" },
	{ "domid alpha", "3\n" },
	{ "domid beta", "-\n" },
	{ "domname 3", "alpha\n" },
	{ "domname " UUID_B, "beta\n" },
	{ "domuuid alpha", UUID_A "\n" },
	{ "domstate alpha", "running\n" },
	{ "domstate beta", "shut off\n" },
	{ "domstate alpha --reason", "running (booted)\n" },
	{ "dominfo alpha", "Id:             3\n"
			   "Name:           alpha\n"
			   "UUID:           " UUID_A "\n"
			   "OS Type:        hvm\n"
			   "State:          running\n"
			   "CPU(s):         2\n"
			   "CPU time:       7.3s\n"
			   "Max memory:     262144 KiB\n"
			   "Used memory:    131072 KiB\n"
			   "Persistent:     yes\n"
			   "Autostart:      disable\n"
			   "Managed save:   no\n" },
	{ "dominfo beta", "Id:             -\n"
			  "Name:           beta\n"
			  "UUID:           " UUID_B "\n"
			  "OS Type:        hvm\n"
			  "State:          shut off\n"
			  "CPU(s):         1\n"
			  "Max memory:     65536 KiB\n"
			  "Used memory:    65536 KiB\n"
			  "Persistent:     yes\n"
			  "Autostart:      disable\n"
			  "Managed save:   no\n" },
	{ "numatune alpha", "numa_mode      : restrictive\nnuma_nodeset   : 0-1\n"
			    "cell_0         : restrictive 0\n" },
	{ "numatune alpha --config --cell 0",
	  "numa_mode      : restrictive\nnuma_nodeset   : 0\n" },
	{ "numatune alpha --cell 1", "numa_mode      : restrictive\nnuma_nodeset   : 0-1\n" },
	{ "numatune beta", "numa_mode      : strict\nnuma_nodeset   : \n" },
	{ "memtune alpha",
	  "hard_limit     : 1048576\nsoft_limit     : unlimited\nswap_hard_limit: unlimited\n"
	  "min_guarantee  : 0\n" },
	{ "memtune beta",
	  "hard_limit     : unlimited\nsoft_limit     : unlimited\nswap_hard_limit: unlimited\n"
	  "min_guarantee  : 0\n" },
	{ "vcpupin alpha",
	  " VCPU   CPU Affinity\n----------------------\n 0      0\n 1      0-1\n" },
	{ "vcpupin alpha 1", " VCPU   CPU Affinity\n----------------------\n 1      0-1\n" },
	{ "vcpupin beta", " VCPU   CPU Affinity\n----------------------\n 0      0\n" },
	{ "emulatorpin alpha",
	  "emulator: CPU Affinity\n----------------------------------\n       *: 0-1\n" },
	{ "emulatorpin beta",
	  "emulator: CPU Affinity\n----------------------------------\n       *: 0\n" },
	{ "iothreadpin alpha",
	  " IOThread ID   CPU Affinity\n-----------------------------\n 1             0-1\n" },
	{ "iothreadpin beta", "No IOThreads found for the domain\n" },
	{ "vcpucount alpha", "maximum      config         4\nmaximum      live           4\n"
			     "current      config         2\ncurrent      live           2\n" },
	{ "vcpucount beta", "maximum      config         1\ncurrent      config         1\n" },
	{ "vcpucount alpha --maximum --live", "4\n" },
	{ "vcpucount alpha --active --config", "2\n" },
	{ "vcpucount alpha --active --current", "2\n" },
};

static void what_is_only_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(prints); i++)
		expect(prints[i].line, 0, prints[i].out, "");
	assert_string_equal(fake_last_command(), "");
}

/* What a verb tells the supervisor of alpha, and what it prints. */
static const struct {
	const char *line, *command, *out;
} commands[] = {
	{ "suspend alpha", "suspend {}", "Domain 'alpha' suspended\n" },
	{ "resume alpha", "resume {}", "Domain 'alpha' resumed\n" },
	{ "reset alpha", "reset {}", "Domain 'alpha' was reset\n" },
	{ "reboot alpha", "reboot {}", "Domain 'alpha' is being rebooted\n" },
	{ "reboot alpha --mode acpi", "reboot {}", "Domain 'alpha' is being rebooted\n" },
	{ "shutdown 3", "shutdown {}", "Domain 'alpha' is being shutdown\n" },
	{ "destroy alpha", "destroy {\"graceful\": false}", "Domain 'alpha' destroyed\n" },
	{ "destroy alpha --graceful", "destroy {\"graceful\": true}",
	  "Domain 'alpha' destroyed\n" },
	{ "numatune alpha --nodeset 1", "numatune {\"nodeset\": \"1\"}", "" },
	{ "numatune alpha restrictive 0,^0,1-3 --live",
	  "numatune {\"mode\": \"restrictive\", \"nodeset\": \"1-3\"}", "" },
	{ "numatune alpha --mode 3 --nodeset 0 --cell 1",
	  "numatune {\"mode\": \"restrictive\", \"nodeset\": \"0\", \"cell\": 1}", "" },
	{ "memtune alpha --hard-limit 2G --soft-limit 1000 --swap-hard-limit -1",
	  "memtune {\"hard-limit\": 2147483648, \"soft-limit\": 1024000, \"swap-hard-limit\": -1}",
	  "" },
	{ "memtune alpha --min-guarantee 64MiB", "memtune {\"min\": 67108864}", "" },
	{ "vcpupin alpha 1 0", "vcpupin {\"vcpu\": 1, \"cpulist\": \"0\"}", "" },
	{ "emulatorpin alpha 0", "emulatorpin {\"cpulist\": \"0\"}", "" },
	{ "iothreadpin alpha 1 0", "iothreadpin {\"iothread\": 1, \"cpulist\": \"0\"}", "" },
	{ "qemu-monitor-command alpha --hmp info_status",
	  "qmp {\"execute\": \"human-monitor-command\", \"arguments\": {\"command-line\": \"info "
	  "status\"}}",
	  "VM status: running\n" },
	{ "qemu-monitor-command alpha info status --hmp",
	  "qmp {\"execute\": \"human-monitor-command\", \"arguments\": {\"command-line\": \"info "
	  "status\"}}",
	  "VM status: running\n" },
	{ "qemu-monitor-command alpha {\"execute\":\"query-status\"}",
	  "qmp {\"execute\": \"query-status\"}", "{\"return\": \"VM status: running\\n\"}\n" },
	{ "qemu-monitor-command alpha --return-value {\"execute\":\"query-status\"}",
	  "qmp {\"execute\": \"query-status\"}", "\"VM status: running\\n\"\n" },
};

static void what_the_supervisor_is_told(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		setup(state);
		expect(commands[i].line, 0, commands[i].out, "");
		assert_string_equal(fake_last_command(), commands[i].command);
	}
}

/* What --config, or a domain that does not run, makes of the definition. */
static const struct {
	const char *line, *name, *part;
} definitions[] = {
	{ "numatune beta --nodeset 0-3,^1", "beta", "<memory mode='strict' nodeset='0,2-3'/>" },
	{ "numatune beta --mode preferred --nodeset 2", "beta",
	  "<memory mode='preferred' nodeset='2'/>" },
	{ "numatune alpha --config --nodeset 2", "alpha",
	  "<memory mode='restrictive' nodeset='2'/>" },
	{ "numatune alpha --config --cell 1 --nodeset 3", "alpha",
	  "<memnode cellid='1' mode='restrictive' nodeset='3'/>" },
	{ "numatune alpha --config --cell 0 --nodeset 3", "alpha",
	  "<memnode cellid='0' mode='restrictive' nodeset='3'/>" },
	{ "memtune beta --hard-limit 1G", "beta", "<hard_limit unit='KiB'>1048576</hard_limit>" },
	{ "vcpupin beta 0 r", "beta", "<vcpupin vcpu='0' cpuset='0" },
	{ "vcpupin alpha --vcpu 3 --cpulist 0 --config", "alpha",
	  "<vcpupin vcpu='3' cpuset='0'/>" },
	{ "emulatorpin beta 0", "beta", "<emulatorpin cpuset='0'/>" },
	{ "iothreadpin alpha 2 0 --config", "alpha", "<iothreadpin iothread='2' cpuset='0'/>" },
};

static void what_becomes_of_the_definition(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(definitions); i++) {
		setup(state);
		expect(definitions[i].line, 0, "", "");
		if (!strstr(fake_definition(definitions[i].name), definitions[i].part))
			fail_msg("terrace %s: no %s in %s", definitions[i].line,
				 definitions[i].part, fake_definition(definitions[i].name));
		assert_string_equal(fake_last_command(), "");
	}
}

static void live_and_config_change_both(void **state)
{
	(void)state;
	expect("numatune alpha --live --config --nodeset 1", 0, "", "");
	assert_string_equal(fake_last_command(), "numatune {\"nodeset\": \"1\"}");
	assert_non_null(
		strstr(fake_definition("alpha"), "<memory mode='restrictive' nodeset='1'/>"));
}

/* If the running domain refuses, the definition stays as it was. */
static void a_live_refusal_leaves_the_definition(void **state)
{
	(void)state;
	fake_failure("can't change numatune mode for running domain");
	expect("numatune alpha --live --config --mode strict", 1, "",
	       "error: Unable to change numa parameters: can't change numatune mode for running "
	       "domain\n");
	assert_string_equal(fake_definition("alpha"), xml_a);
}

static void no_limit_is_no_element(void **state)
{
	(void)state;
	expect("memtune alpha --config --hard-limit -1", 0, "", "");
	assert_null(strstr(fake_definition("alpha"), "hard_limit"));
}

static const struct {
	const char *line;
	int status;
	const char *err;
} refusals[] = {
	{ "dominfo gamma", 1, "error: failed to get domain 'gamma'\n" },
	{ "suspend beta", 1,
	  "error: Failed to suspend domain 'beta': Requested operation is not valid: domain "
	  "'beta' is not running\n" },
	{ "shutdown alpha --mode agent", 1,
	  "error: mode 'agent' is not available: the guest is asked by its power button (acpi)\n" },
	{ "start alpha", 1, "error: Failed to start domain 'alpha': Domain is already active\n" },
	{ "numatune beta --live --nodeset 0", 1,
	  "error: Requested operation is not valid: domain 'beta' is not running\n" },
	{ "numatune alpha --current --live", 1,
	  "error: Options --current and --live are mutually exclusive\n" },
	{ "numatune alpha --mode strct", 1,
	  "error: Invalid mode: strct; it is one of strict, preferred, interleave, restrictive, "
	  "weighted-interleave\n" },
	{ "numatune alpha --mode 7", 1, "error: unsupported numatune mode: '7'\n" },
	{ "numatune alpha --nodeset a", 1, "error: Invalid nodeset of 'numatune': a\n" },
	{ "numatune alpha --config --cell 7 --nodeset 0", 1,
	  "error: Unable to change numa parameters: XML error: Argument 'cellid' in memnode "
	  "element must correspond to existing guest's NUMA cell\n" },
	{ "numatune alpha --config --mode strict", 1,
	  "error: Unable to change numa parameters: XML error: 'restrictive' mode is required in "
	  "memory element when mode is 'restrictive' in memnode element\n" },
	{ "memtune alpha --hard-limit lots", 1,
	  "error: Unable to parse integer parameter 'hard-limit': 'lots' is not a size such as "
	  "1048576 (KiB), 1G, or -1 for no limit\n" },
	{ "vcpupin alpha --cpulist 0", 1, "error: vcpupin: Missing vCPU number in pin mode.\n" },
	{ "vcpupin alpha 9 0", 1, "error: vCPU 9 is out of range of live cpu count 2\n" },
	{ "vcpupin alpha 9 0 --config", 1,
	  "error: vCPU 9 is out of range of persistent cpu count 4\n" },
	{ "vcpupin alpha 0 4000", 1, "error: Physical CPU 4000 doesn't exist.\n" },
	{ "vcpupin alpha 0 x", 1,
	  "error: cpulist: Invalid format: 'x' is no list such as 0-3,^2\n" },
	{ "iothreadpin alpha 5 0", 1,
	  "error: invalid argument: iothread 5 not found; the domain has 1\n" },
	{ "vcpucount alpha --maximum", 1,
	  "error: when using --maximum, one of --config, --live or --current must be specified\n" },
	{ "vcpucount alpha --live", 1,
	  "error: when using --live, either --maximum or --active must be specified\n" },
	{ "console beta", 1,
	  "error: Requested operation is not valid: domain 'beta' is not running\n" },
	{ "console alpha", 1,
	  "error: internal error: cannot find character device 'serial0' of domain 'alpha'; give "
	  "it a <console type='pty'/>\n" },
	{ "console alpha --devname ../x", 1, "error: '../x' is no name of a serial port\n" },
	{ "qemu-monitor-command alpha []", 1,
	  "error: invalid QMP command: a QMP command is an object such as {\"execute\": "
	  "\"query-status\"}; --hmp sends a human monitor command\n" },
	{ "define /nonexistent.xml", 1,
	  "error: Failed to define domain from /nonexistent.xml: Failed to open file "
	  "'/nonexistent.xml': No such file or directory\n" },
	{ "strat alpha", 2, "error: unknown command: 'strat'; did you mean 'start'?\n" },
	{ "start", 2,
	  "error: command 'start' requires <domain> option; 'terrace start --help' explains it\n" },
};

static void refusals_say_what_and_change_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		expect(refusals[i].line, refusals[i].status, "", refusals[i].err);
	assert_string_equal(fake_last_command(), "");
	assert_string_equal(fake_definition("alpha"), xml_a);
	assert_string_equal(fake_definition("beta"), xml_b);
}

static void vcpuinfo_has_a_block_for_each(void **state)
{
	struct result result = run("vcpuinfo alpha");

	(void)state;
	assert_int_equal(result.status, 0);
	assert_non_null(strstr(result.out, "VCPU:           0\n"
					   "CPU:            0\n"
					   "State:          running\n"
					   "CPU time:       1.5s\n"
					   "CPU Affinity:   y"));
	assert_non_null(strstr(result.out, "\n\nVCPU:           1\nCPU:            1\n"));
	result = run("vcpuinfo beta --pretty");
	assert_memory_equal(result.out,
			    "VCPU:           0\nCPU:            N/A\nState:          N/A\n"
			    "CPU time:       N/A\nCPU Affinity:   0 (out of ",
			    100);
}

/* A file with this text; unlinked by the caller. */
static const char *file_with(const char *text)
{
	static char path[64];
	int fd;

	strcpy(path, "/tmp/test-verbs-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	return path;
}

static void a_file_is_defined_started_and_forgotten(void **state)
{
	static const char text[] = "<domain type='kvm'><name>gamma</name><memory>65536</memory>"
				   "<os><type>hvm</type><kernel>/k</kernel></os></domain>";
	const char *path = file_with(text);
	char line[128], out[128];

	(void)state;
	snprintf(line, sizeof(line), "define %s --validate", path);
	snprintf(out, sizeof(out), "Domain 'gamma' defined from %s\n", path);
	expect(line, 0, out, "");
	expect("start gamma --paused", 0, "Domain 'gamma' started\n", "");
	assert_int_equal(fake_start_flags(), 1);
	expect("domstate gamma", 0, "paused\n", "");
	expect("undefine gamma", 0, "Domain 'gamma' has been undefined\n", "");
	expect("destroy gamma", 0, "Domain 'gamma' destroyed\n", "");
	expect("domid gamma", 1, "", "error: failed to get domain 'gamma'\n");
	snprintf(line, sizeof(line), "create %s --autodestroy", path);
	snprintf(out, sizeof(out), "Domain 'gamma' created from %s\n", path);
	expect(line, 0, out, "");
	assert_int_equal(fake_start_flags(), 4);
	expect("destroy gamma", 0, "Domain 'gamma' destroyed\n", "");
	unlink(path);
}

static void a_vmm_without_human_monitor_is_told(void **state)
{
	(void)state;
	fake_failure("The command human-monitor-command has not been found");
	expect("qemu-monitor-command alpha --hmp info", 1, "",
	       "error: the VMM of domain 'alpha' has no human monitor: send it a QMP command\n");
}

static void a_failed_start_says_why(void **state)
{
	(void)state;
	fake_failure("unsupported configuration: NUMA node 999 is unavailable");
	expect("start beta", 1, "",
	       "error: Failed to start domain 'beta': unsupported configuration: NUMA node 999 "
	       "is unavailable\n");
}

static void wrong_xml_is_refused_by_its_place(void **state)
{
	const char *path = file_with("<domain type='kvm'>\n<name>x</name>\n"
				     "<memory>65536</memory>\n<numatunes/></domain>\n");
	char line[128];
	struct result result;

	(void)state;
	snprintf(line, sizeof(line), "define %s", path);
	result = run(line);
	assert_int_equal(result.status, 1);
	assert_non_null(strstr(result.err, ":4: /domain/numatunes"));
	unlink(path);
}

/* Each verb is run here, in text and with --json. */
static void every_verb_speaks_json(void **state)
{
	static const char *const lines[] = {
		"list --all",
		"dominfo alpha",
		"dominfo beta",
		"domstate alpha",
		"domid alpha",
		"domname 3",
		"domuuid alpha",
		"dumpxml alpha",
		"numatune alpha",
		"numatune alpha --nodeset 1",
		"memtune alpha",
		"memtune alpha --hard-limit 1G",
		"vcpupin alpha",
		"vcpupin alpha 1 0",
		"emulatorpin alpha",
		"iothreadpin alpha",
		"vcpuinfo alpha",
		"vcpuinfo beta",
		"vcpucount alpha",
		"suspend alpha",
		"resume alpha",
		"reset alpha",
		"reboot alpha",
		"shutdown alpha",
		"qemu-monitor-command alpha --hmp info",
		"start beta",
		"undefine beta",
		"destroy alpha",
		"version",
		"help",
		"help start",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		AUTO(json) value = NULL;
		char line[128];
		struct result result;

		snprintf(line, sizeof(line), "%s --json", lines[i]);
		result = run(line);
		if (result.status != 0 || !strchr("{[", result.out[0]))
			fail_msg("terrace %s: %s%s", line, result.out, result.err);
		/* help's list is longer than the buffer. */
		if (strcmp(lines[i], "help") != 0)
			assert_int_equal(json_parse(result.out, strlen(result.out), JSON_STRICT,
						    NULL, &value, NULL),
					 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_only_shown, setup),
		cmocka_unit_test_setup(what_the_supervisor_is_told, setup),
		cmocka_unit_test_setup(what_becomes_of_the_definition, setup),
		cmocka_unit_test_setup(live_and_config_change_both, setup),
		cmocka_unit_test_setup(a_live_refusal_leaves_the_definition, setup),
		cmocka_unit_test_setup(no_limit_is_no_element, setup),
		cmocka_unit_test_setup(refusals_say_what_and_change_nothing, setup),
		cmocka_unit_test_setup(vcpuinfo_has_a_block_for_each, setup),
		cmocka_unit_test_setup(a_file_is_defined_started_and_forgotten, setup),
		cmocka_unit_test_setup(a_vmm_without_human_monitor_is_told, setup),
		cmocka_unit_test_setup(a_failed_start_says_why, setup),
		cmocka_unit_test_setup(wrong_xml_is_refused_by_its_place, setup),
		cmocka_unit_test_setup(every_verb_speaks_json, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
