/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct vmm as its parts see it. Private to src/vmm: the machine's assembly (vmm.c), its character
 * devices (machine_io.c), its start-up contents (machine_boot.c), its main loop (main_loop.c) and
 * the monitor's commands.
 *
 * Threads: main thread, but for what the parts themselves allow.
 */
#ifndef TERRACE_VMM_MACHINE_H
#define TERRACE_VMM_MACHINE_H

#include <uv.h>

#include "acpi/acpi.h"
#include "plan/plan.h"
#include "spec/spec.h"
#include "vmm/boot/boot.h"
#include "vmm/devices/acpi_pm.h"
#include "vmm/devices/chardev.h"
#include "vmm/devices/i8042.h"
#include "vmm/devices/io_bus.h"
#include "vmm/devices/pci_host.h"
#include "vmm/devices/rtc.h"
#include "vmm/devices/serial.h"
#include "vmm/kvm/vcpu_set.h"
#include "vmm/kvm/vm.h"
#include "vmm/memory/backends.h"
#include "vmm/memory/guest_memory.h"
#include "vmm/memory/populate_jobs.h"
#include "vmm/run.h"
#include "vmm/vmm.h"

#define MACHINE_SERIAL_MAX 4u
#define MACHINE_SCI_GSI	   9u
#define MACHINE_RTC_GSI	   8u

/* A character device of the description, and who uses it. */
struct machine_chardev {
	const struct spec_chardev *spec;
	struct chardev *chardev; /* owned, unless mux has taken it over */
	struct chardev *backend; /* the device itself, with or without a mux; borrowed */
	struct chardev_mux *mux; /* or NULL */
	bool in_use;
};

/* What the guest's memory is filled with at start and at each reset. */
struct machine_image {
	struct boot_file *kernel, *initrd; /* NULL: none */
	struct linux_load_plan load;
	struct e820_table e820;
	struct acpi_blob acpi;
	uint64_t acpi_gpa;
	uint64_t ram_end_gpa; /* end of low RAM that kernel and initrd may take */
};

enum machine_signal {
	MACHINE_SIGINT,
	MACHINE_SIGTERM,
	MACHINE_SIGHUP,
	MACHINE_SIGCONT,
	MACHINE_SIGNAL_COUNT,
};

struct monitors;

struct vmm {
	const struct vm_spec *spec; /* borrowed */
	struct plan *plan;
	int root_fd; /* "/": facts about the host are read below it (host/sysfs.h) */
	struct kvm_vm kvm;
	struct memory_backends *backends;
	struct populate_jobs *populate_jobs; /* NULL: none yet */
	struct guest_memory *memory;
	struct io_bus *pio, *mmio;
	struct vcpu_set *vcpus;
	struct run run;

	uv_loop_t loop;
	bool has_loop;
	uv_async_t wake; /* a vCPU or device has filed a request */
	uv_signal_t signals[MACHINE_SIGNAL_COUNT];

	struct machine_chardev *chardevs; /* one for each of spec->chardevs */
	struct serial *serials[MACHINE_SERIAL_MAX];
	struct acpi_pm *pm;
	struct i8042 *i8042;
	struct rtc *rtc;
	struct pci_host *pci;

	struct machine_image image;
	struct monitors *monitors;
};

/* ---- machine_io.c: character devices ---- */

/* Opens every character device of the description. */
int machine_chardevs_open(struct vmm *vmm, struct err *err);
/*
 * Runs the main loop until every socket server with wait=on has had its peer, or the machine is to
 * end (vmm->run.leaving): a signal, or quit on a monitor that is served already.
 */
void machine_chardevs_wait(struct vmm *vmm);
void machine_chardevs_close(struct vmm *vmm);
/*
 * The character device id, for one more user: a port of its own where it is a mux. -ENOENT,
 * -EBUSY when it has a user already. Borrowed.
 */
int machine_chardev_take(struct vmm *vmm, const char *id, struct chardev **ret_chardev,
			 struct err *err);

/* ---- machine_boot.c: kernel, initrd, tables ---- */

/* Opens and checks the files, so that a wrong name fails before memory is prepared. */
int machine_image_open(struct vmm *vmm, struct err *err);
void machine_image_close(struct vmm *vmm);
/* Makes the ACPI tables and the e820 map. */
int machine_image_prepare(struct vmm *vmm, struct err *err);
enum machine_occasion {
	MACHINE_START, /* guest memory has never been used */
	MACHINE_RESET,
};
/* Fills guest memory and points the boot CPU at the kernel. vCPUs are paused, in reset state. */
int machine_image_load(struct vmm *vmm, enum machine_occasion occasion, struct err *err);

/* ---- main_loop.c ---- */

/*
 * Signals that end the program stay blocked until main_loop_release_signals(), so that they can be
 * waited for while nobody runs the loop (preallocation).
 */
int main_loop_open(struct vmm *vmm, struct err *err);
/* The machine stands: signals are the main loop's from now on. */
void main_loop_release_signals(void);
/* Closes what main_loop_open() made; other handles must be closing already. */
void main_loop_close(struct vmm *vmm);

/* ---- vmm.c ---- */

/* Ports and interrupts of a PC's serial ports, in their order. */
extern const struct acpi_serial machine_serial_places[MACHINE_SERIAL_MAX];

/* Puts vCPUs, interrupt controllers and devices back and loads the image. vCPUs are paused. */
int machine_reset(struct vmm *vmm, struct err *err);

#endif
