/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers tests/tools/qmp.c: what it prints and its exit status, against a made-up machine that a
 * child process serves on a unix socket.
 *
 * usage: test_qmp PATH_OF_QMP
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "fake.h"

static const char *tool;
static char folder[] = "/tmp/terrace-qmp-XXXXXX", path[64];
static pid_t server;

static void send_bytes(void *context, const char *bytes, size_t count)
{
	if (send(*(int *)context, bytes, count, MSG_NOSIGNAL) != (ssize_t)count)
		_exit(1);
}

static void serve(int fd)
{
	struct fake_machine machine = { 0 };
	char bytes[256];
	ssize_t count;

	machine.session = qmp_session_new(&fake_schema, &machine, send_bytes, &fd);
	while ((count = read(fd, bytes, sizeof(bytes))) > 0)
		qmp_session_feed(machine.session, bytes, (size_t)count);
	qmp_session_free(machine.session);
	close(fd);
}

/* delay_ms: how late the socket appears. */
static void start_server(unsigned int delay_ms)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	server = fork();
	if (server)
		return;
	usleep(delay_ms * 1000);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0)
		_exit(1);
	for (;;)
		serve(accept(fd, NULL, NULL));
}

static void stop_server(void)
{
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	unlink(path);
}

/* Runs the tool with arguments behind the socket; both streams go to output. */
static int run(const char *arguments, struct strbuf *output)
{
	char command[512], bytes[512];
	size_t count;
	FILE *pipe;
	int status;

	snprintf(command, sizeof(command), "%s %s %s 2>&1", tool, path, arguments);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	while ((count = fread(bytes, 1, sizeof(bytes), pipe)) > 0)
		strbuf_add(output, bytes, count);
	status = pclose(pipe);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void assert_run(const char *arguments, int status, const char *expected)
{
	AUTO_STRBUF output = STRBUF_INIT;

	assert_int_equal(run(arguments, &output), status);
	assert_string_equal(output.text ? output.text : "", expected);
}

static void commands_print_their_values(void **state)
{
	(void)state;
	start_server(0);
	assert_run("system_reset", 0, "{}\n");
	assert_run("balloon value=1024 -- query-balloon", 0, "{}\n{\"actual\": 1024}\n");
	assert_run("device_add driver=pc-dimm n=7 s='\"7\"' on=true a='[1, 2]' o=1G", 0,
		   "{\"driver\": \"pc-dimm\", \"n\": 7, \"s\": \"7\", \"on\": true, "
		   "\"a\": [1, 2], \"o\": \"1G\"}\n");
	assert_run("echo '{\"object\": {}}'", 0, "{\"object\": {}}\n");
	stop_server();
}

static void events_are_printed(void **state)
{
	AUTO_STRBUF output = STRBUF_INIT;

	(void)state;
	start_server(0);
	assert_run("--events 2 stop -- balloon value=5", 0,
		   "STOP\n{}\nBALLOON_CHANGE {\"actual\": 5}\n{}\n");
	assert_int_equal(run("--events 3 --timeout 1 stop", &output), 1);
	assert_non_null(strstr(output.text, "STOP\n{}\nqmp: "));
	assert_non_null(strstr(output.text, "no answer within 1 s\n"));
	stop_server();
}

static void failures_exit_with_1(void **state)
{
	(void)state;
	start_server(0);
	assert_run("nope -- stop", 1,
		   "qmp: CommandNotFound: The command nope has not been found\n");
	assert_run("balloon value=x", 1,
		   "qmp: GenericError: Invalid parameter type for 'value', expected: integer\n");
	stop_server();
}

static void it_waits_for_the_socket(void **state)
{
	AUTO_STRBUF output = STRBUF_INIT;

	(void)state;
	start_server(300);
	assert_run("system_reset", 0, "{}\n");
	stop_server();
	assert_int_equal(run("--wait 0 stop", &output), 1);
	assert_non_null(strstr(output.text, "No such file or directory"));
}

static void bad_usage_exits_with_2(void **state)
{
	AUTO_STRBUF output = STRBUF_INIT;

	(void)state;
	start_server(0);
	assert_int_equal(run("", &output), 2);
	assert_int_equal(run("--events x", &output), 2);
	assert_int_equal(run("balloon value", &output), 2);
	assert_int_equal(run("balloon '{'", &output), 2);
	stop_server();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_print_their_values),
		cmocka_unit_test(events_are_printed),
		cmocka_unit_test(failures_exit_with_1),
		cmocka_unit_test(it_waits_for_the_socket),
		cmocka_unit_test(bad_usage_exits_with_2),
	};
	int failed;

	if (argc != 2 || !mkdtemp(folder))
		return 2;
	tool = argv[1];
	snprintf(path, sizeof(path), "%s/qmp.sock", folder);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
