/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theory of operation
 *
 * Job: move bytes between a frontend and descriptors without ever blocking a thread.
 *
 * Output: writers append to a ring under the lock. In the loop's thread an empty ring is bypassed:
 * the bytes are written at once. From another thread the first byte wakes the loop, which waits
 * CHARDEV_BATCH_MS for more and then writes everything in one call; until that has happened
 * (flush_due) further bytes cost no system call. What the descriptor does not take stays in the ring
 * and is written when the loop finds the descriptor writable.
 *
 * Input: the loop reads only as much as the frontend can take. When that is nothing it stops
 * polling and sets input_waits; chardev_accept_input() finds it set and wakes the loop. The flag is
 * set before can_receive() is asked again, so that room made in between is not missed.
 *
 * Events: OPENED is delivered by the loop before any input; a CLOSED is delivered only after an
 * OPENED.
 *
 * Threads and locks: the lock protects the ring and is held over the (non-blocking) write call, so
 * that bytes stay in order. It is a leaf: no callback runs under it.
 *
 * Limits: the ring (chardev_set_out_limit()). Failure: a broken output is reported to the kind,
 * which closes the connection or mutes it.
 */
#include "vmm/devices/chardev_stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"

#define READ_BYTES	4096u
#define FLUSH_NOW_BYTES 4096u /* do not wait for more */
#define FREE_FLUSH_MS	100
#define INPUT_BURST	16u /* reads per wakeup, so that others get their turn */

static struct chardev_stream *stream_of(struct chardev *chardev)
{
	return container_of(chardev, struct chardev_stream, base);
}

static bool in_loop_thread(const struct chardev_stream *s)
{
	return pthread_equal(pthread_self(), s->loop_thread);
}

/* ---- descriptors ---- */

static void on_poll_closed(uv_handle_t *handle)
{
	free(handle);
}

int chardev_poll_new(uv_loop_t *loop, int fd, void *data, uv_poll_t **ret_poll)
{
	uv_poll_t *handle = calloc(1, sizeof(*handle));
	int r;

	if (!handle)
		return -ENOMEM;
	r = uv_poll_init(loop, handle, fd);
	if (r < 0) {
		free(handle);
		return r;
	}
	handle->data = data;
	*ret_poll = handle;
	return 0;
}

void chardev_poll_free(uv_poll_t *handle)
{
	if (!handle)
		return;
	uv_poll_stop(handle);
	uv_close((uv_handle_t *)handle, on_poll_closed);
}

