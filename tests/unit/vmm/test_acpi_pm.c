/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acpi_pm.h: the power button as Linux handles it, write-one-to-clear, byte accesses, power-off by
 * S5 only, the PM timer's rate, width and pause, reset.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fake_irq.h"
#include "vmm/devices/acpi_pm.h"

#define S5_TYPE 5

static uint64_t now_ns;
static unsigned int n_power_offs;

static uint64_t clock_now(void)
{
	return now_ns;
}

static void power_off(void *opaque)
{
	(void)opaque;
	n_power_offs++;
}

struct fixture {
	struct io_bus *bus;
	struct fake_irq irq;
	struct acpi_pm *pm;
};

static int setup_width(void **state, bool is_32_bit)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct acpi_pm_config config = {
		.sci = fake_irq_line(&f->irq, 9),
		.s5_sleep_type = S5_TYPE,
		.timer_is_32_bit = is_32_bit,
		.power_off = power_off,
		.clock_ns = clock_now,
	};

	now_ns = 123456789;
	n_power_offs = 0;
	f->bus = io_bus_new();
	*state = f;
	return acpi_pm_new(f->bus, &config, &f->pm, NULL);
}

static int setup(void **state)
{
	return setup_width(state, true);
}

static int setup_24(void **state)
{
	return setup_width(state, false);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	acpi_pm_free(f->pm);
	io_bus_free(f->bus);
	free(f);
	return 0;
}

static uint64_t in(struct fixture *f, unsigned int port, unsigned int size)
{
	uint64_t value;

	assert_true(io_bus_read(f->bus, port, size, &value));
	return value;
}

static void out(struct fixture *f, unsigned int port, unsigned int size, uint64_t value)
{
	assert_true(io_bus_write(f->bus, port, size, value));
}

static void power_button_raises_the_sci(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(in(f, 0x604, 2) & 1, 1); /* ACPI mode from the start */
	assert_false(acpi_pm_press_power_button(f->pm));
	assert_false(f->irq.level); /* not enabled yet */
	out(f, 0x600, 2, 0xffff);   /* Linux clears all, then enables */
	assert_int_equal(in(f, 0x600, 2), 0);
	out(f, 0x602, 2, 0x0120);
	assert_int_equal(in(f, 0x602, 2), 0x0120);
	assert_true(acpi_pm_press_power_button(f->pm));
	assert_true(f->irq.level);
	assert_int_equal(f->irq.number, 9);
	assert_int_equal(in(f, 0x600, 2), 0x0100);
	out(f, 0x600, 2, 0x0001); /* another bit */
	assert_true(f->irq.level);
	out(f, 0x600, 2, 0x0100);
	assert_false(f->irq.level);
	assert_int_equal(in(f, 0x600, 2), 0);
	assert_int_equal(in(f, 0x602, 2), 0x0120);
}

static void registers_take_bytes_and_dwords(void **state)
{
	struct fixture *f = *state;

	out(f, 0x603, 1, 0x01);
	assert_int_equal(in(f, 0x602, 2), 0x0100);
	acpi_pm_press_power_button(f->pm);
	assert_int_equal(in(f, 0x601, 1), 0x01);
	assert_int_equal(in(f, 0x600, 4), 0x01000100);
	out(f, 0x601, 1, 0x01);
	assert_int_equal(in(f, 0x600, 4), 0x01000000);
	acpi_pm_press_power_button(f->pm);
	out(f, 0x600, 4, 0x00200100);
	assert_int_equal(in(f, 0x600, 4), 0x00200000);
	assert_false(f->irq.level);
}

static void only_s5_with_slp_en_powers_off(void **state)
{
	struct fixture *f = *state;

	out(f, 0x604, 2, S5_TYPE << 10 | 1);
	assert_int_equal(n_power_offs, 0);
	assert_int_equal(in(f, 0x604, 2), S5_TYPE << 10 | 1);
	out(f, 0x604, 2, (S5_TYPE + 1) << 10 | 1 << 13);
	assert_int_equal(n_power_offs, 0);
	out(f, 0x604, 2, S5_TYPE << 10 | 1 << 13 | 1);
	assert_int_equal(n_power_offs, 1);
	assert_int_equal(in(f, 0x604, 2) & 1 << 13, 0); /* SLP_EN reads as 0 */
	/* As single bytes: the type is kept from the first. */
	out(f, 0x605, 1, (S5_TYPE << 10 | 1 << 13) >> 8);
	assert_int_equal(n_power_offs, 2);
}

static void timer_counts_at_its_rate(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(in(f, 0x608, 4), 0);
	now_ns += 1000000000;
	assert_int_equal(in(f, 0x608, 4), 3579545);
	now_ns += UINT64_C(86400) * 365 * 100 * 1000000000; /* a century later, no overflow */
	assert_int_equal(in(f, 0x608, 4), (uint32_t)((UINT64_C(86400) * 36500 + 1) * 3579545));
	out(f, 0x608, 4, 0);
	assert_int_not_equal(in(f, 0x608, 4), 0);
}

static void timer_of_24_bits_wraps(void **state)
{
	struct fixture *f = *state;

	now_ns += UINT64_C(5) * 1000000000;
	assert_int_equal(in(f, 0x608, 4), (5 * 3579545) & 0xffffff);
}

static void timer_stands_still_while_paused(void **state)
{
	struct fixture *f = *state;

	now_ns += 1000000000;
	acpi_pm_pause(f->pm);
	acpi_pm_pause(f->pm);
	now_ns += 5000000000;
	assert_int_equal(in(f, 0x608, 4), 3579545);
	acpi_pm_resume(f->pm);
	acpi_pm_resume(f->pm);
	assert_int_equal(in(f, 0x608, 4), 3579545);
	now_ns += 1000000000;
	assert_int_equal(in(f, 0x608, 4), 2 * 3579545);
}

static void reset_clears_events(void **state)
{
	struct fixture *f = *state;

	out(f, 0x602, 2, 0x0100);
	acpi_pm_press_power_button(f->pm);
	acpi_pm_reset(f->pm);
	assert_false(f->irq.level);
	assert_int_equal(in(f, 0x600, 4), 0);
	assert_int_equal(in(f, 0x604, 2), 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(power_button_raises_the_sci),
		T(registers_take_bytes_and_dwords),
		T(only_s5_with_slp_en_powers_off),
		T(timer_counts_at_its_rate),
		cmocka_unit_test_setup_teardown(timer_of_24_bits_wraps, setup_24, teardown),
		T(timer_stands_still_while_paused),
		T(reset_clears_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
