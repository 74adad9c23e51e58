/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands: IBM PC/AT Technical Reference, "Keyboard Controller". Output buffer: one byte, filled
 * only by the commands that answer.
 */
#include "vmm/devices/i8042.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define STATUS_OUTPUT_FULL 0x01u
#define STATUS_SYSTEM	   0x04u /* self test passed */
#define STATUS_UNLOCKED	   0x10u

#define COMMAND_READ_MODE    0x20u
#define COMMAND_WRITE_MODE   0x60u
#define COMMAND_SELF_TEST    0xaau
#define COMMAND_TEST_PORT1   0xabu
#define COMMAND_WRITE_OUTPUT 0xd1u
#define COMMAND_PULSE_RESET  0xfeu
#define SELF_TEST_OK	     0x55u
#define OUTPUT_NOT_RESET     0x01u
#define MODE_DISABLED	     0x34u /* system flag, both ports off */

struct i8042 {
	struct io_bus *bus; /* its lock protects all of this */
	void (*reset)(void *opaque);
	void *opaque;
	uint8_t command; /* waits for its data byte; 0: none */
	uint8_t mode;
	uint8_t output;
	bool output_full;
};

static void answer(struct i8042 *k, uint8_t byte)
{
	k->output = byte;
	k->output_full = true;
}

static uint64_t data_read(void *device, uint64_t offset, unsigned int size)
{
	struct i8042 *k = device;

	(void)offset, (void)size;
	k->output_full = false;
	return k->output;
}

static void data_write(void *device, uint64_t offset, unsigned int size, uint64_t value)
{
	struct i8042 *k = device;

	(void)offset, (void)size;
	if (k->command == COMMAND_WRITE_MODE)
		k->mode = (uint8_t)value;
	else if (k->command == COMMAND_WRITE_OUTPUT && !(value & OUTPUT_NOT_RESET))
		k->reset(k->opaque);
	k->command = 0;
}

static uint64_t status_read(void *device, uint64_t offset, unsigned int size)
{
	struct i8042 *k = device;

	(void)offset, (void)size;
	return STATUS_SYSTEM | STATUS_UNLOCKED | (k->output_full ? STATUS_OUTPUT_FULL : 0);
}

static void command_write(void *device, uint64_t offset, unsigned int size, uint64_t value)
{
	struct i8042 *k = device;

	(void)offset, (void)size;
	k->command = 0;
	switch (value & 0xff) {
	case COMMAND_READ_MODE:
		answer(k, k->mode);
		break;
	case COMMAND_SELF_TEST:
		answer(k, SELF_TEST_OK);
		break;
	case COMMAND_TEST_PORT1:
		answer(k, 0);
		break;
	case COMMAND_WRITE_MODE:
	case COMMAND_WRITE_OUTPUT:
		k->command = (uint8_t)value;
		break;
	case COMMAND_PULSE_RESET:
		k->reset(k->opaque);
		break;
	default:
		break;
	}
}

static const struct {
	const char *name;
	uint16_t port;
	struct io_ops ops;
} ports[] = {
	{ "i8042 data", I8042_DATA_PORT, { data_read, data_write } },
	{ "i8042 command", I8042_COMMAND_PORT, { status_read, command_write } },
};
#define N_PORTS (sizeof(ports) / sizeof(ports[0]))

static void power_on(struct i8042 *k)
{
	k->command = 0;
	k->mode = MODE_DISABLED;
	k->output = 0;
	k->output_full = false;
}

int i8042_new(struct io_bus *bus, void (*reset)(void *opaque), void *opaque,
	      struct i8042 **ret_i8042, struct err *err)
{
	AUTO(i8042) k = calloc(1, sizeof(*k));

	if (!k)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	k->reset = reset;
	k->opaque = opaque;
	power_on(k);
	for (size_t i = 0; i < N_PORTS; i++) {
		int r = io_bus_add(bus, ports[i].name, ports[i].port, 1, &ports[i].ops, k, err);

		if (r < 0) {
			while (i-- > 0)
				io_bus_remove(bus, ports[i].port);
			return r;
		}
	}
	k->bus = bus;
	*ret_i8042 = TAKE_PTR(k);
	return 0;
}

void i8042_reset(struct i8042 *i8042)
{
	io_bus_lock(i8042->bus);
	power_on(i8042);
	io_bus_unlock(i8042->bus);
}

void i8042_free(struct i8042 *i8042)
{
	if (!i8042)
		return;
	for (size_t i = 0; i8042->bus && i < N_PORTS; i++)
		io_bus_remove(i8042->bus, ports[i].port);
	free(i8042);
}
