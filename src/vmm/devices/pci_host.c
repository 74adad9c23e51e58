/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theory of operation
 *
 * Job: decode an access into (bus, slot and function, register, size) and hand it to pci.c.
 * Model: CONFIG_ADDRESS latches where CONFIG_DATA points; only a 4-byte write at 0xcf8 reaches it,
 * so the byte at 0xcf9 is free for the reset control register (Intel ICH9 data sheet, section
 * 13.7.5: bit 1 chooses the kind, bit 2 resets).
 * Threads and locks: ECAM and the ports may be on different io_buses; the host's own lock is taken
 * inside theirs and makes configuration accesses exclude each other.
 */
#include "vmm/devices/pci_host.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/util.h"

#define BUSES 256u

/* Red Hat's "PCIe host bridge" ids; bridge, host (PCI code and id assignment, class 06 00). */
#define HOST_VENDOR 0x1b36u
#define HOST_DEVICE 0x0008u
#define HOST_CLASS  0x060000u

#define RESET_OFFSET (PCI_HOST_RESET_PORT - PCI_HOST_ADDRESS_PORT)
#define RESET_STORED 0x0au
#define RESET_CPU    0x04u

#define ADDRESS_ENABLE UINT32_C(0x80000000)

struct pci_host {
	struct io_bus *port_bus, *memory_bus;
	pthread_mutex_t lock; /* protects address, and configuration spaces during an access */
	uint32_t address;
	uint8_t reset_control;
	void (*reset)(void *opaque);
	void *opaque;
	struct pci_bus root;
	struct pci_function bridge;
	struct pci_bus *buses[BUSES];
};

static uint64_t config_read(struct pci_host *host, unsigned int bus, unsigned int devfn,
			    unsigned int offset, unsigned int size)
{
	uint64_t value;

	pthread_mutex_lock(&host->lock);
	value = pci_bus_config_read(host->buses[bus], devfn, offset, size);
	pthread_mutex_unlock(&host->lock);
	return value;
}

static void config_write(struct pci_host *host, unsigned int bus, unsigned int devfn,
			 unsigned int offset, unsigned int size, uint64_t value)
{
	pthread_mutex_lock(&host->lock);
	pci_bus_config_write(host->buses[bus], devfn, offset, size, (uint32_t)value);
	pthread_mutex_unlock(&host->lock);
}

static uint64_t ecam_read(void *device, uint64_t offset, unsigned int size)
{
	if (size > 4)
		return UINT64_MAX;
	return config_read(device, (offset >> 20) & 0xff, (offset >> 12) & 0xff, offset & 0xfff,
			   size);
}

static void ecam_write(void *device, uint64_t offset, unsigned int size, uint64_t value)
{
	if (size <= 4)
		config_write(device, (offset >> 20) & 0xff, (offset >> 12) & 0xff, offset & 0xfff,
			     size, value);
}

static const struct io_ops ecam_ops = { ecam_read, ecam_write };

/* The latch is 4 bytes wide, and answers to nothing else. */
static uint64_t address_read(void *device, uint64_t offset, unsigned int size)
{
	struct pci_host *host = device;

	if (offset == 0 && size == 4)
		return host->address;
	if (offset == RESET_OFFSET && size == 1)
		return host->reset_control;
	return UINT64_MAX;
}

static void address_write(void *device, uint64_t offset, unsigned int size, uint64_t value)
{
	struct pci_host *host = device;

	if (offset == 0 && size == 4) {
		host->address = (uint32_t)value;
	} else if (offset == RESET_OFFSET && size == 1) {
		host->reset_control = value & RESET_STORED;
		if (value & RESET_CPU)
			host->reset(host->opaque);
	}
}

static const struct io_ops address_ops = { address_read, address_write };

