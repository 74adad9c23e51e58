/* SPDX-License-Identifier: Apache-2.0 */
/* Dispatch to the kinds of chardev, calls into the frontend, and the null chardev. */
#include "vmm/devices/chardev.h"

#include <errno.h>
#include <string.h>

#include "vmm/devices/chardev_ops.h"

void chardev_attach(struct chardev *chardev, const struct chardev_frontend *frontend, void *opaque)
{
	chardev->frontend = *frontend;
	chardev->opaque = opaque;
	chardev->attached = true;
	if (chardev->ops->attached)
		chardev->ops->attached(chardev);
}

void chardev_detach(struct chardev *chardev)
{
	memset(&chardev->frontend, 0, sizeof(chardev->frontend));
	chardev->opaque = NULL;
	chardev->attached = false;
	if (chardev->ops->detached)
		chardev->ops->detached(chardev);
}

size_t chardev_write(struct chardev *chardev, const void *bytes, size_t n_bytes)
{
	return chardev->ops->write(chardev, bytes, n_bytes, CHARDEV_WRITE_SOME);
}

int chardev_write_all(struct chardev *chardev, const void *bytes, size_t n_bytes)
{
	size_t taken = chardev->ops->write(chardev, bytes, n_bytes, CHARDEV_WRITE_ALL_OR_NOTHING);

	return taken == n_bytes ? 0 : -ENOBUFS;
}

void chardev_set_out_limit(struct chardev *chardev, size_t limit_bytes)
{
	if (chardev->ops->set_out_limit)
		chardev->ops->set_out_limit(chardev, limit_bytes);
}

void chardev_accept_input(struct chardev *chardev)
{
	if (chardev->ops->accept_input)
		chardev->ops->accept_input(chardev);
}

bool chardev_is_open(const struct chardev *chardev)
{
	return chardev->ops->is_open && chardev->ops->is_open(chardev);
}

void chardev_disconnect(struct chardev *chardev)
{
	if (chardev->ops->disconnect)
		chardev->ops->disconnect(chardev);
}

const char *chardev_pty_path(const struct chardev *chardev)
{
	return chardev->ops->pty_path ? chardev->ops->pty_path(chardev) : NULL;
}

void chardev_free(struct chardev *chardev)
{
	if (chardev)
		chardev->ops->free(chardev);
}

size_t chardev_frontend_can_receive(const struct chardev *chardev)
{
	return chardev->frontend.can_receive ? chardev->frontend.can_receive(chardev->opaque) : 0;
}

void chardev_frontend_receive(const struct chardev *chardev, const uint8_t *bytes, size_t n_bytes)
{
	if (chardev->frontend.receive)
		chardev->frontend.receive(chardev->opaque, bytes, n_bytes);
}

void chardev_frontend_event(const struct chardev *chardev, enum chardev_event event)
{
	if (chardev->frontend.event)
		chardev->frontend.event(chardev->opaque, event);
}

void chardev_frontend_writable(const struct chardev *chardev)
{
	if (chardev->frontend.writable)
		chardev->frontend.writable(chardev->opaque);
}

static size_t null_write(struct chardev *chardev, const void *bytes, size_t n_bytes,
			 enum chardev_write_mode mode)
{
	(void)chardev, (void)bytes, (void)mode;
	return n_bytes;
}

static void null_free(struct chardev *chardev)
{
	free(chardev);
}

static const struct chardev_ops null_ops = { .write = null_write, .free = null_free };

int chardev_null_new(uv_loop_t *loop, struct chardev **ret_chardev, struct err *err)
{
	struct chardev *chardev = calloc(1, sizeof(*chardev));

	(void)loop;
	if (!chardev)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	chardev->ops = &null_ops;
	*ret_chardev = chardev;
	return 0;
}
