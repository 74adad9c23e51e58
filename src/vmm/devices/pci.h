/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PCI functions and buses: configuration space, and who sits in which slot. Knows nothing of how the
 * guest reaches it (pci_host.h does).
 *
 * A device embeds a struct pci_function, fills its registers with the pci_function_* calls, says
 * which bits the guest may write, and plugs it into a bus. Configuration space is 4 KiB (PCI Express
 * base specification 5.0, section 7.2).
 *
 * Threads: configuration accesses run under the io_bus lock of the host bridge; plugging happens
 * before vCPUs run or with that lock held.
 */
#ifndef TERRACE_VMM_DEVICES_PCI_H
#define TERRACE_VMM_DEVICES_PCI_H

#include <stdint.h>

#include "base/err.h"

#define PCI_CONFIG_BYTES	4096u
#define PCI_LEGACY_CONFIG_BYTES 256u
#define PCI_FUNCTIONS_PER_BUS	256u /* 32 slots of 8 functions */

/* Type 0 header (PCI local bus specification 3.0, section 6.1) */
enum pci_register {
	PCI_REG_VENDOR = 0x00,
	PCI_REG_DEVICE = 0x02,
	PCI_REG_COMMAND = 0x04,
	PCI_REG_STATUS = 0x06,
	PCI_REG_REVISION = 0x08,
	PCI_REG_CLASS = 0x09, /* 3 bytes: interface, subclass, class */
	PCI_REG_HEADER_TYPE = 0x0e,
	PCI_REG_BAR0 = 0x10,
	PCI_REG_SUBSYSTEM_VENDOR = 0x2c,
	PCI_REG_SUBSYSTEM = 0x2e,
	PCI_REG_CAPABILITIES = 0x34,
	PCI_REG_INTERRUPT_LINE = 0x3c,
};

struct pci_function;

/* Hooks of a function; either may be NULL. size is 1, 2 or 4 and the access is aligned. */
struct pci_function_ops {
	/* Before a read of registers whose value is made up on demand. */
	void (*config_read)(struct pci_function *function, unsigned int offset, unsigned int size);
	/* After a write has changed config[]: BARs, command register, MSI-X control. */
	void (*config_written)(struct pci_function *function, unsigned int offset,
			       unsigned int size);
};

struct pci_function {
	const char *name;
	const struct pci_function_ops *ops; /* or NULL */
	uint8_t config[PCI_CONFIG_BYTES];
	uint8_t writable[PCI_CONFIG_BYTES];	   /* bits that the guest may write */
	uint8_t write_1_clears[PCI_CONFIG_BYTES];  /* status bits */
	uint8_t at_reset[PCI_LEGACY_CONFIG_BYTES]; /* what pci_function_reset() restores */
};

struct pci_bus {
	struct pci_function
		*functions[PCI_FUNCTIONS_PER_BUS]; /* by slot * 8 + function; borrowed */
};

/* Vendor, device, class (24 bits), a type 0 header; INTERRUPT_LINE is writable. */
void pci_function_init(struct pci_function *function, const char *name, uint16_t vendor,
		       uint16_t device, uint32_t class_code);
/* Little-endian stores, for the device's own use. */
void pci_function_set16(struct pci_function *function, unsigned int offset, uint16_t value);
void pci_function_set32(struct pci_function *function, unsigned int offset, uint32_t value);

/* -EEXIST when the place is taken (both are named), -EINVAL when there is no such place. */
int pci_bus_plug(struct pci_bus *bus, unsigned int slot, unsigned int function_number,
		 struct pci_function *function, struct err *err);
void pci_bus_unplug(struct pci_bus *bus, struct pci_function *function);
/* All functions back to what they were when plugged (legacy 256 bytes). */
void pci_bus_reset(struct pci_bus *bus);

/*
 * One configuration access, size 1, 2 or 4. Misaligned ones and those to empty places read all ones
 * and write nothing. bus may be NULL: no such bus.
 */
uint32_t pci_bus_config_read(struct pci_bus *bus, unsigned int devfn, unsigned int offset,
			     unsigned int size);
void pci_bus_config_write(struct pci_bus *bus, unsigned int devfn, unsigned int offset,
			  unsigned int size, uint32_t value);

#endif
