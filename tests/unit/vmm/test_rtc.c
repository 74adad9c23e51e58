/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rtc.h, with a clock that the test moves: reading as Linux's mc146818 code does, all formats,
 * setting, UIP, flags of register C; update and periodic interrupts with the real clock and a loop;
 * reset keeps the time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "fake_irq.h"
#include "vmm/devices/rtc.h"
#include "vmm/devices/rtc_time.h"

/* 2024-02-29 23:59:58 UTC, a Thursday */
#define LEAP_DAY_S UINT64_C(1709251198)
#define S	   UINT64_C(1000000000)

static uint64_t now_ns;

static uint64_t clock_now(void)
{
	return now_ns;
}

struct fixture {
	uv_loop_t loop;
	struct io_bus *bus;
	struct fake_irq irq;
	struct rtc *rtc;
};

static int setup_with(void **state, uint64_t (*clock)(void), enum rtc_base base)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct rtc_config config = {
		.irq = fake_irq_line(&f->irq, 8),
		.base = base,
		.base_s = 1000000000, /* 2001-09-09 01:46:40 */
		.clock_ns = clock,
	};

	now_ns = LEAP_DAY_S * S;
	uv_loop_init(&f->loop);
	f->bus = io_bus_new();
	*state = f;
	return rtc_new(&f->loop, f->bus, &config, &f->rtc, NULL);
}

static int setup(void **state)
{
	return setup_with(state, clock_now, RTC_BASE_UTC);
}

static int setup_real_clock(void **state)
{
	return setup_with(state, NULL, RTC_BASE_UTC);
}

static int setup_fixed(void **state)
{
	return setup_with(state, clock_now, RTC_BASE_FIXED);
}

static int setup_localtime(void **state)
{
	setenv("TZ", "XYZ-3", 1); /* three hours east */
	tzset();
	return setup_with(state, clock_now, RTC_BASE_LOCALTIME);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	rtc_free(f->rtc);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	io_bus_free(f->bus);
	free(f);
	return 0;
}

static uint8_t in(struct fixture *f, uint8_t reg)
{
	uint64_t value;

	io_bus_write(f->bus, 0x70, 1, reg);
	assert_true(io_bus_read(f->bus, 0x71, 1, &value));
	return (uint8_t)value;
}

static void out(struct fixture *f, uint8_t reg, uint8_t value)
{
	io_bus_write(f->bus, 0x70, 1, reg);
	io_bus_write(f->bus, 0x71, 1, value);
}

static void assert_time(struct fixture *f, const char *expected)
{
	char text[64];

	assert_int_equal(in(f, 0x0a) & 0x80, 0);
	snprintf(text, sizeof(text), "%02x%02x-%02x-%02x %02x:%02x:%02x", in(f, 0x32), in(f, 9),
		 in(f, 8), in(f, 7), in(f, 4), in(f, 2), in(f, 0));
	assert_string_equal(text, expected);
}

static void time_is_read_in_bcd(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(in(f, 0x0d), 0x80);
	assert_int_equal(in(f, 0x0b), 0x02);
	assert_int_equal(in(f, 0x0a), 0x26);
	assert_time(f, "2024-02-29 23:59:58");
	assert_int_equal(in(f, 6), 5); /* Sunday is 1 */
	now_ns += 2 * S;
	assert_time(f, "2024-03-01 00:00:00");
}

static void formats_follow_register_b(void **state)
{
	struct fixture *f = *state;

	out(f, 0x0b, 0x06); /* binary, 24 h */
	assert_int_equal(in(f, 2), 59);
	assert_int_equal(in(f, 4), 23);
	out(f, 0x0b, 0x04); /* binary, 12 h */
	assert_int_equal(in(f, 4), 0x80 | 11);
	out(f, 0x0b, 0x00);
	assert_int_equal(in(f, 4), 0x80 | 0x11);
	now_ns += 2 * S; /* midnight */
	assert_int_equal(in(f, 4), 0x12);
	now_ns += 12 * 3600 * S; /* noon */
	assert_int_equal(in(f, 4), 0x80 | 0x12);
}

static void every_format_decodes_to_what_was_encoded(void **state)
{
	uint8_t registers[128];

	(void)state;
	for (uint8_t b = 0; b <= 6; b += 2)
		for (int64_t t = 0; t < INT64_C(4102444800); t += 98765431) {
			rtc_time_encode(t, b, registers);
			assert_int_equal(rtc_time_decode(registers, b), t);
		}
}

static void update_in_progress_precedes_the_second(void **state)
{
	struct fixture *f = *state;

	now_ns += S - 245000;
	assert_int_equal(in(f, 0x0a) & 0x80, 0);
	now_ns += 2000;
	assert_int_equal(in(f, 0x0a) & 0x80, 0x80);
	now_ns += 243000;
	assert_int_equal(in(f, 0x0a) & 0x80, 0);
}

static void linux_sets_the_time(void **state)
{
	struct fixture *f = *state;
	uint8_t b = in(f, 0x0b), a = in(f, 0x0a);

	out(f, 0x0b, b | 0x80);
	out(f, 0x0a, a | 0x70);
	out(f, 9, 0x30);
	out(f, 8, 0x12);
	out(f, 7, 0x31);
	out(f, 4, 0x12);
	out(f, 2, 0x34);
	out(f, 0, 0x56);
	now_ns += 100 * S; /* stands still */
	assert_int_equal(in(f, 0), 0x56);
	out(f, 0x0b, b);
	out(f, 0x0a, a);
	assert_time(f, "2030-12-31 12:34:56");
	/* The next second begins half a second after the divider was let go. */
	now_ns += S / 2 - 1000000;
	assert_time(f, "2030-12-31 12:34:56");
	now_ns += 1000000;
	assert_time(f, "2030-12-31 12:34:57");
}

