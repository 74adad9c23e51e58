/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The multiplexer of chardev.h: focus, each escape, buffered input for a port that has no room,
 * output of all ports, events once per port, the limit on ports.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fake_chardev.h"

struct end {
	char in[256];
	size_t n_in, room;
	unsigned int n_events[CHARDEV_EVENT_COUNT], n_writable;
};

static size_t can_receive(void *opaque)
{
	return ((struct end *)opaque)->room;
}

static void receive(void *opaque, const uint8_t *bytes, size_t n_bytes)
{
	struct end *end = opaque;

	memcpy(end->in + end->n_in, bytes, n_bytes);
	end->n_in += n_bytes;
	end->room -= n_bytes;
}

static void event(void *opaque, enum chardev_event e)
{
	((struct end *)opaque)->n_events[e]++;
}

static void writable(void *opaque)
{
	((struct end *)opaque)->n_writable++;
}

static const struct chardev_frontend frontend = { can_receive, receive, event, writable };

struct fixture {
	struct fake_chardev terminal;
	struct chardev_mux *mux;
	struct chardev *serial_port, *monitor_port;
	struct end serial, monitor;
	unsigned int n_quits;
};

static void quit(void *opaque)
{
	((struct fixture *)opaque)->n_quits++;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	fake_chardev_init(&f->terminal);
	f->serial.room = f->monitor.room = sizeof(f->serial.in);
	assert_int_equal(chardev_mux_new(&f->terminal.base, quit, f, &f->mux, NULL), 0);
	assert_int_equal(chardev_mux_add_port(f->mux, &f->serial_port, NULL), 0);
	assert_int_equal(chardev_mux_add_port(f->mux, &f->monitor_port, NULL), 0);
	chardev_attach(f->serial_port, &frontend, &f->serial);
	chardev_attach(f->monitor_port, &frontend, &f->monitor);
	chardev_frontend_event(&f->terminal.base, CHARDEV_EVENT_OPENED);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	chardev_mux_free(f->mux);
	free(f);
	return 0;
}

static void input_goes_to_the_focus(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(fake_chardev_type(&f->terminal, "ls\n\001cinfo\n\001Cpwd\n"), 16);
	assert_string_equal(f->serial.in, "ls\npwd\n");
	assert_string_equal(f->monitor.in, "info\n");
	assert_int_equal(f->serial.n_events[CHARDEV_EVENT_MUX_OUT], 1);
	assert_int_equal(f->serial.n_events[CHARDEV_EVENT_MUX_IN], 2); /* at start, and back */
	assert_int_equal(f->monitor.n_events[CHARDEV_EVENT_MUX_IN], 1);
	assert_int_equal(f->monitor.n_events[CHARDEV_EVENT_MUX_OUT], 1);
}

static void escapes_do_what_they_say(void **state)
{
	struct fixture *f = *state;

	fake_chardev_type(&f->terminal, "\001x");
	assert_int_equal(f->n_quits, 1);
	fake_chardev_type(&f->terminal, "\001");
	fake_chardev_type(&f->terminal, "X"); /* in two reads */
	assert_int_equal(f->n_quits, 2);
	fake_chardev_type(&f->terminal, "\001b");
	assert_int_equal(f->serial.n_events[CHARDEV_EVENT_BREAK], 1);
	assert_int_equal(f->monitor.n_events[CHARDEV_EVENT_BREAK], 0);
	fake_chardev_type(&f->terminal, "\001\001");
	assert_int_equal(f->serial.n_in, 1);
	assert_int_equal(f->serial.in[0], 1);
	fake_chardev_type(&f->terminal, "\001z\001\r"); /* unknown: swallowed */
	assert_int_equal(f->serial.n_in, 1);
	assert_int_equal(f->terminal.n_out, 0);
	fake_chardev_type(&f->terminal, "\001h");
	f->terminal.out[f->terminal.n_out] = '\0';
	assert_non_null(strstr((char *)f->terminal.out, "Ctrl-A X"));
	assert_non_null(strstr((char *)f->terminal.out, "Ctrl-A C"));
	assert_int_equal(f->n_quits, 2);
}

