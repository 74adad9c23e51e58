/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers what mempolicy.h, populate.h say of kernels that lack a feature: a seccomp filter answers
 * as such a kernel would, in a child for each case.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "host/mempolicy.h"
#include "host/populate.h"

#define SIZE_BYTES (2 * MIB)

/* System call number whose third argument is at least limit: EINVAL, as for an unknown mode. */
static int refuse_from(unsigned int number, unsigned int limit)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
		/* The low half of args[2]; the machine is little endian. */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, limit, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? -errno : 0;
}

static void *map(void)
{
	return mmap(NULL, SIZE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* Exit status of a child: 0 when the call failed with -EOPNOTSUPP and this message. */
static void assert_child(int (*body)(struct err *err), const char *message)
{
	pid_t child = fork();
	int status;

	if (!child) {
		struct err err = ERR_INIT;
		int ret = body(&err);

		if (ret != -EOPNOTSUPP || err.class != ERR_UNSUPPORTED ||
		    strcmp(err.message, message) != 0) {
			fprintf(stderr, "%d: %s\n", ret, err.message);
			_exit(1);
		}
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int set_policy(enum host_policy_mode mode, const char *nodes, bool numa_balancing,
		      struct err *err)
{
	struct host_policy policy = { .mode = mode, .numa_balancing = numa_balancing };

	idset_parse(nodes, IDSET_MAX, &policy.nodes, NULL);
	return host_policy_set(map(), SIZE_BYTES, &policy, err);
}

static int populate_before_5_14(struct err *err)
{
	int ret = refuse_from(SYS_madvise, 22); /* MADV_POPULATE_READ, the first that is missing */

	return ret < 0 ? ret : host_populate(map(), SIZE_BYTES, err);
}

static int preferred_many_before_5_15(struct err *err)
{
	int ret = refuse_from(SYS_mbind, 5);

	return ret < 0 ? ret : set_policy(HOST_POLICY_PREFERRED, "0-1", false, err);
}

static int weighted_before_6_9(struct err *err)
{
	int ret = refuse_from(SYS_mbind, 6);

	return ret < 0 ? ret : set_policy(HOST_POLICY_WEIGHTED_INTERLEAVE, "0", false, err);
}

static int balancing_on_an_old_kernel(struct err *err)
{
	int ret = refuse_from(SYS_mbind, 1 << 13);

	return ret < 0 ? ret : set_policy(HOST_POLICY_BIND, "0", true, err);
}

static void each_missing_feature_is_named(void **state)
{
	(void)state;
	assert_child(populate_before_5_14,
		     "preallocation needs Linux 5.14 or newer (MADV_POPULATE_WRITE)");
	assert_child(preferred_many_before_5_15,
		     "policy preferred with several host-nodes or with numa-balancing needs Linux "
		     "5.15 or newer");
	assert_child(weighted_before_6_9, "policy weighted-interleave needs Linux 6.9 or newer");
	assert_child(balancing_on_an_old_kernel,
		     "this kernel does not know numa-balancing=on with this policy (Linux 6.12 "
		     "does)");
}

/* One preferred node works on every kernel. */
static int one_preferred_node(struct err *err)
{
	int ret = refuse_from(SYS_mbind, 5);

	if (ret == 0)
		ret = set_policy(HOST_POLICY_PREFERRED, "0", false, err);
	return ret ? ret : err_set(err, ERR_UNSUPPORTED, -EOPNOTSUPP, NULL, "fine");
}

static void an_old_kernel_prefers_one_node(void **state)
{
	(void)state;
	assert_child(one_preferred_node, "fine");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_missing_feature_is_named),
		cmocka_unit_test(an_old_kernel_prefers_one_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