static ssize_t write_fd(int fd, const void *bytes, size_t n_bytes)
{
	ssize_t n;

	do {
		n = send(fd, bytes, n_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == ENOTSOCK)
			n = write(fd, bytes, n_bytes);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* ---- output ---- */

static void ring_append(struct chardev_stream *s, const uint8_t *bytes, size_t n)
{
	size_t at = (s->first + s->count) % s->capacity;
	size_t until_end = MIN(n, s->capacity - at);

	memcpy(&s->ring[at], bytes, until_end);
	memcpy(s->ring, bytes + until_end, n - until_end);
	s->count += n;
}

/* Writes until empty or refused. 0, -EAGAIN, or the error. Call with the lock held. */
static int flush_locked(struct chardev_stream *s)
{
	while (s->count > 0) {
		size_t chunk = MIN(s->count, s->capacity - s->first);
		ssize_t n = write_fd(s->out_fd, &s->ring[s->first], chunk);

		if (n < 0)
			return (int)n;
		s->first = (s->first + (size_t)n) % s->capacity;
		s->count -= (size_t)n;
	}
	s->first = 0;
	return 0;
}

static void update_polls(struct chardev_stream *s);

static void flush(struct chardev_stream *s)
{
	bool tell = false;
	int r = 0;

	pthread_mutex_lock(&s->lock);
	if (s->open && s->out_fd >= 0)
		r = flush_locked(s);
	s->flush_due = s->count > 0 && r == -EAGAIN;
	if (s->was_short && s->count <= s->capacity / 2) {
		s->was_short = false;
		tell = true;
	}
	pthread_mutex_unlock(&s->lock);
	if (r < 0 && r != -EAGAIN && s->kind->output_broke)
		s->kind->output_broke(s);
	update_polls(s);
	if (tell)
		chardev_frontend_writable(&s->base);
}

static void on_batch_end(uv_timer_t *timer)
{
	flush(timer->data);
}

/* Appends what fits; returns how much that is. Call with the lock held. */
static size_t take_locked(struct chardev_stream *s, const uint8_t *bytes, size_t n,
			  enum chardev_write_mode mode)
{
	size_t room = s->capacity - s->count;
	size_t taken = MIN(n, room);

	if (mode == CHARDEV_WRITE_ALL_OR_NOTHING && taken < n)
		return 0;
	ring_append(s, bytes, taken);
	return taken;
}

size_t chardev_stream_write(struct chardev *chardev, const void *bytes, size_t n_bytes,
			    enum chardev_write_mode mode)
{
	struct chardev_stream *s = stream_of(chardev);
	bool here = in_loop_thread(s), wake = false;
	size_t taken;

	pthread_mutex_lock(&s->lock);
	if (!s->open) {
		pthread_mutex_unlock(&s->lock);
		return n_bytes;
	}
	taken = take_locked(s, bytes, n_bytes, mode);
	/* Not waiting for a slow peer: send now. An error shows again in flush(). */
	if (here && !(s->flush_due && !uv_is_active((uv_handle_t *)&s->batch)))
		while (flush_locked(s) == 0 && taken < n_bytes) {
			size_t more = take_locked(s, (const uint8_t *)bytes + taken,
						  n_bytes - taken, mode);

			if (more == 0)
				break;
			taken += more;
		}
	if (taken < n_bytes)
		s->was_short = true;
	if ((s->count > 0 && !s->flush_due) || (s->count == 0 && s->was_short)) {
		s->flush_due = s->count > 0;
		wake = true;
	}
	pthread_mutex_unlock(&s->lock);
	if (wake)
		uv_async_send(&s->wakeup);
	return taken;
}

void chardev_stream_set_out_limit(struct chardev *chardev, size_t limit_bytes)
{
	struct chardev_stream *s = stream_of(chardev);
	uint8_t *ring;

	pthread_mutex_lock(&s->lock);
	limit_bytes = MAX(limit_bytes, s->count + 1);
	ring = malloc(limit_bytes);
	if (ring) {
		size_t until_end = MIN(s->count, s->capacity - s->first);

		memcpy(ring, &s->ring[s->first], until_end);
		memcpy(ring + until_end, s->ring, s->count - until_end);
		free(s->ring);
		s->ring = ring;
		s->first = 0;
		s->capacity = limit_bytes;
	}
	pthread_mutex_unlock(&s->lock);
}

void chardev_stream_mute(struct chardev_stream *s)
{
	pthread_mutex_lock(&s->lock);
	s->open = false;
	s->count = s->first = 0;
	s->flush_due = false;
	pthread_mutex_unlock(&s->lock);
	update_polls(s);
}

/* ---- input ---- */

static bool wants_input(const struct chardev_stream *s)
{
	return s->in_fd >= 0 && s->started && !s->input_ended && !atomic_load(&s->input_waits) &&
	       s->base.attached;
}

/* How much the frontend takes; 0 leaves input_waits set. */
static size_t ask_room(struct chardev_stream *s)
{
	size_t room = chardev_frontend_can_receive(&s->base);

	if (room > 0)
		return room;
	atomic_store(&s->input_waits, true);
	room = chardev_frontend_can_receive(&s->base);
	if (room > 0)
		atomic_store(&s->input_waits, false);
	return room;
}

/* One read. False when there is nothing more to read now. */
static bool read_some(struct chardev_stream *s)
{
	uint8_t bytes[READ_BYTES];
	size_t room = ask_room(s);
	ssize_t n;

	if (room == 0)
		return false;
	n = read(s->in_fd, bytes, MIN(room, sizeof(bytes)));
	if (n > 0) {
		chardev_frontend_receive(&s->base, bytes, (size_t)n);
		return true;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	s->input_ended = true;
	if (s->kind->input_ended)
		s->kind->input_ended(s);
	return false;
}

static void read_input(struct chardev_stream *s)
{
	/* A callback may detach, close or free: wants_input() looks anew each time. */
	for (unsigned int i = 0; i < INPUT_BURST && wants_input(s); i++)
		if (!read_some(s))
			break;
	update_polls(s);
}

static void on_idle(uv_idle_t *idle)
{
	read_input(idle->data);
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
	struct chardev_stream *s = handle->data;

	/* libuv has stopped the watcher; what is wrong shows as errno of the read or write. */
	if (status < 0) {
		events = UV_READABLE | UV_WRITABLE;
		s->in_events = s->out_events = 0;
	}
	if ((events & UV_WRITABLE) && handle == s->out_poll)
		flush(s);
	if ((events & UV_READABLE) && handle == s->in_poll)
		read_input(s);
}

static void watch(uv_poll_t *handle, int *was, int events)
{
	if (!handle || *was == events)
		return;
	*was = events;
	if (events)
		uv_poll_start(handle, events, on_poll);
	else
		uv_poll_stop(handle);
}

/* Makes the watchers match what is wanted. */
static void update_polls(struct chardev_stream *s)
{
	int in = wants_input(s) ? UV_READABLE : 0;
	int out;

	pthread_mutex_lock(&s->lock);
	out = s->open && s->count > 0 && !uv_is_active((uv_handle_t *)&s->batch) ? UV_WRITABLE : 0;
	pthread_mutex_unlock(&s->lock);
	if (s->in_poll == s->out_poll) {
		watch(s->in_poll, &s->in_events, in | out);
	} else {
		watch(s->in_poll, &s->in_events, in);
		watch(s->out_poll, &s->out_events, out);
	}
	if (in && !s->in_poll)
		uv_idle_start(&s->unpollable_input, on_idle);
	else
		uv_idle_stop(&s->unpollable_input);
}

void chardev_stream_accept_input(struct chardev *chardev)
{
	struct chardev_stream *s = stream_of(chardev);

	if (atomic_load(&s->input_waits)) {
		atomic_store(&s->input_resume, true);
		uv_async_send(&s->wakeup);
	}
}

void chardev_stream_poke(struct chardev *chardev)
{
	struct chardev_stream *s = stream_of(chardev);

	atomic_store(&s->poked, true);
	uv_async_send(&s->wakeup);
}

/* ---- life ---- */

static void on_wakeup(uv_async_t *async)
{
	struct chardev_stream *s = async->data;
	size_t pending;
	bool owed;

	if (s->base.attached && atomic_exchange(&s->opened_due, false)) {
		s->started = true;
		chardev_frontend_event(&s->base, CHARDEV_EVENT_OPENED);
	}
	if (atomic_exchange(&s->poked, false))
		chardev_frontend_can_receive(&s->base);
	if (atomic_exchange(&s->input_resume, false))
		atomic_store(&s->input_waits, false);
	pthread_mutex_lock(&s->lock);
	pending = s->open ? s->count : 0;
	owed = s->was_short;
	pthread_mutex_unlock(&s->lock);
	if (pending >= FLUSH_NOW_BYTES || (pending == 0 && owed))
		flush(s);
	else if (pending > 0 && !uv_is_active((uv_handle_t *)&s->batch))
		uv_timer_start(&s->batch, on_batch_end, CHARDEV_BATCH_MS, 0);
	update_polls(s);
}

int chardev_stream_init(struct chardev_stream *s, const struct chardev_ops *ops,
			const struct chardev_stream_kind *kind, uv_loop_t *loop, struct err *err)
{
	int r;

	s->base.ops = ops;
	s->kind = kind;
	s->loop = loop;
	s->loop_thread = pthread_self();
	s->in_fd = s->out_fd = -1;
	s->capacity = CHARDEV_OUT_DEFAULT_BYTES;
	s->ring = malloc(s->capacity);
	if (!s->ring)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	r = uv_async_init(loop, &s->wakeup, on_wakeup);
	if (r < 0) {
		free(s->ring);
		s->ring = NULL;
		return err_set_errno(err, ERR_HOST, r, NULL, "cannot watch a character device");
	}
	uv_timer_init(loop, &s->batch);
	uv_idle_init(loop, &s->unpollable_input);
	s->wakeup.data = s->batch.data = s->unpollable_input.data = s;
	s->n_handles = 3;
	pthread_mutex_init(&s->lock, NULL);
	return 0;
}

static void close_fds(struct chardev_stream *s)
{
	chardev_poll_free(s->in_poll);
	if (s->out_poll != s->in_poll)
		chardev_poll_free(s->out_poll);
	s->in_poll = s->out_poll = NULL;
	s->in_events = s->out_events = 0;
	if (s->in_fd >= 0)
		close(s->in_fd);
	if (s->out_fd >= 0 && s->out_fd != s->in_fd)
		close(s->out_fd);
	s->in_fd = s->out_fd = -1;
}

static int open_poll(struct chardev_stream *s, int fd, uv_poll_t **ret_poll)
{
	int r = fd < 0 ? 0 : chardev_poll_new(s->loop, fd, s, ret_poll);

	/* What cannot be polled is always ready. */
	return r == -EPERM ? 0 : r;
}

int chardev_stream_open(struct chardev_stream *s, int in_fd, int out_fd, struct err *err)
{
	int r;

	s->in_fd = in_fd;
	s->out_fd = out_fd;
	s->input_ended = false;
	s->started = false;
	atomic_store(&s->input_waits, false);
	r = open_poll(s, in_fd, &s->in_poll);
	if (r == 0 && out_fd == in_fd)
		s->out_poll = s->in_poll;
	else if (r == 0)
		r = open_poll(s, out_fd, &s->out_poll);
	if (r < 0) {
		close_fds(s);
		return err_set_errno(err, ERR_HOST, r, NULL, "cannot watch a character device");
	}
	pthread_mutex_lock(&s->lock);
	s->open = true;
	pthread_mutex_unlock(&s->lock);
	atomic_store(&s->opened_due, true);
	uv_async_send(&s->wakeup);
	return 0;
}

void chardev_stream_close(struct chardev_stream *s)
{
	bool was_started = s->started;
	bool tell;

	pthread_mutex_lock(&s->lock);
	s->open = false;
	s->count = s->first = 0;
	s->flush_due = false;
	tell = s->was_short;
	s->was_short = false;
	pthread_mutex_unlock(&s->lock);
	s->started = false;
	atomic_store(&s->opened_due, false);
	uv_timer_stop(&s->batch);
	close_fds(s);
	update_polls(s);
	if (was_started)
		chardev_frontend_event(&s->base, CHARDEV_EVENT_CLOSED);
	/* Output is dropped from now on, so whoever waits for room has it. */
	if (tell)
		chardev_frontend_writable(&s->base);
}

void chardev_stream_attached(struct chardev *chardev)
{
	struct chardev_stream *s = stream_of(chardev);

	s->started = false;
	atomic_store(&s->input_waits, false);
	if (chardev_stream_is_open(chardev)) {
		atomic_store(&s->opened_due, true);
		uv_async_send(&s->wakeup);
	}
}

void chardev_stream_detached(struct chardev *chardev)
{
	struct chardev_stream *s = stream_of(chardev);

	s->started = false;
	update_polls(s);
}

bool chardev_stream_is_open(const struct chardev *chardev)
{
	struct chardev_stream *s = stream_of((struct chardev *)chardev);
	bool open;

	pthread_mutex_lock(&s->lock);
	open = s->open;
	pthread_mutex_unlock(&s->lock);
	return open;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void flush_at_end(struct chardev_stream *s)
{
	uint64_t deadline = now_ms() + FREE_FLUSH_MS;

	pthread_mutex_lock(&s->lock);
	while (s->open && s->out_fd >= 0 && flush_locked(s) == -EAGAIN && now_ms() < deadline) {
		struct pollfd pollfd = { .fd = s->out_fd, .events = POLLOUT };

		poll(&pollfd, 1, (int)(deadline - MIN(deadline, now_ms())));
	}
	pthread_mutex_unlock(&s->lock);
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct chardev_stream *s = handle->data;

	if (--s->n_handles > 0)
		return;
	pthread_mutex_destroy(&s->lock);
	free(s->ring);
	free(s);
}

void chardev_stream_free(struct chardev *chardev)
{
	struct chardev_stream *s = stream_of(chardev);

	flush_at_end(s);
	memset(&s->base.frontend, 0, sizeof(s->base.frontend));
	s->base.attached = false;
	pthread_mutex_lock(&s->lock);
	s->open = false;
	pthread_mutex_unlock(&s->lock);
	if (s->kind->fini)
		s->kind->fini(s);
	close_fds(s);
	uv_close((uv_handle_t *)&s->wakeup, on_handle_closed);
	uv_close((uv_handle_t *)&s->batch, on_handle_closed);
	uv_close((uv_handle_t *)&s->unpollable_input, on_handle_closed);
}
