/* SPDX-License-Identifier: Apache-2.0 */
/* Standard input and output as a guest's console: see console.h. */
#include "manager/console.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"

#define ESCAPE	0x1d /* Ctrl-] */
#define LAST_MS 200

struct console {
	int fd; /* -1: the guest's side is closed */
	bool input_open, is_terminal;
	struct termios saved;
};

static void make_raw(struct console *console)
{
	struct termios raw;

	if (!isatty(0) || tcgetattr(0, &console->saved) < 0)
		return;
	raw = console->saved;
	cfmakeraw(&raw);
	raw.c_oflag |= OPOST; /* our own lines too */
	console->is_terminal = tcsetattr(0, TCSANOW, &raw) == 0;
}

int console_open(const char *runtime_dir, struct console **ret_console, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct console *console;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/serial0.sock", runtime_dir);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		*ret_console = NULL;
		return 0;
	}
	console = calloc(1, sizeof(*console));
	if (!console)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "console");
	console->fd = TAKE_FD(fd);
	console->input_open = true;
	make_raw(console);
	*ret_console = console;
	return 0;
}

static void write_all(int fd, const char *bytes, size_t count)
{
	while (count) {
		ssize_t n = write(fd, bytes, count);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		bytes += n;
		count -= (size_t)n;
	}
}

static void from_guest(struct console *console)
{
	char bytes[4096];
	ssize_t n = read(console->fd, bytes, sizeof(bytes));

	if (n > 0) {
		write_all(1, bytes, (size_t)n);
		return;
	}
	close(console->fd);
	console->fd = -1;
}

static int to_guest(struct console *console)
{
	char bytes[1024], *escape;
	ssize_t n = read(0, bytes, sizeof(bytes));

	if (n <= 0) {
		console->input_open = false;
		return 0;
	}
	escape = console->is_terminal ? memchr(bytes, ESCAPE, (size_t)n) : NULL;
	if (escape)
		return -ECANCELED;
	write_all(console->fd, bytes, (size_t)n);
	return 0;
}

void console_close(struct console *console)
{
	if (!console)
		return;
	while (console->fd >= 0 && poll(&(struct pollfd){ console->fd, POLLIN, 0 }, 1, LAST_MS) > 0)
		from_guest(console);
	if (console->is_terminal)
		tcsetattr(0, TCSANOW, &console->saved);
	if (console->fd >= 0)
		close(console->fd);
	free(console);
}

size_t console_poll_fds(const struct console *console, struct pollfd *fds)
{
	size_t n = 0;

	if (!console || console->fd < 0)
		return 0;
	fds[n++] = (struct pollfd){ console->fd, POLLIN, 0 };
	if (console->input_open)
		fds[n++] = (struct pollfd){ 0, POLLIN, 0 };
	return n;
}

int console_process(struct console *console, const struct pollfd *fds, size_t n_fds)
{
	for (size_t i = 0; i < n_fds; i++) {
		if (!fds[i].revents)
			continue;
		if (fds[i].fd)
			from_guest(console);
		else if (to_guest(console) < 0)
			return -ECANCELED;
	}
	return 0;
}
