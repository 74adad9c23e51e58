/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The threads that run vCPUs: see vcpu_set.h.
 *
 * Job: one thread per vCPU goes round KVM_RUN and hands port and memory accesses to the buses.
 *
 * Model: the set is running or pausing. "pause" is the wish, "n_paused" the count of threads that
 * wait at the top of their loop. Pausing = set the wish, make every KVM_RUN return, wait until the
 * count is complete.
 *
 * Invariants:
 * - A thread clears immediate_exit only under the lock and only while no pause is wished for; the
 *   wish is set under the lock before immediate_exit is set. So a kick is never lost: a thread
 *   either sees the wish or enters KVM_RUN with immediate_exit set, which returns at once
 *   (api.rst, 5, struct kvm_run).
 * - A thread counts as paused only when its last exit is complete: KVM finishes a port or memory
 *   read inside the next KVM_RUN, so the loop enters KVM once more with immediate_exit set.
 *   Otherwise a reset would be followed by the result of a read from before it.
 *
 * Threads and locks: "lock" protects pause, quit and n_paused. No bus or device lock is taken under
 * it; event callbacks are called without it.
 *
 * Failure: an exit that is not understood stops all vCPUs and is reported once through the event
 * callback; the guest cannot make the process exit.
 */
#include "vmm/kvm/vcpu_set.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/util.h"

#define KICK_SIGNAL (SIGRTMIN + 1)

struct runner {
	struct vcpu_set *set;
	struct vcpu vcpu;
	pthread_t thread;
	bool started;
	_Atomic pid_t tid;
};

struct vcpu_set {
	pthread_mutex_t lock; /* pause, quit, n_paused */
	pthread_cond_t changed;
	bool pause, quit;
	unsigned int n_paused;

	struct io_bus *pio, *mmio;
	vcpu_event_fn event;
	void *opaque;
	unsigned int n_runners, n_threads;
	struct runner runners[];
};

static void on_kick(int signal)
{
	(void)signal; /* only there to interrupt KVM_RUN */
}

static void handle_io(struct runner *r)
{
	struct kvm_run *run = r->vcpu.run;
	uint8_t *data = (uint8_t *)run + run->io.data_offset;
	unsigned int size = run->io.size;

	for (uint32_t i = 0; i < run->io.count; i++, data += size) {
		uint64_t value = 0;

		if (run->io.direction == KVM_EXIT_IO_OUT) {
			memcpy(&value, data, size);
			io_bus_write(r->set->pio, run->io.port, size, value);
		} else {
			io_bus_read(r->set->pio, run->io.port, size, &value);
			memcpy(data, &value, size);
		}
	}
}

static void handle_mmio(struct runner *r)
{
	struct kvm_run *run = r->vcpu.run;
	unsigned int size = MIN(run->mmio.len, 8u);
	uint64_t value = 0;

	if (run->mmio.is_write) {
		memcpy(&value, run->mmio.data, size);
		io_bus_write(r->set->mmio, run->mmio.phys_addr, size, value);
	} else {
		io_bus_read(r->set->mmio, run->mmio.phys_addr, size, &value);
		memcpy(run->mmio.data, &value, size);
	}
}

static void report(struct runner *r, enum vcpu_event event, const char *text)
{
	vcpu_set_request_pause(r->set);
	r->set->event(r->set->opaque, r->vcpu.index, event, text);
}

static void report_exit(struct runner *r)
{
	const struct kvm_run *run = r->vcpu.run;
	struct kvm_regs regs = { 0 };
	char text[160];

	(void)ioctl(r->vcpu.fd, KVM_GET_REGS, &regs);
	if (run->exit_reason == KVM_EXIT_INTERNAL_ERROR)
		snprintf(text, sizeof(text), "KVM internal error %u at rip 0x%llx",
			 run->internal.suberror, (unsigned long long)regs.rip);
	else if (run->exit_reason == KVM_EXIT_FAIL_ENTRY)
		snprintf(text, sizeof(text), "KVM entry failed, hardware error 0x%llx",
			 (unsigned long long)run->fail_entry.hardware_entry_failure_reason);
	else
		snprintf(text, sizeof(text), "unhandled KVM exit %u at rip 0x%llx",
			 run->exit_reason, (unsigned long long)regs.rip);
	report(r, VCPU_INTERNAL_ERROR, text);
}

