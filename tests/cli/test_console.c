/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "terrace console" and "terrace run" on a pseudo terminal, with the stub as the machine: its serial
 * port greets and echoes.
 *
 * usage: test_console TERRACE STUBVMM
 */
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include <cmocka.h>

#include "base/cleanup.h"

#define WAIT_MS 20000

static char *terrace, *stub, dir[64];

/* terrace with a terminal of its own. */
struct terminal {
	int keyboard, slave;
	pid_t pid;
	char seen[4096];
	size_t n_seen;
};

static void terminal_start(struct terminal *terminal, const char *verb, const char *argument)
{
	*terminal = (struct terminal){ .keyboard = -1 };
	assert_int_equal(openpty(&terminal->keyboard, &terminal->slave, NULL, NULL, NULL), 0);
	terminal->pid = fork();
	if (terminal->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(terminal->keyboard);
		login_tty(dup(terminal->slave));
		execl(terrace, "terrace", verb, argument, NULL);
		_exit(127);
	}
}

/* Waits until text has come, after what was waited for before. */
static void terminal_expect(struct terminal *terminal, const char *text)
{
	char *at;

	while (!(at = strstr(terminal->seen, text))) {
		struct pollfd pollfd = { terminal->keyboard, POLLIN, 0 };
		ssize_t n = -1;

		if (poll(&pollfd, 1, WAIT_MS) == 1)
			n = read(terminal->keyboard, terminal->seen + terminal->n_seen,
				 sizeof(terminal->seen) - 1 - terminal->n_seen);
		if (n <= 0)
			fail_msg("no \"%s\" in \"%s\"", text, terminal->seen);
		terminal->n_seen += (size_t)n;
		terminal->seen[terminal->n_seen] = '\0';
	}
	at += strlen(text);
	terminal->n_seen -= (size_t)(at - terminal->seen);
	memmove(terminal->seen, at, terminal->n_seen + 1);
}

static void terminal_type(const struct terminal *terminal, const char *keys)
{
	assert_int_equal(write(terminal->keyboard, keys, strlen(keys)), strlen(keys));
}

static bool terminal_is_raw(const struct terminal *terminal)
{
	struct termios settings;

	assert_int_equal(tcgetattr(terminal->slave, &settings), 0);
	return !(settings.c_lflag & (ICANON | ECHO | ISIG));
}

/* The exit status, with the terminal as it was. */
static int terminal_end(struct terminal *terminal)
{
	int status;

	assert_int_equal(waitpid(terminal->pid, &status, 0), terminal->pid);
	assert_false(terminal_is_raw(terminal));
	close(terminal->keyboard);
	close(terminal->slave);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* What terrace prints, without a terminal. */
static char *run(const char *arguments)
{
	static char out[1024];
	char line[512];
	FILE *pipe;
	size_t n;

	snprintf(line, sizeof(line), "'%s' %s 2>&1", terrace, arguments);
	pipe = popen(line, "r");
	assert_non_null(pipe);
	n = fread(out, 1, sizeof(out) - 1, pipe);
	out[n] = '\0';
	pclose(pipe);
	return out;
}

static const char *domain_file(void)
{
	static char path[96];
	FILE *file;

	snprintf(path, sizeof(path), "%s/box.xml", dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file,
		"<domain type='kvm'><name>box</name><memory unit='MiB'>64</memory>"
		"<os><type>hvm</type><kernel>/boot/vmlinuz</kernel></os>"
		"<devices><emulator>%s</emulator><console type='pty'/></devices></domain>\n",
		stub);
	fclose(file);
	return path;
}

static void console_is_the_guest_s_until_ctrl_bracket(void **state)
{
	struct terminal terminal;
	char line[128];

	(void)state;
	snprintf(line, sizeof(line), "create %s", domain_file());
	assert_non_null(strstr(run(line), "Domain 'box' created from"));
	for (int i = 0; i < 2; i++) {
		terminal_start(&terminal, "console", "box");
		terminal_expect(&terminal, "Connected to domain 'box'\r\n"
					   "Escape character is ^] (Ctrl + ])\r\n");
		terminal_expect(&terminal, "stub login: ");
		assert_true(terminal_is_raw(&terminal));
		assert_string_equal(run("console box"), "error: operation failed: Active console "
							"session exists for domain 'box'\n");
		/* Ctrl-C is the guest's. */
		terminal_type(&terminal, "root\003\r");
		terminal_expect(&terminal, "root\003\r");
		terminal_type(&terminal, "\035");
		assert_int_equal(terminal_end(&terminal), 0);
		assert_string_equal(run("domstate box"), "running\n");
	}
	terminal_start(&terminal, "console", "box");
	terminal_expect(&terminal, "stub login: ");
	assert_string_equal(run("destroy box"), "Domain 'box' destroyed\n");
	assert_int_equal(terminal_end(&terminal), 0);
}

static void run_ends_the_domain_with_ctrl_bracket(void **state)
{
	struct terminal terminal;

	(void)state;
	terminal_start(&terminal, "run", domain_file());
	terminal_expect(&terminal, "stub login: ");
	assert_true(terminal_is_raw(&terminal));
	assert_string_equal(run("domstate box"), "running\n");
	terminal_type(&terminal, "hello\r");
	terminal_expect(&terminal, "hello\r");
	terminal_type(&terminal, "\035");
	assert_int_equal(terminal_end(&terminal), 0);
	assert_non_null(strstr(run("domstate box"), "error: failed to get domain 'box'"));
}

static void run_ends_with_the_guest(void **state)
{
	struct terminal terminal;

	(void)state;
	terminal_start(&terminal, "run", domain_file());
	terminal_expect(&terminal, "stub login: ");
	run("qemu-monitor-command box "
	    "'{\"execute\": \"x-stub-guest\", \"arguments\": {\"does\": \"shutdown\"}}'");
	assert_int_equal(terminal_end(&terminal), 0);
	assert_string_equal(run("list --all --name"), "");
}

static void a_signal_ends_run_and_the_domain(void **state)
{
	struct terminal terminal;

	(void)state;
	terminal_start(&terminal, "run", domain_file());
	terminal_expect(&terminal, "stub login: ");
	kill(terminal.pid, SIGTERM);
	terminal_end(&terminal);
	assert_string_equal(run("list --all --name"), "");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(console_is_the_guest_s_until_ctrl_bracket),
		cmocka_unit_test(run_ends_the_domain_with_ctrl_bracket),
		cmocka_unit_test(run_ends_with_the_guest),
		cmocka_unit_test(a_signal_ends_run_and_the_domain),
	};
	char command[128];
	int failures;

	if (argc != 3)
		return 2;
	terrace = realpath(argv[1], NULL);
	stub = realpath(argv[2], NULL);
	strcpy(dir, "/tmp/terrace-console-XXXXXX");
	if (!terrace || !stub || !mkdtemp(dir))
		return 2;
	snprintf(command, sizeof(command), "%s/defined", dir);
	setenv("TERRACE_CONFIG_DIR", command, 1);
	setenv("TERRACE_RUNTIME_DIR", dir, 1);
	setenv("TERRACE_LOG_DIR", dir, 1);
	failures = cmocka_run_group_tests(tests, NULL, NULL);
	run("destroy box");
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	if (system(command) != 0)
		perror(command);
	free(terrace);
	free(stub);
	return failures;
}
