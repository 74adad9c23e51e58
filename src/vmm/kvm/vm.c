/* SPDX-License-Identifier: Apache-2.0 */
/* One KVM virtual machine: see vm.h. */
#include "vmm/kvm/vm.h"

#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"

/* Three pages that Intel KVM without unrestricted guest needs, in the gap below the IOAPIC where
 * the memory map never has RAM (KVM_SET_TSS_ADDR, KVM_SET_IDENTITY_MAP_ADDR). */
#define IDENTITY_MAP_ADDR UINT64_C(0xfeffc000)
#define TSS_ADDR	  UINT64_C(0xfeffd000)

/* A KVM that supports more CPUID leaves than this is not known; the loop below is bounded by it. */
#define CPUID_ENTRIES_MAX 1024u

static const struct {
	int cap;
	const char *name;
} needed_caps[] = {
	{ KVM_CAP_IRQCHIP, "KVM_CAP_IRQCHIP" },
	{ KVM_CAP_USER_MEMORY, "KVM_CAP_USER_MEMORY" },
	{ KVM_CAP_SET_TSS_ADDR, "KVM_CAP_SET_TSS_ADDR" },
	{ KVM_CAP_PIT2, "KVM_CAP_PIT2" },
	{ KVM_CAP_PIT_STATE2, "KVM_CAP_PIT_STATE2" },
	{ KVM_CAP_IMMEDIATE_EXIT, "KVM_CAP_IMMEDIATE_EXIT" },
	{ KVM_CAP_EXT_CPUID, "KVM_CAP_EXT_CPUID" },
	{ KVM_CAP_MP_STATE, "KVM_CAP_MP_STATE" },
};

bool kvm_has_hardware(void)
{
	unsigned int eax, ebx, ecx, edx;

	if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & (1u << 5))) /* VMX, SDM vol. 2 CPUID */
		return true;
	return __get_cpuid(0x80000001, &eax, &ebx, &ecx, &edx) &&
	       (ecx & (1u << 2)); /* SVM, APM 3 */
}

static int open_device(struct kvm_vm *vm, struct err *err)
{
	int ret;

	vm->dev_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vm->dev_fd < 0) {
		ret = -errno;
		return err_set(err, ERR_HOST, ret, NULL,
			       "Could not access KVM kernel module: %s (%s)", strerror(-ret),
			       ret == -EACCES
				       ? "add the user to the group of /dev/kvm"
				       : "load kvm-intel or kvm-amd, or use './dev testhost'");
	}
	if (ioctl(vm->dev_fd, KVM_GET_API_VERSION, 0) != 12)
		return err_set(err, ERR_HOST, -ENOTSUP, NULL, "kvm version not supported: need 12");
	for (size_t i = 0; i < ARRAY_SIZE(needed_caps); i++)
		if (ioctl(vm->dev_fd, KVM_CHECK_EXTENSION, needed_caps[i].cap) <= 0)
			return err_set(err, ERR_HOST, -ENOTSUP, NULL,
				       "kvm does not support %s: use Linux 5.14 or newer",
				       needed_caps[i].name);
	return 0;
}

static uint32_t capability(const struct kvm_vm *vm, int cap, uint32_t fallback)
{
	int value = ioctl(vm->dev_fd, KVM_CHECK_EXTENSION, cap);

	return value > 0 ? (uint32_t)value : fallback;
}

static int read_supported_cpuid(struct kvm_vm *vm, struct err *err)
{
	for (uint32_t n = 128; n <= CPUID_ENTRIES_MAX; n *= 2) {
		autofree struct kvm_cpuid2 *cpuid =
			calloc(1, sizeof(*cpuid) + n * sizeof(cpuid->entries[0]));

		if (!cpuid)
			return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
		cpuid->nent = n;
		if (!ioctl(vm->dev_fd, KVM_GET_SUPPORTED_CPUID, cpuid)) {
			vm->supported = TAKE_PTR(cpuid);
			return 0;
		}
		if (errno != E2BIG)
			return err_set_errno(err, ERR_HOST, -errno, NULL,
					     "KVM_GET_SUPPORTED_CPUID");
	}
	return err_set(err, ERR_HOST, -E2BIG, NULL, "KVM_GET_SUPPORTED_CPUID: more than %u entries",
		       CPUID_ENTRIES_MAX);
}

