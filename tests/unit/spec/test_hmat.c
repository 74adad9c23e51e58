/* SPDX-License-Identifier: Apache-2.0 */
/* Covers HMAT rules: base units and the 16 bit limit of entries, order of caches. */
#include "make.h"

static int add(struct vm_spec *spec, unsigned int target, enum spec_hmat_data_type type,
	       uint64_t value, struct err *err)
{
	struct spec_hmat_lb lb = { .target = (uint16_t)target, .data_type = type, .value = value };

	return spec_hmat_lb_add(spec, &lb, err);
}

static struct vm_spec *make_hmat(unsigned int n_cells)
{
	struct vm_spec *spec = make_cells(n_cells);

	spec->machine.hmat = true;
	return spec;
}

static uint64_t base(const struct vm_spec *spec, enum spec_hmat_data_type type)
{
	return spec_hmat_base_unit(spec, SPEC_HMAT_MEMORY, type);
}

static void latency_base_is_a_power_of_ten(void **state)
{
	AUTO(vm_spec) spec = make_hmat(4);

	(void)state;
	assert_int_equal(base(spec, SPEC_HMAT_ACCESS_LATENCY), 1);
	assert_int_equal(add(spec, 0, SPEC_HMAT_ACCESS_LATENCY, 3000, NULL), 0);
	assert_int_equal(base(spec, SPEC_HMAT_ACCESS_LATENCY), 1000);
	assert_int_equal(add(spec, 1, SPEC_HMAT_ACCESS_LATENCY, 0, NULL), 0);
	assert_int_equal(base(spec, SPEC_HMAT_ACCESS_LATENCY), 1000);
	assert_int_equal(add(spec, 2, SPEC_HMAT_ACCESS_LATENCY, 120, NULL), 0);
	assert_int_equal(base(spec, SPEC_HMAT_ACCESS_LATENCY), 10);
	assert_int_equal(add(spec, 3, SPEC_HMAT_ACCESS_LATENCY, 5, NULL), 0);
	assert_int_equal(base(spec, SPEC_HMAT_ACCESS_LATENCY), 1);
	/* Another data type is another table. */
	assert_int_equal(base(spec, SPEC_HMAT_READ_LATENCY), 1);
}

static void bandwidth_base_is_the_lowest_bit(void **state)
{
	AUTO(vm_spec) spec = make_hmat(2);

	(void)state;
	assert_int_equal(add(spec, 0, SPEC_HMAT_ACCESS_BANDWIDTH, 200 * MIB, NULL), 0);
	assert_int_equal(base(spec, SPEC_HMAT_ACCESS_BANDWIDTH), 8 * MIB);
	assert_int_equal(add(spec, 1, SPEC_HMAT_ACCESS_BANDWIDTH, 100 * MIB, NULL), 0);
	assert_int_equal(base(spec, SPEC_HMAT_ACCESS_BANDWIDTH), 4 * MIB);
}

static void entries_fit_16_bits(void **state)
{
	AUTO(vm_spec) spec = make_hmat(4);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(add(spec, 0, SPEC_HMAT_ACCESS_LATENCY, 65535, &err), -EINVAL);
	assert_int_equal(add(spec, 0, SPEC_HMAT_ACCESS_LATENCY, 65534, &err), 0);
	assert_int_equal(add(spec, 1, SPEC_HMAT_ACCESS_LATENCY, 655340, &err), -EINVAL);
	assert_string_equal(err.message,
			    "Latency 655340 between initiator=0 and target=1 should not differ "
			    "from previously entered min or max values on more than 65534");
	/* Alone, the same value has a larger base. */
	assert_int_equal(add(spec, 1, SPEC_HMAT_READ_LATENCY, 655340, &err), 0);
	/* A smaller value may make an old one too large. */
	assert_int_equal(add(spec, 2, SPEC_HMAT_READ_LATENCY, 1, &err), -EINVAL);
	assert_int_equal(add(spec, 0, SPEC_HMAT_WRITE_LATENCY, UINT64_MAX, &err), -EINVAL);
	assert_int_equal(add(spec, 0, SPEC_HMAT_WRITE_LATENCY, UINT64_C(10000000000000000000),
			     &err), 0);
	assert_int_equal(add(spec, 0, SPEC_HMAT_READ_BANDWIDTH, UINT64_C(1) << 63, &err), 0);
	assert_int_equal(add(spec, 0, SPEC_HMAT_WRITE_BANDWIDTH, 65535 * MIB, &err), -EINVAL);
	assert_int_equal(add(spec, 0, SPEC_HMAT_WRITE_BANDWIDTH, 65534 * MIB, &err), 0);
	assert_int_equal(add(spec, 1, SPEC_HMAT_WRITE_BANDWIDTH, 1000, &err), -EINVAL);
}

static int add_cache(struct vm_spec *spec, unsigned int level, uint64_t size_bytes)
{
	struct spec_hmat_cache cache = { .level = (uint8_t)level, .size_bytes = size_bytes };

	return spec_hmat_cache_add(spec, &cache, NULL);
}

static void caches_grow_level_by_level(void **state)
{
	AUTO(vm_spec) spec = make_hmat(2);

	(void)state;
	assert_int_equal(add_cache(spec, 1, KIB), -EINVAL);
	assert_int_equal(add(spec, 0, SPEC_HMAT_ACCESS_LATENCY, 5, NULL), 0);
	assert_int_equal(add_cache(spec, 1, KIB), -EINVAL);
	assert_int_equal(add(spec, 0, SPEC_HMAT_ACCESS_BANDWIDTH, GIB, NULL), 0);
	assert_int_equal(add_cache(spec, 0, KIB), -EINVAL);
	assert_int_equal(add_cache(spec, 4, KIB), -EINVAL);
	assert_int_equal(add_cache(spec, 2, KIB), -EINVAL);
	assert_int_equal(add_cache(spec, 1, KIB), 0);
	assert_int_equal(add_cache(spec, 1, KIB), -EINVAL);
	assert_int_equal(add_cache(spec, 2, KIB), -EINVAL);
	assert_int_equal(add_cache(spec, 2, 2 * KIB), 0);
	assert_int_equal(add_cache(spec, 3, 4 * KIB), 0);
	assert_int_equal(spec->n_hmat_caches, 3);
}

static void hmat_must_be_on(void **state)
{
	AUTO(vm_spec) spec = make_cells(1);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(add(spec, 0, SPEC_HMAT_ACCESS_LATENCY, 5, &err), -EINVAL);
	assert_non_null(strstr(err.message, "enable it with -machine hmat=on"));
	assert_int_equal(spec->n_hmat_lb, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(latency_base_is_a_power_of_ten),
		cmocka_unit_test(bandwidth_base_is_the_lowest_bit),
		cmocka_unit_test(entries_fit_16_bits),
		cmocka_unit_test(caches_grow_level_by_level),
		cmocka_unit_test(hmat_must_be_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
