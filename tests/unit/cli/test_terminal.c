/* SPDX-License-Identifier: Apache-2.0 */
/* Covers terminal.h on a pseudo terminal: bytes both ways, and on every way out the terminal as it was. */
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/terminal.h"

#define WAIT_MS 5000

/* A child that connects its terminal with guest; we hold the other ends. */
struct session {
	int keyboard; /* master side of the terminal */
	int guest;
	int slave; /* to look at its settings */
	pid_t pid;
};

static struct session session_start(void)
{
	struct rlimit no_core = { 0, 0 };
	struct session session;
	int sockets[2];

	assert_int_equal(openpty(&session.keyboard, &session.slave, NULL, NULL, NULL), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	session.guest = sockets[0];
	session.pid = fork();
	if (session.pid == 0) {
		enum terminal_end end;
		struct err err = ERR_INIT;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setrlimit(RLIMIT_CORE, &no_core);
		close(sockets[0]);
		dup2(session.slave, 0);
		dup2(session.slave, 1);
		_exit(terminal_connect(sockets[1], &end, &err) < 0 ? 99 : (int)end);
	}
	close(sockets[1]);
	return session;
}

static void session_end(struct session *session)
{
	close(session->keyboard);
	close(session->slave);
	close(session->guest);
}

/* Exactly this text comes out of fd. */
static void expect(int fd, const char *text)
{
	char got[256];
	size_t n = 0;

	while (n < strlen(text)) {
		struct pollfd pollfd = { fd, POLLIN, 0 };
		ssize_t done;

		assert_int_equal(poll(&pollfd, 1, WAIT_MS), 1);
		done = read(fd, got + n, sizeof(got) - 1 - n);
		assert_true(done > 0);
		n += (size_t)done;
	}
	got[n] = '\0';
	assert_string_equal(got, text);
}

static int wait_end(const struct session *session)
{
	int status;

	assert_int_equal(waitpid(session->pid, &status, 0), session->pid);
	return status;
}

static void assert_raw(const struct session *session, int raw)
{
	struct termios settings;

	assert_int_equal(tcgetattr(session->slave, &settings), 0);
	assert_int_equal(!(settings.c_lflag & (ICANON | ECHO | ISIG)), raw);
	assert_int_equal(!(settings.c_oflag & OPOST), raw);
}

/* The guest's first word is also the sign that the terminal is raw. */
static struct session session_connected(void)
{
	struct session session = session_start();

	assert_int_equal(write(session.guest, "login: ", 7), 7);
	expect(session.keyboard, "login: ");
	assert_raw(&session, 1);
	return session;
}

static void bytes_go_both_ways_as_they_are(void **state)
{
	struct session session = session_connected();

	(void)state;
	/* Ctrl-C, Ctrl-Z and carriage returns are the guest's. */
	assert_int_equal(write(session.keyboard, "ls\r\003\032", 5), 5);
	expect(session.guest, "ls\r\003\032");
	assert_int_equal(write(session.guest, "a\nb", 3), 3);
	expect(session.keyboard, "a\nb");
	kill(session.pid, SIGTERM);
	wait_end(&session);
	session_end(&session);
}

static void ctrl_bracket_leaves_after_what_was_typed(void **state)
{
	struct session session = session_connected();
	int status;

	(void)state;
	assert_int_equal(write(session.keyboard, "x\035y", 3), 3);
	expect(session.guest, "x");
	status = wait_end(&session);
	assert_int_equal(WEXITSTATUS(status), TERMINAL_ESCAPED);
	assert_raw(&session, 0);
	session_end(&session);
}

static void the_guest_s_end_leaves(void **state)
{
	struct session session = session_connected();
	int status;

	(void)state;
	assert_int_equal(write(session.guest, "bye", 3), 3);
	shutdown(session.guest, SHUT_RDWR);
	expect(session.keyboard, "bye");
	status = wait_end(&session);
	assert_int_equal(WEXITSTATUS(status), TERMINAL_CLOSED);
	assert_raw(&session, 0);
	session_end(&session);
}

static void signals_that_end_a_program_leave(void **state)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT };

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct session session = session_connected();
		int status;

		kill(session.pid, signals[i]);
		status = wait_end(&session);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), TERMINAL_SIGNAL);
		assert_raw(&session, 0);
		session_end(&session);
	}
}

static void a_broken_program_still_gives_the_terminal_back(void **state)
{
	struct session session = session_connected();
	int status;

	(void)state;
	kill(session.pid, SIGABRT);
	status = wait_end(&session);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_raw(&session, 0);
	session_end(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_go_both_ways_as_they_are),
		cmocka_unit_test(ctrl_bracket_leaves_after_what_was_typed),
		cmocka_unit_test(the_guest_s_end_leaves),
		cmocka_unit_test(signals_that_end_a_program_leave),
		cmocka_unit_test(a_broken_program_still_gives_the_terminal_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
