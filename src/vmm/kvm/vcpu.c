/* SPDX-License-Identifier: Apache-2.0 */
/* One virtual CPU: see vcpu.h. */
#include "vmm/kvm/vcpu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "vmm/kvm/cpuid.h"

/* Registers of the local APIC and MSRs that firmware would have set (SDM volume 3). */
#define LAPIC_LVT_LINT0	    0x350
#define LAPIC_LVT_LINT1	    0x360
#define LAPIC_MODE_NMI	    0x400
#define LAPIC_MODE_EXTINT   0x700
#define MSR_MISC_ENABLE	    0x1a0
#define MISC_ENABLE_FASTSTR (1u << 0)
#define MSR_MTRR_DEF_TYPE   0x2ff
#define MTRR_ENABLED_WB	    0x806
#define MSR_LIST_MAX	    4096u

static int vcpu_ioctl(const struct vcpu *vcpu, unsigned long request, const char *name, void *arg,
		      struct err *err)
{
	if (ioctl(vcpu->fd, request, arg) < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "CPU %u: %s", vcpu->index, name);
	return 0;
}

static int set_cpuid(struct kvm_vm *vm, const struct spec_smp *smp, struct vcpu *vcpu,
		     struct err *err)
{
	autofree struct kvm_cpuid2 *cpuid = NULL;
	int ret = cpuid_build(vm->supported, smp, vcpu->index, vm->has_tsc_deadline, &cpuid, err);

	if (ret < 0)
		return ret;
	return vcpu_ioctl(vcpu, KVM_SET_CPUID2, "KVM_SET_CPUID2", cpuid, err);
}

/* A list of up to two MSRs in an automatic variable: the kernel's struct ends in a flexible array. */
union few_msrs {
	struct kvm_msrs list;
	uint8_t room[sizeof(struct kvm_msrs) + 2 * sizeof(struct kvm_msr_entry)];
};

/* What firmware leaves behind: virtual wire interrupts, write-back memory, fast string moves. */
static int set_firmware_state(struct vcpu *vcpu, struct err *err)
{
	union few_msrs msrs = { .list.nmsrs = 2 };
	uint32_t lint0 = LAPIC_MODE_EXTINT, lint1 = LAPIC_MODE_NMI;
	int ret = vcpu_ioctl(vcpu, KVM_GET_LAPIC, "KVM_GET_LAPIC", &vcpu->lapic, err);

	if (ret < 0)
		return ret;
	memcpy(vcpu->lapic.regs + LAPIC_LVT_LINT0, &lint0, sizeof(lint0));
	memcpy(vcpu->lapic.regs + LAPIC_LVT_LINT1, &lint1, sizeof(lint1));
	ret = vcpu_ioctl(vcpu, KVM_SET_LAPIC, "KVM_SET_LAPIC", &vcpu->lapic, err);
	if (ret < 0)
		return ret;
	msrs.list.entries[0] = (struct kvm_msr_entry){ .index = MSR_MTRR_DEF_TYPE,
						       .data = MTRR_ENABLED_WB };
	msrs.list.entries[1] = (struct kvm_msr_entry){ .index = MSR_MISC_ENABLE,
						       .data = MISC_ENABLE_FASTSTR };
	/* Returns how many were set; a CPU without the second one lacks only a hint. */
	return vcpu_ioctl(vcpu, KVM_SET_MSRS, "KVM_SET_MSRS", &msrs, err);
}

static int list_msrs(struct kvm_vm *vm, struct kvm_msrs **ret_msrs, struct err *err)
{
	struct kvm_msr_list probe = { .nmsrs = 0 };
	autofree struct kvm_msr_list *list = NULL;
	struct kvm_msrs *msrs;

	if (!ioctl(vm->dev_fd, KVM_GET_MSR_INDEX_LIST, &probe) || errno != E2BIG ||
	    probe.nmsrs > MSR_LIST_MAX)
		return err_set(err, ERR_HOST, -EINVAL, NULL, "KVM_GET_MSR_INDEX_LIST: no list");
	list = calloc(1, sizeof(*list) + probe.nmsrs * sizeof(list->indices[0]));
	if (!list)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	list->nmsrs = probe.nmsrs;
	if (ioctl(vm->dev_fd, KVM_GET_MSR_INDEX_LIST, list) < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "KVM_GET_MSR_INDEX_LIST");
	msrs = calloc(1, sizeof(*msrs) + list->nmsrs * sizeof(msrs->entries[0]));
	if (!msrs)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	msrs->nmsrs = list->nmsrs;
	for (uint32_t i = 0; i < list->nmsrs; i++)
		msrs->entries[i].index = list->indices[i];
	*ret_msrs = msrs;
	return 0;
}

