/* SPDX-License-Identifier: Apache-2.0 */
/* What each kind of chardev implements; private to the chardev files. */
#ifndef TERRACE_VMM_DEVICES_CHARDEV_OPS_H
#define TERRACE_VMM_DEVICES_CHARDEV_OPS_H

#include "vmm/devices/chardev.h"

enum chardev_write_mode {
	CHARDEV_WRITE_SOME,
	CHARDEV_WRITE_ALL_OR_NOTHING,
};

/* All but write and free may be NULL. Threads as for the function of the same name in chardev.h. */
struct chardev_ops {
	void (*attached)(struct chardev *chardev);
	void (*detached)(struct chardev *chardev);
	size_t (*write)(struct chardev *chardev, const void *bytes, size_t n_bytes,
			enum chardev_write_mode mode);
	void (*set_out_limit)(struct chardev *chardev, size_t limit_bytes);
	void (*accept_input)(struct chardev *chardev);
	/* Any thread: the loop shall ask the frontend's can_receive() soon, input or not. */
	void (*poke)(struct chardev *chardev);
	bool (*is_open)(const struct chardev *chardev);
	void (*disconnect)(struct chardev *chardev);
	const char *(*pty_path)(const struct chardev *chardev);
	void (*free)(struct chardev *chardev);
};

/* First member of every chardev. */
struct chardev {
	const struct chardev_ops *ops;
	/* The loop's thread only: */
	bool attached;
	struct chardev_frontend frontend; /* all NULL when not attached */
	void *opaque;
};

/* Calls into the frontend; no chardev lock may be held. */
size_t chardev_frontend_can_receive(const struct chardev *chardev);
void chardev_frontend_receive(const struct chardev *chardev, const uint8_t *bytes, size_t n_bytes);
void chardev_frontend_event(const struct chardev *chardev, enum chardev_event event);
void chardev_frontend_writable(const struct chardev *chardev);

#endif
