/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration space: see pci.h. */
#include "vmm/devices/pci.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"

#define SLOTS		   32u
#define FUNCTIONS_PER_SLOT 8u

void pci_function_set16(struct pci_function *function, unsigned int offset, uint16_t value)
{
	function->config[offset] = (uint8_t)value;
	function->config[offset + 1] = (uint8_t)(value >> 8);
}

void pci_function_set32(struct pci_function *function, unsigned int offset, uint32_t value)
{
	pci_function_set16(function, offset, (uint16_t)value);
	pci_function_set16(function, offset + 2, (uint16_t)(value >> 16));
}

void pci_function_init(struct pci_function *function, const char *name, uint16_t vendor,
		       uint16_t device, uint32_t class_code)
{
	*function = (struct pci_function){ .name = name };
	pci_function_set16(function, PCI_REG_VENDOR, vendor);
	pci_function_set16(function, PCI_REG_DEVICE, device);
	pci_function_set32(function, PCI_REG_REVISION, class_code << 8);
	function->writable[PCI_REG_INTERRUPT_LINE] = 0xff;
}

int pci_bus_plug(struct pci_bus *bus, unsigned int slot, unsigned int function_number,
		 struct pci_function *function, struct err *err)
{
	struct pci_function **place;

	if (slot >= SLOTS || function_number >= FUNCTIONS_PER_SLOT)
		return err_set(err, ERR_USER, -EINVAL, NULL, "PCI: no slot %u function %u", slot,
			       function_number);
	place = &bus->functions[slot * FUNCTIONS_PER_SLOT + function_number];
	if (*place)
		return err_set(err, ERR_USER, -EEXIST, NULL,
			       "PCI: slot %u function %u not available for %s, in use by %s", slot,
			       function_number, function->name, (*place)->name);
	memcpy(function->at_reset, function->config, sizeof(function->at_reset));
	*place = function;
	return 0;
}

void pci_bus_unplug(struct pci_bus *bus, struct pci_function *function)
{
	for (size_t i = 0; i < PCI_FUNCTIONS_PER_BUS; i++)
		if (bus->functions[i] == function)
			bus->functions[i] = NULL;
}

void pci_bus_reset(struct pci_bus *bus)
{
	for (size_t i = 0; i < PCI_FUNCTIONS_PER_BUS; i++)
		if (bus->functions[i])
			memcpy(bus->functions[i]->config, bus->functions[i]->at_reset,
			       sizeof(bus->functions[i]->at_reset));
}

static struct pci_function *find(struct pci_bus *bus, unsigned int devfn, unsigned int offset,
				 unsigned int size)
{
	if (!bus || devfn >= PCI_FUNCTIONS_PER_BUS || (size != 1 && size != 2 && size != 4) ||
	    !is_aligned(offset, size) || offset > PCI_CONFIG_BYTES - size)
		return NULL;
	return bus->functions[devfn];
}

uint32_t pci_bus_config_read(struct pci_bus *bus, unsigned int devfn, unsigned int offset,
			     unsigned int size)
{
	struct pci_function *function = find(bus, devfn, offset, size);
	uint32_t value = 0;

	if (!function)
		return UINT32_MAX >> (32 - 8 * MIN(size, 4u));
	if (function->ops && function->ops->config_read)
		function->ops->config_read(function, offset, size);
	for (unsigned int i = 0; i < size; i++)
		value |= (uint32_t)function->config[offset + i] << (8 * i);
	return value;
}

void pci_bus_config_write(struct pci_bus *bus, unsigned int devfn, unsigned int offset,
			  unsigned int size, uint32_t value)
{
	struct pci_function *function = find(bus, devfn, offset, size);

	if (!function)
		return;
	for (unsigned int i = 0; i < size; i++) {
		uint8_t byte = (uint8_t)(value >> (8 * i));
		uint8_t writable = function->writable[offset + i];
		uint8_t *stored = &function->config[offset + i];

		*stored = (uint8_t)((*stored & ~writable) | (byte & writable));
		*stored &= (uint8_t) ~(byte & function->write_1_clears[offset + i]);
	}
	if (function->ops && function->ops->config_written)
		function->ops->config_written(function, offset, size);
}
