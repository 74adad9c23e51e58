// SPDX-License-Identifier: Apache-2.0
/*
 * Theory of operation.
 *
 * Job: copy bytes both ways between the terminal and a socket, and give the terminal back as it was.
 *
 * Model: one loop over ppoll(). Signals that end a program are blocked outside ppoll() and only
 * noted, so the loop leaves by its one exit, which restores the terminal. Signals of a broken program
 * (SIGABRT, SIGSEGV, ...) restore it in the handler, which tcsetattr() allows (signal-safety(7)),
 * and then have their usual effect. SIGCONT makes the terminal raw again: a shell that stopped us set it to its own.
 *
 * Invariants: saved_terminal.raw is set exactly while the terminal is raw.
 *
 * Limits: bytes from the guest are written to stdout as they are, blocking; the terminal sets the
 * pace. Bytes to the guest wait in one buffer, and stdin is not read until that is empty.
 *
 * Failure: a signal that cannot be caught (SIGKILL) leaves the terminal raw; "reset" mends it.
 */
#include "cli/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "base/util.h"

static struct {
	volatile sig_atomic_t raw, ended, continued;
	struct termios cooked;
} saved_terminal;

static const int ending_signals[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGCONT };
static const int broken_signals[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };

struct terminal {
	int fd;
	bool in_open, in_terminal;
	char to_guest[4096];
	size_t n_to_guest;
	sigset_t outside; /* signal mask of the caller */
	struct sigaction old_ending[ARRAY_SIZE(ending_signals)];
	struct sigaction old_broken[ARRAY_SIZE(broken_signals)];
};

static void make_cooked(void)
{
	if (saved_terminal.raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &saved_terminal.cooked);
	saved_terminal.raw = 0;
}

/* No echo, no lines, no signals from keys; but carriage returns for the program's own messages. */
static void make_raw(void)
{
	struct termios raw = saved_terminal.cooked;

	cfmakeraw(&raw);
	saved_terminal.raw = 1;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

static void on_ending(int number)
{
	if (number == SIGCONT)
		saved_terminal.continued = 1;
	else
		saved_terminal.ended = 1;
}

static void on_broken(int number)
{
	make_cooked();
	/* SA_RESETHAND: this time it has its usual effect. */
	raise(number);
}

static void signals_catch(struct terminal *terminal)
{
	struct sigaction ending = { .sa_handler = on_ending };
	struct sigaction broken = { .sa_handler = on_broken, .sa_flags = (int)SA_RESETHAND };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < ARRAY_SIZE(ending_signals); i++)
		sigaddset(&blocked, ending_signals[i]);
	sigprocmask(SIG_BLOCK, &blocked, &terminal->outside);
	for (size_t i = 0; i < ARRAY_SIZE(ending_signals); i++)
		sigaction(ending_signals[i], &ending, &terminal->old_ending[i]);
	for (size_t i = 0; i < ARRAY_SIZE(broken_signals); i++)
		sigaction(broken_signals[i], &broken, &terminal->old_broken[i]);
}

static void signals_release(struct terminal *terminal)
{
	for (size_t i = 0; i < ARRAY_SIZE(ending_signals); i++)
		sigaction(ending_signals[i], &terminal->old_ending[i], NULL);
	for (size_t i = 0; i < ARRAY_SIZE(broken_signals); i++)
		sigaction(broken_signals[i], &terminal->old_broken[i], NULL);
	sigprocmask(SIG_SETMASK, &terminal->outside, NULL);
}

static int write_all(int fd, const char *bytes, size_t n, struct err *err)
{
	while (n > 0) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno == EINTR && !saved_terminal.ended)
			continue;
		if (done < 0)
			return err_set_errno(err, ERR_HOST, -errno, NULL,
					     "cannot write the guest's output");
		bytes += done;
		n -= (size_t)done;
	}
	return 0;
}

/* Returns 1 when the guest's side is gone. */
static int from_guest(struct terminal *terminal, struct err *err)
{
	char bytes[4096];
	ssize_t n = recv(terminal->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return 1;
	return write_all(STDOUT_FILENO, bytes, (size_t)n, err);
}

/* Returns 1 at Ctrl-]; what was typed before it still goes to the guest. */
static int from_terminal(struct terminal *terminal)
{
	ssize_t n = read(STDIN_FILENO, terminal->to_guest, sizeof(terminal->to_guest));
	const char *escape;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		terminal->in_open = false;
		/* A terminal that ends has hung up. */
		return terminal->in_terminal ? 1 : 0;
	}
	terminal->n_to_guest = (size_t)n;
	if (!terminal->in_terminal)
		return 0;
	escape = memchr(terminal->to_guest, TERMINAL_ESCAPE, (size_t)n);
	if (escape)
		terminal->n_to_guest = (size_t)(escape - terminal->to_guest);
	return escape != NULL;
}

/* A guest's side that is gone is noticed by reading. */
static void flush_to_guest(struct terminal *terminal)
{
	ssize_t n = send(terminal->fd, terminal->to_guest, terminal->n_to_guest,
			 MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0)
		n = (ssize_t)terminal->n_to_guest;
	terminal->n_to_guest -= (size_t)n;
	memmove(terminal->to_guest, terminal->to_guest + n, terminal->n_to_guest);
}

static int wait_for_bytes(struct terminal *terminal, struct pollfd fds[2])
{
	fds[0] = (struct pollfd){ terminal->fd,
				  (short)(POLLIN | (terminal->n_to_guest ? POLLOUT : 0)), 0 };
	fds[1] = (struct pollfd){ terminal->in_open && !terminal->n_to_guest ? STDIN_FILENO : -1,
				  POLLIN, 0 };
	if (ppoll(fds, 2, NULL, &terminal->outside) < 0) {
		fds[0].revents = fds[1].revents = 0;
		return errno == EINTR ? 0 : -errno;
	}
	return 0;
}

static int copy(struct terminal *terminal, enum terminal_end *ret_end, struct err *err)
{
	for (;;) {
		struct pollfd fds[2];
		int ret = wait_for_bytes(terminal, fds);

		if (ret < 0)
			return err_set_errno(err, ERR_HOST, ret, NULL, "cannot wait for the guest");
		if (saved_terminal.ended) {
			*ret_end = TERMINAL_SIGNAL;
			return 0;
		}
		if (saved_terminal.continued && terminal->in_terminal)
			make_raw();
		saved_terminal.continued = 0;
		if (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) {
			ret = from_guest(terminal, err);
			if (ret > 0)
				*ret_end = TERMINAL_CLOSED;
			if (ret)
				return ret < 0 ? ret : 0;
		}
		if (fds[1].revents && from_terminal(terminal) > 0) {
			flush_to_guest(terminal);
			*ret_end = TERMINAL_ESCAPED;
			return 0;
		}
		if (terminal->n_to_guest)
			flush_to_guest(terminal);
	}
}

int terminal_connect(int fd, enum terminal_end *ret_end, struct err *err)
{
	struct terminal terminal = { .fd = fd, .in_open = true };
	enum terminal_end end = TERMINAL_CLOSED;
	int ret;

	saved_terminal.ended = saved_terminal.continued = 0;
	signals_catch(&terminal);
	if (isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &saved_terminal.cooked) == 0) {
		terminal.in_terminal = true;
		make_raw();
	}
	ret = copy(&terminal, &end, err);
	make_cooked();
	signals_release(&terminal);
	if (ret == 0)
		*ret_end = end;
	return ret;
}
