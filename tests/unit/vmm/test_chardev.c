/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chardev.h on real descriptors: null, file, socket server and client, pty, stdio. Bytes arrive in
 * order, from other threads too; input waits for room; a slow reader is buffered up to the limit and
 * writable() follows; peers come and go one at a time; socket files; what the terminal gets back.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>

#include <cmocka.h>

#include "base/util.h"
#include "vmm/devices/chardev.h"

#define S UINT64_C(1000000000)

struct fixture {
	char dir[32], path[64];
	uv_loop_t loop;
	struct chardev *chardev;
	/* What the frontend has seen */
	char in[65536];
	size_t n_in, room;
	unsigned int n_events[CHARDEV_EVENT_COUNT], n_writable;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	strcpy(f->dir, "/tmp/chardev-XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/x", f->dir);
	f->room = sizeof(f->in);
	return uv_loop_init(&f->loop);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	chardev_free(f->chardev);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&f->loop), 0); /* nothing left behind */
	unlink(f->path);
	assert_int_equal(rmdir(f->dir), 0);
	free(f);
	return 0;
}

static size_t can_receive(void *opaque)
{
	struct fixture *f = opaque;

	return MIN(f->room, sizeof(f->in) - f->n_in);
}

static void receive(void *opaque, const uint8_t *bytes, size_t n_bytes)
{
	struct fixture *f = opaque;

	assert_true(n_bytes <= f->room);
	memcpy(f->in + f->n_in, bytes, n_bytes);
	f->n_in += n_bytes;
	f->room -= n_bytes;
}

static void event(void *opaque, enum chardev_event e)
{
	((struct fixture *)opaque)->n_events[e]++;
}

static void writable(void *opaque)
{
	((struct fixture *)opaque)->n_writable++;
}

static const struct chardev_frontend frontend = { can_receive, receive, event, writable };

/* Turns the loop until *counter reaches wanted, at most five seconds. */
#define RUN_UNTIL(f, condition)                                   \
	do {                                                      \
		uint64_t deadline_ = uv_hrtime() + 5 * S;         \
		while (!(condition) && uv_hrtime() < deadline_) { \
			uv_run(&(f)->loop, UV_RUN_NOWAIT);        \
			usleep(200);                              \
		}                                                 \
		assert_true(condition);                           \
	} while (0)

static void run_for_ms(struct fixture *f, unsigned int ms)
{
	uint64_t deadline = uv_hrtime() + ms * UINT64_C(1000000);

	while (uv_hrtime() < deadline) {
		uv_run(&f->loop, UV_RUN_NOWAIT);
		usleep(200);
	}
}

