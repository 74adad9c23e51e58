/* SPDX-License-Identifier: Apache-2.0 */
/* Covers cmdline_parse(): what options write into the spec, phases, actions, outputs on failure. */
#include "words.h"

static void machine_options_reach_the_spec(void **state)
{
	AUTO(vm_spec)
	spec = parse_good("-M pc-i440fx-6.2,hmat=on,mem-merge=off,dump-guest-core=off "
			  "-cpu max -smp 4,maxcpus=8,sockets=2 -m 1G,slots=3,maxmem=4G "
			  "-overcommit mem-lock=on-fault");

	(void)state;
	assert_int_equal(spec->machine.type, SPEC_MACHINE_PC);
	assert_string_equal(spec->machine.type_name, "pc-i440fx-6.2");
	assert_true(spec->machine.hmat);
	assert_false(spec->machine.mem_merge);
	assert_false(spec->machine.dump_guest_core);
	assert_string_equal(spec->cpu_model, "max");
	assert_int_equal(spec->smp.cpus, 4);
	assert_int_equal(spec->smp.maxcpus, 8);
	assert_int_equal(spec->smp.cores, 4);
	assert_int_equal(spec->ram_bytes, GIB);
	assert_int_equal(spec->maxmem_bytes, 4 * GIB);
	assert_int_equal(spec->memory_slots, 3);
	assert_int_equal(spec->mem_lock, SPEC_MEM_LOCK_ON_FAULT);
}

static void backends_reach_the_spec(void **state)
{
	AUTO(vm_spec)
	spec = parse_good(
		"-object thread-context,id=t,cpu-affinity=1-2 "
		"-object "
		"memory-backend-file,id=f,size=1G,mem-path=/x,,y,host-nodes=0,host-nodes=2-3,"
		"policy=preferred,numa-balancing=on,merge=off,dump=on,share=on,prealloc=on,"
		"prealloc-threads=3,prealloc-context=t,align=2M,offset=4k,discard-data=on "
		"-object memory-backend-memfd,id=m,size=2M,hugetlb=on,hugetlbsize=2M,seal=off,"
		"reserve=off");
	const struct spec_backend *file = spec_backend_find(spec, "f");
	const struct spec_backend *memfd = spec_backend_find(spec, "m");

	(void)state;
	assert_int_equal(file->type, SPEC_BACKEND_FILE);
	assert_string_equal(file->mem_path, "/x,y");
	assert_int_equal(idset_count(&file->host_nodes), 3);
	assert_int_equal(file->policy, SPEC_POLICY_PREFERRED);
	assert_true(file->numa_balancing && file->prealloc && file->discard_data);
	assert_true(file->reserve);
	assert_int_equal(file->merge, SPEC_OFF);
	assert_int_equal(file->dump, SPEC_ON);
	assert_int_equal(file->share, SPEC_ON);
	assert_int_equal(file->prealloc_threads, 3);
	assert_string_equal(file->prealloc_context, "t");
	assert_int_equal(file->align_bytes, 2 * MIB);
	assert_int_equal(file->offset_bytes, 4 * KIB);
	assert_int_equal(memfd->type, SPEC_BACKEND_MEMFD);
	assert_true(memfd->hugetlb);
	assert_false(memfd->seal || memfd->reserve);
	assert_int_equal(memfd->hugetlbsize_bytes, 2 * MIB);
	assert_true(idset_has(&spec->thread_contexts[0].cpu_affinity, 2));
}

static void json_means_the_same(void **state)
{
	AUTO(vm_spec)
	json = parse_good("-object {\"qom-type\":\"memory-backend-ram\",\"id\":\"a\","
			  "\"size\":4096,\"host-nodes\":[1,3],\"policy\":\"bind\","
			  "\"prealloc\":true}");
	AUTO(vm_spec)
	text = parse_good("-object memory-backend-ram,id=a,size=4096,host-nodes=1,"
			  "host-nodes=3,policy=bind,prealloc=on");
	autofree char *first = print_line(json), *second = print_line(text);

	(void)state;
	assert_string_equal(first, second);
}

