/* SPDX-License-Identifier: Apache-2.0 */
/* Serial ports and the human monitor on each kind of character device, terminals above all. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "machine.h"

#define MORE(...) ((const char *[]){ __VA_ARGS__, NULL })

static void quit(struct machine *m)
{
	machine_do(m, "{'execute': 'quit'}");
	machine_events_to_end(m);
	machine_end(m, 0);
}

/* Reads until text has come. What was read before is kept in seen. */
struct seen {
	char text[65536];
	size_t n;
};

static void read_until(int fd, struct seen *seen, const char *text)
{
	while (!strstr(seen->text, text)) {
		struct pollfd pollfd = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (poll(&pollfd, 1, MACHINE_TIMEOUT_S * 1000) <= 0)
			fail_msg("no '%s' in '%s'", text, seen->text);
		n = read(fd, seen->text + seen->n, sizeof(seen->text) - 1 - seen->n);
		if (n <= 0)
			fail_msg("ended without '%s': '%s'", text, seen->text);
		/* How many carriage returns there are is the terminal's affair. */
		for (ssize_t i = 0, at = (ssize_t)seen->n; i < n; i++)
			if (seen->text[at + i] != '\r')
				seen->text[seen->n++] = seen->text[at + i];
		seen->text[seen->n] = '\0';
	}
}

static void forget(struct seen *seen)
{
	memset(seen, 0, sizeof(*seen));
}

