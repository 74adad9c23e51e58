/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pci.h, pci_host.h, i8042.h: both ways into configuration space see the same host bridge; empty
 * places read all ones; write masks and write-one-to-clear; plugging rules; the reset port; the
 * keyboard controller's reset commands.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "vmm/devices/i8042.h"
#include "vmm/devices/pci_host.h"

struct fixture {
	struct io_bus *ports, *memory;
	struct pci_host *host;
	struct i8042 *i8042;
	unsigned int n_resets;
};

static void count_reset(void *opaque)
{
	((struct fixture *)opaque)->n_resets++;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->ports = io_bus_new();
	f->memory = io_bus_new();
	*state = f;
	if (i8042_new(f->ports, count_reset, f, &f->i8042, NULL) < 0)
		return -1;
	return pci_host_new(f->ports, f->memory, count_reset, f, &f->host, NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pci_host_free(f->host);
	i8042_free(f->i8042);
	io_bus_free(f->ports);
	io_bus_free(f->memory);
	free(f);
	return 0;
}

static uint64_t in(struct io_bus *bus, uint64_t address, unsigned int size)
{
	uint64_t value;

	assert_true(io_bus_read(bus, address, size, &value));
	return value;
}

static uint64_t ecam(unsigned int bus, unsigned int slot, unsigned int function, unsigned int reg)
{
	return 0xb0000000 + (bus << 20 | slot << 15 | function << 12 | reg);
}

static void host_bridge_is_at_slot_0(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(in(f->memory, ecam(0, 0, 0, 0), 4), 0x00081b36);
	assert_int_equal(in(f->memory, ecam(0, 0, 0, 8), 4), 0x06000000);
	assert_int_equal(in(f->memory, ecam(0, 0, 0, 0x0e), 1), 0);
	/* The way Linux probes configuration mechanism 1. */
	io_bus_write(f->ports, 0xcf8, 4, 0x80000000);
	assert_int_equal(in(f->ports, 0xcf8, 4), 0x80000000);
	assert_int_equal(in(f->ports, 0xcfc, 4), 0x00081b36);
	assert_int_equal(in(f->ports, 0xcfe, 2), 0x0008);
	io_bus_write(f->ports, 0xcf8, 4, 0x80000008);
	assert_int_equal(in(f->ports, 0xcff, 1), 0x06);
	assert_int_equal(in(f->ports, 0xcfe, 2), 0x0600);
	io_bus_write(f->ports, 0xcf8, 4, 0x00000000); /* not enabled */
	assert_int_equal(in(f->ports, 0xcfc, 4), 0xffffffff);
}

static void empty_places_read_all_ones(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(in(f->memory, ecam(0, 0, 1, 0), 4), 0xffffffff);
	assert_int_equal(in(f->memory, ecam(0, 31, 7, 0), 2), 0xffff);
	assert_int_equal(in(f->memory, ecam(1, 0, 0, 0), 1), 0xff);
	assert_int_equal(in(f->memory, ecam(255, 31, 7, 0xffc), 4), 0xffffffff);
	assert_true(in(f->memory, ecam(0, 0, 0, 0), 8) == UINT64_MAX); /* 64-bit: not supported */
	assert_int_equal(in(f->memory, ecam(0, 0, 0, 1), 4), 0xffffffff); /* misaligned */
	io_bus_write(f->memory, ecam(0, 1, 0, 0), 4, 1);
	io_bus_write(f->ports, 0xcf8, 4, 0x8000f800);
	assert_int_equal(in(f->ports, 0xcfc, 4), 0xffffffff);
	io_bus_write(f->ports, 0xcfc, 4, 1);
}

static unsigned int n_written, n_read;

static void fn_read(struct pci_function *function, unsigned int offset, unsigned int size)
{
	(void)offset, (void)size;
	n_read++;
	pci_function_set32(function, 0x40, 0xfeedbeef);
}

static void fn_written(struct pci_function *function, unsigned int offset, unsigned int size)
{
	(void)function, (void)offset, (void)size;
	n_written++;
}

static const struct pci_function_ops fn_ops = { fn_read, fn_written };

static void writes_obey_masks(void **state)
{
	struct fixture *f = *state;
	struct pci_function fn;

	pci_function_init(&fn, "test device", 0x1af4, 0x1041, 0x020000);
	fn.ops = &fn_ops;
	n_written = n_read = 0;
	pci_function_set16(&fn, PCI_REG_STATUS, 0xf900);
	fn.write_1_clears[PCI_REG_STATUS + 1] = 0xf9;
	fn.writable[PCI_REG_COMMAND] = 0x07;
	fn.writable[PCI_REG_BAR0 + 2] = 0xf0; /* 1 MiB */
	fn.writable[PCI_REG_BAR0 + 3] = 0xff;
	assert_int_equal(pci_bus_plug(pci_host_root_bus(f->host), 3, 1, &fn, NULL), 0);
	assert_int_equal(in(f->memory, ecam(0, 3, 1, 0), 4), 0x10411af4);
	io_bus_write(f->memory, ecam(0, 3, 1, PCI_REG_BAR0), 4, 0xffffffff);
	assert_int_equal(in(f->memory, ecam(0, 3, 1, PCI_REG_BAR0), 4), 0xfff00000);
	io_bus_write(f->memory, ecam(0, 3, 1, PCI_REG_COMMAND), 4, 0x0100ffff);
	assert_int_equal(in(f->memory, ecam(0, 3, 1, PCI_REG_COMMAND), 4), 0xf8000007);
	io_bus_write(f->memory, ecam(0, 3, 1, 0), 4, 0); /* ids are read only */
	assert_int_equal(in(f->memory, ecam(0, 3, 1, 0), 4), 0x10411af4);
	assert_int_equal(in(f->memory, ecam(0, 3, 1, 0x40), 4), 0xfeedbeef);
	assert_int_equal(n_written, 3);
	assert_int_equal(n_read, 5);
	pci_host_reset(f->host);
	assert_int_equal(in(f->memory, ecam(0, 3, 1, PCI_REG_COMMAND), 4), 0xf9000000);
	pci_bus_unplug(pci_host_root_bus(f->host), &fn);
	assert_int_equal(in(f->memory, ecam(0, 3, 1, 0), 4), 0xffffffff);
}

static void a_place_holds_one_function(void **state)
{
	struct fixture *f = *state;
	struct pci_bus second_bus = { 0 };
	struct pci_function fn;
	struct err err = ERR_INIT;

	pci_function_init(&fn, "second", 1, 2, 0x020000);
	assert_int_equal(pci_bus_plug(pci_host_root_bus(f->host), 0, 0, &fn, &err), -EEXIST);
	assert_string_equal(err.message, "PCI: slot 0 function 0 not available for second, in use "
					 "by host bridge");
	assert_int_equal(pci_bus_plug(pci_host_root_bus(f->host), 32, 0, &fn, &err), -EINVAL);
	assert_int_equal(pci_bus_plug(pci_host_root_bus(f->host), 0, 8, &fn, &err), -EINVAL);
	assert_int_equal(pci_bus_plug(&second_bus, 0, 0, &fn, &err), 0);
	assert_int_equal(pci_host_add_bus(f->host, 0, &second_bus, &err), -EEXIST);
	assert_int_equal(pci_host_add_bus(f->host, 256, &second_bus, &err), -EINVAL);
	assert_int_equal(pci_host_add_bus(f->host, 128, &second_bus, &err), 0);
	assert_int_equal(in(f->memory, ecam(128, 0, 0, 0), 4), 0x00020001);
}

static void port_cf9_resets(void **state)
{
	struct fixture *f = *state;

	io_bus_write(f->ports, 0xcf8, 4, 0x80000000);
	io_bus_write(f->ports, 0xcf9, 1, 0x02); /* Linux: first the kind, */
	assert_int_equal(f->n_resets, 0);
	assert_int_equal(in(f->ports, 0xcf9, 1), 0x02);
	io_bus_write(f->ports, 0xcf9, 1, 0x06); /* then the reset */
	assert_int_equal(f->n_resets, 1);
	assert_int_equal(in(f->ports, 0xcf8, 4), 0x80000000);
}

static void keyboard_controller_resets(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(in(f->ports, 0x64, 1) & 0x03, 0); /* nothing to read, ready */
	io_bus_write(f->ports, 0x64, 1, 0xfe);
	assert_int_equal(f->n_resets, 1);
	io_bus_write(f->ports, 0x64, 1, 0xd1);
	io_bus_write(f->ports, 0x60, 1, 0x03);
	assert_int_equal(f->n_resets, 1);
	io_bus_write(f->ports, 0x60, 1, 0x00); /* no command waits */
	assert_int_equal(f->n_resets, 1);
	io_bus_write(f->ports, 0x64, 1, 0xd1);
	io_bus_write(f->ports, 0x60, 1, 0xfe);
	assert_int_equal(f->n_resets, 2);
	io_bus_write(f->ports, 0x64, 1, 0xaa);
	assert_int_equal(in(f->ports, 0x64, 1) & 1, 1);
	assert_int_equal(in(f->ports, 0x60, 1), 0x55);
	assert_int_equal(in(f->ports, 0x64, 1) & 1, 0);
	io_bus_write(f->ports, 0x64, 1, 0x60);
	io_bus_write(f->ports, 0x60, 1, 0x47);
	io_bus_write(f->ports, 0x64, 1, 0x20);
	assert_int_equal(in(f->ports, 0x60, 1), 0x47);
	i8042_reset(f->i8042);
	io_bus_write(f->ports, 0x64, 1, 0x20);
	assert_int_equal(in(f->ports, 0x60, 1), 0x34);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(host_bridge_is_at_slot_0), T(empty_places_read_all_ones),
		T(writes_obey_masks),	     T(a_place_holds_one_function),
		T(port_cf9_resets),	     T(keyboard_controller_resets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
