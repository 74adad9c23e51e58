/* SPDX-License-Identifier: Apache-2.0 */
/* Covers backends and thread contexts: names, defaults, ids, policies, ownership. */
#include "make.h"

static void names_are_the_options_names(void **state)
{
	(void)state;
	assert_string_equal(spec_policy_name(SPEC_POLICY_DEFAULT), "default");
	assert_string_equal(spec_policy_name(SPEC_POLICY_PREFERRED), "preferred");
	assert_string_equal(spec_policy_name(SPEC_POLICY_BIND), "bind");
	assert_string_equal(spec_policy_name(SPEC_POLICY_INTERLEAVE), "interleave");
	assert_string_equal(spec_policy_name(SPEC_POLICY_WEIGHTED_INTERLEAVE),
			    "weighted-interleave");
	assert_string_equal(spec_backend_type_name(SPEC_BACKEND_RAM), "memory-backend-ram");
	assert_string_equal(spec_backend_type_name(SPEC_BACKEND_MEMFD), "memory-backend-memfd");
	assert_string_equal(spec_backend_type_name(SPEC_BACKEND_FILE), "memory-backend-file");
}

static void defaults_are_qemus(void **state)
{
	struct spec_backend ram = spec_backend_default(SPEC_BACKEND_RAM);
	struct spec_backend memfd = spec_backend_default(SPEC_BACKEND_MEMFD);

	(void)state;
	assert_true(ram.reserve);
	assert_false(ram.prealloc);
	assert_false(ram.seal);
	assert_int_equal(ram.share, SPEC_AUTO);
	assert_int_equal(ram.merge, SPEC_AUTO);
	assert_int_equal(ram.policy, SPEC_POLICY_DEFAULT);
	assert_true(memfd.seal);
}

static void ids_are_checked(void **state)
{
	static const char *const wrong[] = { "", "0a", "-a", "a b", "a,b", "ä" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_false(spec_id_is_wellformed(wrong[i]));
	assert_true(spec_id_is_wellformed("a"));
	assert_true(spec_id_is_wellformed("Ram-node.0_x"));
}

static void a_refused_backend_stays_with_the_caller(void **state)
{
	AUTO(vm_spec) spec = make_spec(1, GIB);
	struct spec_backend backend = spec_backend_default(SPEC_BACKEND_RAM);
	struct err err = ERR_INIT;

	(void)state;
	make_backend(spec, "a", GIB);
	backend.id = strdup("a");
	backend.size_bytes = GIB;
	assert_int_equal(spec_backend_add(spec, &backend, &err), -EINVAL);
	assert_string_equal(err.message, "Duplicate ID 'a' for object");
	assert_string_equal(err.subject, "");
	assert_string_equal(backend.id, "a");
	assert_int_equal(spec->n_backends, 1);
	spec_backend_fini(&backend);
	assert_null(backend.id);
}

static void balancing_goes_with_two_policies(void **state)
{
	(void)state;
	for (int policy = SPEC_POLICY_PREFERRED; policy < SPEC_POLICY_COUNT; policy++) {
		AUTO(vm_spec) spec = make_spec(1, GIB);
		struct spec_backend backend = spec_backend_default(SPEC_BACKEND_RAM);
		bool allowed = policy == SPEC_POLICY_BIND || policy == SPEC_POLICY_PREFERRED;

		backend.id = strdup("a");
		backend.size_bytes = GIB;
		backend.policy = (enum spec_policy)policy;
		backend.numa_balancing = true;
		idset_add(&backend.host_nodes, 127);
		assert_int_equal(spec_backend_add(spec, &backend, NULL), allowed ? 0 : -EINVAL);
		spec_backend_fini(&backend);
	}
}

static void nodes_above_127_are_refused(void **state)
{
	AUTO(vm_spec) spec = make_spec(1, GIB);
	struct spec_backend backend = spec_backend_default(SPEC_BACKEND_RAM);
	struct err err = ERR_INIT;

	(void)state;
	backend.id = strdup("a");
	backend.size_bytes = GIB;
	backend.policy = SPEC_POLICY_BIND;
	idset_add(&backend.host_nodes, 128);
	assert_int_equal(spec_backend_add(spec, &backend, &err), -EINVAL);
	assert_string_equal(err.message, "Invalid host-nodes value: 128");
	spec_backend_fini(&backend);
}

static void prealloc_context_must_exist(void **state)
{
	AUTO(vm_spec) spec = make_spec(1, GIB);
	struct spec_thread_context context = { 0 };
	struct spec_backend backend = spec_backend_default(SPEC_BACKEND_RAM);
	struct err err;

	(void)state;
	backend.id = strdup("a");
	backend.size_bytes = GIB;
	backend.prealloc_context = strdup("t");
	assert_int_equal(spec_backend_add(spec, &backend, NULL), 0);
	assert_string_equal(complete_error(spec, &err), "Device 't' not found");
	context.id = strdup("t");
	idset_add(&context.node_affinity, 3);
	assert_int_equal(spec_thread_context_add(spec, &context, NULL), 0);
	assert_null(context.id);
	assert_string_equal(complete_error(spec, &err), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_the_options_names),
		cmocka_unit_test(defaults_are_qemus),
		cmocka_unit_test(ids_are_checked),
		cmocka_unit_test(a_refused_backend_stays_with_the_caller),
		cmocka_unit_test(balancing_goes_with_two_policies),
		cmocka_unit_test(nodes_above_127_are_refused),
		cmocka_unit_test(prealloc_context_must_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
