/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rate limit of events: see throttle.h.
 *
 * Model: one lane per event and key that was sent less than an interval ago.
 *
 *	no lane --post--> sent; lane with the interval's end
 *	lane --post--> the event waits in the lane, replacing one that waits there
 *	lane at its end --> what waits is sent and a new interval begins; else the lane goes away
 *
 * Limits: lanes live for one interval, so there are never more than keys (devices) that had an event
 *	within it.
 */
#include "qmp/throttle.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MS UINT64_C(1000000)

struct lane {
	struct lane *next;
	const struct qmp_event *event;
	char *key; /* NULL: the event has none */
	uint64_t end_ns;
	bool waits;
	struct json *data; /* of the event that waits; may be NULL */
	struct timespec when;
};

struct qmp_throttle {
	const struct qmp_schema *schema;
	qmp_emit emit;
	void *context;
	struct lane *lanes;
};

struct qmp_throttle *qmp_throttle_new(const struct qmp_schema *schema, qmp_emit emit, void *context)
{
	struct qmp_throttle *throttle = calloc(1, sizeof(*throttle));

	if (!throttle)
		return NULL;
	throttle->schema = schema;
	throttle->emit = emit;
	throttle->context = context;
	return throttle;
}

static void lane_free(struct lane *lane)
{
	json_free(lane->data);
	free(lane->key);
	free(lane);
}

void qmp_throttle_free(struct qmp_throttle *throttle)
{
	if (!throttle)
		return;
	for (struct lane *lane = throttle->lanes, *next; lane; lane = next) {
		next = lane->next;
		lane_free(lane);
	}
	free(throttle);
}

/* The value of the member that the schema names; NULL when there is none. */
static char *key_of(const struct qmp_event *event, const struct json *data)
{
	const struct json *value = event->key && data ? json_member(data, event->key) : NULL;

	return value ? json_print(value, JSON_COMPACT) : NULL;
}

static struct lane *lane_find(struct qmp_throttle *throttle, const struct qmp_event *event,
			      const char *key)
{
	for (struct lane *lane = throttle->lanes; lane; lane = lane->next)
		if (lane->event == event && !strcmp(lane->key ? lane->key : "", key ? key : ""))
			return lane;
	return NULL;
}

static void lane_add(struct qmp_throttle *throttle, const struct qmp_event *event, char *key,
		     uint64_t end_ns)
{
	struct lane *lane = calloc(1, sizeof(*lane));

	/* Without memory for the lane the limit is lost, which is better than the event. */
	if (!lane) {
		free(key);
		return;
	}
	lane->event = event;
	lane->key = key;
	lane->end_ns = end_ns;
	lane->next = throttle->lanes;
	throttle->lanes = lane;
}

void qmp_throttle_post(struct qmp_throttle *throttle, const char *name, const struct json *data,
		       const struct timespec *when, uint64_t now_ns)
{
	const struct qmp_event *event = qmp_schema_event(throttle->schema, name);
	autofree char *key = NULL;
	struct lane *lane;

	assert(event);
	if (!event->interval_ms) {
		throttle->emit(throttle->context, name, data, when);
		return;
	}
	qmp_throttle_run(throttle, now_ns);
	key = key_of(event, data);
	lane = lane_find(throttle, event, key);
	if (!lane) {
		lane_add(throttle, event, TAKE_PTR(key), now_ns + event->interval_ms * NS_PER_MS);
		throttle->emit(throttle->context, name, data, when);
		return;
	}
	json_free(lane->data);
	lane->data = data ? json_ref(data) : NULL;
	lane->when = *when;
	lane->waits = true;
}

uint64_t qmp_throttle_deadline_ns(const struct qmp_throttle *throttle)
{
	uint64_t deadline_ns = UINT64_MAX;

	for (const struct lane *lane = throttle->lanes; lane; lane = lane->next)
		if (lane->end_ns < deadline_ns)
			deadline_ns = lane->end_ns;
	return deadline_ns;
}

void qmp_throttle_run(struct qmp_throttle *throttle, uint64_t now_ns)
{
	struct lane **link = &throttle->lanes;

	while (*link) {
		struct lane *lane = *link;

		if (lane->end_ns > now_ns) {
			link = &lane->next;
		} else if (lane->waits) {
			throttle->emit(throttle->context, lane->event->name, lane->data,
				       &lane->when);
			json_free(TAKE_PTR(lane->data));
			lane->waits = false;
			lane->end_ns = now_ns + lane->event->interval_ms * NS_PER_MS;
			link = &lane->next;
		} else {
			*link = lane->next;
			lane_free(lane);
		}
	}
}
