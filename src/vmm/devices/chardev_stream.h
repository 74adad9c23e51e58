/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chardev on file descriptors: buffered output, throttled input. The common part of stdio, file,
 * socket and pty; private to the chardev files. Its theory of operation is in chardev_stream.c.
 *
 * A kind embeds struct chardev_stream as its first member, allocates itself with calloc(), calls
 * _init, then _open whenever it has a peer and _close when the peer has gone.
 */
#ifndef TERRACE_VMM_DEVICES_CHARDEV_STREAM_H
#define TERRACE_VMM_DEVICES_CHARDEV_STREAM_H

#include <pthread.h>
#include <stdatomic.h>

#include "vmm/devices/chardev_ops.h"

struct chardev_stream;

/* All in the loop's thread; any may be NULL. */
struct chardev_stream_kind {
	/* End of file or an error on input: the kind closes, or lets the output live on. */
	void (*input_ended)(struct chardev_stream *stream);
	/* The output is broken (EPIPE ...). */
	void (*output_broke)(struct chardev_stream *stream);
	/* Once, when the chardev is freed, before the descriptors are closed. */
	void (*fini)(struct chardev_stream *stream);
};

struct chardev_stream {
	struct chardev base;
	const struct chardev_stream_kind *kind;
	uv_loop_t *loop;
	pthread_t loop_thread;
	uv_async_t wakeup;	    /* other threads -> loop */
	uv_timer_t batch;	    /* collects output for CHARDEV_BATCH_MS */
	uv_idle_t unpollable_input; /* regular files, /dev/null: always readable */
	unsigned int n_handles;	    /* of the three above, not yet closed */

	/* The loop's thread only */
	int in_fd, out_fd;	       /* equal for sockets and ptys; -1: none */
	uv_poll_t *in_poll, *out_poll; /* NULL: not pollable; equal when the fds are */
	int in_events, out_events;     /* what the watchers are set to */
	bool input_ended;
	bool started; /* OPENED was delivered */

	atomic_bool opened_due;	  /* OPENED is to be delivered */
	atomic_bool input_waits;  /* can_receive() said 0 */
	atomic_bool input_resume; /* chardev_accept_input() was called since */
	atomic_bool poked;	  /* chardev_ops.poke */

	pthread_mutex_t lock; /* protects the rest */
	bool open;
	bool flush_due; /* the loop knows that there is output */
	bool was_short; /* writable() is owed */
	uint8_t *ring;
	size_t capacity, first, count;
};

/* Initialises everything but base.ops. -ENOMEM or libuv's error; then the kind frees itself. */
int chardev_stream_init(struct chardev_stream *stream, const struct chardev_ops *ops,
			const struct chardev_stream_kind *kind, uv_loop_t *loop, struct err *err);

/* Takes the descriptors over (also on failure) and announces the peer. */
int chardev_stream_open(struct chardev_stream *stream, int in_fd, int out_fd, struct err *err);

/* Drops unwritten output, closes the descriptors and tells the frontend. */
void chardev_stream_close(struct chardev_stream *stream);

/* Output goes nowhere from now on; input stays. */
void chardev_stream_mute(struct chardev_stream *stream);

/* For the ops tables. */
void chardev_stream_attached(struct chardev *chardev);
void chardev_stream_detached(struct chardev *chardev);
size_t chardev_stream_write(struct chardev *chardev, const void *bytes, size_t n_bytes,
			    enum chardev_write_mode mode);
void chardev_stream_set_out_limit(struct chardev *chardev, size_t limit_bytes);
void chardev_stream_accept_input(struct chardev *chardev);
void chardev_stream_poke(struct chardev *chardev);
bool chardev_stream_is_open(const struct chardev *chardev);
void chardev_stream_free(struct chardev *chardev);

/* A watcher of its own for a descriptor (listening socket); -EPERM when it cannot be polled. */
int chardev_poll_new(uv_loop_t *loop, int fd, void *data, uv_poll_t **ret_poll);
/* Stops at once; the memory goes in the loop's next turn. NULL is allowed. */
void chardev_poll_free(uv_poll_t *poll);

#endif
