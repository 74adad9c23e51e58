/* SPDX-License-Identifier: Apache-2.0 */
/* The process around the machine: -daemonize, -pidfile, and standard descriptors that misbehave. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "machine.h"

#define MORE(...) ((const char *[]){ __VA_ARGS__, NULL })

static pid_t pid_in(struct machine *m, const char *name)
{
	return (pid_t)strtol(machine_file(m, name), NULL, 10);
}

static void a_pidfile_lasts_as_long_as_the_machine(void **state)
{
	char path[128];
	struct machine m;

	(void)state;
	machine_init(&m);
	snprintf(path, sizeof(path), "%s", machine_path(&m, "vm.pid"));
	machine_run(&m, "s", MORE("-pidfile", path));
	machine_connect(&m);
	assert_int_equal(pid_in(&m, "vm.pid"), m.pid);
	machine_do(&m, "{'execute': 'quit'}");
	machine_events_to_end(&m);
	assert_int_equal(machine_wait(&m), 0);
	assert_int_equal(access(path, F_OK), -1);
	machine_end(&m, 0);
}

static void a_second_machine_is_refused_the_pidfile(void **state)
{
	char path[128], text[256];
	struct machine m, second;

	(void)state;
	machine_init(&m);
	snprintf(path, sizeof(path), "%s", machine_path(&m, "vm.pid"));
	machine_run(&m, "s", MORE("-pidfile", path));
	machine_connect(&m);
	machine_start(&second, "s", MORE("-pidfile", path));
	assert_int_equal(machine_wait(&second), 1);
	snprintf(text, sizeof(text),
		 "terrace-vmm: -pidfile: cannot create PID file: cannot lock '%s': another process "
		 "uses it\n",
		 path);
	assert_string_equal(machine_file(&second, "err"), text);
	machine_end(&second, 0);
	assert_int_equal(pid_in(&m, "vm.pid"), m.pid); /* still the first one's */
	kill(m.pid, SIGTERM);
	machine_end(&m, 0);
}

/* The caller's process ends with 0 when QMP answers, and not before. */
static void a_daemon_stands_when_its_caller_returns(void **state)
{
	char path[128];
	struct machine m;
	pid_t daemon;

	(void)state;
	machine_init(&m);
	snprintf(path, sizeof(path), "%s", machine_path(&m, "vm.pid"));
	/* Names that mean something else after the change to "/": all must be removed at the end. */
	machine_run(&m, "s",
		    MORE("-daemonize", "-pidfile", "vm.pid", "-monitor",
			 "unix:hmp,server=on,wait=off"));
	assert_int_equal(machine_wait(&m), 0);
	daemon = pid_in(&m, "vm.pid");
	assert_true(daemon > 1);
	assert_int_equal(kill(daemon, 0), 0);
	assert_int_equal(getsid(daemon), daemon);
	m.pid = daemon;
	machine_connect(&m);
	machine_do(&m, "{'execute': 'quit'}");
	machine_events_to_end(&m);
	assert_int_equal(machine_wait(&m), 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_string_equal(machine_file(&m, "err"), "");
	machine_end(&m, 0);
}

/* A daemon whose socket waits for a peer does not stand before the peer has come. */
static void a_daemon_waits_for_its_peer(void **state)
{
	struct machine m;
	int fd, status;

	(void)state;
	machine_init(&m);
	machine_run(&m, "p",
		    MORE("-daemonize", "-serial", "unix:peer,server=on", "-pidfile", "vm.pid"));
	machine_wait_text(&m, "vm.pid", "\n");
	machine_pause_ms(100);
	assert_int_equal(waitpid(m.pid, &status, WNOHANG), 0);
	fd = machine_open_socket(&m, "peer");
	assert_int_equal(machine_wait(&m), 0);
	/* The guest powers off on its own. */
	assert_true(waitpid(-1, &status, 0) > 0);
	assert_int_equal(status, 0);
	close(fd);
	machine_end(&m, 0);
}

static void a_daemon_that_fails_tells_its_caller(void **state)
{
	char path[128];
	struct machine m;

	(void)state;
	machine_init(&m);
	snprintf(path, sizeof(path), "%s", machine_path(&m, "vm.pid"));
	machine_run(&m, "s", MORE("-daemonize", "-pidfile", path, "-initrd", "/nonexistent/x"));
	assert_int_equal(machine_wait(&m), 1);
	assert_string_equal(machine_file(&m, "err"),
			    "terrace-vmm: could not open initrd file '/nonexistent/x': "
			    "No such file or directory\n");
	assert_int_equal(access(path, F_OK), -1);
	machine_end(&m, 0);
}

/* What descriptors does the program hold? Those that it opened must not be 0, 1 or 2. */
static void closed_descriptors_stay_unused(void **state)
{
	struct machine m;
	char link[64], target[128];

	(void)state;
	machine_init(&m);
	m.close_in = m.close_out = true;
	machine_run(&m, "hs", MORE("-serial", "stdio"));
	machine_connect(&m);
	machine_wait_text(&m, "serial", "hello\n");
	for (int fd = 0; fd < 2; fd++) {
		ssize_t n;

		snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)m.pid, fd);
		n = readlink(link, target, sizeof(target) - 1);
		assert_true(n > 0);
		target[n] = '\0';
		assert_string_equal(target, "/dev/null");
	}
	machine_do(&m, "{'execute': 'quit'}");
	machine_events_to_end(&m);
	assert_int_equal(machine_wait(&m), 0);
	assert_string_equal(machine_file(&m, "err"), "");
	machine_end(&m, 0);
}