static int connect_peer(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static int start_server(struct fixture *f)
{
	int fd;

	assert_int_equal(
		chardev_socket_new(&f->loop, f->path, CHARDEV_SOCKET_SERVER, &f->chardev, NULL), 0);
	chardev_attach(f->chardev, &frontend, f);
	fd = connect_peer(f->path);
	RUN_UNTIL(f, f->n_events[CHARDEV_EVENT_OPENED] == 1);
	return fd;
}

static void null_takes_everything(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(chardev_null_new(&f->loop, &f->chardev, NULL), 0);
	chardev_attach(f->chardev, &frontend, f);
	assert_int_equal(chardev_write(f->chardev, "abc", 3), 3);
	assert_int_equal(chardev_write_all(f->chardev, "abc", 3), 0);
	assert_false(chardev_is_open(f->chardev));
	chardev_accept_input(f->chardev);
	chardev_disconnect(f->chardev);
	assert_null(chardev_pty_path(f->chardev));
}

static void assert_file_is(const char *path, const char *text)
{
	char bytes[256] = { 0 };
	int fd = open(path, O_RDONLY);

	assert_true(read(fd, bytes, sizeof(bytes) - 1) >= 0);
	close(fd);
	assert_string_equal(bytes, text);
}

static void file_is_truncated_or_appended_to(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(chardev_file_new(&f->loop, f->path, false, &f->chardev, NULL), 0);
	assert_int_equal(chardev_write(f->chardev, "one ", 4), 4);
	assert_file_is(f->path, "one "); /* from the loop's thread: at once */
	chardev_free(f->chardev);
	assert_int_equal(chardev_file_new(&f->loop, f->path, true, &f->chardev, NULL), 0);
	chardev_write(f->chardev, "two", 3);
	chardev_free(f->chardev);
	assert_file_is(f->path, "one two");
	assert_int_equal(chardev_file_new(&f->loop, f->path, false, &f->chardev, NULL), 0);
	assert_file_is(f->path, "");
}

static void unusable_file_is_named(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;

	assert_int_equal(chardev_file_new(&f->loop, "no/such/dir", false, &f->chardev, &err),
			 -ENOENT);
	assert_string_equal(err.message, "could not open 'no/such/dir': No such file or directory");
}

static void full_disk_mutes_the_file(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(chardev_file_new(&f->loop, "/dev/full", false, &f->chardev, NULL), 0);
	chardev_attach(f->chardev, &frontend, f);
	assert_int_equal(chardev_write(f->chardev, "abc", 3), 3);
	RUN_UNTIL(f, !chardev_is_open(f->chardev));
	assert_int_equal(chardev_write(f->chardev, "abc", 3), 3);
}

struct writer {
	struct chardev *chardev;
	unsigned int n_bytes;
};

static void *write_bytes(void *opaque)
{
	struct writer *writer = opaque;

	for (unsigned int i = 0; i < writer->n_bytes; i++) {
		char c = (char)('a' + i % 26);

		while (chardev_write(writer->chardev, &c, 1) == 0)
			usleep(100);
	}
	return NULL;
}

static void another_threads_bytes_arrive_in_order(void **state)
{
	struct fixture *f = *state;
	int peer = start_server(f);
	struct writer writer = { f->chardev, 100000 };
	size_t n = 0;
	pthread_t thread;
	uint64_t deadline = uv_hrtime() + 10 * S;

	assert_int_equal(pthread_create(&thread, NULL, write_bytes, &writer), 0);
	while (n < writer.n_bytes && uv_hrtime() < deadline) {
		char bytes[4096];
		ssize_t got = read(peer, bytes, sizeof(bytes));

		for (ssize_t i = 0; i < got; i++, n++)
			assert_int_equal(bytes[i], 'a' + n % 26);
		uv_run(&f->loop, UV_RUN_NOWAIT);
	}
	pthread_join(thread, NULL);
	assert_int_equal(n, writer.n_bytes);
	close(peer);
}

static void *write_burst(void *opaque)
{
	for (unsigned int i = 0; i < 100; i++)
		chardev_write(opaque, "x", 1);
	return NULL;
}

static void a_burst_leaves_in_one_piece(void **state)
{
	struct fixture *f = *state;
	int peer = start_server(f);
	char bytes[256];
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, write_burst, f->chardev), 0);
	pthread_join(thread, NULL);
	assert_int_equal(read(peer, bytes, sizeof(bytes)), -1); /* the loop has not run */
	run_for_ms(f, 20);
	assert_int_equal(read(peer, bytes, sizeof(bytes)), 100);
	close(peer);
}

/* As "echo command | socat - socket" does. */
static void a_peer_that_stops_sending_still_reads(void **state)
{
	struct fixture *f = *state;
	int peer = start_server(f);
	char bytes[256];
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, write_burst, f->chardev), 0);
	pthread_join(thread, NULL);
	assert_int_equal(shutdown(peer, SHUT_WR), 0);
	RUN_UNTIL(f, f->n_events[CHARDEV_EVENT_CLOSED] == 1);
	assert_int_equal(read(peer, bytes, sizeof(bytes)), 100);
	assert_int_equal(read(peer, bytes, sizeof(bytes)), 0);
	close(peer);
}

static void input_waits_for_room(void **state)
{
	struct fixture *f = *state;
	int peer = start_server(f);

	f->room = 3;
	assert_int_equal(write(peer, "hello", 5), 5);
	RUN_UNTIL(f, f->n_in == 3);
	run_for_ms(f, 5);
	assert_int_equal(f->n_in, 3);
	f->room = 10;
	run_for_ms(f, 5);
	assert_int_equal(f->n_in, 3); /* until told */
	chardev_accept_input(f->chardev);
	RUN_UNTIL(f, f->n_in == 5);
	assert_memory_equal(f->in, "hello", 5);
	close(peer);
}

static void slow_reader_fills_the_buffer(void **state)
{
	struct fixture *f = *state;
	int peer = start_server(f);
	char block[1000], bytes[4096];
	size_t written = 0, taken, got = 0;
	ssize_t n;

	memset(block, 'b', sizeof(block));
	chardev_set_out_limit(f->chardev, 10000);
	do {
		taken = chardev_write(f->chardev, block, sizeof(block));
		written += taken;
		uv_run(&f->loop, UV_RUN_NOWAIT);
		assert_true(written < 16 * MIB);
	} while (taken == sizeof(block));
	assert_int_equal(chardev_write(f->chardev, "x", 1), 0);
	assert_int_equal(chardev_write_all(f->chardev, "xy", 2), -ENOBUFS);
	run_for_ms(f, 5);
	assert_int_equal(f->n_writable, 0);
	while (got < written) {
		n = read(peer, bytes, sizeof(bytes));
		if (n > 0)
			got += (size_t)n;
		uv_run(&f->loop, UV_RUN_NOWAIT);
	}
	RUN_UNTIL(f, f->n_writable > 0);
	assert_int_equal(got, written);
	assert_int_equal(read(peer, bytes, sizeof(bytes)), -1); /* refused bytes never come */
	assert_int_equal(chardev_write_all(f->chardev, "xy", 2), 0);
	close(peer);
}

