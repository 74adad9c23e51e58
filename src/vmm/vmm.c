/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine put together.
 *
 * Job: make everything that the description names, in an order in which the cheap checks come
 * first and memory is mapped, placed and populated before a vCPU could touch it; and take it down
 * in the opposite order.
 *
 * Failure: vmm_open() undoes what it did; a failing reset stops the machine (run.h).
 */
#include "vmm/vmm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"
#include "host/facts.h"
#include "vmm/kvm/cpuid.h"
#include "vmm/machine.h"
#include "vmm/monitor/monitor.h"
#include "vmm/sandbox.h"

static int check_kvm(struct vmm *vmm, struct err *err)
{
	if (kvm_has_hardware() || vmm->spec->software_kvm)
		return 0;
	return err_set(
		err, ERR_HOST, -ENOTSUP, "-accel kvm",
		"this CPU offers no hardware virtualisation (SVM or VMX) under /dev/kvm, so a "
		"Linux guest would not get as far as init: use a machine that has it, or "
		"'./dev testhost'");
}

static int make_plan(struct vmm *vmm, struct err *err)
{
	AUTO(host_facts) facts = NULL;
	int ret;

	vmm->root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (vmm->root_fd < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "/");
	ret = host_facts_read_nodes(vmm->root_fd, &facts, err);
	if (ret < 0)
		return ret;
	facts->phys_bits = cpuid_phys_bits(vmm->kvm.supported);
	return plan_build(vmm->spec, facts, &vmm->plan, err);
}

