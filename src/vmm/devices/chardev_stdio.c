/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theory of operation
 *
 * Job: the terminal (or pipes) that the program was started with.
 *
 * Non-blocking mode belongs to the open file, which is shared with the shell and with our own
 * standard error. So terminals and pipes are opened anew through /proc/self/fd, which gives an open
 * file of our own; where that is refused, the shared one is switched and switched back at the end.
 * Regular files are used as they are: they never block for long, and share their position.
 *
 * What must be put back is kept in one static record, because signal handlers and atexit() must find
 * it. It is written before the terminal is changed, and only by the main thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <termios.h>

#include "vmm/devices/chardev_stream.h"

static struct {
	atomic_bool terminal_changed;
	atomic_bool flags_changed[2]; /* of descriptors 0 and 1 */
	struct termios before, raw;
	int flags_before[2];
	bool in_use;
	bool exit_handler;
} stdio_state;

/* A stopped background job may not change its terminal: SIGTTOU would stop us in the middle. */
static void set_terminal(const struct termios *attributes)
{
	sigset_t ttou, before;

	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &ttou, &before);
	tcsetattr(STDIN_FILENO, TCSANOW, attributes);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void chardev_stdio_restore(void)
{
	int saved_errno = errno;

	if (atomic_load(&stdio_state.terminal_changed))
		set_terminal(&stdio_state.before);
	for (int fd = 0; fd < 2; fd++)
		if (atomic_load(&stdio_state.flags_changed[fd]))
			fcntl(fd, F_SETFL, stdio_state.flags_before[fd]);
	errno = saved_errno;
}

void chardev_stdio_resume(void)
{
	if (atomic_load(&stdio_state.terminal_changed))
		set_terminal(&stdio_state.raw);
	for (int fd = 0; fd < 2; fd++)
		if (atomic_load(&stdio_state.flags_changed[fd]))
			fcntl(fd, F_SETFL, stdio_state.flags_before[fd] | O_NONBLOCK);
}

static void enter_raw_mode(bool enable_signals)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &stdio_state.before) < 0)
		return; /* not a terminal */
	raw = stdio_state.before;
	raw.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL |
				   IXON);
	raw.c_oflag |= OPOST;
	raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | (enable_signals ? 0 : ISIG));
	raw.c_cflag = (raw.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	stdio_state.raw = raw;
	atomic_store(&stdio_state.terminal_changed, true);
	set_terminal(&raw);
}

/* Our own descriptor for standard input or output, or -1. */
static int own_fd(int fd, int access)
{
	char path[32];
	struct stat st;
	int own, flags;

	if (fstat(fd, &st) < 0)
		return -1;
	if (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode)) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		own = open(path, access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (own >= 0)
			return own;
	}
	flags = fcntl(fd, F_GETFL);
	if (flags >= 0 && !S_ISREG(st.st_mode) && !(flags & O_NONBLOCK)) {
		stdio_state.flags_before[fd] = flags;
		atomic_store(&stdio_state.flags_changed[fd], true);
	}
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static void stdio_fini(struct chardev_stream *stream)
{
	(void)stream;
	chardev_stdio_restore();
	atomic_store(&stdio_state.terminal_changed, false);
	atomic_store(&stdio_state.flags_changed[0], false);
	atomic_store(&stdio_state.flags_changed[1], false);
	stdio_state.in_use = false;
}

static const struct chardev_ops stdio_ops = {
	.attached = chardev_stream_attached,
	.detached = chardev_stream_detached,
	.write = chardev_stream_write,
	.set_out_limit = chardev_stream_set_out_limit,
	.accept_input = chardev_stream_accept_input,
	.poke = chardev_stream_poke,
	.is_open = chardev_stream_is_open,
	.free = chardev_stream_free,
};

/* End of input (a closed pipe, /dev/null) ends nothing else: the output goes on. */
static const struct chardev_stream_kind stdio_kind = {
	.output_broke = chardev_stream_mute,
	.fini = stdio_fini,
};

int chardev_stdio_new(uv_loop_t *loop, bool enable_signals, struct chardev **ret_chardev,
		      struct err *err)
{
	struct chardev_stream *stream;
	int r;

	if (stdio_state.in_use)
		return err_set(err, ERR_USER, -EBUSY, NULL,
			       "cannot use stdio by multiple character devices");
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	r = chardev_stream_init(stream, &stdio_ops, &stdio_kind, loop, err);
	if (r < 0) {
		free(stream);
		return r;
	}
	stdio_state.in_use = true;
	if (!stdio_state.exit_handler)
		stdio_state.exit_handler = atexit(chardev_stdio_restore) == 0;
	enter_raw_mode(enable_signals);
	r = chardev_stream_open(stream, own_fd(STDIN_FILENO, O_RDONLY),
				own_fd(STDOUT_FILENO, O_WRONLY), err);
	if (r < 0) {
		chardev_stream_free(&stream->base);
		return r;
	}
	*ret_chardev = &stream->base;
	return 0;
}