static int vm_ioctl(struct kvm_vm *vm, unsigned long request, const char *name, void *arg,
		    struct err *err)
{
	if (ioctl(vm->vm_fd, request, arg) < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "%s", name);
	return 0;
}

static int create_irqchips(struct kvm_vm *vm, struct err *err)
{
	struct kvm_pit_config pit = { .flags = KVM_PIT_SPEAKER_DUMMY };
	uint64_t identity_map = IDENTITY_MAP_ADDR;
	int ret;

	ret = vm_ioctl(vm, KVM_SET_IDENTITY_MAP_ADDR, "KVM_SET_IDENTITY_MAP_ADDR", &identity_map,
		       err);
	if (ret < 0)
		return ret;
	ret = vm_ioctl(vm, KVM_SET_TSS_ADDR, "KVM_SET_TSS_ADDR", (void *)TSS_ADDR, err);
	if (ret < 0)
		return ret;
	ret = vm_ioctl(vm, KVM_CREATE_IRQCHIP, "KVM_CREATE_IRQCHIP", NULL, err);
	if (ret < 0)
		return ret;
	return vm_ioctl(vm, KVM_CREATE_PIT2, "KVM_CREATE_PIT2", &pit, err);
}

static int save_initial_state(struct kvm_vm *vm, struct err *err)
{
	struct kvm_irqchips *s = &vm->initial;
	int ret;

	s->pic_master.chip_id = KVM_IRQCHIP_PIC_MASTER;
	s->pic_slave.chip_id = KVM_IRQCHIP_PIC_SLAVE;
	s->ioapic.chip_id = KVM_IRQCHIP_IOAPIC;
	ret = vm_ioctl(vm, KVM_GET_IRQCHIP, "KVM_GET_IRQCHIP", &s->pic_master, err);
	if (ret < 0)
		return ret;
	ret = vm_ioctl(vm, KVM_GET_IRQCHIP, "KVM_GET_IRQCHIP", &s->pic_slave, err);
	if (ret < 0)
		return ret;
	ret = vm_ioctl(vm, KVM_GET_IRQCHIP, "KVM_GET_IRQCHIP", &s->ioapic, err);
	if (ret < 0)
		return ret;
	return vm_ioctl(vm, KVM_GET_PIT2, "KVM_GET_PIT2", &s->pit, err);
}

/* APIC ids above 255 need 32-bit ids in the ioctls and no broadcast quirk (KVM_CAP_X2APIC_API). */
static int enable_x2apic_ids(struct kvm_vm *vm, struct err *err)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_X2APIC_API,
		.args = { KVM_X2APIC_API_USE_32BIT_IDS | KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK },
	};

	return vm_ioctl(vm, KVM_ENABLE_CAP, "KVM_ENABLE_CAP(KVM_CAP_X2APIC_API)", &cap, err);
}

static int create_vm(struct kvm_vm *vm, struct err *err)
{
	int ret;

	do {
		vm->vm_fd = ioctl(vm->dev_fd, KVM_CREATE_VM, 0);
	} while (vm->vm_fd < 0 && errno == EINTR);
	if (vm->vm_fd < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "KVM_CREATE_VM");
	ret = create_irqchips(vm, err);
	if (ret < 0)
		return ret;
	if (capability(vm, KVM_CAP_X2APIC_API, 0)) {
		ret = enable_x2apic_ids(vm, err);
		if (ret < 0)
			return ret;
	}
	return save_initial_state(vm, err);
}