static void type(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* ---- Devices ---- */

/* The socket's server waits for its peer by default, so that nothing is lost. */
static void serial_on_a_socket(void **state)
{
	struct seen seen = { 0 };
	struct machine m;
	int fd;

	(void)state;
	machine_init(&m);
	machine_exec(&m,
		     MORE("-accel", "kvm,software=on", "-m", "16", "-kernel", machine_guest(),
			  "-append", "h", "-display", "none", "-serial", "unix:serial,server=on"));
	machine_pause_ms(50);
	fd = machine_open_socket(&m, "serial");
	read_until(fd, &seen, "hello\n");
	close(fd);
	machine_end(&m, 0);
}

static void serial_on_a_pty(void **state)
{
	struct seen seen = { 0 };
	struct machine m;
	char path[64];
	int fd;

	(void)state;
	machine_start(&m, "h", MORE("-S", "-serial", "none", "-serial", "null", "-serial", "pty"));
	machine_connect(&m);
	machine_wait_text(&m, "err", "(label serial3)\n");
	assert_int_equal(sscanf(machine_file(&m, "err"),
				"terrace-vmm: info: char device redirected to %63s", path),
			 1);
	fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(fd >= 0);
	close(fd);
	quit(&m);
	/* As the first port, it has what the guest says. */
	machine_init(&m);
	machine_exec(&m, MORE("-accel", "kvm,software=on", "-m", "16", "-kernel", machine_guest(),
			      "-append", "lll", "-display", "none", "-serial", "pty"));
	machine_wait_text(&m, "err", "(label serial0)\n");
	assert_int_equal(sscanf(machine_file(&m, "err"),
				"terrace-vmm: info: char device redirected to %63s", path),
			 1);
	fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(fd >= 0);
	read_until(fd, &seen, "x");
	close(fd);
	kill(m.pid, SIGTERM);
	machine_end(&m, 0);
}

/* ---- A terminal ---- */

struct terminal {
	int master, slave;
	struct termios before;
};

static void terminal_open(struct terminal *t)
{
	t->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(t->master >= 0);
	assert_int_equal(grantpt(t->master), 0);
	assert_int_equal(unlockpt(t->master), 0);
	t->slave = open(ptsname(t->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(t->slave >= 0);
	assert_int_equal(tcgetattr(t->slave, &t->before), 0);
}

static void terminal_close(struct terminal *t)
{
	close(t->master);
	close(t->slave);
}

static void assert_raw(const struct terminal *t, bool raw)
{
	struct termios now;

	assert_int_equal(tcgetattr(t->slave, &now), 0);
	assert_int_equal(!(now.c_lflag & ICANON), raw);
	if (raw)
		return;
	/* Not the whole struct: it has padding. */
	assert_int_equal(now.c_iflag, t->before.c_iflag);
	assert_int_equal(now.c_oflag, t->before.c_oflag);
	assert_int_equal(now.c_cflag, t->before.c_cflag);
	assert_int_equal(now.c_lflag, t->before.c_lflag);
	assert_memory_equal(now.c_cc, t->before.c_cc, sizeof(now.c_cc));
}

/* -nographic with the programme; returns when the guest has said hello, so the terminal is raw. */
static void start_on_terminal(struct machine *m, struct terminal *t, struct seen *seen)
{
	terminal_open(t);
	machine_init(m);
	m->in_fd = m->out_fd = t->slave;
	machine_exec(m, MORE("-accel", "kvm,software=on", "-m", "16", "-kernel", machine_guest(),
			     "-append", "hz", "-nographic", "-name", "vm1"));
	read_until(t->master, seen, "hello");
	assert_raw(t, true);
}

static void ctrl_a_x_ends(void **state)
{
	struct seen seen = { 0 };
	struct terminal t;
	struct machine m;

	(void)state;
	start_on_terminal(&m, &t, &seen);
	type(t.master, "\001x");
	machine_end(&m, 0);
	assert_raw(&t, false);
	terminal_close(&t);
}

static void ctrl_a_c_switches_to_the_monitor(void **state)
{
	struct seen seen = { 0 };
	struct terminal t;
	struct machine m;

	(void)state;
	start_on_terminal(&m, &t, &seen);
	assert_null(strstr(seen.text, "(terrace)")); /* the guest has the terminal */
	type(t.master, "\001c");
	read_until(t.master, &seen, "type 'help' for more information");
	read_until(t.master, &seen, "(terrace) ");
	type(t.master, "info status\r");
	read_until(t.master, &seen, "VM status: running\n(terrace) ");
	forget(&seen);
	type(t.master, "stop\r");
	read_until(t.master, &seen, "stop\n(terrace) ");
	type(t.master, "info stat\177\177\177\177name\r");
	read_until(t.master, &seen, "vm1\n");
	type(t.master, "nope\r");
	read_until(t.master, &seen, "unknown command: 'nope'\n(terrace) ");
	/* Back to the guest, and again: no second banner. */
	type(t.master, "\001c\001c");
	forget(&seen);
	type(t.master, "info status\r");
	read_until(t.master, &seen, "VM status: paused\n(terrace) ");
	assert_null(strstr(seen.text, "for more information"));
	type(t.master, "c\rq\r");
	machine_end(&m, 0);
	assert_raw(&t, false);
	terminal_close(&t);
}

static void each_way_out_restores_the_terminal(void **state)
{
	static const struct {
		int signal, status;
	} cases[] = {
		{ SIGTERM, 0 },
		{ SIGHUP, 0 },
		{ SIGINT, 0 },
		{ SIGABRT, 128 + SIGABRT },
		{ SIGQUIT, 128 + SIGQUIT },
#ifndef __SANITIZE_ADDRESS__ /* its own handler is left in place */
		{ SIGSEGV, 128 + SIGSEGV },
#endif
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct seen seen = { 0 };
		struct terminal t;
		struct machine m;

		start_on_terminal(&m, &t, &seen);
		kill(m.pid, cases[i].signal);
		machine_end(&m, cases[i].status);
		assert_raw(&t, false);
		terminal_close(&t);
	}
}

/* The terminal window is closed. */
static void a_terminal_that_goes_is_no_load(void **state)
{
	struct seen seen = { 0 };
	struct terminal t;
	struct machine m;

	(void)state;
	start_on_terminal(&m, &t, &seen);
	terminal_close(&t);
	machine_assert_idle(&m);
	kill(m.pid, SIGTERM);
	machine_end(&m, 0);
}

/* ---- The human monitor elsewhere ---- */

static void monitor_on_a_socket(void **state)
{
	struct seen seen = { 0 };
	struct machine m;
	int fd;

	(void)state;
	machine_start(&m, "s", MORE("-smp", "2", "-monitor", "unix:hmp,server=on,wait=off"));
	for (unsigned int i = 0; i < 2; i++) { /* the second client begins anew */
		fd = machine_open_socket(&m, "hmp");
		forget(&seen);
		read_until(fd, &seen, "(terrace) ");
		type(fd, "help\ninfo kvm\ninfo cpus\ninfo memory_size_summary\ninf");
		read_until(fd, &seen, "system_reset -- ");
		read_until(fd, &seen, "kvm support: enabled\n");
		read_until(fd, &seen, "  CPU #1: thread_id=");
		read_until(fd, &seen, "base memory: 16777216\nplugged memory: 0\n(terrace) ");
		close(fd);
	}
	machine_connect(&m);
	fd = machine_open_socket(&m, "hmp");
	type(fd, "stop\nquit\n");
	assert_string_equal(machine_events_to_end(&m), "STOP SHUTDOWN(host-qmp-quit)");
	close(fd);
	machine_end(&m, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serial_on_a_socket),
		cmocka_unit_test(serial_on_a_pty),
		cmocka_unit_test(ctrl_a_x_ends),
		cmocka_unit_test(ctrl_a_c_switches_to_the_monitor),
		cmocka_unit_test(each_way_out_restores_the_terminal),
		cmocka_unit_test(a_terminal_that_goes_is_no_load),
		cmocka_unit_test(monitor_on_a_socket),
	};

	machine_setup(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
