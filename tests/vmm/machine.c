/* SPDX-License-Identifier: Apache-2.0 */
/* The harness of the whole-program tests: see machine.h. */
#include "machine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"

static const char *program, *guest;

void machine_setup(int argc, char **argv)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (argc < 3) {
		fprintf(stderr, "usage: %s PROGRAM GUEST\n", argv[0]);
		exit(2);
	}
	if (fd < 0) {
		printf("skipped: /dev/kvm: %s\n", strerror(errno));
		exit(77);
	}
	close(fd);
	/* Each machine is started in a folder of its own. */
	program = realpath(argv[1], NULL);
	guest = realpath(argv[2], NULL);
	if (!program || !guest) {
		fprintf(stderr, "%s: no such program or guest\n", argv[0]);
		exit(2);
	}
	signal(SIGPIPE, SIG_IGN);
	/* A daemon becomes a child of the test when its caller has ended: machine_wait() works. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

const char *machine_program(void)
{
	return program;
}

const char *machine_guest(void)
{
	return guest;
}

void machine_pause_ms(unsigned int ms)
{
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	nanosleep(&time, NULL);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t deadline_ms(void)
{
	return now_ms() + MACHINE_TIMEOUT_S * 1000u;
}

void machine_init(struct machine *m)
{
	const char *tmp = getenv("TMPDIR");

	memset(m, 0, sizeof(*m));
	m->in_fd = m->out_fd = m->qmp_fd = -1;
	snprintf(m->dir, sizeof(m->dir), "%.40s/terrace-vmm-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(m->dir));
}

const char *machine_path(struct machine *m, const char *name)
{
	static char paths[8][512];
	static unsigned int n_paths;
	char *path = paths[n_paths++ % ARRAY_SIZE(paths)];

	snprintf(path, sizeof(paths[0]), "%s/%s", m->dir, name);
	return path;
}

/* In the child, before exec: descriptor `to` becomes fd, or the file, or is closed. */
static void redirect(struct machine *m, int to, int fd, bool closed, const char *name)
{
	if (closed) {
		close(to);
		return;
	}
	if (fd < 0)
		fd = open(to ? machine_path(m, name) : name,
			  to ? O_WRONLY | O_CREAT | O_APPEND : O_RDONLY, 0600);
	if (fd < 0 || dup2(fd, to) < 0)
		_exit(126);
}

static int hide_dev(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	return mount("none", "/dev", "tmpfs", 0, NULL);
}

