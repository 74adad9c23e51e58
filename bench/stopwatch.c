/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stopwatch: how long a program takes to say something, and to end.
 *
 * usage: stopwatch [-u TEXT [-k]] [-t SECONDS] -- PROGRAM ARG...
 *
 * Starts PROGRAM with /dev/null as standard input and reads its standard output. -u: notes the time
 * at which TEXT has appeared there; -k: and kills the program then. -t: kills it after that time (60).
 * Prints one line of numbers:
 *
 *	SAID_NS ENDED_NS USER_US SYSTEM_US STATUS
 *
 * from just before the program was started; SAID_NS is 0 when TEXT never came, STATUS is the exit
 * status or 128 and the signal. Exit status 1: PROGRAM could not be started, or TEXT never came; its
 * output is on standard error then.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT_MAX (1 << 20)

extern char **environ;

struct options {
	const char *text;
	bool kill;
	int64_t limit_ns;
};

struct result {
	int64_t start_ns, said_ns, ended_ns;
	struct rusage usage;
	int status;
};

static char output[OUTPUT_MAX];
static size_t output_bytes;

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static int fail(const char *what, int code)
{
	fprintf(stderr, "stopwatch: %s: %s\n", what, strerror(code));
	return -1;
}

/* Standard output and standard error of the program both come out of *ret_fd. */
static int start(char **argv, struct result *result, pid_t *ret_pid, int *ret_fd)
{
	posix_spawn_file_actions_t actions;
	int fds[2], ret;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return fail("pipe", errno);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDERR_FILENO);
	result->start_ns = now_ns();
	ret = posix_spawnp(ret_pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	if (ret) {
		close(fds[0]);
		return fail(argv[0], ret);
	}
	*ret_fd = fds[0];
	return 0;
}

/* Appends what came; a program that says more than there is room for loses its latest words. */
static ssize_t take_output(int fd)
{
	char lost[4096];
	size_t room = OUTPUT_MAX - 1 - output_bytes;
	ssize_t got = room ? read(fd, output + output_bytes, room) : read(fd, lost, sizeof(lost));

	if (got > 0 && room) {
		for (size_t i = output_bytes; i < output_bytes + (size_t)got; i++)
			if (!output[i]) /* keeps it one string */
				output[i] = ' ';
		output_bytes += (size_t)got;
		output[output_bytes] = '\0';
	}
	return got;
}

/* Reads until the other end closes, which is when the program has ended. */
static void watch(const struct options *options, int fd, pid_t pid, struct result *result)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int64_t end_ns = result->start_ns + options->limit_ns;

	for (;;) {
		int64_t left_ns = end_ns - now_ns();

		if (left_ns <= 0 || poll(&poll_fd, 1, (int)(left_ns / 1000000) + 1) == 0) {
			kill(pid, SIGKILL);
			end_ns = INT64_MAX;
			continue;
		}
		if (take_output(fd) <= 0)
			return;
		if (options->text && !result->said_ns && strstr(output, options->text)) {
			result->said_ns = now_ns();
			if (options->kill)
				kill(pid, SIGKILL);
		}
	}
}

static int measure(const struct options *options, char **argv, struct result *result)
{
	pid_t pid;
	int fd = -1;

	if (start(argv, result, &pid, &fd) < 0)
		return -1;
	watch(options, fd, pid, result);
	close(fd);
	if (wait4(pid, &result->status, 0, &result->usage) < 0)
		return fail("wait4", errno);
	result->ended_ns = now_ns();
	return 0;
}

static int64_t microseconds(struct timeval t)
{
	return t.tv_sec * INT64_C(1000000) + t.tv_usec;
}

static void print(const struct result *r)
{
	printf("%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %d\n",
	       r->said_ns ? r->said_ns - r->start_ns : 0, r->ended_ns - r->start_ns,
	       microseconds(r->usage.ru_utime), microseconds(r->usage.ru_stime),
	       WIFEXITED(r->status) ? WEXITSTATUS(r->status) : 128 + WTERMSIG(r->status));
}

static int usage(void)
{
	fprintf(stderr, "usage: stopwatch [-u TEXT [-k]] [-t SECONDS] -- PROGRAM ARG...\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct options options = { .limit_ns = INT64_C(60000000000) };
	struct result result = { 0 };
	int option;

	while ((option = getopt(argc, argv, "+u:kt:")) >= 0) {
		if (option == 'u')
			options.text = optarg;
		else if (option == 'k')
			options.kill = true;
		else if (option == 't' && atoi(optarg) > 0)
			options.limit_ns = atoi(optarg) * INT64_C(1000000000);
		else
			return usage();
	}
	if (optind == argc || (options.text && !*options.text))
		return usage();
	if (measure(&options, argv + optind, &result) < 0)
		return 1;
	print(&result);
	if (options.text && !result.said_ns) {
		fprintf(stderr, "stopwatch: never said '%s'\n%s", options.text, output);
		return 1;
	}
	return 0;
}