static void cells_reach_the_spec(void **state)
{
	AUTO(vm_spec)
	spec = parse_good(
		"-machine hmat=on -m 3G -smp 4 -numa node,memdev=a,cpus=0-1,cpus=3 "
		"-numa node,nodeid=2,memdev=c,initiator=0 -numa node,nodeid=1,memdev=b,cpus=2 "
		"-object memory-backend-ram,id=a,size=1G -object memory-backend-ram,id=b,size=1G "
		"-object memory-backend-ram,id=c,size=1G -numa dist,src=0,dst=1,val=21 "
		"-numa dist,src=0,dst=2,val=30 -numa dist,src=2,dst=1,val=31 "
		"-numa hmat-lb,initiator=0,target=2,hierarchy=memory,data-type=read-latency,"
		"latency=150 -numa hmat-lb,initiator=1,target=2,hierarchy=second-level,"
		"data-type=write-bandwidth,bandwidth=1G "
		"-numa hmat-cache,node-id=2,size=1M,level=1,associativity=complex,"
		"policy=write-through,line=64");

	(void)state;
	assert_int_equal(spec->n_cells, 3);
	assert_int_equal(spec_vcpu_cell(spec, 3), 0);
	assert_int_equal(spec_vcpu_cell(spec, 2), 1);
	assert_int_equal(spec->cells[2].initiator, 0);
	assert_int_equal(spec_distance_get(spec, 1, 2), 31);
	assert_int_equal(spec->hmat_lb[0].data_type, SPEC_HMAT_READ_LATENCY);
	assert_int_equal(spec->hmat_lb[0].value, 150);
	assert_int_equal(spec->hmat_lb[1].hierarchy, SPEC_HMAT_SECOND_LEVEL);
	assert_int_equal(spec->hmat_lb[1].data_type, SPEC_HMAT_WRITE_BANDWIDTH);
	assert_int_equal(spec->hmat_lb[1].value, GIB);
	assert_int_equal(spec->hmat_caches[0].cell, 2);
	assert_int_equal(spec->hmat_caches[0].associativity, 2);
	assert_int_equal(spec->hmat_caches[0].policy, 2);
	assert_int_equal(spec->hmat_caches[0].line_bytes, 64);
}

static void vcpus_without_smp_follow_numa(void **state)
{
	AUTO(vm_spec)
	named = parse_good("-m 2G -numa node,cpus=0,mem=1G -numa node,cpus=1-3,mem=1G");
	AUTO(vm_spec) one = parse_good("-m 1G -numa node,cpus=0,mem=1G");

	(void)state;
	assert_int_equal(named->smp.cpus, 4);
	assert_int_equal(named->n_warnings, 1);
	assert_int_equal(one->smp.cpus, 1);
	assert_int_equal(one->n_warnings, 0);
}

static void nographic_brings_serial_and_monitor(void **state)
{
	AUTO(vm_spec) plain = parse_good("-nographic");
	AUTO(vm_spec) qmp = parse_good("-nographic -qmp unix:/q,server=on,wait=off");
	AUTO(vm_spec) none = parse_good("-nographic -nodefaults");
	AUTO(vm_spec) display = parse_good("-display none");

	(void)state;
	assert_int_equal(plain->n_serials, 1);
	assert_int_equal(plain->n_monitors, 1);
	assert_true(plain->chardevs[0].mux);
	assert_false(plain->chardevs[0].signal);
	assert_false(plain->monitors[0].control);
	assert_int_equal(qmp->n_serials, 1);
	assert_int_equal(qmp->n_monitors, 1);
	assert_true(qmp->monitors[0].control);
	assert_false(spec_chardev_find(qmp, "serial0")->mux);
	assert_true(spec_chardev_find(qmp, "serial0")->signal);
	assert_int_equal(none->n_serials, 0);
	assert_int_equal(none->n_monitors, 0);
	assert_int_equal(display->n_serials, 0);
}

static void sockets_wait_as_servers(void **state)
{
	AUTO(vm_spec)
	spec = parse_good("-chardev socket,id=a,path=/a,server=on "
			  "-chardev socket,id=b,path=/b,server=on,wait=off "
			  "-chardev socket,id=c,path=/c "
			  "-qmp unix:/d,server,nowait");

	(void)state;
	assert_true(spec_chardev_find(spec, "a")->server);
	assert_true(spec_chardev_find(spec, "a")->wait);
	assert_false(spec_chardev_find(spec, "b")->wait);
	assert_false(spec_chardev_find(spec, "c")->server);
	assert_false(spec_chardev_find(spec, "c")->wait);
	assert_true(spec_chardev_find(spec, "compat_monitor0")->server);
	assert_false(spec_chardev_find(spec, "compat_monitor0")->wait);
	assert_string_equal(spec_chardev_find(spec, "compat_monitor0")->path, "/d");
}

static void program_options_reach_the_spec(void **state)
{
	AUTO(vm_spec)
	spec = parse_good("-kernel k -initrd i -append a -name guest=n -S -pidfile p "
			  "-daemonize -sandbox on,spawn=deny -msg timestamp=on "
			  "-uuid 9A1B2C3D-0000-4000-8000-123456789ABC "
			  "-action reboot=shutdown -no-shutdown -nodefaults "
			  "-rtc base=1970-01-02T00:00:01");

	(void)state;
	assert_string_equal(spec->kernel, "k");
	assert_string_equal(spec->initrd, "i");
	assert_string_equal(spec->append, "a");
	assert_string_equal(spec->name, "n");
	assert_string_equal(spec->pidfile, "p");
	assert_string_equal(spec->uuid, "9a1b2c3d-0000-4000-8000-123456789abc");
	assert_true(spec->start_paused && spec->daemonize && spec->sandbox.enable);
	assert_true(spec->msg_timestamp && spec->nodefaults);
	assert_true(spec->no_reboot && spec->no_shutdown);
	assert_true(spec->rtc.has_base);
	assert_int_equal(spec->rtc.base_s, 86401);
}

