/* SPDX-License-Identifier: Apache-2.0 */
/* Covers distances: pairs, mirroring, asymmetry, completeness, defaults. */
#include "make.h"

static int add(struct vm_spec *spec, unsigned int src, unsigned int dst, unsigned int value,
	       struct err *err)
{
	struct spec_distance distance = {
		.src = (uint16_t)src,
		.dst = (uint16_t)dst,
		.value = (uint8_t)value,
	};

	return spec_distance_add(spec, &distance, err);
}

static void nothing_given_is_10_and_20(void **state)
{
	AUTO(vm_spec) spec = make_cells(2);
	struct err err;

	(void)state;
	assert_string_equal(complete_error(spec, &err), "");
	assert_false(spec_has_distances(spec));
	assert_int_equal(spec_distance_get(spec, 1, 1), 10);
	assert_int_equal(spec_distance_get(spec, 0, 1), 20);
}

static void one_direction_is_mirrored(void **state)
{
	AUTO(vm_spec) spec = make_cells(2);
	struct err err;

	(void)state;
	assert_int_equal(add(spec, 1, 0, 21, NULL), 0);
	assert_string_equal(complete_error(spec, &err), "");
	assert_true(spec_has_distances(spec));
	assert_int_equal(spec_distance_get(spec, 0, 1), 21);
	assert_int_equal(spec_distance_get(spec, 1, 0), 21);
}

static void both_directions_may_differ(void **state)
{
	AUTO(vm_spec) spec = make_cells(2);
	struct err err;

	(void)state;
	assert_int_equal(add(spec, 0, 1, 21, NULL), 0);
	assert_int_equal(add(spec, 1, 0, 255, NULL), 0);
	assert_string_equal(complete_error(spec, &err), "");
	assert_int_equal(spec_distance_get(spec, 0, 1), 21);
	assert_int_equal(spec_distance_get(spec, 1, 0), 255);
}

static void asymmetry_needs_all_pairs(void **state)
{
	AUTO(vm_spec) spec = make_cells(3);
	struct err err;

	(void)state;
	add(spec, 0, 1, 21, NULL);
	add(spec, 1, 0, 31, NULL);
	add(spec, 0, 2, 21, NULL);
	add(spec, 2, 0, 21, NULL);
	add(spec, 1, 2, 21, NULL);
	assert_non_null(strstr(complete_error(spec, &err), "At least one asymmetrical pair"));
	assert_int_equal(add(spec, 2, 1, 21, NULL), 0);
	assert_int_equal(spec_distances_check(spec, &err), 0);
}

static void every_pair_needs_one_value(void **state)
{
	AUTO(vm_spec) spec = make_cells(3);
	struct err err;

	(void)state;
	add(spec, 0, 1, 21, NULL);
	add(spec, 2, 1, 21, NULL);
	assert_string_equal(complete_error(spec, &err),
			    "The distance between node 0 and 2 is missing, at least one distance "
			    "value between each nodes should be provided.");
}

static void bad_pairs_are_refused(void **state)
{
	static const struct {
		unsigned int src, dst, value;
		const char *error;
	} rows[] = {
		{ 128, 0, 20, "Parameter 'src' expects an integer between 0 and 127" },
		{ 0, 128, 20, "Parameter 'dst' expects an integer between 0 and 127" },
		{ 0, 2, 20,
		  "Source/Destination NUMA node is missing. Please use '-numa node' option to "
		  "declare it first." },
		{ 0, 1, 9, "NUMA distance (9) is invalid, it shouldn't be less than 10." },
		{ 1, 1, 11, "Local distance of node 1 should be 10." },
	};
	AUTO(vm_spec) spec = make_cells(2);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(add(spec, rows[i].src, rows[i].dst, rows[i].value, &err), -EINVAL);
		assert_string_equal(err.message, rows[i].error);
		assert_int_equal(spec->n_distances, 0);
	}
}

static void a_pair_given_again_is_replaced(void **state)
{
	AUTO(vm_spec) spec = make_cells(2);

	(void)state;
	assert_int_equal(add(spec, 0, 1, 21, NULL), 0);
	assert_int_equal(add(spec, 0, 1, 40, NULL), 0);
	assert_int_equal(spec->n_distances, 1);
	assert_int_equal(spec_distance_get(spec, 0, 1), 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_given_is_10_and_20),
		cmocka_unit_test(one_direction_is_mirrored),
		cmocka_unit_test(both_directions_may_differ),
		cmocka_unit_test(asymmetry_needs_all_pairs),
		cmocka_unit_test(every_pair_needs_one_value),
		cmocka_unit_test(bad_pairs_are_refused),
		cmocka_unit_test(a_pair_given_again_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
