/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Speaks QMP for test scripts.
 *
 * usage: qmp [OPTION...] SOCKET [OPTION...] [COMMAND [KEY=VALUE... | JSON] [-- COMMAND ...]...]
 *
 * Connects, negotiates, runs the commands one after the other and prints the value that each returns
 * on one line. A VALUE is JSON when it reads as JSON, else a string (so id=dimm1, value=1024,
 * id='"7"'); an argument that begins with "{" is the whole object of arguments.
 *
 *	--events N	after the commands, print N events, one line each; those that arrive while the
 *			commands run count. "NAME" or "NAME DATA"
 *	--wait S	how long to try to connect (10)
 *	--timeout S	how long all the rest may take (30)
 *
 * Exit: 0; 1 a command failed or the connection or time ran out (one line on stderr); 2 usage.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/size.h"
#include "qmp/client.h"

struct tool {
	const char *path;
	char **words; /* commands and their arguments, up to NULL */
	uint64_t events_wanted, wait_s, timeout_s;
	int fd;
	uint64_t events_seen;
};

static void __attribute__((noreturn, format(printf, 2, 3))) die(int status, const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("qmp: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(status);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- What the client calls ---- */

static void on_write(void *context, const char *bytes, size_t count)
{
	struct tool *tool = context;

	while (count) {
		ssize_t sent = send(tool->fd, bytes, count, MSG_NOSIGNAL);

		if (sent < 0 && errno != EINTR)
			die(1, "%s: %s", tool->path, strerror(errno));
		if (sent > 0) {
			bytes += sent;
			count -= (size_t)sent;
		}
	}
}

static void on_reply(void *context, uint64_t id, const struct json *value,
		     const struct qmp_failure *failure)
{
	autofree char *text = value ? json_print(value, JSON_COMPACT) : NULL;

	(void)context;
	(void)id;
	if (failure)
		die(1, "%s: %s", failure->class, failure->desc);
	if (!text)
		die(1, "out of memory");
	puts(text);
	fflush(stdout);
}

static void on_event(void *context, const char *name, const struct json *data,
		     const struct timespec *when)
{
	autofree char *text = data ? json_print(data, JSON_COMPACT) : NULL;
	struct tool *tool = context;

	(void)when;
	if (tool->events_seen >= tool->events_wanted)
		return;
	tool->events_seen++;
	printf("%s%s%s\n", name, text ? " " : "", text ? text : "");
	fflush(stdout);
}

static const struct qmp_client_ops ops = {
	.write = on_write,
	.reply = on_reply,
	.event = on_event,
};

/* ---- Connection ---- */

static void tool_connect(struct tool *tool)
{
	uint64_t deadline_ms = now_ms() + tool->wait_s * 1000;
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(tool->path) >= sizeof(address.sun_path))
		die(1, "%s: the path is too long for a socket", tool->path);
	memcpy(address.sun_path, tool->path, strlen(tool->path));
	for (;;) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), error;

		if (fd < 0)
			die(1, "socket: %s", strerror(errno));
		if (!connect(fd, (struct sockaddr *)&address, sizeof(address))) {
			tool->fd = fd;
			return;
		}
		error = errno;
		close(fd);
		/* The program that will listen may not have got so far. */
		if ((error != ENOENT && error != ECONNREFUSED && error != EAGAIN) ||
		    now_ms() >= deadline_ms)
			die(1, "%s: %s", tool->path, strerror(error));
		poll(NULL, 0, 20);
	}
}

/* Waits for bytes and hands them to the client. */
static void tool_read(struct tool *tool, struct qmp_client *client, uint64_t deadline_ms)
{
	struct pollfd pollfd = { tool->fd, POLLIN, 0 };
	uint64_t now = now_ms();
	struct err err = ERR_INIT;
	char bytes[4096];
	ssize_t count;

	if (now >= deadline_ms)
		die(1, "%s: no answer within %llu s", tool->path,
		    (unsigned long long)tool->timeout_s);
	if (poll(&pollfd, 1, (int)(deadline_ms - now)) <= 0)
		return;
	count = read(tool->fd, bytes, sizeof(bytes));
	if (count == 0)
		die(1, "%s: the connection was closed", tool->path);
	if (count < 0)
		die(1, "%s: %s", tool->path, strerror(errno));
	if (qmp_client_feed(client, bytes, (size_t)count, &err) < 0)
		die(1, "%s: %s", tool->path, err.message);
}

