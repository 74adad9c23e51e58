/* SPDX-License-Identifier: Apache-2.0 */
/* Covers quoting, paths of the context, and time; lines are golden cases (tests/golden/argv). */
#include "../domain/read.h"

#include <inttypes.h>
#include <time.h>

#include "host/topology.h"
#include "manager/argv.h"

#define CELL_COUNT     64
#define BUILD_LIMIT_MS 100 /* 5 ms on a machine with nothing else to do */

/* As placement_build() makes it for a domain without <numatune>. */
static void place(const struct domain_spec *domain, struct placement *ret_placement)
{
	size_t n = MAX(domain->cpu.numa.n_cells, (size_t)1);
	struct placement_memory *cells = calloc(n, sizeof(*cells));

	assert_non_null(cells);
	*ret_placement = (struct placement){
		.cells = cells,
		.n_cells = n,
		.has_cells = domain->cpu.numa.n_cells,
	};
	for (size_t i = 0; i < n; i++)
		cells[i].size_bytes =
			domain->cpu.numa.n_cells
				? (uint64_t)domain->cpu.numa.cells[i].memory_bytes.value
				: (uint64_t)domain->memory.size_bytes.value;
}

static void build(const struct domain_spec *domain, const struct placement *placement,
		  const struct argv_context *context, struct argv *ret_argv)
{
	struct err err = ERR_INIT;
	char line[1024];

	if (argv_build(domain, placement, emulator_any(), context, ret_argv, &err) < 0)
		fail_msg("%s", err_text(&err, line, sizeof(line)));
	assert_non_null(ret_argv->argv);
	assert_null(ret_argv->argv[ret_argv->argc]);
}

/* Is there a word with that text in it? */
static bool has(const struct argv *argv, const char *text)
{
	for (int i = 0; i < argv->argc; i++)
		if (strstr(argv->argv[i], text))
			return true;
	return false;
}

static void a_shell_reads_the_quoted_line_back(void **state)
{
	static char *words[] = { (char *)"/bin/echo", (char *)"plain,a=b:1/@%+",
				 (char *)"two words", (char *)"it's \"$x\"",
				 (char *)"",	      (char *)"{\"a\":[1]}" };
	const struct argv argv = { words, ARRAY_SIZE(words) };
	char *text = argv_quote(&argv);

	(void)state;
	assert_string_equal(text, "/bin/echo plain,a=b:1/@%+ 'two words' 'it'\\''s \"$x\"' '' "
				  "'{\"a\":[1]}'");
	free(text);
}

static void context_is_followed(void **state)
{
	AUTO(domain_spec)
	domain = read_inside("<memoryBacking><source type='file'/></memoryBacking><devices>"
			     "<serial type='unix'/><vsock><cid auto='yes'/></vsock></devices>");
	struct argv_context context = {
		.id = 7,
		.qmp_socket = "/run/a,b/qmp.sock",
		.runtime_dir = "/run/a",
		.paused = true,
	};
	struct placement placement;
	AUTO_ARGV(argv);

	(void)state;
	place(domain, &placement);
	build(domain, &placement, &context, &argv);
	assert_true(has(&argv, "path=/run/a,,b/qmp.sock,server=on,wait=off"));
	assert_true(has(&argv, "path=/run/a/serial0.sock,server=on,wait=off"));
	assert_true(has(&argv, "\"mem-path\":\"/var/lib/terrace/ram/7-a/pc.ram\""));
	assert_true(has(&argv, "guest-cid=10"));
	assert_string_equal(argv.argv[3], "-S");
	context.memory_dir = "/mem";
	argv_fini(&argv);
	build(domain, &placement, &context, &argv);
	assert_true(has(&argv, "\"mem-path\":\"/mem/pc.ram\""));
	context.runtime_dir = NULL;
	argv_fini(&argv);
	assert_int_equal(argv_build(domain, &placement, emulator_any(), &context, &argv, NULL),
			 -EINVAL);
	assert_null(argv.argv);
	free(placement.cells);
}

/* Nodes without CPUs, and those where the emulator may not run, cannot populate. */
static void threads_populate_where_there_are_cpus(void **state)
{
	AUTO(domain_spec)
	domain = read_inside("<memoryBacking><allocation mode='immediate'/></memoryBacking>");
	struct host_node nodes[3] = { { .id = 0 }, { .id = 1 }, { .id = 2 } };
	struct host_facts facts = { .node = nodes, .n_nodes = 3 };
	struct argv_context context = { .facts = &facts };
	struct placement placement;
	AUTO_ARGV(argv);

	(void)state;
	idset_add(&nodes[0].cpus, 0);
	idset_add(&nodes[1].cpus, 1);
	place(domain, &placement);
	placement.cells[0].populate = true;
	placement.cells[0].nodes = (struct idset){ { 0x6 } };
	placement.emulator_cpus = (struct idset){ { 0x3 } };
	build(domain, &placement, &context, &argv);
	assert_true(has(&argv, "\"id\":\"tc-pc.ram\",\"node-affinity\":[1]}"));
	assert_true(has(&argv, "\"prealloc\":true"));
	assert_true(has(&argv, "\"prealloc-context\":\"tc-pc.ram\""));
	argv_fini(&argv);
	placement.emulator_pinned = true;
	placement.emulator_cpus = (struct idset){ { 0x1 } };
	build(domain, &placement, &context, &argv);
	assert_false(has(&argv, "thread-context"));
	assert_false(has(&argv, "prealloc-context"));
	assert_true(has(&argv, "\"prealloc\":true"));
	free(placement.cells);
}