int kvm_vm_open(struct kvm_vm *ret_vm, struct err *err)
{
	struct kvm_vm vm = { .dev_fd = -1, .vm_fd = -1 };
	int ret = open_device(&vm, err);

	if (ret < 0)
		goto fail;
	ret = create_vm(&vm, err);
	if (ret < 0)
		goto fail;
	ret = ioctl(vm.dev_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (ret < (int)sizeof(struct kvm_run)) {
		ret = err_set(err, ERR_HOST, -ENOTSUP, NULL, "KVM_GET_VCPU_MMAP_SIZE: too small");
		goto fail;
	}
	vm.run_size_bytes = (uint32_t)ret;
	ret = read_supported_cpuid(&vm, err);
	if (ret < 0)
		goto fail;
	/* Defaults where the kernel does not say: api.rst 4.4 and KVM_CAP_NR_MEMSLOTS. */
	vm.recommended_vcpus = capability(&vm, KVM_CAP_NR_VCPUS, 4);
	vm.max_vcpus = capability(&vm, KVM_CAP_MAX_VCPUS, vm.recommended_vcpus);
	vm.max_memslots = capability(&vm, KVM_CAP_NR_MEMSLOTS, 32);
	vm.has_tsc_deadline = capability(&vm, KVM_CAP_TSC_DEADLINE_TIMER, 0);
	vm.slots_used = calloc((vm.max_memslots + 63) / 64, sizeof(uint64_t));
	if (!vm.slots_used) {
		ret = err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
		goto fail;
	}
	*ret_vm = vm;
	return 0;
fail:
	kvm_vm_close(&vm);
	return ret;
}

void kvm_vm_close(struct kvm_vm *vm)
{
	if (vm->vm_fd > 0)
		close(vm->vm_fd);
	if (vm->dev_fd > 0)
		close(vm->dev_fd);
	free(vm->supported);
	free(vm->slots_used);
	*vm = (struct kvm_vm){ .dev_fd = -1, .vm_fd = -1 };
}

void kvm_vm_irq(const struct kvm_vm *vm, unsigned int gsi, bool level)
{
	struct kvm_irq_level line = { .irq = gsi, .level = level };

	/* Fails only for a GSI without a route: a wrong number in the device table. */
	(void)ioctl(vm->vm_fd, KVM_IRQ_LINE, &line);
}

int kvm_vm_reset(struct kvm_vm *vm, struct err *err)
{
	struct kvm_irqchips initial = vm->initial;
	struct kvm_irqchip *const chips[] = { &initial.pic_master, &initial.pic_slave,
					      &initial.ioapic };

	for (size_t i = 0; i < ARRAY_SIZE(chips); i++) {
		int ret = vm_ioctl(vm, KVM_SET_IRQCHIP, "KVM_SET_IRQCHIP", chips[i], err);

		if (ret < 0)
			return ret;
	}
	return vm_ioctl(vm, KVM_SET_PIT2, "KVM_SET_PIT2", &initial.pit, err);
}

static int slot_number_take(struct kvm_vm *vm, uint32_t *ret_slot)
{
	for (uint32_t slot = 0; slot < vm->max_memslots; slot++) {
		uint64_t *word = &vm->slots_used[slot / 64];

		if (*word == UINT64_MAX) {
			slot |= 63; /* skip a full word */
			continue;
		}
		if (*word >> (slot % 64) & 1)
			continue;
		*word |= UINT64_C(1) << (slot % 64);
		vm->n_slots_used++;
		*ret_slot = slot;
		return 0;
	}
	return -ENOSPC;
}

static void slot_number_give(struct kvm_vm *vm, uint32_t slot)
{
	vm->slots_used[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
	vm->n_slots_used--;
}

int kvm_memslot_add(struct kvm_vm *vm, gpa_t start, uint64_t size_bytes, void *host,
		    uint32_t *ret_slot, struct err *err)
{
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = start.value,
		.memory_size = size_bytes,
		.userspace_addr = (uintptr_t)host,
	};
	uint32_t slot;

	if (slot_number_take(vm, &slot) < 0)
		return err_set(err, ERR_HOST, -ENOSPC, NULL,
			       "no free memory slot: KVM has %u, all in use", vm->max_memslots);
	region.slot = slot;
	if (ioctl(vm->vm_fd, KVM_SET_USER_MEMORY_REGION, &region) < 0) {
		int ret = -errno;

		slot_number_give(vm, slot);
		return err_set_errno(err, ERR_HOST, ret, NULL,
				     "KVM_SET_USER_MEMORY_REGION: slot %u at 0x%llx, %llu bytes",
				     slot, (unsigned long long)start.value,
				     (unsigned long long)size_bytes);
	}
	*ret_slot = slot;
	return 0;
}

int kvm_memslot_remove(struct kvm_vm *vm, uint32_t slot, struct err *err)
{
	struct kvm_userspace_memory_region region = { .slot = slot };
	int ret = vm_ioctl(vm, KVM_SET_USER_MEMORY_REGION, "KVM_SET_USER_MEMORY_REGION", &region,
			   err);

	if (ret < 0)
		return ret;
	slot_number_give(vm, slot);
	return 0;
}
