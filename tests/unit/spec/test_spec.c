/* SPDX-License-Identifier: Apache-2.0 */
/* Covers a spec's life, defaults, chardevs and their users, warnings, UUIDs. */
#include "make.h"

static void a_new_spec_has_qemus_defaults(void **state)
{
	AUTO(vm_spec) spec = spec_new();
	struct err err;

	(void)state;
	assert_true(spec->machine.mem_merge);
	assert_true(spec->machine.dump_guest_core);
	assert_string_equal(complete_error(spec, &err), "");
	assert_string_equal(spec->machine.type_name, "q35");
	assert_string_equal(spec->cpu_model, "host");
	assert_int_equal(spec->smp.maxcpus, 1);
	assert_int_equal(spec->mem_lock, SPEC_MEM_LOCK_OFF);
}

static void null_is_freed(void **state)
{
	(void)state;
	spec_free(NULL);
}

static void make_chardev(struct vm_spec *spec, const char *id, enum spec_chardev_type type,
			 bool mux)
{
	struct spec_chardev chardev = { .id = strdup(id), .type = type, .mux = mux };

	assert_int_equal(spec_chardev_add(spec, &chardev, NULL), 0);
	assert_null(chardev.id);
}

static void a_chardev_has_one_user_unless_mux(void **state)
{
	AUTO(vm_spec) shared = make_spec(1, GIB);
	AUTO(vm_spec) mux = make_spec(1, GIB);
	struct err err;

	(void)state;
	make_chardev(shared, "c", SPEC_CHARDEV_NULL, false);
	assert_int_equal(spec_serial_add(shared, "c", NULL), 0);
	assert_int_equal(spec_monitor_add(shared, "c", true, false, NULL), 0);
	assert_string_equal(complete_error(shared, &err),
			    "'c' is used 2 times: add mux=on to share it");
	make_chardev(mux, "c", SPEC_CHARDEV_NULL, true);
	assert_int_equal(spec_serial_add(mux, "c", NULL), 0);
	assert_int_equal(spec_monitor_add(mux, "c", false, false, NULL), 0);
	assert_string_equal(complete_error(mux, &err), "");
}

static void stdio_is_used_once(void **state)
{
	AUTO(vm_spec) spec = make_spec(1, GIB);
	struct err err;

	(void)state;
	make_chardev(spec, "a", SPEC_CHARDEV_STDIO, false);
	make_chardev(spec, "b", SPEC_CHARDEV_STDIO, false);
	assert_string_equal(complete_error(spec, &err),
			    "cannot use stdio by multiple character devices");
}

static void users_need_their_chardev(void **state)
{
	AUTO(vm_spec) serial = make_spec(1, GIB);
	AUTO(vm_spec) monitor = make_spec(1, GIB);
	AUTO(vm_spec) none = make_spec(1, GIB);
	struct err err;

	(void)state;
	assert_int_equal(spec_serial_add(serial, "x", NULL), 0);
	assert_string_equal(complete_error(serial, &err), "chardev 'x' not found");
	assert_int_equal(spec_monitor_add(monitor, "x", false, false, NULL), 0);
	assert_string_equal(complete_error(monitor, &err), "chardev \"x\" not found");
	assert_int_equal(spec_serial_add(none, NULL, NULL), 0);
	assert_string_equal(complete_error(none, &err), "");
}

static void companions_need_a_kernel(void **state)
{
	AUTO(vm_spec) spec = make_spec(1, GIB);
	struct err err;

	(void)state;
	spec->append = strdup("quiet");
	assert_string_equal(complete_error(spec, &err), "only allowed with -kernel option");
	assert_string_equal(err.subject, "-append");
}

static void uuids_are_checked(void **state)
{
	(void)state;
	assert_true(spec_uuid_is_wellformed("9a1B2c3d-0000-4000-8000-123456789abc"));
	assert_false(spec_uuid_is_wellformed("9a1b2c3d-0000-4000-8000-123456789ab"));
	assert_false(spec_uuid_is_wellformed("9a1b2c3d-0000-4000-8000-123456789abcd"));
	assert_false(spec_uuid_is_wellformed("9a1b2c3d00000-4000-8000-123456789abc"));
	assert_false(spec_uuid_is_wellformed("9a1b2c3g-0000-4000-8000-123456789abc"));
	assert_false(spec_uuid_is_wellformed(""));
}

static void warnings_are_kept_in_order(void **state)
{
	AUTO(vm_spec) spec = spec_new();

	(void)state;
	spec_warn(spec, "one %d", 1);
	spec_warn(spec, "two");
	assert_int_equal(spec->n_warnings, 2);
	assert_string_equal(spec->warnings[0], "one 1");
	assert_string_equal(spec->warnings[1], "two");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_spec_has_qemus_defaults),
		cmocka_unit_test(null_is_freed),
		cmocka_unit_test(a_chardev_has_one_user_unless_mux),
		cmocka_unit_test(stdio_is_used_once),
		cmocka_unit_test(users_need_their_chardev),
		cmocka_unit_test(companions_need_a_kernel),
		cmocka_unit_test(uuids_are_checked),
		cmocka_unit_test(warnings_are_kept_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
