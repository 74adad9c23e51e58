/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serial.h, driven by port accesses in the order in which Linux's 8250 driver makes them: presence
 * test, loopback test, FIFO detection, sending and receiving by interrupt; FIFO levels, overrun,
 * break; a slow line withholds THRE; reset.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fake_chardev.h"
#include "fake_irq.h"
#include "vmm/devices/serial.h"

#define PORT 0x3f8

struct fixture {
	struct io_bus *bus;
	struct fake_irq irq;
	struct fake_chardev line;
	struct serial *serial;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->bus = io_bus_new();
	fake_chardev_init(&f->line);
	*state = f;
	return serial_new(f->bus, PORT, fake_irq_line(&f->irq, 4), &f->line.base, &f->serial, NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	serial_free(f->serial);
	io_bus_free(f->bus);
	free(f);
	return 0;
}

static uint8_t in(struct fixture *f, unsigned int reg)
{
	uint64_t value;

	assert_true(io_bus_read(f->bus, PORT + reg, 1, &value));
	return (uint8_t)value;
}

static void out(struct fixture *f, unsigned int reg, uint8_t value)
{
	assert_true(io_bus_write(f->bus, PORT + reg, 1, value));
}

static void linux_autoconfig_says_16550a(void **state)
{
	struct fixture *f = *state;
	uint8_t mcr, lcr, status1, status2;

	/* Does IER hold four bits? */
	out(f, 1, 0);
	assert_int_equal(in(f, 1) & 0x0f, 0);
	out(f, 1, 0x0f);
	assert_int_equal(in(f, 1) & 0x0f, 0x0f);
	out(f, 1, 0);
	/* Loopback: OUT2 and RTS come back as DCD and CTS. */
	mcr = in(f, 4);
	lcr = in(f, 3);
	out(f, 4, 0x10 | 0x0a);
	assert_int_equal(in(f, 6) & 0xf0, 0x90);
	out(f, 4, mcr);
	/* FIFO */
	out(f, 3, 0xbf);
	out(f, 2, 0);
	out(f, 3, 0);
	out(f, 2, 0x01);
	assert_int_equal(in(f, 2) >> 6, 3);
	/* No EFR (16650), */
	out(f, 3, 0x80);
	assert_int_not_equal(in(f, 2), 0);
	out(f, 3, 0xbf);
	assert_int_not_equal(in(f, 2), 0);
	/* no 64 byte FIFO (16750), */
	out(f, 3, 0);
	out(f, 2, 0x21);
	status1 = in(f, 2) >> 5;
	out(f, 2, 0x01);
	out(f, 3, 0x80);
	out(f, 2, 0x21);
	status2 = in(f, 2) >> 5;
	out(f, 2, 0x01);
	out(f, 3, lcr);
	assert_int_equal(status1, 6);
	assert_int_equal(status2, 6);
	/* no UUE (XScale). */
	out(f, 1, 0x40);
	assert_int_equal(in(f, 1) & 0x40, 0);
	out(f, 1, 0);
}

static void divisor_is_behind_dlab(void **state)
{
	struct fixture *f = *state;

	out(f, 3, 0x83);
	out(f, 0, 0x34);
	out(f, 1, 0x12);
	assert_int_equal(in(f, 0), 0x34);
	assert_int_equal(in(f, 1), 0x12);
	out(f, 3, 0x03);
	assert_int_equal(in(f, 1), 0);
	assert_int_equal(f->line.n_out, 0);
	out(f, 7, 0x5a);
	assert_int_equal(in(f, 7), 0x5a);
}

static void polled_output_reaches_the_line(void **state)
{
	struct fixture *f = *state;

	for (const char *c = "hello"; *c; c++) {
		assert_int_equal(in(f, 5) & 0x60, 0x60);
		out(f, 0, (uint8_t)*c);
	}
	assert_memory_equal(f->line.out, "hello", 5);
	assert_int_equal(f->line.n_out, 5);
	assert_int_equal(f->irq.n_calls, 0); /* nothing enabled: no call at all */
}

static void enabling_thri_raises_it_at_once(void **state)
{
	struct fixture *f = *state;

	out(f, 2, 0x01);
	out(f, 1, 0x02);
	assert_true(f->irq.level);
	assert_int_equal(f->irq.number, 4);
	assert_int_equal(in(f, 2), 0xc2);
	assert_false(f->irq.level); /* reading IIR clears it */
	assert_int_equal(in(f, 2), 0xc1);
	/* 16 bytes make one interrupt. */
	for (unsigned int i = 0; i < 16; i++)
		out(f, 0, 'x');
	assert_int_equal(f->line.n_out, 16);
	assert_int_equal(f->irq.n_raised, 2);
	assert_int_equal(in(f, 2), 0xc2);
	out(f, 1, 0);
	assert_false(f->irq.level);
	/* Linux tests that a second enabling raises it again. */
	out(f, 1, 0x02);
	assert_int_equal(in(f, 2), 0xc2);
}

static void out2_gates_the_interrupt(void **state)
{
	struct fixture *f = *state;

	out(f, 4, 0);
	out(f, 1, 0x02);
	assert_false(f->irq.level);
	out(f, 4, 0x08);
	assert_true(f->irq.level);
}

static void input_interrupts_and_is_read(void **state)
{
	struct fixture *f = *state;

	out(f, 2, 0x81); /* trigger level 8 */
	out(f, 1, 0x05);
	assert_int_equal(in(f, 5) & 1, 0);
	assert_int_equal(fake_chardev_type(&f->line, "abc"), 3);
	assert_true(f->irq.level);
	assert_int_equal(in(f, 2), 0xcc); /* below the level: timeout */
	assert_int_equal(fake_chardev_type(&f->line, "defgh"), 5);
	assert_int_equal(in(f, 2), 0xc4);
	for (unsigned int i = 0; i < 8; i++) {
		assert_int_equal(in(f, 5) & 1, 1);
		assert_int_equal(in(f, 0), "abcdefgh"[i]);
	}
	assert_int_equal(in(f, 5) & 1, 0);
	assert_false(f->irq.level);
	assert_int_equal(f->line.n_accepts > 0, 1);
}

static void fifo_takes_16_bytes_and_no_more(void **state)
{
	struct fixture *f = *state;

	out(f, 2, 0x01);
	assert_int_equal(fake_chardev_type(&f->line, "0123456789abcdefXYZ"), 16);
	for (unsigned int i = 0; i < 16; i++)
		assert_int_equal(in(f, 0), "0123456789abcdef"[i]);
	/* Without FIFO: one. */
	out(f, 2, 0x00);
	assert_int_equal(fake_chardev_type(&f->line, "XYZ"), 1);
	/* Clearing makes room. */
	out(f, 2, 0x01);
	assert_int_equal(fake_chardev_type(&f->line, "YZ"), 2);
	out(f, 2, 0x03);
	assert_int_equal(in(f, 5) & 1, 0);
}

static void loopback_comes_back_and_overruns(void **state)
{
	struct fixture *f = *state;

	out(f, 4, 0x18);
	out(f, 0, 'a');
	assert_int_equal(in(f, 5) & 0x03, 0x01);
	out(f, 0, 'b');
	assert_int_equal(in(f, 5) & 0x03, 0x03); /* overrun, reported once */
	assert_int_equal(in(f, 5) & 0x03, 0x01);
	assert_int_equal(in(f, 0), 'a');
	assert_int_equal(f->line.n_out, 0);
	assert_int_equal(fake_chardev_type(&f->line, "z"), 0); /* the line is cut off */
	out(f, 4, 0x08);
	assert_int_equal(fake_chardev_type(&f->line, "z"), 1);
}

static void break_is_a_zero_byte_with_bi(void **state)
{
	struct fixture *f = *state;

	out(f, 1, 0x05);
	chardev_frontend_event(&f->line.base, CHARDEV_EVENT_BREAK);
	assert_int_equal(in(f, 2) & 0x0f, 0x06);
	assert_int_equal(in(f, 5) & 0x11, 0x11);
	assert_int_equal(in(f, 0), 0);
}

static void slow_line_withholds_thre(void **state)
{
	struct fixture *f = *state;

	out(f, 2, 0x01);
	out(f, 1, 0x02);
	assert_int_equal(in(f, 2), 0xc2);
	f->line.room = 3;
	for (unsigned int i = 0; i < 30; i++)
		out(f, 0, (uint8_t)('a' + i));
	/* Three left, 16 wait, the rest is lost; the vCPU went on. */
	assert_int_equal(f->line.n_out, 3);
	assert_int_equal(in(f, 5) & 0x60, 0);
	assert_int_equal(in(f, 2), 0xc1);
	f->line.room = 1000;
	chardev_frontend_writable(&f->line.base);
	assert_int_equal(f->line.n_out, 19);
	assert_memory_equal(f->line.out, "abcdefghijklmnopqrs", 19);
	assert_int_equal(in(f, 5) & 0x60, 0x60);
	assert_int_equal(in(f, 2), 0xc2);
}

static void modem_lines_report_changes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(in(f, 6), 0xb0);
	out(f, 4, 0x10); /* loop: all lines down */
	assert_int_equal(in(f, 6), 0x0b);
	assert_int_equal(in(f, 6), 0x00);
	out(f, 4, 0x08);
	assert_int_equal(in(f, 6), 0xbb);
	out(f, 4, 0x18);
	out(f, 1, 0x08);
	out(f, 4, 0x08);
	assert_true(f->irq.level);
	assert_int_equal(in(f, 2) & 0x0f, 0x00);
	in(f, 6);
	assert_false(f->irq.level);
}