static void actions_are_told_apart(void **state)
{
	static const struct {
		const char *line;
		enum cmdline_action_kind kind;
		const char *text; /* a part of it */
	} rows[] = {
		{ "", CMDLINE_RUN, NULL },
		{ "-dump-plan", CMDLINE_DUMP_PLAN, NULL },
		{ "-help", CMDLINE_TEXT, "usage: terrace-vmm" },
		{ "--h", CMDLINE_TEXT, "usage: terrace-vmm" },
		{ "-version", CMDLINE_TEXT, "terrace-vmm version " TERRACE_VERSION },
		{ "-object help", CMDLINE_TEXT, "memory-backend-memfd" },
		{ "-object memory-backend-memfd,help", CMDLINE_TEXT, "hugetlbsize=<size>" },
		{ "-numa hmat-lb,?", CMDLINE_TEXT, "bandwidth=<size>" },
		{ "-machine help", CMDLINE_TEXT, "q35" },
		{ "-machine q35,help", CMDLINE_TEXT, "memory-backend" },
		{ "-cpu help", CMDLINE_TEXT, "host" },
		{ "-m 0 -help", CMDLINE_TEXT, "usage: terrace-vmm" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cmdline_action action = CMDLINE_ACTION_INIT;
		AUTO(vm_spec) spec = NULL;

		assert_int_equal(parse_words(rows[i].line, &spec, &action, NULL), 0);
		assert_int_equal(action.kind, rows[i].kind);
		assert_true((spec == NULL) == (rows[i].text != NULL));
		if (rows[i].text)
			assert_non_null(strstr(action.text, rows[i].text));
		cmdline_action_fini(&action);
	}
}

static void outputs_are_untouched_on_failure(void **state)
{
	static const char *const lines[] = { "-nonsense", "-m 0", "-m 1G,slots=1",
					     "-dump-plan -m" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct vm_spec *spec = (struct vm_spec *)(void *)lines;
		struct cmdline_action action = { .kind = CMDLINE_TEXT };
		struct err err = ERR_INIT;

		assert_int_equal(parse_words(lines[i], &spec, &action, &err), -EINVAL);
		assert_ptr_equal(spec, lines);
		assert_int_equal(action.kind, CMDLINE_TEXT);
		assert_int_equal(err.code, -EINVAL);
		assert_int_not_equal(err.class, ERR_NONE);
		/* err may be left out. */
		assert_int_equal(parse_words(lines[i], &spec, &action, NULL), -EINVAL);
	}
}

static void an_old_error_does_not_leak_into_a_new_one(void **state)
{
	struct cmdline_action action = CMDLINE_ACTION_INIT;
	struct err err = { .subject = "old", .message = "old" };
	struct vm_spec *spec = NULL;

	(void)state;
	assert_int_equal(parse_words("-m lots", &spec, &action, &err), -EINVAL);
	assert_string_equal(err.subject, "-m lots");
}

static void what_cannot_be_honoured_is_unsupported(void **state)
{
	static const char *const lines[] = {
		"-device pc-dimm,id=d", "-machine usb=on", "-cpu Skylake-Server",
		"-display gtk",		"-serial tcp::1",  "-smp 4,modules=2",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct cmdline_action action = CMDLINE_ACTION_INIT;
		struct vm_spec *spec = NULL;
		struct err err = ERR_INIT;

		assert_int_equal(parse_words(lines[i], &spec, &action, &err), -EINVAL);
		assert_int_equal(err.class, ERR_UNSUPPORTED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(machine_options_reach_the_spec),
		cmocka_unit_test(backends_reach_the_spec),
		cmocka_unit_test(json_means_the_same),
		cmocka_unit_test(cells_reach_the_spec),
		cmocka_unit_test(vcpus_without_smp_follow_numa),
		cmocka_unit_test(nographic_brings_serial_and_monitor),
		cmocka_unit_test(sockets_wait_as_servers),
		cmocka_unit_test(program_options_reach_the_spec),
		cmocka_unit_test(actions_are_told_apart),
		cmocka_unit_test(outputs_are_untouched_on_failure),
		cmocka_unit_test(an_old_error_does_not_leak_into_a_new_one),
		cmocka_unit_test(what_cannot_be_honoured_is_unsupported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