/*
 * Reads every MSR of the list that this CPU has. KVM_GET_MSRS stops at the first one that it cannot
 * read; that one is dropped and the rest is tried again.
 */
static int save_msrs(struct kvm_vm *vm, struct vcpu *vcpu, struct err *err)
{
	autofree struct kvm_msrs *msrs = NULL;
	int ret = list_msrs(vm, &msrs, err);

	if (ret < 0)
		return ret;
	while (msrs->nmsrs) {
		int done = ioctl(vcpu->fd, KVM_GET_MSRS, msrs);

		if (done < 0)
			return err_set_errno(err, ERR_HOST, -errno, NULL, "CPU %u: KVM_GET_MSRS",
					     vcpu->index);
		if ((uint32_t)done >= msrs->nmsrs)
			break;
		msrs->nmsrs--;
		memmove(&msrs->entries[done], &msrs->entries[done + 1],
			(msrs->nmsrs - (uint32_t)done) * sizeof(msrs->entries[0]));
	}
	vcpu->msrs = TAKE_PTR(msrs);
	return 0;
}

static int save_state(struct kvm_vm *vm, struct vcpu *vcpu, struct err *err)
{
	int ret = vcpu_ioctl(vcpu, KVM_GET_REGS, "KVM_GET_REGS", &vcpu->regs, err);

	if (ret < 0)
		return ret;
	ret = vcpu_ioctl(vcpu, KVM_GET_SREGS, "KVM_GET_SREGS", &vcpu->sregs, err);
	if (ret < 0)
		return ret;
	ret = vcpu_ioctl(vcpu, KVM_GET_VCPU_EVENTS, "KVM_GET_VCPU_EVENTS", &vcpu->events, err);
	if (ret < 0)
		return ret;
	ret = vcpu_ioctl(vcpu, KVM_GET_MP_STATE, "KVM_GET_MP_STATE", &vcpu->mp_state, err);
	if (ret < 0)
		return ret;
	return save_msrs(vm, vcpu, err);
}

int vcpu_open(struct kvm_vm *vm, const struct spec_smp *smp, unsigned int index,
	      struct vcpu *ret_vcpu, struct err *err)
{
	struct vcpu vcpu = {
		.index = index,
		.apic_id = spec_vcpu_place(smp, index).apic_id,
		.fd = -1,
		.run_size_bytes = vm->run_size_bytes,
	};
	int ret;

	vcpu.fd = ioctl(vm->vm_fd, KVM_CREATE_VCPU, (unsigned long)vcpu.apic_id);
	if (vcpu.fd < 0) {
		ret = err_set_errno(err, ERR_HOST, -errno, NULL, "CPU %u: KVM_CREATE_VCPU", index);
		goto fail;
	}
	vcpu.run = mmap(NULL, vm->run_size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu.fd, 0);
	if (vcpu.run == MAP_FAILED) {
		vcpu.run = NULL;
		ret = err_set_errno(err, ERR_HOST, -errno, NULL, "CPU %u: mmap", index);
		goto fail;
	}
	ret = set_cpuid(vm, smp, &vcpu, err);
	if (ret < 0)
		goto fail;
	ret = set_firmware_state(&vcpu, err);
	if (ret < 0)
		goto fail;
	ret = save_state(vm, &vcpu, err);
	if (ret < 0)
		goto fail;
	*ret_vcpu = vcpu;
	return 0;
fail:
	vcpu_close(&vcpu);
	return ret;
}

void vcpu_close(struct vcpu *vcpu)
{
	if (vcpu->run)
		munmap(vcpu->run, vcpu->run_size_bytes);
	if (vcpu->fd > 0)
		close(vcpu->fd);
	free(vcpu->msrs);
	*vcpu = (struct vcpu){ .fd = -1 };
}

static int reset_msrs(struct vcpu *vcpu, struct err *err)
{
	int done = ioctl(vcpu->fd, KVM_SET_MSRS, vcpu->msrs);

	if (done < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "CPU %u: KVM_SET_MSRS",
				     vcpu->index);
	/*
	 * KVM stops at an MSR that it lets us read but not write (some feature MSRs). Go on behind
	 * it: what cannot be written cannot have been changed by the guest either.
	 */
	for (uint32_t i = (uint32_t)done; i < vcpu->msrs->nmsrs; i++) {
		union few_msrs one = { .list.nmsrs = 1 };

		one.list.entries[0] = vcpu->msrs->entries[i];
		if (ioctl(vcpu->fd, KVM_SET_MSRS, &one) < 0)
			return err_set_errno(err, ERR_HOST, -errno, NULL, "CPU %u: KVM_SET_MSRS",
					     vcpu->index);
	}
	return 0;
}

