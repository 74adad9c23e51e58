/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QMP and the human monitor over character devices: see monitor.h.
 *
 * Model: a monitor is closed or open. OPENED makes a fresh session (QMP) or line editor (human),
 * CLOSED drops it; either may come from inside a call into it, so who calls looks again afterwards.
 * A monitor on a mux has the terminal only between MUX_IN and MUX_OUT: it prompts only then.
 * Failure: QMP that cannot be written ends the connection, since a lost answer would confuse the
 * client; a human's text that does not fit is lost.
 */
#include "vmm/monitor/monitor.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/json.h"
#include "base/log.h"
#include "qmp/session.h"
#include "vmm/machine.h"
#include "vmm/monitor/hmp.h"

struct monitor {
	struct vmm *vmm;
	const struct spec_monitor *spec;
	struct chardev *chardev; /* borrowed */
	bool open;		 /* a client is there, as far as the events have said */
	bool is_mux;
	struct qmp_session *session; /* of the connected client, or NULL */
	bool overrun;		     /* its answers did not fit: it is to be cut off */
	struct hmp *hmp;	     /* instead of the session, where spec is not for QMP */
};

struct monitors {
	size_t n_monitors;
	struct monitor monitors[];
};

static size_t can_receive(void *opaque)
{
	(void)opaque;
	return 4096;
}

/* ---- QMP ---- */

static void send_bytes(void *context, const char *bytes, size_t count)
{
	struct monitor *m = context;

	if (m->overrun)
		return;
	if (chardev_write_all(m->chardev, bytes, count) < 0) {
		log_warning("qmp", "a client does not read its answers: closing its connection");
		m->overrun = true;
	}
}

/* Not inside a session's call: the disconnection frees the session. */
static void cut_off_if_overrun(struct monitor *m)
{
	if (!m->overrun)
		return;
	chardev_disconnect(m->chardev);
}

static void receive(void *opaque, const uint8_t *bytes, size_t n_bytes)
{
	struct monitor *m = opaque;

	if (m->session)
		qmp_session_feed(m->session, (const char *)bytes, n_bytes);
	cut_off_if_overrun(m);
}

static void close_session(struct monitor *m)
{
	m->open = false;
	qmp_session_free(m->session);
	m->session = NULL;
}

static void open_session(struct monitor *m)
{
	struct qmp_session *session;

	close_session(m);
	m->open = true;
	m->overrun = false;
	session = m->spec->pretty ? qmp_session_new_pretty(&monitor_schema, m->vmm, send_bytes, m)
				  : qmp_session_new(&monitor_schema, m->vmm, send_bytes, m);
	/* The client may have gone while it was greeted: its session must not outlive it. */
	if (!m->open) {
		qmp_session_free(session);
		return;
	}
	m->session = session;
	if (!session)
		chardev_disconnect(m->chardev);
	else
		cut_off_if_overrun(m);
}

static void on_event(void *opaque, enum chardev_event event)
{
	struct monitor *m = opaque;

	switch (event) {
	case CHARDEV_EVENT_OPENED:
		open_session(m);
		break;
	case CHARDEV_EVENT_CLOSED:
		close_session(m);
		break;
	case CHARDEV_EVENT_BREAK:
	case CHARDEV_EVENT_MUX_IN:
	case CHARDEV_EVENT_MUX_OUT:
	case CHARDEV_EVENT_COUNT:
		break;
	}
}

static const struct chardev_frontend qmp_frontend = {
	.can_receive = can_receive,
	.receive = receive,
	.event = on_event,
};

/* ---- The human monitor ---- */

static void say(void *context, const char *bytes, size_t n_bytes)
{
	struct monitor *m = context;

	(void)chardev_write(m->chardev, bytes, n_bytes);
}

static void hmp_receive(void *opaque, const uint8_t *bytes, size_t n_bytes)
{
	struct monitor *m = opaque;

	if (m->hmp)
		hmp_feed(m->hmp, (const char *)bytes, n_bytes);
}

