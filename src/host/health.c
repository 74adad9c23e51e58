/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of a host: KVM, control groups, limits; and what all checks use. See health.h. */
#include "host/health.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/util.h"
#include "host/cgroup_internal.h"
#include "host/health_internal.h"
#include "host/sysfs.h"

#define FILES_WANTED	 4096u /* a guest with 1024 vCPUs and its devices, twice */
#define CAP_IPC_LOCK_BIT 14    /* capabilities(7) */

const char *host_health_level_name(enum host_health_level level)
{
	static const char *const names[] = { "ok", "warning", "problem" };

	return names[level];
}

static void point_set(struct host_health_point *point, enum host_health_level level,
		      const char *fmt, va_list args)
{
	point->level = level;
	vsnprintf(point->text, sizeof(point->text), fmt, args);
}

#define DEFINE_LEVEL(function, level)                                        \
	void function(struct host_health_point *point, const char *fmt, ...) \
	{                                                                    \
		va_list args;                                                \
                                                                             \
		va_start(args, fmt);                                         \
		point_set(point, level, fmt, args);                          \
		va_end(args);                                                \
	}
DEFINE_LEVEL(health_ok, HOST_HEALTH_OK)
DEFINE_LEVEL(health_warning, HOST_HEALTH_WARNING)
DEFINE_LEVEL(health_problem, HOST_HEALTH_PROBLEM)

void health_remedy(struct host_health_point *point, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(point->remedy, sizeof(point->remedy), fmt, args);
	va_end(args);
}

const char *health_file(const struct health_context *context, const char *path, char *buf,
			size_t buf_size)
{
	if (host_sysfs_read(context->root_fd, path, buf, buf_size, NULL) < 0)
		buf[0] = '\0';
	return buf;
}

/* ---- KVM ---- */

/* "svm", "vmx" or "", from the flags of the first CPU. */
static const char *cpu_virtualization(const struct health_context *context)
{
	char text[8192];
	ssize_t got;
	autoclose int fd = openat(context->root_fd, "proc/cpuinfo", O_RDONLY | O_CLOEXEC);
	char *flags, *save = NULL;

	got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	text[got < 0 ? 0 : got] = '\0';
	flags = strstr(text, "\nflags");
	if (!flags)
		return "";
	flags[1 + strcspn(flags + 1, "\n")] = '\0';
	for (char *word = strtok_r(flags + 1, " \t", &save); word;
	     word = strtok_r(NULL, " \t", &save))
		if (!strcmp(word, "svm") || !strcmp(word, "vmx"))
			return *word == 's' ? "svm" : "vmx";
	return "";
}

static void check_kvm(const struct health_context *context, struct host_health_point *point)
{
	const char *flag = cpu_virtualization(context);
	autoclose int fd = openat(context->root_fd, "dev/kvm", O_RDWR | O_CLOEXEC);

	if (fd >= 0 && *flag) {
		health_ok(point, "/dev/kvm can be used; the processor has %s", flag);
	} else if (fd >= 0) {
		health_problem(point, "/dev/kvm opens, but the processor's flags have neither svm "
				      "nor vmx: KVM runs in software, and Linux guests crawl");
		health_remedy(point,
			      "switch on AMD-V or VT-x in the firmware's setup; in a virtual "
			      "machine, have its host pass it on (-cpu host)");
	} else if (errno == EACCES || errno == EPERM) {
		health_problem(point, "/dev/kvm cannot be opened: Permission denied");
		health_remedy(point, "sudo usermod -aG kvm $USER, then log in again");
	} else if (*flag && errno != ENOENT && errno != ENXIO && errno != ENODEV) {
		health_problem(point, "/dev/kvm cannot be opened: %s", strerror(errno));
		health_remedy(point, "dmesg | grep -i kvm says why");
	} else if (*flag) {
		health_problem(point,
			       "there is no /dev/kvm that works, though the processor has %s",
			       flag);
		health_remedy(point, "sudo modprobe %s",
			      !strcmp(flag, "svm") ? "kvm-amd" : "kvm-intel");
	} else {
		health_problem(point, "there is no hardware virtualisation: the processor's flags "
				      "have neither svm nor vmx, and there is no /dev/kvm");
		health_remedy(point,
			      "switch on AMD-V or VT-x in the firmware's setup; in a virtual "
			      "machine, have its host pass it on (-cpu host)");
	}
}

static bool is_yes(const char *text)
{
	return *text == 'Y' || *text == '1';
}

static void check_nested(const struct health_context *context, struct host_health_point *point)
{
	char amd[16], intel[16];

	health_file(context, "sys/module/kvm_amd/parameters/nested", amd, sizeof(amd));
	health_file(context, "sys/module/kvm_intel/parameters/nested", intel, sizeof(intel));
	if (!*amd && !*intel) {
		health_ok(point, "unknown: neither kvm-amd nor kvm-intel is loaded as a module");
	} else if (is_yes(amd) || is_yes(intel)) {
		health_ok(point, "on: guests can run KVM themselves (KVM then allocates reverse "
				 "maps, 2 GiB for each TiB of memslots)");
	} else {
		const char *module = *amd ? "kvm-amd" : "kvm-intel";

		health_ok(point, "off: guests cannot run KVM themselves");
		health_remedy(point, "sudo modprobe -r %s && sudo modprobe %s nested=1", module,
			      module);
	}
}