static int reset_fpu(struct vcpu *vcpu, struct err *err)
{
	struct kvm_fpu fpu = { .fcw = 0x37f, .mxcsr = 0x1f80 }; /* SDM volume 3, table 9-1 */
	struct kvm_xcrs xcrs = { .nr_xcrs = 1, .xcrs = { { .xcr = 0, .value = 1 } } };
	struct kvm_debugregs debug = { .dr6 = 0xffff0ff0, .dr7 = 0x400 };
	int ret = vcpu_ioctl(vcpu, KVM_SET_FPU, "KVM_SET_FPU", &fpu, err);

	if (ret < 0)
		return ret;
	/* EINVAL from a host without XSAVE, which has nothing to reset. */
	(void)ioctl(vcpu->fd, KVM_SET_XCRS, &xcrs);
	return vcpu_ioctl(vcpu, KVM_SET_DEBUGREGS, "KVM_SET_DEBUGREGS", &debug, err);
}

int vcpu_reset(struct vcpu *vcpu, struct err *err)
{
	int ret = vcpu_ioctl(vcpu, KVM_SET_MP_STATE, "KVM_SET_MP_STATE", &vcpu->mp_state, err);

	if (ret < 0)
		return ret;
	ret = vcpu_ioctl(vcpu, KVM_SET_REGS, "KVM_SET_REGS", &vcpu->regs, err);
	if (ret < 0)
		return ret;
	ret = reset_fpu(vcpu, err);
	if (ret < 0)
		return ret;
	/* The APIC base in sregs decides how KVM reads the local APIC's page: sregs come first. */
	ret = vcpu_ioctl(vcpu, KVM_SET_SREGS, "KVM_SET_SREGS", &vcpu->sregs, err);
	if (ret < 0)
		return ret;
	ret = reset_msrs(vcpu, err);
	if (ret < 0)
		return ret;
	ret = vcpu_ioctl(vcpu, KVM_SET_LAPIC, "KVM_SET_LAPIC", &vcpu->lapic, err);
	if (ret < 0)
		return ret;
	return vcpu_ioctl(vcpu, KVM_SET_VCPU_EVENTS, "KVM_SET_VCPU_EVENTS", &vcpu->events, err);
}

/* Access rights of flat segments (SDM volume 3, section 3.4.5; task: table 3-2). */
static struct kvm_segment segment(uint16_t selector, uint8_t type)
{
	return (struct kvm_segment){
		.limit = 0xffffffff,
		.selector = selector,
		.type = type,
		.present = 1,
		.s = 1,
		.g = 1,
	};
}

#define SEGMENT_CODE 11 /* execute, read, accessed */
#define SEGMENT_DATA 3	/* read, write, accessed */
#define SEGMENT_TASK 11 /* busy 32- or 64-bit TSS */
#define CR0_PE	     (1u << 0)
#define CR0_ET	     (1u << 4)
#define CR0_PG	     (1u << 31)
#define CR4_PAE	     (1u << 5)
#define EFER_LME     (1u << 8)
#define EFER_LMA     (1u << 10)

static void set_segments(struct kvm_sregs *s, const struct boot_cpu_state *entry)
{
	bool long_mode = entry->mode == BOOT_MODE_LONG64;

	s->cs = segment(entry->code_selector, SEGMENT_CODE);
	s->cs.l = long_mode;
	s->cs.db = !long_mode;
	s->ds = segment(entry->data_selector, SEGMENT_DATA);
	s->ds.db = 1;
	s->es = s->fs = s->gs = s->ss = s->ds;
	s->tr = segment(entry->task_selector, SEGMENT_TASK);
	s->tr.limit = 0x67;
	s->tr.s = s->tr.g = 0;
	s->gdt.base = entry->gdt_base;
	s->gdt.limit = entry->gdt_limit;
}

int vcpu_set_entry(struct vcpu *vcpu, const struct boot_cpu_state *entry, struct err *err)
{
	struct kvm_regs regs = {
		.rip = entry->rip,
		.rsp = entry->rsp,
		.rsi = entry->rsi,
		.rbx = entry->rbx,
		.rflags = 2,
	};
	struct kvm_sregs sregs = vcpu->sregs;
	int ret;

	set_segments(&sregs, entry);
	sregs.cr0 = CR0_PE | CR0_ET;
	if (entry->mode == BOOT_MODE_LONG64) {
		sregs.cr0 |= CR0_PG;
		sregs.cr3 = entry->cr3;
		sregs.cr4 = CR4_PAE;
		sregs.efer = EFER_LME | EFER_LMA;
	}
	ret = vcpu_ioctl(vcpu, KVM_SET_SREGS, "KVM_SET_SREGS", &sregs, err);
	if (ret < 0)
		return ret;
	return vcpu_ioctl(vcpu, KVM_SET_REGS, "KVM_SET_REGS", &regs, err);
}