static void hmp_event(void *opaque, enum chardev_event event)
{
	struct monitor *m = opaque;

	switch (event) {
	case CHARDEV_EVENT_OPENED:
		hmp_free(m->hmp);
		m->hmp = hmp_new(&monitor_schema, m->vmm, say, m);
		if (m->hmp && !m->is_mux)
			hmp_show_prompt(m->hmp);
		break;
	case CHARDEV_EVENT_CLOSED:
		hmp_free(m->hmp);
		m->hmp = NULL;
		break;
	case CHARDEV_EVENT_MUX_IN:
		if (m->hmp)
			hmp_show_prompt(m->hmp);
		break;
	case CHARDEV_EVENT_MUX_OUT:
		say(m, "\r\n", 2);
		break;
	case CHARDEV_EVENT_BREAK:
	case CHARDEV_EVENT_COUNT:
		break;
	}
}

static const struct chardev_frontend hmp_frontend = {
	.can_receive = can_receive,
	.receive = hmp_receive,
	.event = hmp_event,
};

/* ---- All of them ---- */

static int open_monitor(struct vmm *vmm, const struct spec_monitor *spec, struct monitor *m,
			struct err *err)
{
	int ret = machine_chardev_take(vmm, spec->chardev, &m->chardev, err);

	if (ret < 0)
		return ret;
	m->vmm = vmm;
	m->spec = spec;
	m->is_mux = spec_chardev_find(vmm->spec, spec->chardev)->mux;
	chardev_set_out_limit(m->chardev, MONITOR_OUT_MAX_BYTES);
	chardev_attach(m->chardev, spec->control ? &qmp_frontend : &hmp_frontend, m);
	return 0;
}

int monitors_open(struct vmm *vmm, struct monitors **ret_monitors, struct err *err)
{
	const struct vm_spec *spec = vmm->spec;
	struct monitors *monitors =
		calloc(1, sizeof(*monitors) + spec->n_monitors * sizeof(monitors->monitors[0]));

	if (!monitors)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	for (size_t i = 0; i < spec->n_monitors; i++) {
		int ret = open_monitor(vmm, &spec->monitors[i], &monitors->monitors[i], err);

		if (ret < 0) {
			monitors_close(monitors);
			return ret;
		}
		monitors->n_monitors++;
	}
	*ret_monitors = monitors;
	return 0;
}

void monitors_close(struct monitors *monitors)
{
	if (!monitors)
		return;
	for (size_t i = 0; i < monitors->n_monitors; i++) {
		chardev_detach(monitors->monitors[i].chardev);
		qmp_session_free(monitors->monitors[i].session);
		hmp_free(monitors->monitors[i].hmp);
	}
	free(monitors);
}

static const char *const event_names[] = {
	[RUN_EVENT_STOP] = "STOP",	   [RUN_EVENT_RESUME] = "RESUME",
	[RUN_EVENT_RESET] = "RESET",	   [RUN_EVENT_POWERDOWN] = "POWERDOWN",
	[RUN_EVENT_SHUTDOWN] = "SHUTDOWN",
};

void monitors_run_event(struct monitors *monitors, enum run_event event, enum run_cause cause)
{
	AUTO(json) data = NULL;
	struct timespec now;

	if (!monitors)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	if (event == RUN_EVENT_RESET || event == RUN_EVENT_SHUTDOWN) {
		data = json_new_object();
		json_set(data, "guest", json_new_bool(run_cause_is_guest(cause)));
		json_set(data, "reason", json_new_string(run_cause_name(cause)));
	}
	for (size_t i = 0; i < monitors->n_monitors; i++) {
		struct monitor *m = &monitors->monitors[i];

		if (m->session)
			qmp_session_event(m->session, event_names[event], data, &now);
		cut_off_if_overrun(m);
	}
}