static void handle_exit(struct runner *r)
{
	switch (r->vcpu.run->exit_reason) {
	case KVM_EXIT_IO:
		handle_io(r);
		break;
	case KVM_EXIT_MMIO:
		handle_mmio(r);
		break;
	case KVM_EXIT_SHUTDOWN:
		report(r, VCPU_TRIPLE_FAULT, "triple fault");
		break;
	case KVM_EXIT_INTR:
	case KVM_EXIT_IRQ_WINDOW_OPEN:
		break;
	default:
		report_exit(r);
		break;
	}
}

/* Completes an access whose result KVM has not taken yet; see Invariants. */
static void finish_pending(struct runner *r)
{
	uint32_t reason = r->vcpu.run->exit_reason;

	if (reason != KVM_EXIT_IO && reason != KVM_EXIT_MMIO)
		return;
	r->vcpu.run->immediate_exit = 1;
	while (!ioctl(r->vcpu.fd, KVM_RUN, 0)) {
		/* A long string instruction may need several rounds. */
		reason = r->vcpu.run->exit_reason;
		if (reason != KVM_EXIT_IO && reason != KVM_EXIT_MMIO)
			break;
		handle_exit(r);
	}
	r->vcpu.run->exit_reason = KVM_EXIT_INTR;
}

/* Waits while a pause is wished for. False when the thread is to end. */
static bool wait_for_turn(struct runner *r)
{
	struct vcpu_set *set = r->set;
	bool go;

	pthread_mutex_lock(&set->lock);
	if (set->pause) {
		pthread_mutex_unlock(&set->lock);
		finish_pending(r);
		pthread_mutex_lock(&set->lock);
	}
	if (set->pause && !set->quit) {
		set->n_paused++;
		pthread_cond_broadcast(&set->changed);
		while (set->pause && !set->quit)
			pthread_cond_wait(&set->changed, &set->lock);
		set->n_paused--;
	}
	go = !set->quit;
	if (go)
		r->vcpu.run->immediate_exit = 0;
	pthread_mutex_unlock(&set->lock);
	return go;
}

static void *run_vcpu(void *arg)
{
	struct runner *r = arg;
	char name[16];

	snprintf(name, sizeof(name), "CPU %u/KVM", r->vcpu.index);
	pthread_setname_np(pthread_self(), name);
	r->tid = gettid();
	while (wait_for_turn(r)) {
		if (!ioctl(r->vcpu.fd, KVM_RUN, 0)) {
			handle_exit(r);
		} else if (errno != EINTR && errno != EAGAIN) {
			char text[80];

			snprintf(text, sizeof(text), "KVM_RUN: %s", strerror(errno));
			report(r, VCPU_INTERNAL_ERROR, text);
		} else {
			r->vcpu.run->exit_reason = KVM_EXIT_INTR;
		}
	}
	return NULL;
}

/* vCPU threads take the kick and their own crashes; other signals are the main loop's. */
static int start_thread(struct runner *r)
{
	static const int own[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE };
	sigset_t all, old;
	int ret;

	sigfillset(&all);
	sigdelset(&all, KICK_SIGNAL);
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		sigdelset(&all, own[i]);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = -pthread_create(&r->thread, NULL, run_vcpu, r);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	r->started = ret == 0;
	return ret;
}

static int start_threads(struct vcpu_set *set, struct err *err)
{
	struct sigaction action = { .sa_handler = on_kick };

	sigemptyset(&action.sa_mask);
	sigaction(KICK_SIGNAL, &action, NULL);
	for (unsigned int i = 0; i < set->n_runners; i++) {
		int ret = start_thread(&set->runners[i]);

		if (ret < 0)
			return err_set_errno(err, ERR_HOST, ret, NULL,
					     "CPU %u: cannot start its thread", i);
		set->n_threads++;
	}
	vcpu_set_pause(set);
	return 0;
}