static void peers_come_one_at_a_time(void **state)
{
	struct fixture *f = *state;
	int first = start_server(f), second = connect_peer(f->path);
	char bytes[16];

	chardev_write(f->chardev, "1", 1);
	run_for_ms(f, 5);
	assert_int_equal(read(first, bytes, sizeof(bytes)), 1);
	assert_int_equal(read(second, bytes, sizeof(bytes)), -1);
	close(first);
	RUN_UNTIL(f, f->n_events[CHARDEV_EVENT_OPENED] == 2);
	assert_int_equal(f->n_events[CHARDEV_EVENT_CLOSED], 1);
	chardev_write(f->chardev, "2", 1);
	assert_int_equal(read(second, bytes, sizeof(bytes)), 1);
	assert_int_equal(bytes[0], '2');
	assert_int_equal(write(second, "in", 2), 2);
	RUN_UNTIL(f, f->n_in == 2);
	chardev_disconnect(f->chardev);
	assert_int_equal(f->n_events[CHARDEV_EVENT_CLOSED], 2);
	assert_int_equal(read(second, bytes, sizeof(bytes)), 0); /* end of file */
	/* Nobody there: dropped, never kept for the next. */
	assert_int_equal(chardev_write(f->chardev, "lost", 4), 4);
	close(second);
	first = connect_peer(f->path);
	RUN_UNTIL(f, f->n_events[CHARDEV_EVENT_OPENED] == 3);
	assert_int_equal(read(first, bytes, sizeof(bytes)), -1);
	close(first);
}

/* The peer's last bytes are delivered although it has gone already. */
static void last_words_are_heard(void **state)
{
	struct fixture *f = *state;
	int peer = start_server(f);

	assert_int_equal(write(peer, "bye", 3), 3);
	close(peer);
	RUN_UNTIL(f, f->n_events[CHARDEV_EVENT_CLOSED] == 1);
	assert_int_equal(f->n_in, 3);
}