static void single_registers_can_be_set(void **state)
{
	struct fixture *f = *state;

	now_ns += S / 4;
	out(f, 4, 0x01);
	assert_time(f, "2024-02-29 01:59:58");
	now_ns += S / 4 * 3;
	assert_time(f, "2024-02-29 01:59:59");
	out(f, 2, 0xff); /* nonsense carries over, and harms nothing */
	in(f, 2);
	out(f, 0x32, 0xff);
	out(f, 9, 0xff);
	in(f, 9);
}

static void flags_come_without_enables(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(in(f, 0x0c), 0);
	now_ns += S;
	assert_int_equal(in(f, 0x0c) & 0x10, 0x10);
	assert_int_equal(in(f, 0x0c), 0); /* reading clears */
	out(f, 1, 0x00);
	out(f, 3, 0x00);
	out(f, 5, 0xff); /* any hour */
	now_ns += S;
	assert_int_equal(in(f, 0x0c), 0x30);
	assert_int_equal(f->irq.n_calls, 0);
}

static void cmos_bytes_are_kept(void **state)
{
	struct fixture *f = *state;
	uint64_t value;

	out(f, 0x40, 0xa5);
	out(f, 0xc0 | 0x41, 0x5a); /* bit 7 is not part of the index */
	assert_int_equal(in(f, 0x40), 0xa5);
	assert_int_equal(in(f, 0x41), 0x5a);
	out(f, 0x0d, 0x00);
	assert_int_equal(in(f, 0x0d), 0x80);
	io_bus_read(f->bus, 0x70, 1, &value);
	assert_int_equal(value, 0xff);
	io_bus_write(f->bus, 0x70, 2, 0x7742); /* outw */
	assert_int_equal(in(f, 0x42), 0x77);
}

static void fixed_base_starts_there(void **state)
{
	assert_time(*state, "2001-09-09 01:46:40");
}

static void localtime_base_is_the_hosts_zone(void **state)
{
	assert_time(*state, "2024-03-01 02:59:58");
	unsetenv("TZ");
	tzset();
}

static void reset_keeps_the_time(void **state)
{
	struct fixture *f = *state;

	out(f, 4, 0x05);
	out(f, 0x0b, 0x72);
	rtc_reset(f->rtc);
	assert_int_equal(in(f, 0x0b), 0x02);
	assert_time(f, "2024-02-29 05:59:58");
	assert_false(f->irq.level);
}

static void run_until_irq(struct fixture *f, unsigned int n_raised)
{
	uint64_t deadline = uv_hrtime() + 5 * S;

	while (f->irq.n_raised < n_raised && uv_hrtime() < deadline) {
		uv_run(&f->loop, UV_RUN_ONCE);
		if (f->irq.level)
			in(f, 0x0c);
	}
	assert_true(f->irq.n_raised >= n_raised);
}

static void periodic_interrupt_repeats(void **state)
{
	struct fixture *f = *state;
	uint64_t start = uv_hrtime();

	out(f, 0x0a, 0x2a); /* 64 Hz */
	out(f, 0x0b, 0x42);
	run_until_irq(f, 4);
	assert_true(uv_hrtime() - start >= 4 * S / 64 - 2000000);
	out(f, 0x0b, 0x02);
	in(f, 0x0c);
	assert_false(f->irq.level);
}

static void update_interrupt_comes_with_the_second(void **state)
{
	struct fixture *f = *state;
	struct timespec now;

	out(f, 0x0b, 0x12);
	run_until_irq(f, 1);
	assert_int_equal(f->irq.number, 8);
	clock_gettime(CLOCK_REALTIME, &now);
	assert_true(now.tv_nsec < 500000000); /* just after a second began */
}

static void alarm_interrupt_comes_at_its_second(void **state)
{
	struct fixture *f = *state;
	uint8_t next;

	out(f, 0x0b, 0x06);
	next = (uint8_t)((in(f, 0) + 1) % 60);
	out(f, 1, next);
	out(f, 3, 0xff);
	out(f, 5, 0xff);
	in(f, 0x0c);
	out(f, 0x0b, 0x26);
	run_until_irq(f, 1);
	assert_int_equal(in(f, 0), next);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(time_is_read_in_bcd),
		T(formats_follow_register_b),
		cmocka_unit_test(every_format_decodes_to_what_was_encoded),
		T(update_in_progress_precedes_the_second),
		T(linux_sets_the_time),
		T(single_registers_can_be_set),
		T(flags_come_without_enables),
		T(cmos_bytes_are_kept),
		cmocka_unit_test_setup_teardown(fixed_base_starts_there, setup_fixed, teardown),
		cmocka_unit_test_setup_teardown(localtime_base_is_the_hosts_zone, setup_localtime,
						teardown),
		T(reset_keeps_the_time),
		cmocka_unit_test_setup_teardown(periodic_interrupt_repeats, setup_real_clock,
						teardown),
		cmocka_unit_test_setup_teardown(update_interrupt_comes_with_the_second,
						setup_real_clock, teardown),
		cmocka_unit_test_setup_teardown(alarm_interrupt_comes_at_its_second,
						setup_real_clock, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