static void reset_is_power_on(void **state)
{
	struct fixture *f = *state;

	out(f, 2, 0x01);
	out(f, 1, 0x0f);
	out(f, 3, 0x80);
	fake_chardev_type(&f->line, "abc");
	assert_true(f->irq.level);
	serial_reset(f->serial);
	assert_false(f->irq.level);
	assert_int_equal(in(f, 3), 0);
	assert_int_equal(in(f, 1), 0);
	assert_int_equal(in(f, 2), 0x01);
	assert_int_equal(in(f, 5), 0x60);
}

static void wide_accesses_do_nothing(void **state)
{
	struct fixture *f = *state;
	uint64_t value;

	assert_true(io_bus_write(f->bus, PORT, 2, 0x4142));
	assert_int_equal(f->line.n_out, 0);
	assert_true(io_bus_read(f->bus, PORT, 4, &value));
	assert_int_equal(value, 0xffffffff);
}

static void taken_ports_are_refused(void **state)
{
	struct fixture *f = *state;
	struct serial *second = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(
		serial_new(f->bus, PORT + 4, fake_irq_line(&f->irq, 3), NULL, &second, &err),
		-EEXIST);
	assert_null(second);
	/* Without a line everything is sent into the void. */
	assert_int_equal(serial_new(f->bus, 0x2f8, fake_irq_line(&f->irq, 3), NULL, &second, &err),
			 0);
	assert_true(io_bus_write(f->bus, 0x2f8, 1, 'x'));
	serial_reset(second);
	serial_free(second);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(linux_autoconfig_says_16550a),    T(divisor_is_behind_dlab),
		T(polled_output_reaches_the_line),  T(enabling_thri_raises_it_at_once),
		T(out2_gates_the_interrupt),	    T(input_interrupts_and_is_read),
		T(fifo_takes_16_bytes_and_no_more), T(loopback_comes_back_and_overruns),
		T(break_is_a_zero_byte_with_bi),    T(slow_line_withholds_thre),
		T(modem_lines_report_changes),	    T(reset_is_power_on),
		T(wide_accesses_do_nothing),	    T(taken_ports_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