static void full_port_still_sees_escapes(void **state)
{
	struct fixture *f = *state;

	f->serial.room = 2;
	assert_int_equal(fake_chardev_type(&f->terminal, "abcd\001x"), 6);
	assert_int_equal(f->n_quits, 1);
	assert_int_equal(f->serial.n_in, 2);
	f->serial.room = 10;
	/* The loop asks for room when it was poked; that hands the rest on. */
	assert_true(chardev_frontend_can_receive(&f->terminal.base) > 0);
	assert_string_equal(f->serial.in, "abcd");
}

static unsigned int n_pokes;

static void count_poke(struct chardev *chardev)
{
	(void)chardev;
	n_pokes++;
}

static void room_in_a_port_pokes_the_backend(void **state)
{
	struct fixture *f = *state;
	struct chardev_ops ops = fake_chardev_ops;

	ops.poke = count_poke;
	f->terminal.base.ops = &ops;
	n_pokes = 0;
	chardev_accept_input(f->serial_port);
	assert_int_equal(n_pokes, 0); /* nothing waits: cheap */
	f->serial.room = 0;
	fake_chardev_type(&f->terminal, "a");
	chardev_accept_input(f->serial_port);
	chardev_accept_input(f->serial_port);
	assert_int_equal(n_pokes, 1);
	f->terminal.base.ops = &fake_chardev_ops;
}

static void buffer_of_a_port_is_bounded(void **state)
{
	struct fixture *f = *state;
	char text[200];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	f->serial.room = 0;
	assert_int_equal(fake_chardev_type(&f->terminal, text), 64);
	assert_int_equal(chardev_frontend_can_receive(&f->terminal.base), 0);
}

static void all_ports_write_to_the_terminal(void **state)
{
	struct fixture *f = *state;

	chardev_write(f->serial_port, "guest ", 6);
	assert_int_equal(chardev_write_all(f->monitor_port, "monitor", 7), 0);
	assert_int_equal(f->terminal.n_out, 13);
	assert_memory_equal(f->terminal.out, "guest monitor", 13);
	f->terminal.room = 2;
	assert_int_equal(chardev_write(f->serial_port, "abc", 3), 2);
	assert_int_equal(chardev_write_all(f->monitor_port, "abc", 3), -ENOBUFS);
	chardev_frontend_writable(&f->terminal.base);
	assert_int_equal(f->serial.n_writable, 1);
	assert_int_equal(f->monitor.n_writable, 1);
}

static void events_come_once_per_port(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(f->serial.n_events[CHARDEV_EVENT_OPENED], 1);
	/* The backend repeats OPENED when another port is attached. */
	chardev_frontend_event(&f->terminal.base, CHARDEV_EVENT_OPENED);
	assert_int_equal(f->serial.n_events[CHARDEV_EVENT_OPENED], 1);
	chardev_frontend_event(&f->terminal.base, CHARDEV_EVENT_CLOSED);
	assert_int_equal(f->monitor.n_events[CHARDEV_EVENT_CLOSED], 1);
	chardev_frontend_event(&f->terminal.base, CHARDEV_EVENT_OPENED);
	assert_int_equal(f->serial.n_events[CHARDEV_EVENT_OPENED], 2);
	chardev_detach(f->serial_port);
	chardev_frontend_event(&f->terminal.base, CHARDEV_EVENT_CLOSED);
	assert_int_equal(f->serial.n_events[CHARDEV_EVENT_CLOSED], 1);
}

static void ports_are_limited(void **state)
{
	struct fixture *f = *state;
	struct chardev *port;
	struct err err = ERR_INIT;

	assert_int_equal(chardev_mux_add_port(f->mux, &port, NULL), 0);
	assert_int_equal(chardev_mux_add_port(f->mux, &port, NULL), 0);
	assert_int_equal(chardev_mux_add_port(f->mux, &port, &err), -ENOSPC);
	assert_string_equal(err.message, "too many uses of a multiplexed character device (maximum "
					 "is 4)");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(input_goes_to_the_focus),	 T(escapes_do_what_they_say),
		T(full_port_still_sees_escapes), T(room_in_a_port_pokes_the_backend),
		T(buffer_of_a_port_is_bounded),	 T(all_ports_write_to_the_terminal),
		T(events_come_once_per_port),	 T(ports_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