/* Second-level paging by hardware, and the MMU that needs no reverse maps. */
static void check_paging(const struct health_context *context, struct host_health_point *point)
{
	char npt[16], ept[16], tdp_mmu[16];

	health_file(context, "sys/module/kvm_amd/parameters/npt", npt, sizeof(npt));
	health_file(context, "sys/module/kvm_intel/parameters/ept", ept, sizeof(ept));
	health_file(context, "sys/module/kvm/parameters/tdp_mmu", tdp_mmu, sizeof(tdp_mmu));
	if (!*npt && !*ept) {
		health_ok(point, "unknown: neither kvm-amd nor kvm-intel is loaded as a module");
	} else if (!is_yes(npt) && !is_yes(ept)) {
		health_warning(point, "nested page tables (NPT, EPT) are off: guests are slow, and "
				      "KVM's metadata is 2.5 GiB for each TiB of memslots");
		health_remedy(point, *npt ? "sudo modprobe -r kvm-amd && sudo modprobe kvm-amd "
					    "npt=1"
					  : "sudo modprobe -r kvm-intel && sudo modprobe kvm-intel "
					    "ept=1");
	} else if (*tdp_mmu && !is_yes(tdp_mmu)) {
		health_warning(point, "the TDP MMU is off: KVM's metadata is 2.5 GiB for each TiB "
				      "of memslots instead of 2 MiB");
		health_remedy(point, "load kvm with tdp_mmu=1 (boot with kvm.tdp_mmu=1)");
	} else {
		health_ok(point, "nested page tables%s", *tdp_mmu ? " with the TDP MMU" : "");
	}
}

/* ---- Control groups ---- */

static void check_cgroup(const struct health_context *context, struct host_health_point *point)
{
	const struct cgroup_host *host = &context->cgroups;

	if (host->version == 2) {
		health_ok(point, "version 2%s", host->systemd ? ", scopes from systemd" : "");
	} else if (host->version == 1) {
		health_warning(point, "version 1: no protection of memory (min_guarantee by "
				      "memory.min), and demotion never keeps to its cpusets");
		health_remedy(point, "boot with systemd.unified_cgroup_hierarchy=1 (without "
				     "systemd: mount cgroup2 on /sys/fs/cgroup instead of v1)");
	} else {
		health_problem(point, "no control groups are mounted");
		health_remedy(point, "sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup");
	}
}

static void delegation_remedy(const struct health_context *context, struct host_health_point *point,
			      const char *missing)
{
	if (context->cgroups.version != 2) {
		health_remedy(point, "boot with systemd.unified_cgroup_hierarchy=1");
	} else if (context->caller->uid == 0) {
		health_remedy(point,
			      "for c in %s; do echo +$c > /sys/fs/cgroup/cgroup.subtree_control; "
			      "done (if one is not in cgroup.controllers: it is mounted as v1, or "
			      "boot without cgroup_disable=)",
			      missing);
	} else if (context->has_systemd) {
		health_remedy(point,
			      "sudo mkdir -p /etc/systemd/system/user@.service.d && printf "
			      "'[Service]\\nDelegate=cpu cpuset io memory pids\\n' | sudo tee "
			      "/etc/systemd/system/user@.service.d/delegate.conf && sudo systemctl "
			      "daemon-reload, then log in again");
	} else {
		health_remedy(point,
			      "as root: mkdir /sys/fs/cgroup/%u && chown %u /sys/fs/cgroup/%u "
			      "/sys/fs/cgroup/%u/cgroup.{procs,threads,subtree_control} && echo "
			      "PID-OF-YOUR-SHELL > /sys/fs/cgroup/%u/cgroup.procs",
			      context->caller->uid, context->caller->uid, context->caller->uid,
			      context->caller->uid, context->caller->uid);
	}
}

static void check_controllers(const struct health_context *context, struct host_health_point *point)
{
	const struct cgroup_host *host = &context->cgroups;
	char missing[32];

	if (host->cpuset && host->cpu && host->memory) {
		health_ok(point, "cpuset, cpu and memory can be used in %s",
			  host->version == 2 ? host->base : host->v1_cpuset);
		return;
	}
	snprintf(missing, sizeof(missing), "%s%s%s", host->cpuset ? "" : " cpuset",
		 host->cpu ? "" : " cpu", host->memory ? "" : " memory");
	(context->caller->uid == 0 ? health_problem : health_warning)(
		point, "this user has no controller%s%s%s%s", missing,
		host->cpuset ? ""
			     : "; without cpuset: no restrictive or migratable placement, and "
			       "demotion leaves a strict cell's nodes",
		host->cpu ? "" : "; without cpu: no shares, periods and quotas",
		host->memory ? "" : "; without memory: no <memtune>");
	delegation_remedy(context, point, missing + 1);
}

