/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The root of PCI: the ways into configuration space, and the root bus (pcie.0, also pci.0) with the
 * host bridge at 00:00.0.
 *
 *  - ECAM: 256 MiB of memory, bus << 20 | slot << 15 | function << 12 | register
 *    (PCI Express base specification 5.0, section 7.2.2)
 *  - ports 0xcf8 and 0xcfc, the first 256 bytes only (PCI local bus specification 3.0, section
 *    3.2.2.3.2)
 *
 * More root buses (pxb) go into their bus number by pci_host_add_bus().
 *
 * Threads: the port bus and the memory bus may be two io_buses; the host takes a lock of
 * its own, inside theirs, around each access.
 */
#ifndef TERRACE_VMM_DEVICES_PCI_HOST_H
#define TERRACE_VMM_DEVICES_PCI_HOST_H

#include "base/cleanup.h"
#include "base/err.h"
#include "vmm/devices/io_bus.h"
#include "vmm/devices/pci.h"

#define PCI_HOST_ECAM_GPA     UINT64_C(0xb0000000)
#define PCI_HOST_ECAM_BYTES   (UINT64_C(256) << 20)
#define PCI_HOST_ADDRESS_PORT 0xcf8u
#define PCI_HOST_RESET_PORT   0xcf9u
#define PCI_HOST_DATA_PORT    0xcfcu

struct pci_host;

/*
 * Port 0xcf9, in the middle of the address port, is the chipset's reset control register: writing
 * bit 2 calls reset, in the vCPU's thread with the port bus's lock held; it must only note the
 * request. -EEXIST, -ENOMEM.
 */
int pci_host_new(struct io_bus *port_bus, struct io_bus *memory_bus, void (*reset)(void *opaque),
		 void *opaque, struct pci_host **ret_host, struct err *err);
/* Bus 0, to plug into. */
struct pci_bus *pci_host_root_bus(struct pci_host *host);
/* bus is borrowed. -EEXIST when the number is taken, -EINVAL above 255. */
int pci_host_add_bus(struct pci_host *host, unsigned int number, struct pci_bus *bus,
		     struct err *err);
void pci_host_reset(struct pci_host *host);
void pci_host_free(struct pci_host *host);
CLEANUP_DEFINE(pci_host, pci_host_free)

#endif
