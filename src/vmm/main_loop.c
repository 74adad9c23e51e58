/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The main loop: libuv, the wake-up from vCPUs, signals; and what the run state machine does to this
 * machine (struct run_ops).
 *
 * Threads: all callbacks run in the main thread but request_pause and wake, which only touch the
 * vCPU set's lock and uv_async_send() (the one call of libuv that any thread may make).
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "vmm/machine.h"
#include "vmm/monitor/monitor.h"

static void op_request_pause(void *opaque)
{
	struct vmm *vmm = opaque;

	vcpu_set_request_pause(vmm->vcpus);
}

static void op_wake(void *opaque)
{
	struct vmm *vmm = opaque;

	uv_async_send(&vmm->wake);
}

static void op_pause(void *opaque)
{
	struct vmm *vmm = opaque;

	vcpu_set_pause(vmm->vcpus);
	acpi_pm_pause(vmm->pm);
}

static void op_resume(void *opaque)
{
	struct vmm *vmm = opaque;

	acpi_pm_resume(vmm->pm);
	vcpu_set_resume(vmm->vcpus);
}

static int op_reset(void *opaque, struct err *err)
{
	return machine_reset(opaque, err);
}

static void op_press_power_button(void *opaque)
{
	struct vmm *vmm = opaque;

	acpi_pm_press_power_button(vmm->pm);
}

static void op_event(void *opaque, enum run_event event, enum run_cause cause)
{
	struct vmm *vmm = opaque;

	monitors_run_event(vmm->monitors, event, cause);
}

static void op_leave(void *opaque)
{
	struct vmm *vmm = opaque;

	uv_stop(&vmm->loop);
}

static const struct run_ops run_ops = {
	.request_pause = op_request_pause,
	.wake = op_wake,
	.pause = op_pause,
	.resume = op_resume,
	.reset = op_reset,
	.press_power_button = op_press_power_button,
	.event = op_event,
	.leave = op_leave,
};

static void on_wake(uv_async_t *wake)
{
	struct vmm *vmm = wake->data;

	run_process(&vmm->run);
}

static const int signal_numbers[] = {
	[MACHINE_SIGINT] = SIGINT,
	[MACHINE_SIGTERM] = SIGTERM,
	[MACHINE_SIGHUP] = SIGHUP,
	[MACHINE_SIGCONT] = SIGCONT,
};

static void on_signal(uv_signal_t *handle, int number)
{
	struct vmm *vmm = handle->data;

	if (number == SIGCONT) {
		chardev_stdio_resume();
		return;
	}
	log_info("", "terminating on signal %d", number);
	run_quit(&vmm->run, RUN_HOST_SIGNAL);
}

/* A crash of ours, or Ctrl-\, must not leave the user's terminal in raw mode. */
static void on_fatal(int number)
{
	chardev_stdio_restore();
	signal(number, SIG_DFL);
	raise(number);
}

static void catch_fatal_signals(void)
{
	static const int fatal[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGQUIT };
	struct sigaction action = { .sa_handler = on_fatal, .sa_flags = SA_NODEFER }, old;

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(fatal); i++)
		/* Leave a handler that is there already (a sanitizer's) in place. */
		if (!sigaction(fatal[i], NULL, &old) && old.sa_handler == SIG_DFL)
			sigaction(fatal[i], &action, NULL);
}

static void set_signal_mask(int how)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < MACHINE_SIGNAL_COUNT; i++)
		sigaddset(&set, signal_numbers[i]);
	pthread_sigmask(how, &set, NULL);
}

void main_loop_release_signals(void)
{
	set_signal_mask(SIG_UNBLOCK);
}

int main_loop_open(struct vmm *vmm, struct err *err)
{
	int ret;

	signal(SIGPIPE, SIG_IGN);
	catch_fatal_signals();
	run_init(&vmm->run, &run_ops, vmm, vmm->spec->no_reboot, vmm->spec->no_shutdown);
	ret = uv_loop_init(&vmm->loop);
	if (ret < 0)
		return err_set(err, ERR_HOST, ret, NULL, "event loop: %s", uv_strerror(ret));
	vmm->has_loop = true;
	ret = uv_async_init(&vmm->loop, &vmm->wake, on_wake);
	if (ret < 0)
		return err_set(err, ERR_HOST, ret, NULL, "event loop: %s", uv_strerror(ret));
	vmm->wake.data = vmm;
	for (size_t i = 0; i < MACHINE_SIGNAL_COUNT; i++) {
		uv_signal_init(&vmm->loop, &vmm->signals[i]);
		vmm->signals[i].data = vmm;
		ret = uv_signal_start(&vmm->signals[i], on_signal, signal_numbers[i]);
		if (ret < 0)
			return err_set(err, ERR_HOST, ret, NULL, "signal %d: %s", signal_numbers[i],
				       uv_strerror(ret));
		uv_unref((uv_handle_t *)&vmm->signals[i]);
	}
	set_signal_mask(SIG_BLOCK);
	return 0;
}

static void close_handle(uv_handle_t *handle, void *opaque)
{
	(void)opaque;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

void main_loop_close(struct vmm *vmm)
{
	if (!vmm->has_loop)
		return;
	uv_walk(&vmm->loop, close_handle, NULL);
	uv_run(&vmm->loop, UV_RUN_DEFAULT);
	uv_loop_close(&vmm->loop);
	vmm->has_loop = false;
}