/* ---- Limits ---- */

static void check_memlock(const struct health_context *context, struct host_health_point *point)
{
	const struct host_health_caller *caller = context->caller;
	char size[24];

	if (caller->locks_any || caller->memlock_max_bytes == UINT64_MAX) {
		health_ok(point, caller->locks_any ? "any amount may be locked (CAP_IPC_LOCK)"
						   : "any amount may be locked");
		return;
	}
	health_warning(point,
		       "at most %s may be locked: <memoryBacking><locked/> and guarantees above it "
		       "are refused",
		       size_format(caller->memlock_max_bytes, size, sizeof(size)));
	health_remedy(point, "echo \"$USER - memlock unlimited\" | sudo tee "
			     "/etc/security/limits.d/90-terrace.conf, then log in again (under "
			     "systemd: LimitMEMLOCK=infinity)");
}

static void check_files(const struct health_context *context, struct host_health_point *point)
{
	const struct host_health_caller *caller = context->caller;

	if (caller->files_max >= FILES_WANTED) {
		health_ok(point, "%" PRIu64 " open files, and up to %" PRIu64 " on request",
			  caller->files, caller->files_max);
		return;
	}
	health_warning(point, "at most %" PRIu64 " open files: too few for guests with many vCPUs",
		       caller->files_max);
	health_remedy(point, "echo \"$USER - nofile 65536\" | sudo tee "
			     "/etc/security/limits.d/91-terrace.conf, then log in again");
}

/* ---- All of them ---- */

static const struct health_check checks[] = {
	{ "kvm", check_kvm },
	{ "nested", check_nested },
	{ "paging", check_paging },
	{ "cgroup", check_cgroup },
	{ "controllers", check_controllers },
	{ "memlock", check_memlock },
	{ "open-files", check_files },
	{ NULL, NULL },
};

static void run_checks(const struct health_check *table, const struct health_context *context,
		       struct host_health *health)
{
	for (; table->name && health->n < HOST_HEALTH_POINTS_MAX; table++) {
		struct host_health_point *point = &health->points[health->n++];

		point->name = table->name;
		table->run(context, point);
		health->n_warnings += point->level == HOST_HEALTH_WARNING;
		health->n_problems += point->level == HOST_HEALTH_PROBLEM;
	}
}

int host_health_read(const char *root_dir, const struct host_health_caller *caller,
		     struct host_health *ret_health, struct err *err)
{
	struct health_context context = { .root_dir = root_dir, .caller = caller };
	AUTO(host_facts) facts = NULL;
	autoclose int root_fd = -1;
	int ret;

	root_fd = open(*root_dir ? root_dir : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot open %s/", root_dir);
	context.root_fd = root_fd;
	ret = host_sysfs_read(root_fd, "proc/sys/kernel/osrelease", context.release,
			      sizeof(context.release), err);
	if (ret < 0)
		return -EIO;
	ret = cgroup_host_find_as(root_dir, caller->uid, false, &context.cgroups, err);
	if (ret < 0)
		return ret;
	host_tiering_read(root_fd, &context.tiering);
	if (host_facts_read(root_fd, &facts, NULL) == 0)
		context.facts = facts;
	context.has_systemd = faccessat(root_fd, "run/systemd/system", F_OK, 0) == 0;
	*ret_health = (struct host_health){ 0 };
	run_checks(checks, &context, ret_health);
	run_checks(health_memory_checks, &context, ret_health);
	return 0;
}

static uint64_t limit_value(rlim_t value)
{
	return value == RLIM_INFINITY ? UINT64_MAX : value;
}

void host_health_caller_read(struct host_health_caller *ret_caller)
{
	struct host_health_caller caller = { .uid = geteuid() };
	struct rlimit limit = { 0 };
	char text[4096];
	const char *mask = NULL;
	int fd = host_root_open(NULL);

	if (fd >= 0 && host_sysfs_read(fd, "proc/self/status", text, sizeof(text), NULL) > 0)
		mask = strstr(text, "\nCapEff:\t");
	if (mask)
		caller.locks_any = strtoull(mask + 9, NULL, 16) >> CAP_IPC_LOCK_BIT & 1;
	if (fd >= 0)
		close(fd);
	getrlimit(RLIMIT_MEMLOCK, &limit);
	caller.memlock_bytes = limit_value(limit.rlim_cur);
	caller.memlock_max_bytes = limit_value(limit.rlim_max);
	getrlimit(RLIMIT_NOFILE, &limit);
	caller.files = limit_value(limit.rlim_cur);
	caller.files_max = limit_value(limit.rlim_max);
	*ret_caller = caller;
}
