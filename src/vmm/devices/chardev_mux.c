/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theory of operation
 *
 * Job: one terminal for the serial port and the monitor (-nographic, mux=on).
 * Model: every port writes straight into the backend; input passes the escape filter and goes to the
 * port in focus, through a small buffer, so that Ctrl-A commands are seen while a guest does not read.
 * Threads: the filter runs in the loop's thread. Ports are written to by any thread; the backend's
 * own lock orders that. chardev_accept_input() of a port may come from a vCPU: if the port's buffer
 * waits for that, the backend is poked, and the loop drains the buffer from mux_can_receive(). The
 * flag is set before the frontend is asked for the last time, so that no wakeup is lost.
 * Limits: CHARDEV_MUX_MAX ports, BUFFER_BYTES per port.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "vmm/devices/chardev_ops.h"

#define ESCAPE	     0x01u /* Ctrl-A */
#define BUFFER_BYTES 64u

struct mux_port {
	struct chardev base;
	struct chardev_mux *mux;
	bool opened; /* OPENED was delivered to its frontend */
	uint8_t buffer[BUFFER_BYTES];
	size_t n_buffered;
	atomic_bool waits; /* n_buffered > 0 and the frontend had no room */
};

struct chardev_mux {
	struct chardev *backend;
	void (*quit)(void *opaque);
	void *opaque;
	struct mux_port *ports[CHARDEV_MUX_MAX];
	size_t n_ports, focus;
	bool escaped; /* the last byte was ESCAPE */
};

static const char help_text[] = "\r\n"
				"Ctrl-A H  this help\r\n"
				"Ctrl-A X  end the virtual machine\r\n"
				"Ctrl-A C  switch between serial port and monitor\r\n"
				"Ctrl-A B  send a break\r\n"
				"Ctrl-A Ctrl-A  send Ctrl-A\r\n";

static struct mux_port *port_of(const struct chardev *chardev)
{
	return container_of((struct chardev *)chardev, struct mux_port, base);
}

static size_t ask_room(struct mux_port *port)
{
	size_t room = chardev_frontend_can_receive(&port->base);

	if (room > 0)
		return room;
	atomic_store(&port->waits, true);
	room = chardev_frontend_can_receive(&port->base);
	if (room > 0)
		atomic_store(&port->waits, false);
	return room;
}

/* Hands buffered input on as far as the frontend takes it. */
static void drain(struct mux_port *port)
{
	while (port->n_buffered > 0) {
		uint8_t bytes[BUFFER_BYTES];
		size_t room = ask_room(port);
		size_t n = MIN(room, port->n_buffered);

		if (n == 0)
			return;
		memcpy(bytes, port->buffer, n);
		port->n_buffered -= n;
		memmove(port->buffer, port->buffer + n, port->n_buffered);
		chardev_frontend_receive(&port->base, bytes, n);
	}
}

static void switch_focus(struct chardev_mux *mux)
{
	chardev_frontend_event(&mux->ports[mux->focus]->base, CHARDEV_EVENT_MUX_OUT);
	mux->focus = (mux->focus + 1) % mux->n_ports;
	chardev_frontend_event(&mux->ports[mux->focus]->base, CHARDEV_EVENT_MUX_IN);
	drain(mux->ports[mux->focus]);
}

static void to_focus(struct chardev_mux *mux, uint8_t byte)
{
	struct mux_port *port = mux->ports[mux->focus];

	if (port->n_buffered < BUFFER_BYTES)
		port->buffer[port->n_buffered++] = byte;
}

static void command(struct chardev_mux *mux, uint8_t byte)
{
	switch (byte) {
	case ESCAPE:
		to_focus(mux, byte);
		break;
	case 'b':
	case 'B':
		chardev_frontend_event(&mux->ports[mux->focus]->base, CHARDEV_EVENT_BREAK);
		break;
	case 'c':
	case 'C':
		switch_focus(mux);
		break;
	case 'h':
	case 'H':
	case '?':
		chardev_write(mux->backend, help_text, sizeof(help_text) - 1);
		break;
	case 'x':
	case 'X':
		mux->quit(mux->opaque);
		break;
	default:
		break;
	}
}

static size_t mux_can_receive(void *opaque)
{
	struct chardev_mux *mux = opaque;
	struct mux_port *port = mux->n_ports ? mux->ports[mux->focus] : NULL;

	if (!port)
		return 0;
	drain(port);
	return BUFFER_BYTES - port->n_buffered;
}