void machine_write(struct machine *m, const char *name, const void *bytes, size_t length,
		   size_t size_bytes)
{
	int fd = open(machine_path(m, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	if (size_bytes > length)
		assert_int_equal(ftruncate(fd, (off_t)size_bytes), 0);
	close(fd);
}

void machine_exec(struct machine *m, const char *const *args)
{
	const char *argv[MACHINE_ARGS_MAX + 2] = { program };
	size_t n = 1;

	for (; *args; args++) {
		assert_true(n <= MACHINE_ARGS_MAX);
		argv[n++] = *args;
	}
	m->pid = fork();
	assert_true(m->pid >= 0);
	if (m->pid == 0) {
		/* A test that fails leaves its machine to the end of the test program. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGPIPE, SIG_DFL);
		redirect(m, 2, -1, false, "err");
		redirect(m, 0, m->in_fd, m->close_in, "/dev/null");
		redirect(m, 1, m->out_fd, m->close_out, "out");
		if (chdir(m->dir) < 0)
			_exit(126);
		if (m->hide_dev && hide_dev() < 0)
			_exit(77);
		for (int fd = 3; fd < 64; fd++)
			close(fd);
		execv(program, (char *const *)argv);
		_exit(127);
	}
}

void machine_run(struct machine *m, const char *programme, const char *const *more)
{
	char serial[128], qmp[128];
	const char *args[MACHINE_ARGS_MAX + 1] = {
		"-accel",      "kvm,software=on", "-m",	     "16",	 "-kernel",
		guest,	       "-append",	  programme, "-display", "none",
		"-nodefaults", "-serial",	  serial,    "-qmp",	 qmp,
	};
	size_t n = 0;

	snprintf(serial, sizeof(serial), "file:%s", machine_path(m, "serial"));
	snprintf(qmp, sizeof(qmp), "unix:%s,server=on,wait=off", machine_path(m, "qmp"));
	while (args[n])
		n++;
	for (; more && *more; more++) {
		assert_true(n < MACHINE_ARGS_MAX);
		args[n++] = *more;
	}
	machine_exec(m, args);
}

void machine_start(struct machine *m, const char *programme, const char *const *more)
{
	machine_init(m);
	machine_run(m, programme, more);
}

int machine_wait(struct machine *m)
{
	uint64_t deadline = deadline_ms();
	int status;

	for (;;) {
		pid_t pid = waitpid(m->pid, &status, WNOHANG);

		assert_true(pid >= 0);
		if (pid > 0)
			break;
		if (now_ms() > deadline) {
			kill(m->pid, SIGKILL);
			waitpid(m->pid, &status, 0);
			fail_msg("it did not end; its messages:\n%s", machine_file(m, "err"));
		}
		machine_pause_ms(2);
	}
	m->pid = -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Regular files are the test's; anything else (sockets above all) should have gone. */
static void remove_folder(struct machine *m)
{
	DIR *dir = opendir(m->dir);
	char left[256] = "";
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		const char *path = machine_path(m, entry->d_name);
		struct stat st;

		if (entry->d_name[0] == '.' || lstat(path, &st) < 0)
			continue;
		if (!S_ISREG(st.st_mode) || strstr(entry->d_name, ".pid"))
			snprintf(left, sizeof(left), "%.200s", entry->d_name);
		unlink(path);
	}
	closedir(dir);
	rmdir(m->dir);
	if (left[0])
		fail_msg("'%s' was left behind", left);
}

void machine_end(struct machine *m, int status)
{
	int got = m->pid > 0 ? machine_wait(m) : 0;

	if (got != status)
		fail_msg("exit status %d instead of %d; its messages:\n%s", got, status,
			 machine_file(m, "err"));
	machine_disconnect(m);
	json_free(m->answer);
	m->answer = NULL;
	remove_folder(m);
}

const char *machine_file(struct machine *m, const char *name)
{
	static char text[65536];
	int fd = open(machine_path(m, name), O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

void machine_wait_text(struct machine *m, const char *name, const char *text)
{
	uint64_t deadline = deadline_ms();

	while (!strstr(machine_file(m, name), text)) {
		if (now_ms() > deadline)
			fail_msg("'%s' did not get '%s' but '%s'", name, text,
				 machine_file(m, name));
		machine_pause_ms(2);
	}
}

void machine_assert_idle(struct machine *m)
{
	char path[64], text[512];
	unsigned long long user, system, before;
	FILE *file;

	before = 0;
	for (unsigned int round = 0; round < 2; round++) {
		snprintf(path, sizeof(path), "/proc/%d/stat", (int)m->pid);
		file = fopen(path, "re");
		assert_non_null(file);
		assert_non_null(fgets(text, sizeof(text), file));
		fclose(file);
		assert_int_equal(sscanf(strrchr(text, ')') + 1,
					" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu",
					&user, &system),
				 2);
		if (round == 0) {
			before = user + system;
			machine_pause_ms(400);
		}
	}
	assert_true(user + system - before < 10); /* of 40 ticks */
}

int machine_open_socket(struct machine *m, const char *name)
{
	uint64_t deadline = deadline_ms();
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", machine_path(m, name));
	while (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int status;

		if (now_ms() > deadline || waitpid(m->pid, &status, WNOHANG) > 0)
			fail_msg("no connection; its messages:\n%s", machine_file(m, "err"));
		machine_pause_ms(2);
	}
	return fd;
}

void machine_send(struct machine *m, const char *text)
{
	assert_int_equal(send(m->qmp_fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* The next line, or NULL at the end. */
static struct json *next_line(struct machine *m)
{
	uint64_t deadline = deadline_ms();

	for (;;) {
		char *end = memchr(m->line, '\n', m->n_line);
		struct pollfd pollfd = { .fd = m->qmp_fd, .events = POLLIN };
		struct json *value = NULL;
		ssize_t n;

		if (end) {
			size_t length = (size_t)(end - m->line) + 1;

			if (json_parse(m->line, length, JSON_STRICT, NULL, &value, NULL) < 0)
				fail_msg("no JSON: %.*s", (int)length, m->line);
			m->n_line -= length;
			memmove(m->line, m->line + length, m->n_line);
			return value;
		}
		if (now_ms() > deadline || poll(&pollfd, 1, MACHINE_TIMEOUT_S * 1000) <= 0)
			fail_msg("no answer; its messages:\n%s", machine_file(m, "err"));
		assert_true(m->n_line < sizeof(m->line));
		n = recv(m->qmp_fd, m->line + m->n_line, sizeof(m->line) - m->n_line, 0);
		if (n <= 0)
			return NULL;
		m->n_line += (size_t)n;
	}
}

static void note_event(struct machine *m, const struct json *line)
{
	const struct json *data = json_member(line, "data");
	const struct json *reason = data ? json_member(data, "reason") : NULL;
	size_t length = strlen(m->events);

	snprintf(m->events + length, sizeof(m->events) - length, "%s%s%s%s%s", length ? " " : "",
		 json_as_string(json_member(line, "event")), reason ? "(" : "",
		 reason ? json_as_string(reason) : "", reason ? ")" : "");
}

const struct json *machine_receive(struct machine *m)
{
	for (;;) {
		json_free(m->answer);
		m->answer = next_line(m);
		if (!m->answer || !json_member(m->answer, "event"))
			return m->answer;
		note_event(m, m->answer);
	}
}

const struct json *machine_do(struct machine *m, const char *command)
{
	const struct json *answer, *value;

	machine_send(m, command);
	answer = machine_receive(m);
	if (!answer)
		fail_msg("%s: the connection ended", command);
	value = json_member(answer, "return");
	if (!value)
		fail_msg("%s: %s", command, json_print(answer, JSON_COMPACT));
	return value;
}

void machine_connect(struct machine *m)
{
	m->qmp_fd = machine_open_socket(m, "qmp");
	m->n_line = 0;
	assert_non_null(json_member(machine_receive(m), "QMP"));
	machine_do(m, "{'execute': 'qmp_capabilities'}");
}

void machine_disconnect(struct machine *m)
{
	if (m->qmp_fd >= 0)
		close(m->qmp_fd);
	m->qmp_fd = -1;
}

const char *machine_events_to_end(struct machine *m)
{
	static char events[MACHINE_EVENTS_MAX];

	while (machine_receive(m))
		;
	memcpy(events, m->events, sizeof(events));
	m->events[0] = '\0';
	return events;
}

void machine_wait_event(struct machine *m, const char *name)
{
	while (!strstr(m->events, name)) {
		struct json *line = next_line(m);

		if (!line)
			fail_msg("no event %s before the end", name);
		if (json_member(line, "event"))
			note_event(m, line);
		json_free(line);
	}
}
