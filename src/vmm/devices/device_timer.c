/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theory of operation
 *
 * libuv's timers belong to the loop's thread. Arming stores the deadline and wakes the loop, which
 * then starts the real timer; when that fires too early (libuv counts in ms) it is started again.
 */
#include "vmm/devices/device_timer.h"

#include <errno.h>
#include <stdatomic.h>
#include <time.h>

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S  UINT64_C(1000000000)

struct device_timer {
	uv_async_t wakeup;
	uv_timer_t timer;
	unsigned int n_handles;
	_Atomic uint64_t deadline_ns;
	void (*fired)(void *opaque);
	void *opaque;
};

uint64_t device_timer_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void on_timer(uv_timer_t *timer);

static void restart(struct device_timer *t)
{
	uint64_t deadline = atomic_load(&t->deadline_ns), now = device_timer_now_ns();
	uint64_t wait_ns = deadline > now ? deadline - now : 0;

	if (deadline == DEVICE_TIMER_NEVER) {
		uv_timer_stop(&t->timer);
		return;
	}
	uv_update_time(t->timer.loop);
	uv_timer_start(&t->timer, on_timer, wait_ns / NS_PER_MS + (wait_ns % NS_PER_MS != 0), 0);
}

static void on_timer(uv_timer_t *timer)
{
	struct device_timer *t = timer->data;
	uint64_t deadline = atomic_load(&t->deadline_ns);

	/* Claim this deadline; when it was changed meanwhile, the new one is waited for. */
	if (deadline > device_timer_now_ns() ||
	    !atomic_compare_exchange_strong(&t->deadline_ns, &deadline, DEVICE_TIMER_NEVER))
		restart(t);
	else
		t->fired(t->opaque);
}

static void on_wakeup(uv_async_t *async)
{
	restart(async->data);
}

int device_timer_new(uv_loop_t *loop, void (*fired)(void *opaque), void *opaque,
		     struct device_timer **ret_timer, struct err *err)
{
	struct device_timer *t = calloc(1, sizeof(*t));
	int r;

	if (!t)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	r = uv_async_init(loop, &t->wakeup, on_wakeup);
	if (r < 0) {
		free(t);
		return err_set_errno(err, ERR_HOST, r, NULL, "cannot make a timer");
	}
	uv_timer_init(loop, &t->timer);
	t->wakeup.data = t->timer.data = t;
	t->n_handles = 2;
	t->fired = fired;
	t->opaque = opaque;
	atomic_store(&t->deadline_ns, DEVICE_TIMER_NEVER);
	*ret_timer = t;
	return 0;
}

void device_timer_arm(struct device_timer *timer, uint64_t deadline_ns)
{
	if (atomic_exchange(&timer->deadline_ns, deadline_ns) != deadline_ns)
		uv_async_send(&timer->wakeup);
}

static void on_closed(uv_handle_t *handle)
{
	struct device_timer *t = handle->data;

	if (--t->n_handles == 0)
		free(t);
}

void device_timer_free(struct device_timer *timer)
{
	if (!timer)
		return;
	uv_close((uv_handle_t *)&timer->wakeup, on_closed);
	uv_close((uv_handle_t *)&timer->timer, on_closed);
}