/* ---- Commands ---- */

static struct json *read_value(const char *text)
{
	struct json *value;

	if (json_parse(text, strlen(text), JSON_STRICT, NULL, &value, NULL) < 0)
		return json_new_string(text);
	return value;
}

static void add_argument(struct json **arguments, const char *word)
{
	const char *equals = strchr(word, '=');
	struct err err = ERR_INIT;
	char name[128];

	if (*word == '{') {
		json_free(*arguments);
		if (json_parse(word, strlen(word), JSON_STRICT, NULL, arguments, &err) < 0)
			die(2, "%s: %s", word, err.message);
		return;
	}
	if (!equals || equals == word || (size_t)(equals - word) >= sizeof(name))
		die(2, "'%s' is neither KEY=VALUE nor a JSON object", word);
	snprintf(name, sizeof(name), "%.*s", (int)(equals - word), word);
	if (!*arguments)
		*arguments = json_new_object();
	json_set(*arguments, name, read_value(equals + 1));
}

/* Sends the command at *word and moves *word behind it and its "--". */
static void send_command(struct qmp_client *client, char ***word)
{
	const char *command = *(*word)++;
	struct json *arguments = NULL;
	struct err err = ERR_INIT;

	while (**word && strcmp(**word, "--"))
		add_argument(&arguments, *(*word)++);
	if (**word)
		(*word)++;
	if (qmp_client_execute(client, command, arguments, NULL, &err) < 0)
		die(1, "%s", err.message);
}

static void tool_run(struct tool *tool)
{
	AUTO(qmp_client) client = qmp_client_new(&ops, tool);
	uint64_t deadline_ms = now_ms() + tool->timeout_s * 1000;
	char **word = tool->words;

	if (!client)
		die(1, "out of memory");
	while (!qmp_client_is_ready(client))
		tool_read(tool, client, deadline_ms);
	while (*word) {
		send_command(client, &word);
		while (qmp_client_pending(client))
			tool_read(tool, client, deadline_ms);
	}
	while (tool->events_seen < tool->events_wanted)
		tool_read(tool, client, deadline_ms);
}

/* ---- Command line ---- */

static uint64_t number(const char *option, const char *text)
{
	uint64_t value = 0;

	if (!text || number_parse(text, &value) < 0 || value > 86400)
		die(2, "%s needs a number", option);
	return value;
}

/* Reads one option at *word; false: it is none. */
static bool read_option(struct tool *tool, char ***word)
{
	const char *option = **word;

	if (!strcmp(option, "--events"))
		tool->events_wanted = number(option, (*word)[1]);
	else if (!strcmp(option, "--wait"))
		tool->wait_s = number(option, (*word)[1]);
	else if (!strcmp(option, "--timeout"))
		tool->timeout_s = number(option, (*word)[1]);
	else
		return false;
	*word += 2;
	return true;
}

int main(int argc, char **argv)
{
	struct tool tool = { .wait_s = 10, .timeout_s = 30 };
	char **word = argv + 1;

	(void)argc;
	while (*word) {
		if (read_option(&tool, &word))
			continue;
		if (tool.path)
			break;
		tool.path = *word++;
	}
	tool.words = word;
	if (!tool.path || (!*word && !tool.events_wanted))
		die(2, "usage: qmp SOCKET [--events N] [--wait S] [--timeout S] "
		       "COMMAND [KEY=VALUE... | JSON] [-- COMMAND...]");
	tool_connect(&tool);
	tool_run(&tool);
	close(tool.fd);
	return 0;
}