static void stdio_that_ends_is_no_load(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "/dev/null", "/dev/null" },
		{ "/dev/null", "/dev/full" },
		{ "/dev/zero", "/dev/null" }, /* endless input that the guest does not read */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct machine m;

		machine_init(&m);
		m.in_fd = open(cases[i].in, O_RDONLY | O_CLOEXEC);
		m.out_fd = open(cases[i].out, O_WRONLY | O_CLOEXEC);
		machine_run(&m, "hhhz", MORE("-serial", "stdio"));
		machine_connect(&m);
		machine_wait_text(&m, "serial", "hello\nhello\nhello\n");
		machine_assert_idle(&m);
		machine_do(&m, "{'execute': 'quit'}");
		machine_events_to_end(&m);
		close(m.in_fd);
		close(m.out_fd);
		machine_end(&m, 0);
	}
}

/* A pipe whose reader has gone: the guest goes on, nothing dies of SIGPIPE. */
static void a_broken_pipe_ends_nothing(void **state)
{
	struct machine m;
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	close(fds[0]);
	machine_init(&m);
	m.out_fd = fds[1];
	machine_exec(&m, MORE("-accel", "kvm,software=on", "-m", "16", "-kernel", machine_guest(),
			      "-append", "hhp", "-nographic"));
	close(fds[1]);
	machine_end(&m, 0);
}

/* Nobody reads the pipe: the guest's output waits, but QMP, stop and the end do not. */
static void a_full_pipe_hangs_nothing(void **state)
{
	static const char block[4096];
	struct machine m;
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	while (write(fds[1], block, sizeof(block)) > 0)
		;
	assert_int_equal(fcntl(fds[1], F_SETFL, 0), 0);
	machine_init(&m);
	m.out_fd = fds[1];
	machine_exec(&m, MORE("-accel", "kvm,software=on", "-m", "16", "-kernel", machine_guest(),
			      "-append", "l", "-display", "none", "-serial", "stdio", "-qmp",
			      "unix:qmp,server=on,wait=off"));
	machine_connect(&m);
	machine_pause_ms(300);
	machine_do(&m, "{'execute': 'stop'}");
	machine_do(&m, "{'execute': 'cont'}");
	machine_do(&m, "{'execute': 'system_reset'}");
	machine_wait_event(&m, "RESET(host-qmp-system-reset)");
	kill(m.pid, SIGTERM);
	assert_int_equal(machine_wait(&m), 0);
	close(fds[0]);
	close(fds[1]);
	machine_end(&m, 0);
}

/* QMP on standard input and output, as a script that starts the program by itself has it. */
static void qmp_works_on_pipes(void **state)
{
	static const char commands[] = "{'execute': 'qmp_capabilities'}{'execute': 'quit'}";
	struct machine m;
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(write(fds[1], commands, strlen(commands)), strlen(commands));
	close(fds[1]); /* the input ends before the program begins */
	machine_init(&m);
	m.in_fd = fds[0];
	machine_exec(&m, MORE("-accel", "kvm,software=on", "-m", "16", "-kernel", machine_guest(),
			      "-append", "s", "-display", "none", "-qmp", "stdio"));
	close(fds[0]);
	assert_int_equal(machine_wait(&m), 0);
	assert_non_null(strstr(machine_file(&m, "out"), "\"event\": \"SHUTDOWN\""));
	machine_end(&m, 0);
}

/* -version into a full disk is an error, not silence. */
static void text_that_cannot_be_written_fails(void **state)
{
	struct machine m;

	(void)state;
	machine_init(&m);
	m.out_fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	machine_exec(&m, MORE("-version"));
	close(m.out_fd);
	machine_end(&m, 1);
}

static void closed_output_fails_too(void **state)
{
	struct machine m;

	(void)state;
	machine_init(&m);
	m.close_out = true;
	machine_exec(&m, MORE("-version"));
	machine_end(&m, 1);
}

/* A signal while the machine waits for a peer of its socket ends it, and leaves nothing. */
static void a_signal_ends_the_wait_for_a_peer(void **state)
{
	char path[128], device[160];
	struct machine m;

	(void)state;
	machine_init(&m);
	snprintf(path, sizeof(path), "%s", machine_path(&m, "vm.pid"));
	snprintf(device, sizeof(device), "unix:%s,server=on", machine_path(&m, "wait"));
	machine_run(&m, "s", MORE("-serial", device, "-pidfile", path));
	machine_wait_text(&m, "vm.pid", "\n");
	while (access(machine_path(&m, "wait"), F_OK))
		machine_pause_ms(2);
	machine_pause_ms(100);
	kill(m.pid, SIGTERM);
	machine_end(&m, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pidfile_lasts_as_long_as_the_machine),
		cmocka_unit_test(a_second_machine_is_refused_the_pidfile),
		cmocka_unit_test(a_daemon_stands_when_its_caller_returns),
		cmocka_unit_test(a_daemon_waits_for_its_peer),
		cmocka_unit_test(a_daemon_that_fails_tells_its_caller),
		cmocka_unit_test(closed_descriptors_stay_unused),
		cmocka_unit_test(stdio_that_ends_is_no_load),
		cmocka_unit_test(a_broken_pipe_ends_nothing),
		cmocka_unit_test(a_full_pipe_hangs_nothing),
		cmocka_unit_test(qmp_works_on_pipes),
		cmocka_unit_test(text_that_cannot_be_written_fails),
		cmocka_unit_test(closed_output_fails_too),
		cmocka_unit_test(a_signal_ends_the_wait_for_a_peer),
	};

	machine_setup(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