static uint64_t data_read(void *device, uint64_t offset, unsigned int size)
{
	struct pci_host *host = device;
	uint32_t at = host->address;

	if (!(at & ADDRESS_ENABLE))
		return UINT64_MAX;
	return config_read(host, (at >> 16) & 0xff, (at >> 8) & 0xff, (at & 0xfc) + offset, size);
}

static void data_write(void *device, uint64_t offset, unsigned int size, uint64_t value)
{
	struct pci_host *host = device;
	uint32_t at = host->address;

	if (at & ADDRESS_ENABLE)
		config_write(host, (at >> 16) & 0xff, (at >> 8) & 0xff, (at & 0xfc) + offset, size,
			     value);
}

static const struct io_ops data_ops = { data_read, data_write };

/* A host bridge has a type 0 header, no BARs, and decodes memory whatever is written. */
static void init_bridge(struct pci_function *bridge)
{
	pci_function_init(bridge, "host bridge", HOST_VENDOR, HOST_DEVICE, HOST_CLASS);
}

static int register_ranges(struct pci_host *host, struct io_bus *port_bus,
			   struct io_bus *memory_bus, struct err *err)
{
	int r = io_bus_add(memory_bus, "PCI ECAM", PCI_HOST_ECAM_GPA, PCI_HOST_ECAM_BYTES,
			   &ecam_ops, host, err);

	if (r < 0)
		return r;
	host->memory_bus = memory_bus;
	r = io_bus_add(port_bus, "PCI address port", PCI_HOST_ADDRESS_PORT, 4, &address_ops, host,
		       err);
	if (r < 0)
		return r;
	r = io_bus_add(port_bus, "PCI data port", PCI_HOST_DATA_PORT, 4, &data_ops, host, err);
	if (r < 0)
		io_bus_remove(port_bus, PCI_HOST_ADDRESS_PORT);
	else
		host->port_bus = port_bus;
	return r;
}

int pci_host_new(struct io_bus *port_bus, struct io_bus *memory_bus, void (*reset)(void *opaque),
		 void *opaque, struct pci_host **ret_host, struct err *err)
{
	AUTO(pci_host) host = calloc(1, sizeof(*host));
	int r;

	if (!host)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	pthread_mutex_init(&host->lock, NULL);
	host->reset = reset;
	host->opaque = opaque;
	host->buses[0] = &host->root;
	init_bridge(&host->bridge);
	r = pci_bus_plug(&host->root, 0, 0, &host->bridge, err);
	if (r == 0)
		r = register_ranges(host, port_bus, memory_bus, err);
	if (r < 0)
		return r;
	*ret_host = TAKE_PTR(host);
	return 0;
}

struct pci_bus *pci_host_root_bus(struct pci_host *host)
{
	return &host->root;
}

int pci_host_add_bus(struct pci_host *host, unsigned int number, struct pci_bus *bus,
		     struct err *err)
{
	if (number >= BUSES)
		return err_set(err, ERR_USER, -EINVAL, NULL, "PCI: no bus %u, the last is 255",
			       number);
	if (host->buses[number])
		return err_set(err, ERR_USER, -EEXIST, NULL, "PCI: bus %u is taken", number);
	host->buses[number] = bus;
	return 0;
}

void pci_host_reset(struct pci_host *host)
{
	pthread_mutex_lock(&host->lock);
	host->address = 0;
	host->reset_control = 0;
	for (size_t i = 0; i < BUSES; i++)
		if (host->buses[i])
			pci_bus_reset(host->buses[i]);
	pthread_mutex_unlock(&host->lock);
}

void pci_host_free(struct pci_host *host)
{
	if (!host)
		return;
	if (host->port_bus) {
		io_bus_remove(host->port_bus, PCI_HOST_ADDRESS_PORT);
		io_bus_remove(host->port_bus, PCI_HOST_DATA_PORT);
	}
	if (host->memory_bus)
		io_bus_remove(host->memory_bus, PCI_HOST_ECAM_GPA);
	pthread_mutex_destroy(&host->lock);
	free(host);
}
