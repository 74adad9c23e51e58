/* SPDX-License-Identifier: Apache-2.0 */
/* QMP over character devices: see monitor.h. */
#include "vmm/monitor/monitor.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/json.h"
#include "base/log.h"
#include "qmp/session.h"
#include "vmm/machine.h"

struct monitor {
	struct vmm *vmm;
	struct chardev *chardev; /* borrowed */
	struct qmp_session *session; /* of the connected client, or NULL */
	bool overrun;		     /* its answers did not fit: it is to be cut off */
};

struct monitors {
	size_t n_monitors;
	struct monitor monitors[];
};

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

static size_t can_receive(void *opaque)
{
	(void)opaque;
	return 4096;
}

static void receive(void *opaque, const uint8_t *bytes, size_t n_bytes)
{
	struct monitor *m = opaque;

	if (m->session)
		qmp_session_feed(m->session, (const char *)bytes, n_bytes);
	cut_off_if_overrun(m);
}

static void on_event(void *opaque, enum chardev_event event)
{
	struct monitor *m = opaque;

	switch (event) {
	case CHARDEV_EVENT_OPENED:
		qmp_session_free(m->session);
		m->overrun = false;
		m->session = qmp_session_new(&monitor_schema, m->vmm, send_bytes, m);
		if (!m->session)
			chardev_disconnect(m->chardev);
		break;
	case CHARDEV_EVENT_CLOSED:
		qmp_session_free(m->session);
		m->session = NULL;
		break;
	case CHARDEV_EVENT_BREAK:
	case CHARDEV_EVENT_MUX_IN:
	case CHARDEV_EVENT_MUX_OUT:
	case CHARDEV_EVENT_COUNT:
		break;
	}
}

static const struct chardev_frontend frontend = {
	.can_receive = can_receive,
	.receive = receive,
	.event = on_event,
};

int monitors_open(struct vmm *vmm, struct monitors **ret_monitors, struct err *err)
{
	const struct vm_spec *spec = vmm->spec;
	struct monitors *monitors =
		calloc(1, sizeof(*monitors) + spec->n_monitors * sizeof(monitors->monitors[0]));

	if (!monitors)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	for (size_t i = 0; i < spec->n_monitors; i++) {
		struct monitor *m = &monitors->monitors[monitors->n_monitors];
		int ret;

		if (!spec->monitors[i].control)
			continue;
		m->vmm = vmm;
		ret = machine_chardev_take(vmm, spec->monitors[i].chardev, &m->chardev, err);
		if (ret < 0) {
			monitors_close(monitors);
			return ret;
		}
		chardev_set_out_limit(m->chardev, MONITOR_OUT_MAX_BYTES);
		chardev_attach(m->chardev, &frontend, m);
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
	}
	free(monitors);
}

static const char *const event_names[] = {
	[RUN_EVENT_STOP] = "STOP",
	[RUN_EVENT_RESUME] = "RESUME",
	[RUN_EVENT_RESET] = "RESET",
	[RUN_EVENT_POWERDOWN] = "POWERDOWN",
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