/* What only the cgroup keeps in place is left to whoever starts the line, but no device is. */
static void cells_can_be_populated_later(void **state)
{
	AUTO(domain_spec)
	domain = read_inside("<maxMemory slots='1' unit='GiB'>4</maxMemory>"
			     "<cpu><numa><cell cpus='0' memory='512' unit='MiB'/></numa></cpu>"
			     "<memoryBacking><allocation mode='immediate'/></memoryBacking>"
			     "<numatune><memory mode='restrictive' nodeset='0'/></numatune>"
			     "<devices><memory model='dimm'><target><size unit='MiB'>512</size>"
			     "<node>0</node></target></memory></devices>");
	struct argv_context context = { .populate_later = true };
	AUTO(host_facts) facts = NULL;
	AUTO(placement) placement = NULL;
	AUTO_ARGV(argv);

	(void)state;
	assert_int_equal(host_topology_from_synthetic("pack:1 [numa(memory=4GiB)] core:2 pu:1",
						      &facts, NULL),
			 0);
	assert_int_equal(placement_build(domain, facts, NULL, &placement, NULL), 0);
	build(domain, placement, &context, &argv);
	assert_true(has(&argv, "\"id\":\"ram-node0\",\"size\""));
	assert_false(has(&argv, "tc-ram-node0"));
	assert_true(has(&argv, "\"id\":\"memdimm0\",\"prealloc\":true"));
	assert_true(has(&argv, "\"prealloc-context\":\"tc-memdimm0\""));
	context.populate_later = false;
	argv_fini(&argv);
	build(domain, placement, &context, &argv);
	assert_true(has(&argv, "\"id\":\"ram-node0\",\"prealloc\":true"));
}

static char *large_domain(void)
{
	AUTO_STRBUF text = STRBUF_INIT;

	strbuf_addf(&text,
		    "<domain type='kvm'><name>a</name><vcpu>1024</vcpu><os><type>hvm</type></os>"
		    "<numatune><memory mode='strict' nodeset='0-%d'/>",
		    CELL_COUNT - 1);
	for (int i = 0; i < CELL_COUNT; i++)
		strbuf_addf(&text, "<memnode cellid='%d' mode='strict' nodeset='%d'/>", i, i);
	strbuf_add_text(&text, "</numatune><cpu><numa>");
	for (int i = 0; i < CELL_COUNT; i++) {
		strbuf_addf(&text, "<cell id='%d' cpus='%d-%d' memory='1048576'><distances>", i,
			    i * 16, i * 16 + 15);
		for (int j = 0; j < CELL_COUNT; j++)
			strbuf_addf(&text, "<sibling id='%d' value='%d'/>", j, i == j ? 10 : 21);
		strbuf_add_text(&text, "</distances></cell>");
	}
	strbuf_add_text(&text, "</numa></cpu></domain>");
	return strbuf_take(&text);
}

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* From text to command line; the best of some, because the machine has other work. */
static void sixty_four_cells_are_quick(void **state)
{
	autofree char *text = large_domain();
	double best_read_ms = 1e9, best_place_ms = 1e9, best_build_ms = 1e9;
	AUTO(host_facts) facts = NULL;

	(void)state;
	assert_non_null(text);
	assert_int_equal(host_topology_from_synthetic("pack:64 [numa(memory=64GiB)] core:16 pu:1",
						      &facts, NULL),
			 0);
	for (int i = 0; i < 10; i++) {
		double start_ms = now_ms(), read_ms, place_ms;
		struct argv_context context = { .facts = facts };
		AUTO(domain_spec) domain = NULL;
		AUTO(placement) placement = NULL;
		AUTO_ARGV(argv);

		assert_int_equal(domain_read(text, strlen(text), "a.xml", 0, &domain, NULL), 0);
		read_ms = now_ms();
		assert_int_equal(placement_build(domain, facts, NULL, &placement, NULL), 0);
		place_ms = now_ms();
		build(domain, placement, &context, &argv);
		best_build_ms = MIN(best_build_ms, now_ms() - place_ms);
		best_place_ms = MIN(best_place_ms, place_ms - read_ms);
		best_read_ms = MIN(best_read_ms, read_ms - start_ms);
		/* A full matrix: two words for each pair. */
		assert_true(argv.argc > 2 * CELL_COUNT * CELL_COUNT);
	}
	print_message("64 cells: read %.2f ms, placed %.2f ms, built %.2f ms\n", best_read_ms,
		      best_place_ms, best_build_ms);
	assert_true(best_read_ms + best_place_ms + best_build_ms < BUILD_LIMIT_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shell_reads_the_quoted_line_back),
		cmocka_unit_test(context_is_followed),
		cmocka_unit_test(threads_populate_where_there_are_cpus),
		cmocka_unit_test(cells_can_be_populated_later),
		cmocka_unit_test(sixty_four_cells_are_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