int vcpu_set_open(struct kvm_vm *vm, const struct spec_smp *smp, struct io_bus *pio,
		  struct io_bus *mmio, vcpu_event_fn event, void *opaque, struct vcpu_set **ret_set,
		  struct err *err)
{
	AUTO(vcpu_set) set = NULL;
	int ret;

	if (smp->cpus > vm->max_vcpus)
		return err_set(
			err, ERR_HOST, -EINVAL, "-smp",
			"Number of SMP cpus requested (%u) exceeds max cpus supported by KVM (%u)",
			smp->cpus, vm->max_vcpus);
	set = calloc(1, sizeof(*set) + smp->cpus * sizeof(set->runners[0]));
	if (!set)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	pthread_mutex_init(&set->lock, NULL);
	pthread_cond_init(&set->changed, NULL);
	set->pause = true;
	set->pio = pio;
	set->mmio = mmio;
	set->event = event;
	set->opaque = opaque;
	for (unsigned int i = 0; i < smp->cpus; i++) {
		ret = vcpu_open(vm, smp, i, &set->runners[i].vcpu, err);
		if (ret < 0)
			return ret;
		set->runners[i].set = set;
		set->n_runners++;
	}
	ret = start_threads(set, err);
	if (ret < 0)
		return ret;
	*ret_set = TAKE_PTR(set);
	return 0;
}

void vcpu_set_close(struct vcpu_set *set)
{
	if (!set)
		return;
	vcpu_set_request_pause(set);
	pthread_mutex_lock(&set->lock);
	set->quit = true;
	pthread_cond_broadcast(&set->changed);
	pthread_mutex_unlock(&set->lock);
	for (unsigned int i = 0; i < set->n_runners; i++)
		if (set->runners[i].started)
			pthread_join(set->runners[i].thread, NULL);
	for (unsigned int i = 0; i < set->n_runners; i++)
		vcpu_close(&set->runners[i].vcpu);
	pthread_cond_destroy(&set->changed);
	pthread_mutex_destroy(&set->lock);
	free(set);
}

unsigned int vcpu_set_count(const struct vcpu_set *set)
{
	return set->n_runners;
}

pid_t vcpu_set_tid(const struct vcpu_set *set, unsigned int vcpu)
{
	return set->runners[vcpu].tid;
}

void vcpu_set_request_pause(struct vcpu_set *set)
{
	pthread_mutex_lock(&set->lock);
	set->pause = true;
	pthread_mutex_unlock(&set->lock);
	for (unsigned int i = 0; i < set->n_runners; i++) {
		struct runner *r = &set->runners[i];

		r->vcpu.run->immediate_exit = 1;
		if (r->started && !pthread_equal(r->thread, pthread_self()))
			pthread_kill(r->thread, KICK_SIGNAL);
	}
}

void vcpu_set_pause(struct vcpu_set *set)
{
	vcpu_set_request_pause(set);
	pthread_mutex_lock(&set->lock);
	while (set->n_paused < set->n_threads)
		pthread_cond_wait(&set->changed, &set->lock);
	pthread_mutex_unlock(&set->lock);
}

void vcpu_set_resume(struct vcpu_set *set)
{
	pthread_mutex_lock(&set->lock);
	set->pause = false;
	pthread_cond_broadcast(&set->changed);
	pthread_mutex_unlock(&set->lock);
}

int vcpu_set_reset(struct vcpu_set *set, struct err *err)
{
	for (unsigned int i = 0; i < set->n_runners; i++) {
		int ret = vcpu_reset(&set->runners[i].vcpu, err);

		if (ret < 0)
			return ret;
	}
	return 0;
}

int vcpu_set_set_entry(struct vcpu_set *set, const struct boot_cpu_state *entry, struct err *err)
{
	return vcpu_set_entry(&set->runners[0].vcpu, entry, err);
}
