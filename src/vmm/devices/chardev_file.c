/* SPDX-License-Identifier: Apache-2.0 */
/* The file chardev: output only. A pipe or device may be named too; then a slow reader buffers. */
#include <errno.h>
#include <fcntl.h>

#include "vmm/devices/chardev_stream.h"

static const struct chardev_ops file_ops = {
	.attached = chardev_stream_attached,
	.detached = chardev_stream_detached,
	.write = chardev_stream_write,
	.set_out_limit = chardev_stream_set_out_limit,
	.is_open = chardev_stream_is_open,
	.free = chardev_stream_free,
};

static const struct chardev_stream_kind file_kind = {
	.output_broke = chardev_stream_mute, /* disk full: what was written stays */
};

int chardev_file_new(uv_loop_t *loop, const char *path, bool append, struct chardev **ret_chardev,
		     struct err *err)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (append ? O_APPEND : O_TRUNC);
	struct chardev_stream *stream;
	int fd = open(path, flags, 0666), r;

	if (fd < 0)
		return err_set_errno(err, ERR_USER, -errno, NULL, "could not open '%s'", path);
	stream = calloc(1, sizeof(*stream));
	if (!stream) {
		close(fd);
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	}
	r = chardev_stream_init(stream, &file_ops, &file_kind, loop, err);
	if (r < 0) {
		close(fd);
		free(stream);
		return r;
	}
	r = chardev_stream_open(stream, -1, fd, err);
	if (r < 0) {
		chardev_stream_free(&stream->base);
		return r;
	}
	*ret_chardev = &stream->base;
	return 0;
}
