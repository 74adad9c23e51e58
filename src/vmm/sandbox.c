/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System call filter: see sandbox.h.
 *
 * Job: a classic BPF program (Linux Documentation/userspace-api/seccomp_filter.rst) from the tables below.
 * It is made here and not by libseccomp because loading that costs 7 % of the instructions of
 * every start, sandbox or not, for a filter of a few dozen comparisons.
 *
 * Model: architecture, then number; each denied number is a comparison and a return. Calls that the filter
 * allows whatever their arguments are remembered by the kernel (5.11 and newer), so that KVM_RUN does not
 * pay for the list.
 */
#include "vmm/sandbox.h"

#include <assert.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"

#define FILTER_MAX 256u
#define X32_BIT	   0x40000000u /* numbers from here on are the x32 ABI's */
#define DENY	   SECCOMP_RET_KILL_PROCESS

static const unsigned int host_wide[] = {
	SYS_reboot,	 SYS_swapon,	    SYS_swapoff,
	SYS_syslog,	 SYS_mount,	    SYS_umount2,
	SYS_pivot_root,	 SYS_kexec_load,    SYS_kexec_file_load,
	SYS_init_module, SYS_finit_module,  SYS_delete_module,
	SYS_acct,	 SYS_quotactl,	    SYS_iopl,
	SYS_ioperm,	 SYS_settimeofday,  SYS_clock_settime,
	SYS_sethostname, SYS_setdomainname,
};

static const unsigned int obsolete[] = {
	SYS__sysctl,	  SYS_afs_syscall, SYS_create_module, SYS_get_kernel_syms,
	SYS_query_module, SYS_uselib,	   SYS_ustat,	      SYS_sysfs,
	SYS_nfsservctl,	  SYS_vserver,	   SYS_security,      SYS_tuxcall,
	SYS_getpmsg,	  SYS_putpmsg,	   SYS_epoll_ctl_old, SYS_epoll_wait_old,
	SYS_modify_ldt,
};

static const unsigned int privileges[] = {
	SYS_setuid,   SYS_setgid,   SYS_setreuid,  SYS_setregid, SYS_setresuid, SYS_setresgid,
	SYS_setfsuid, SYS_setfsgid, SYS_setgroups, SYS_setpgid,	 SYS_setsid,	SYS_capset,
};

static const unsigned int spawning[] = { SYS_fork, SYS_vfork, SYS_execve, SYS_execveat };

static const unsigned int resources[] = {
	SYS_setpriority,       SYS_sched_setparam, SYS_sched_setscheduler,
	SYS_sched_setaffinity, SYS_sched_setattr,  SYS_ioprio_set,
};

struct filter {
	struct sock_filter code[FILTER_MAX];
	unsigned int length;
};

static void add(struct filter *filter, uint16_t code, uint32_t k, uint8_t jump_true,
		uint8_t jump_false)
{
	assert(filter->length < FILTER_MAX); /* the tables are constant */
	filter->code[filter->length++] =
		(struct sock_filter){ .code = code, .jt = jump_true, .jf = jump_false, .k = k };
}

static void add_load(struct filter *filter, size_t offset)
{
	add(filter, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void add_return(struct filter *filter, uint32_t action)
{
	add(filter, BPF_RET | BPF_K, action, 0, 0);
}

/* If the call loaded last is this one: action. */
static void add_rule(struct filter *filter, unsigned int number, uint32_t action)
{
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
	add_return(filter, action);
}

static void add_group(struct filter *filter, const unsigned int *numbers, size_t n_numbers,
		      uint32_t action)
{
	for (size_t i = 0; i < n_numbers; i++)
		add_rule(filter, numbers[i], action);
}

#define ADD_GROUP(filter, numbers, action) add_group(filter, numbers, ARRAY_SIZE(numbers), action)

static void add_abi(struct filter *filter)
{
	add_load(filter, offsetof(struct seccomp_data, arch));
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	add_return(filter, DENY);
	add_load(filter, offsetof(struct seccomp_data, nr));
	add(filter, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
	add_return(filter, DENY);
}

/*
 * Threads may still be made: clone with CLONE_THREAD, whose flags are in the low half of the first
 * argument (little endian), goes on. Comes last, because the number is not loaded afterwards.
 */
static void add_spawning(struct filter *filter)
{
	ADD_GROUP(filter, spawning, DENY);
	add_rule(filter, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3);
	add_load(filter, offsetof(struct seccomp_data, args[0]));
	add(filter, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0);
	add_return(filter, DENY);
}

static void make_filter(const struct spec_sandbox *sandbox, struct filter *filter)
{
	filter->length = 0;
	add_abi(filter);
	ADD_GROUP(filter, host_wide, DENY);
	if (sandbox->obsolete == SPEC_SANDBOX_DENY)
		ADD_GROUP(filter, obsolete, DENY);
	if (sandbox->elevateprivileges == SPEC_SANDBOX_DENY)
		ADD_GROUP(filter, privileges, DENY);
	if (sandbox->resourcecontrol == SPEC_SANDBOX_DENY)
		ADD_GROUP(filter, resources, SECCOMP_RET_ERRNO | EPERM);
	if (sandbox->spawn == SPEC_SANDBOX_DENY)
		add_spawning(filter);
	add_return(filter, SECCOMP_RET_ALLOW);
}

int sandbox_enter(const struct spec_sandbox *sandbox, struct err *err)
{
	struct filter filter;
	struct sock_fprog program = { .filter = filter.code };
	long ret;

	if (!sandbox->enable)
		return 0;
	make_filter(sandbox, &filter);
	program.len = (unsigned short)filter.length;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set_errno(err, ERR_HOST, -errno, "-sandbox",
				     "failed to set no_new_privs");
	ret = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
	if (ret > 0)
		return err_set(
			err, ERR_HOST, -ESRCH, "-sandbox",
			"failed to install the system call filter: a thread has another one");
	if (ret < 0)
		return err_set_errno(err, ERR_HOST, -errno, "-sandbox",
				     "failed to install the system call filter in the kernel");
	return 0;
}