static void socket_files_are_handled_with_care(void **state)
{
	struct fixture *f = *state;
	struct chardev *second = NULL;
	struct err err = ERR_INIT;
	char message[128];
	struct stat st;
	int fd;

	/* Not a socket: left alone. */
	fd = open(f->path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_int_equal(
		chardev_socket_new(&f->loop, f->path, CHARDEV_SOCKET_SERVER, &second, &err),
		-EEXIST);
	assert_int_equal(stat(f->path, &st), 0);
	unlink(f->path);
	/* Alive: refused. */
	assert_int_equal(
		chardev_socket_new(&f->loop, f->path, CHARDEV_SOCKET_SERVER, &f->chardev, NULL), 0);
	assert_int_equal(
		chardev_socket_new(&f->loop, f->path, CHARDEV_SOCKET_SERVER, &second, &err),
		-EADDRINUSE);
	snprintf(message, sizeof(message), "Failed to bind socket to %s: Address already in use",
		 f->path);
	assert_string_equal(err.message, message);
	assert_int_equal(stat(f->path, &st), 0);
	/* Removed at the end, */
	chardev_free(f->chardev);
	assert_int_equal(stat(f->path, &st), -1);
	/* dead: replaced. */
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	strcpy(address.sun_path, f->path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	assert_int_equal(
		chardev_socket_new(&f->loop, f->path, CHARDEV_SOCKET_SERVER, &f->chardev, NULL), 0);
}

static void long_socket_path_is_refused(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;
	char path[109];

	memset(path, 'p', 108);
	path[108] = '\0';
	assert_int_equal(
		chardev_socket_new(&f->loop, path, CHARDEV_SOCKET_SERVER, &f->chardev, &err),
		-ENAMETOOLONG);
	assert_non_null(strstr(err.message, "is too long (must be less than 108 bytes)"));
}

static void server_and_client_connect(void **state)
{
	struct fixture *f = *state;
	struct chardev *client = NULL;
	struct err err = ERR_INIT;
	char message[128];
	int fd;

	assert_int_equal(chardev_socket_new(&f->loop, f->path, 0, &client, &err), -ENOENT);
	snprintf(message, sizeof(message), "Failed to connect to '%s': No such file or directory",
		 f->path);
	assert_string_equal(err.message, message);
	assert_int_equal(
		chardev_socket_new(&f->loop, f->path, CHARDEV_SOCKET_SERVER, &f->chardev, NULL), 0);
	/* A peer may come before there is a frontend. */
	fd = connect_peer(f->path);
	RUN_UNTIL(f, chardev_is_open(f->chardev));
	chardev_attach(f->chardev, &frontend, f);
	assert_int_equal(f->n_events[CHARDEV_EVENT_OPENED], 0); /* not from inside attach */
	RUN_UNTIL(f, f->n_events[CHARDEV_EVENT_OPENED] == 1);
	close(fd);
	RUN_UNTIL(f, f->n_events[CHARDEV_EVENT_CLOSED] == 1);
	/* Client and server, both ours. */
	assert_int_equal(chardev_socket_new(&f->loop, f->path, 0, &client, NULL), 0);
	RUN_UNTIL(f, f->n_events[CHARDEV_EVENT_OPENED] == 2);
	chardev_write(client, "from client", 11);
	RUN_UNTIL(f, f->n_in == 11);
	chardev_free(client);
	RUN_UNTIL(f, f->n_events[CHARDEV_EVENT_CLOSED] == 2);
}

static void pty_carries_bytes_while_it_is_open(void **state)
{
	struct fixture *f = *state;
	char bytes[16];
	int fd;

	assert_int_equal(chardev_pty_new(&f->loop, &f->chardev, NULL), 0);
	chardev_attach(f->chardev, &frontend, f);
	assert_int_equal(chardev_write(f->chardev, "lost", 4), 4);
	fd = open(chardev_pty_path(f->chardev), O_RDWR | O_NOCTTY | O_NONBLOCK);
	assert_true(fd >= 0);
	RUN_UNTIL(f, f->n_events[CHARDEV_EVENT_OPENED] == 1);
	chardev_write(f->chardev, "a\nb", 3);
	run_for_ms(f, 20);
	assert_int_equal(read(fd, bytes, sizeof(bytes)), 3);
	assert_memory_equal(bytes, "a\nb", 3); /* raw */
	assert_int_equal(write(fd, "\x03\r", 2), 2);
	RUN_UNTIL(f, f->n_in == 2);
	assert_memory_equal(f->in, "\x03\r", 2);
	close(fd);
	RUN_UNTIL(f, f->n_events[CHARDEV_EVENT_CLOSED] == 1);
	fd = open(chardev_pty_path(f->chardev), O_RDWR | O_NOCTTY | O_NONBLOCK);
	RUN_UNTIL(f, f->n_events[CHARDEV_EVENT_OPENED] == 2);
	close(fd);
}

static void callback_may_free_the_chardev(void *opaque, const uint8_t *bytes, size_t n_bytes)
{
	struct fixture *f = opaque;

	(void)bytes, (void)n_bytes;
	chardev_free(f->chardev);
	f->chardev = NULL;
	f->n_in = 1;
}

static void freeing_inside_a_callback_is_safe(void **state)
{
	const struct chardev_frontend freeing = { can_receive, callback_may_free_the_chardev, event,
						  writable };
	struct fixture *f = *state;
	int peer = start_server(f);

	chardev_attach(f->chardev, &freeing, f);
	assert_int_equal(write(peer, "x", 1), 1);
	RUN_UNTIL(f, f->n_in == 1);
	close(peer);
}

/* Runs body with fd as standard input and output, in a child; its exit status is returned. */
static int run_on_stdio(struct fixture *f, int in_fd, int out_fd, int (*body)(struct fixture *f))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		dup2(in_fd, 0);
		dup2(out_fd, 1);
		uv_loop_fork(&f->loop);
		_exit(body(f));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void on_tick(uv_timer_t *timer)
{
	(void)timer;
}

static int echo_until_end(struct fixture *f)
{
	struct err err = ERR_INIT;
	struct chardev *second;
	clock_t cpu_start;
	uint64_t end;
	uv_timer_t tick;

	if (chardev_stdio_new(&f->loop, false, &f->chardev, &err) < 0)
		return 10;
	if (chardev_stdio_new(&f->loop, false, &second, &err) != -EBUSY)
		return 11;
	chardev_attach(f->chardev, &frontend, f);
	run_for_ms(f, 50);
	chardev_write(f->chardev, f->in, f->n_in);
	/* After the end of input the loop has nothing to do: it sleeps. */
	uv_timer_init(&f->loop, &tick);
	uv_timer_start(&tick, on_tick, 50, 50);
	cpu_start = clock();
	end = uv_hrtime() + 300 * UINT64_C(1000000);
	while (uv_hrtime() < end)
		uv_run(&f->loop, UV_RUN_ONCE);
	if (clock() - cpu_start > CLOCKS_PER_SEC / 10)
		return 12;
	chardev_free(f->chardev);
	return 0;
}

static void stdio_works_on_pipes_and_files(void **state)
{
	struct fixture *f = *state;
	int in[2], out[2], fd;
	char bytes[16];

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	assert_int_equal(write(in[1], "ping", 4), 4);
	close(in[1]);
	assert_int_equal(run_on_stdio(f, in[0], out[1], echo_until_end), 0);
	assert_int_equal(read(out[0], bytes, sizeof(bytes)), 4);
	assert_memory_equal(bytes, "ping", 4);
	/* The pipe we share with others did not become non-blocking. */
	assert_int_equal(fcntl(out[1], F_GETFL) & O_NONBLOCK, 0);
	/* Regular files at both ends. */
	fd = open(f->path, O_RDWR | O_CREAT, 0600);
	assert_int_equal(write(fd, "file", 4), 4);
	lseek(fd, 0, SEEK_SET);
	assert_int_equal(run_on_stdio(f, fd, fd, echo_until_end), 0);
	assert_file_is(f->path, "filefile");
	close(fd);
	fd = open("/dev/null", O_RDWR);
	assert_int_equal(run_on_stdio(f, fd, fd, echo_until_end), 0);
	close(fd);
	close(in[0]);
	close(out[0]);
	close(out[1]);
}

static int leave_raw_by_exit(struct fixture *f)
{
	if (chardev_stdio_new(&f->loop, true, &f->chardev, NULL) < 0)
		return 10;
	exit(7);
}

static int die_in_raw_mode(struct fixture *f)
{
	struct termios raw;

	if (chardev_stdio_new(&f->loop, true, &f->chardev, NULL) < 0)
		return 10;
	if (tcgetattr(0, &raw) < 0 || (raw.c_lflag & (ICANON | ECHO)) || !(raw.c_lflag & ISIG))
		return 11;
	chardev_stdio_restore();
	if (tcgetattr(0, &raw) < 0 || !(raw.c_lflag & ICANON))
		return 12;
	chardev_stdio_resume();
	if (tcgetattr(0, &raw) < 0 || (raw.c_lflag & ICANON))
		return 13;
	chardev_stdio_restore(); /* as a handler of a fatal signal does */
	return 8;
}

static void assert_same_terminal(const struct termios *a, const struct termios *b)
{
	assert_int_equal(a->c_iflag, b->c_iflag);
	assert_int_equal(a->c_oflag, b->c_oflag);
	assert_int_equal(a->c_cflag, b->c_cflag);
	assert_int_equal(a->c_lflag, b->c_lflag);
	assert_memory_equal(a->c_cc, b->c_cc, sizeof(a->c_cc));
}

static void terminal_is_restored(void **state)
{
	struct fixture *f = *state;
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	struct termios before, after;

	assert_int_equal(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_int_equal(tcgetattr(slave, &before), 0);
	assert_int_equal(run_on_stdio(f, slave, slave, leave_raw_by_exit), 7);
	assert_int_equal(tcgetattr(slave, &after), 0);
	assert_same_terminal(&before, &after);
	assert_int_equal(run_on_stdio(f, slave, slave, die_in_raw_mode), 8);
	assert_int_equal(tcgetattr(slave, &after), 0);
	assert_same_terminal(&before, &after);
	assert_int_equal(fcntl(slave, F_GETFL) & O_NONBLOCK, 0);
	close(slave);
	close(master);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(null_takes_everything),
		T(file_is_truncated_or_appended_to),
		T(unusable_file_is_named),
		T(full_disk_mutes_the_file),
		T(another_threads_bytes_arrive_in_order),
		T(a_burst_leaves_in_one_piece),
		T(a_peer_that_stops_sending_still_reads),
		T(input_waits_for_room),
		T(slow_reader_fills_the_buffer),
		T(peers_come_one_at_a_time),
		T(last_words_are_heard),
		T(socket_files_are_handled_with_care),
		T(long_socket_path_is_refused),
		T(server_and_client_connect),
		T(pty_carries_bytes_while_it_is_open),
		T(freeing_inside_a_callback_is_safe),
		T(stdio_works_on_pipes_and_files),
		T(terminal_is_restored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
