/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A one-shot timer that a device may arm from any thread (a vCPU, with the bus locked); it fires in
 * the loop's thread, with no lock held.
 */
#ifndef TERRACE_VMM_DEVICES_DEVICE_TIMER_H
#define TERRACE_VMM_DEVICES_DEVICE_TIMER_H

#include <stdint.h>
#include <uv.h>

#include "base/cleanup.h"
#include "base/err.h"

struct device_timer;

/* -ENOMEM, or libuv's error. */
int device_timer_new(uv_loop_t *loop, void (*fired)(void *opaque), void *opaque,
		     struct device_timer **ret_timer, struct err *err);

#define DEVICE_TIMER_NEVER UINT64_MAX
/* Fires once CLOCK_MONOTONIC has reached deadline_ns; replaces an earlier deadline. Any thread. */
void device_timer_arm(struct device_timer *timer, uint64_t deadline_ns);
uint64_t device_timer_now_ns(void);

/* Never fires afterwards. The memory goes in the loop's next turn. */
void device_timer_free(struct device_timer *timer);
CLEANUP_DEFINE(device_timer, device_timer_free)

#endif
