/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Character devices: a byte stream to the outside world (terminal, file, socket, pty) for one
 * frontend (serial port, monitor, QMP).
 *
 * Threads:
 *  - chardev_write() and chardev_accept_input(): any thread. Bytes of one caller keep their order.
 *  - everything else, and every frontend callback: the thread that runs the loop (the main thread).
 *  - A callback is never called from inside chardev_write(), and no chardev lock is held during it;
 *    so a callback may take locks that are held around chardev_write() (the io_bus lock).
 *
 * Output is buffered up to a limit and written by the loop; what a vCPU writes byte by byte leaves
 * in bursts, at most CHARDEV_BATCH_MS late. Written from the loop's thread it leaves at once.
 * Output with no peer (unconnected socket, pty nobody has open) is dropped.
 */
#ifndef TERRACE_VMM_DEVICES_CHARDEV_H
#define TERRACE_VMM_DEVICES_CHARDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/cleanup.h"
#include "base/err.h"

#define CHARDEV_BATCH_MS	  1u
#define CHARDEV_OUT_DEFAULT_BYTES (64u * 1024)

enum chardev_event {
	CHARDEV_EVENT_OPENED,  /* a peer is there: socket accepted, pty opened, or at attach */
	CHARDEV_EVENT_CLOSED,  /* it is gone: end of file, hang-up */
	CHARDEV_EVENT_BREAK,   /* serial break (mux: Ctrl-A B) */
	CHARDEV_EVENT_MUX_IN,  /* mux: this frontend has the input now */
	CHARDEV_EVENT_MUX_OUT, /* mux: it has not any more */
	CHARDEV_EVENT_COUNT,
};

/* Every callback may be NULL. opaque is the one given to chardev_attach(). */
struct chardev_frontend {
	/* How many bytes receive() can take now. 0: input waits until chardev_accept_input(). */
	size_t (*can_receive)(void *opaque);
	/* At most as many bytes as can_receive() has said. */
	void (*receive)(void *opaque, const uint8_t *bytes, size_t n_bytes);
	void (*event)(void *opaque, enum chardev_event event);
	/* There is room again after chardev_write() took less than everything. */
	void (*writable)(void *opaque);
};

struct chardev;

/* "null": takes all output, has no input. -ENOMEM as all constructors. */
int chardev_null_new(uv_loop_t *loop, struct chardev **ret_chardev, struct err *err);

/*
 * Standard input and output. A terminal is put into raw mode (with enable_signals, Ctrl-C and
 * Ctrl-\ still raise signals; output processing stays on, so that our own messages look right).
 * Only one may exist: -EBUSY.
 */
int chardev_stdio_new(uv_loop_t *loop, bool enable_signals, struct chardev **ret_chardev,
		      struct err *err);
/*
 * Puts the terminal back as it was, from anywhere: async-signal-safe, any number of times.
 * chardev_free() and exit() do it themselves; handlers of fatal signals must call it.
 */
void chardev_stdio_restore(void);
/* Raw mode again, after SIGCONT. */
void chardev_stdio_resume(void);

/* Output into a file, truncated unless append. No input. The errno of open(). */
int chardev_file_new(uv_loop_t *loop, const char *path, bool append, struct chardev **ret_chardev,
		     struct err *err);

enum chardev_socket_flags {
	CHARDEV_SOCKET_SERVER = 1 << 0, /* else connect; the peer must be there */
};
/*
 * A unix stream socket. A server serves one peer at a time, the next when that one has gone. A
 * socket file that nobody listens on is replaced, a live one is -EADDRINUSE, another kind of file is
 * left alone (-EEXIST). The file is removed by chardev_free().
 */
int chardev_socket_new(uv_loop_t *loop, const char *path, unsigned int flags,
		       struct chardev **ret_chardev, struct err *err);

/* A new pseudo-terminal; chardev_pty_path() says which (borrowed; NULL for other chardevs). */
int chardev_pty_new(uv_loop_t *loop, struct chardev **ret_chardev, struct err *err);
const char *chardev_pty_path(const struct chardev *chardev);

/*
 * Shares backend (taken over) among up to CHARDEV_MUX_MAX frontends, each on its own port. Input
 * goes to the port in focus, the first one made at start. Ctrl-A is the escape: C next port, X
 * quit, B break, H help, Ctrl-A itself.
 */
#define CHARDEV_MUX_MAX 4u
struct chardev_mux;
int chardev_mux_new(struct chardev *backend, void (*quit)(void *opaque), void *opaque,
		    struct chardev_mux **ret_mux, struct err *err);
/* The mux frees it; chardev_free() of a port only detaches. -ENOSPC: too many. */
int chardev_mux_add_port(struct chardev_mux *mux, struct chardev **ret_port, struct err *err);
void chardev_mux_free(struct chardev_mux *mux);
CLEANUP_DEFINE(chardev_mux, chardev_mux_free)

/*
 * Connects the frontend (copied; one at a time) and starts input. If a peer is there already,
 * CHARDEV_EVENT_OPENED comes from the loop's next turn. chardev_detach() stops input at once.
 */
void chardev_attach(struct chardev *chardev, const struct chardev_frontend *frontend, void *opaque);
void chardev_detach(struct chardev *chardev);

/*
 * Takes up to n_bytes and returns how many: fewer when the peer is slow and the buffer is full;
 * then writable() will be called. Never blocks, never calls back. All are taken, and lost, when
 * there is no peer.
 */
size_t chardev_write(struct chardev *chardev, const void *bytes, size_t n_bytes);
/* All or nothing, for message protocols: -ENOBUFS when it does not fit now. */
int chardev_write_all(struct chardev *chardev, const void *bytes, size_t n_bytes);

/* Size of the output buffer; at least what is in it now stays. Default CHARDEV_OUT_DEFAULT_BYTES. */
void chardev_set_out_limit(struct chardev *chardev, size_t limit_bytes);

/* can_receive() may be above 0 again. Cheap when nothing waits. */
void chardev_accept_input(struct chardev *chardev);

/* Is a peer there? Any thread; may be outdated when it returns. */
bool chardev_is_open(const struct chardev *chardev);

/* Ends the connection with the present peer (protocol error, QMP client that does not read). */
void chardev_disconnect(struct chardev *chardev);

/*
 * Writes what is buffered, waiting at most 100 ms for a slow peer, and releases everything. The
 * libuv handles close in the loop's next turn: run the loop once more before uv_loop_close().
 */
void chardev_free(struct chardev *chardev);
CLEANUP_DEFINE(chardev, chardev_free)

#endif
