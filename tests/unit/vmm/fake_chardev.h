/* SPDX-License-Identifier: Apache-2.0 */
/* A chardev without a loop: takes `room` bytes, and hands the frontend what a test says. */
#ifndef TERRACE_TESTS_VMM_FAKE_CHARDEV_H
#define TERRACE_TESTS_VMM_FAKE_CHARDEV_H

#include <string.h>

#include "vmm/devices/chardev_ops.h"

struct fake_chardev {
	struct chardev base;
	uint8_t out[1024];
	size_t n_out, room;
	unsigned int n_accepts;
};

static inline size_t fake_chardev_write(struct chardev *chardev, const void *bytes, size_t n_bytes,
					enum chardev_write_mode mode)
{
	struct fake_chardev *fake = (struct fake_chardev *)chardev;
	size_t n = n_bytes < fake->room ? n_bytes : fake->room;

	if (mode == CHARDEV_WRITE_ALL_OR_NOTHING && n < n_bytes)
		return 0;
	memcpy(fake->out + fake->n_out, bytes, n);
	fake->n_out += n;
	fake->room -= n;
	return n;
}

static inline void fake_chardev_accept(struct chardev *chardev)
{
	((struct fake_chardev *)chardev)->n_accepts++;
}

static inline void fake_chardev_free(struct chardev *chardev)
{
	(void)chardev;
}

static const struct chardev_ops fake_chardev_ops = {
	.write = fake_chardev_write,
	.accept_input = fake_chardev_accept,
	.free = fake_chardev_free,
};

static inline void fake_chardev_init(struct fake_chardev *fake)
{
	memset(fake, 0, sizeof(*fake));
	fake->base.ops = &fake_chardev_ops;
	fake->room = sizeof(fake->out);
}

/* Types text, as far as the frontend takes it; returns how much that was. */
static inline size_t fake_chardev_type(struct fake_chardev *fake, const char *text)
{
	size_t done = 0, room;

	while (text[done] && (room = chardev_frontend_can_receive(&fake->base)) > 0) {
		size_t n = strlen(text + done);

		n = n < room ? n : room;
		chardev_frontend_receive(&fake->base, (const uint8_t *)text + done, n);
		done += n;
	}
	return done;
}

#endif