/* Maps and places the backends, then shows them to device code and to KVM. */
static int make_memory(struct vmm *vmm, struct err *err)
{
	const struct plan *plan = vmm->plan;
	int ret = memory_backends_open(vmm->spec, plan, vmm->root_fd, &vmm->backends, err);

	if (ret < 0)
		return ret;
	vmm->memory = guest_memory_new();
	if (!vmm->memory)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	ret = memory_backends_add_regions(vmm->backends, plan, vmm->memory, err);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < plan->n_regions; i++) {
		const struct plan_region *r = &plan->regions[i];
		uint32_t slot;

		ret = kvm_memslot_add(&vmm->kvm, gpa(r->gpa), r->size_bytes,
				      memory_backends_region_host(vmm->backends, r), &slot, err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static void on_vcpu_event(void *opaque, unsigned int vcpu, enum vcpu_event event, const char *text)
{
	struct vmm *vmm = opaque;

	switch (event) {
	case VCPU_TRIPLE_FAULT:
		log_info("kvm", "CPU %u: triple fault, the guest resets", vcpu);
		run_request(&vmm->run, RUN_REQUEST_RESET);
		break;
	case VCPU_INTERNAL_ERROR:
		log_error("kvm", "CPU %u: %s", vcpu, text);
		run_request(&vmm->run, RUN_REQUEST_INTERNAL_ERROR);
		break;
	}
}

static void on_guest_reset(void *opaque)
{
	struct vmm *vmm = opaque;

	run_request(&vmm->run, RUN_REQUEST_RESET);
}

static void on_guest_power_off(void *opaque)
{
	struct vmm *vmm = opaque;

	run_request(&vmm->run, RUN_REQUEST_POWER_OFF);
}

static void set_irq(void *opaque, unsigned int number, bool level)
{
	struct vmm *vmm = opaque;

	kvm_vm_irq(&vmm->kvm, number, level);
}

static struct irq_line irq(struct vmm *vmm, unsigned int gsi)
{
	return (struct irq_line){ .set = set_irq, .opaque = vmm, .number = gsi };
}

const struct acpi_serial machine_serial_places[MACHINE_SERIAL_MAX] = {
	{ 0x3f8, 4 },
	{ 0x2f8, 3 },
	{ 0x3e8, 4 },
	{ 0x2e8, 3 },
};

static int make_serials(struct vmm *vmm, struct err *err)
{
	const struct vm_spec *spec = vmm->spec;

	if (spec->n_serials > MACHINE_SERIAL_MAX)
		return err_set(err, ERR_USER, -EINVAL, "-serial",
			       "too many serial ports: a PC has at most %u", MACHINE_SERIAL_MAX);
	for (size_t i = 0; i < spec->n_serials; i++) {
		const struct acpi_serial *place = &machine_serial_places[i];
		struct chardev *line = NULL;
		int ret;

		if (!spec->serials[i].chardev)
			continue;
		ret = machine_chardev_take(vmm, spec->serials[i].chardev, &line, err);
		if (ret < 0)
			return ret;
		ret = serial_new(vmm->pio, place->port, irq(vmm, place->irq), line,
				 &vmm->serials[i], err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int make_rtc(struct vmm *vmm, struct err *err)
{
	const struct spec_rtc *rtc = &vmm->spec->rtc;
	struct rtc_config config = {
		.irq = irq(vmm, MACHINE_RTC_GSI),
		.base = rtc->has_base	 ? RTC_BASE_FIXED
			: rtc->localtime ? RTC_BASE_LOCALTIME
					 : RTC_BASE_UTC,
		.base_s = rtc->base_s,
	};

	return rtc_new(&vmm->loop, vmm->pio, &config, &vmm->rtc, err);
}

static int make_devices(struct vmm *vmm, struct err *err)
{
	struct acpi_pm_config pm = {
		.sci = irq(vmm, MACHINE_SCI_GSI),
		.s5_sleep_type = ACPI_SLP_TYP_S5,
		.power_off = on_guest_power_off,
		.opaque = vmm,
	};
	int ret = make_serials(vmm, err);

	if (ret < 0)
		return ret;
	ret = acpi_pm_new(vmm->pio, &pm, &vmm->pm, err);
	if (ret < 0)
		return ret;
	ret = i8042_new(vmm->pio, on_guest_reset, vmm, &vmm->i8042, err);
	if (ret < 0)
		return ret;
	ret = make_rtc(vmm, err);
	if (ret < 0)
		return ret;
	return pci_host_new(vmm->pio, vmm->mmio, on_guest_reset, vmm, &vmm->pci, err);
}

static int make_buses(struct vmm *vmm, struct err *err)
{
	vmm->pio = io_bus_new();
	vmm->mmio = io_bus_new();
	if (!vmm->pio || !vmm->mmio)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	return 0;
}

static int make_machine(struct vmm *vmm, struct err *err)
{
	int ret = machine_image_open(vmm, err);

	if (ret < 0)
		return ret;
	ret = kvm_vm_open(&vmm->kvm, err);
	if (ret < 0)
		return ret;
	ret = check_kvm(vmm, err);
	if (ret < 0)
		return ret;
	ret = make_plan(vmm, err);
	if (ret < 0)
		return ret;
	ret = main_loop_open(vmm, err);
	if (ret < 0)
		return ret;
	ret = machine_chardevs_open(vmm, err);
	if (ret < 0)
		return ret;
	ret = make_memory(vmm, err);
	if (ret < 0)
		return ret;
	ret = make_buses(vmm, err);
	if (ret < 0)
		return ret;
	ret = make_devices(vmm, err);
	if (ret < 0)
		return ret;
	ret = vcpu_set_open(&vmm->kvm, &vmm->spec->smp, vmm->pio, vmm->mmio, on_vcpu_event, vmm,
			    &vmm->vcpus, err);
	if (ret < 0)
		return ret;
	ret = machine_image_prepare(vmm, err);
	if (ret < 0)
		return ret;
	ret = machine_image_load(vmm, MACHINE_START, err);
	if (ret < 0)
		return ret;
	ret = monitors_open(vmm, &vmm->monitors, err);
	if (ret < 0)
		return ret;
	ret = sandbox_enter(&vmm->spec->sandbox, err);
	if (ret < 0)
		return ret;
	main_loop_release_signals();
	machine_chardevs_wait(vmm);
	return 0;
}

int vmm_open(const struct vm_spec *spec, struct vmm **ret_vmm, struct err *err)
{
	AUTO(vmm) vmm = calloc(1, sizeof(*vmm));
	int ret;

	if (!vmm)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	vmm->spec = spec;
	vmm->kvm = (struct kvm_vm){ .dev_fd = -1, .vm_fd = -1 };
	vmm->root_fd = -1;
	ret = make_machine(vmm, err);
	if (ret < 0)
		return ret;
	*ret_vmm = TAKE_PTR(vmm);
	return 0;
}

int vmm_run(struct vmm *vmm)
{
	if (vmm->run.leaving)
		return vmm->run.exit_status;
	if (!vmm->spec->start_paused)
		(void)run_cont(&vmm->run, NULL); /* cannot fail from prelaunch */
	uv_run(&vmm->loop, UV_RUN_DEFAULT);
	return vmm->run.exit_status;
}

int machine_reset(struct vmm *vmm, struct err *err)
{
	int ret = vcpu_set_reset(vmm->vcpus, err);

	if (ret < 0)
		return ret;
	ret = kvm_vm_reset(&vmm->kvm, err);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < MACHINE_SERIAL_MAX; i++)
		if (vmm->serials[i])
			serial_reset(vmm->serials[i]);
	acpi_pm_reset(vmm->pm);
	i8042_reset(vmm->i8042);
	rtc_reset(vmm->rtc);
	pci_host_reset(vmm->pci);
	return machine_image_load(vmm, MACHINE_RESET, err);
}

void vmm_close(struct vmm *vmm)
{
	if (!vmm)
		return;
	populate_jobs_free(vmm->populate_jobs);
	vcpu_set_close(vmm->vcpus);
	monitors_close(vmm->monitors);
	pci_host_free(vmm->pci);
	rtc_free(vmm->rtc);
	i8042_free(vmm->i8042);
	acpi_pm_free(vmm->pm);
	for (size_t i = 0; i < MACHINE_SERIAL_MAX; i++)
		serial_free(vmm->serials[i]);
	machine_chardevs_close(vmm);
	main_loop_close(vmm);
	io_bus_free(vmm->mmio);
	io_bus_free(vmm->pio);
	/* The slots go with the VM, before the memory under them. */
	kvm_vm_close(&vmm->kvm);
	guest_memory_free(vmm->memory);
	memory_backends_close(vmm->backends);
	machine_image_close(vmm);
	plan_free(vmm->plan);
	if (vmm->root_fd >= 0)
		close(vmm->root_fd);
	free(vmm);
}