static void mux_receive(void *opaque, const uint8_t *bytes, size_t n_bytes)
{
	struct chardev_mux *mux = opaque;

	for (size_t i = 0; i < n_bytes; i++) {
		if (mux->escaped) {
			mux->escaped = false;
			command(mux, bytes[i]);
		} else if (bytes[i] == ESCAPE) {
			mux->escaped = true;
		} else {
			to_focus(mux, bytes[i]);
		}
	}
	drain(mux->ports[mux->focus]);
}

/* The backend repeats OPENED whenever a port is attached: each port hears it once. */
static void mux_event(void *opaque, enum chardev_event event)
{
	struct chardev_mux *mux = opaque;

	for (size_t i = 0; i < mux->n_ports; i++) {
		struct mux_port *port = mux->ports[i];
		bool opened = event == CHARDEV_EVENT_OPENED;

		if (!port->base.attached || (opened && port->opened))
			continue;
		port->opened = opened;
		chardev_frontend_event(&port->base, event);
		if (opened && i == mux->focus)
			chardev_frontend_event(&port->base, CHARDEV_EVENT_MUX_IN);
	}
}

static void mux_writable(void *opaque)
{
	struct chardev_mux *mux = opaque;

	for (size_t i = 0; i < mux->n_ports; i++)
		chardev_frontend_writable(&mux->ports[i]->base);
}

static const struct chardev_frontend mux_frontend = {
	.can_receive = mux_can_receive,
	.receive = mux_receive,
	.event = mux_event,
	.writable = mux_writable,
};

static void port_attached(struct chardev *chardev)
{
	struct chardev_mux *mux = port_of(chardev)->mux;

	port_of(chardev)->opened = false;
	chardev_attach(mux->backend, &mux_frontend, mux);
}

static size_t port_write(struct chardev *chardev, const void *bytes, size_t n_bytes,
			 enum chardev_write_mode mode)
{
	struct chardev *backend = port_of(chardev)->mux->backend;

	return backend->ops->write(backend, bytes, n_bytes, mode);
}

static void port_set_out_limit(struct chardev *chardev, size_t limit_bytes)
{
	chardev_set_out_limit(port_of(chardev)->mux->backend, limit_bytes);
}

static void port_accept_input(struct chardev *chardev)
{
	struct mux_port *port = port_of(chardev);
	struct chardev *backend = port->mux->backend;

	if (atomic_exchange(&port->waits, false) && backend->ops->poke)
		backend->ops->poke(backend);
	chardev_accept_input(backend);
}

static bool port_is_open(const struct chardev *chardev)
{
	return chardev_is_open(port_of(chardev)->mux->backend);
}

static void port_free(struct chardev *chardev)
{
	chardev_detach(chardev);
}

static const struct chardev_ops port_ops = {
	.attached = port_attached,
	.write = port_write,
	.set_out_limit = port_set_out_limit,
	.accept_input = port_accept_input,
	.is_open = port_is_open,
	.free = port_free,
};

int chardev_mux_new(struct chardev *backend, void (*quit)(void *opaque), void *opaque,
		    struct chardev_mux **ret_mux, struct err *err)
{
	struct chardev_mux *mux = calloc(1, sizeof(*mux));

	if (!mux)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	mux->backend = backend;
	mux->quit = quit;
	mux->opaque = opaque;
	*ret_mux = mux;
	return 0;
}

int chardev_mux_add_port(struct chardev_mux *mux, struct chardev **ret_port, struct err *err)
{
	struct mux_port *port;

	if (mux->n_ports == CHARDEV_MUX_MAX)
		return err_set(err, ERR_USER, -ENOSPC, NULL,
			       "too many uses of a multiplexed character device (maximum is %u)",
			       CHARDEV_MUX_MAX);
	port = calloc(1, sizeof(*port));
	if (!port)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	port->base.ops = &port_ops;
	port->mux = mux;
	mux->ports[mux->n_ports++] = port;
	*ret_port = &port->base;
	return 0;
}

void chardev_mux_free(struct chardev_mux *mux)
{
	if (!mux)
		return;
	chardev_free(mux->backend);
	for (size_t i = 0; i < mux->n_ports; i++)
		free(mux->ports[i]);
	free(mux);
}
