/* SPDX-License-Identifier: Apache-2.0 */
/* A command to a supervisor: the client's side of control.h. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/json_stream.h"
#include "manager/dirs.h"
#include "manager/process.h"
#include "manager/report.h"

/* More than any command takes: see SUPERVISOR_CALL_MS and those that wait for the VMM's end. */
#define CALL_TIMEOUT_MS 90000

static int not_running(struct err *err)
{
	return err_set(err, ERR_USER, -ESRCH, NULL,
		       "Requested operation is not valid: domain is not running");
}

static int connect_control(struct manager *manager, const char *name, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "socket");
	manager_runtime_path(manager, name, "control.sock", address.sun_path,
			     sizeof(address.sun_path));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return TAKE_FD(fd);
	if (errno == ENOENT || errno == ECONNREFUSED)
		return not_running(err);
	return err_set_errno(err, ERR_HOST, -errno, NULL, "%s", address.sun_path);
}

static int send_request(int fd, const char *command, struct json *arguments)
{
	AUTO(json) request = json_new_object();
	AUTO_STRBUF line = STRBUF_INIT;
	const char *at;

	json_set_string(request, "execute", command);
	if (arguments)
		json_set(request, "arguments", arguments);
	json_format(request, JSON_COMPACT, &line);
	strbuf_add_char(&line, '\n');
	at = strbuf_text(&line);
	for (size_t left = line.length; left;) {
		ssize_t n = send(fd, at, left, MSG_NOSIGNAL);

		if (n < 0)
			return -errno;
		at += n;
		left -= (size_t)n;
	}
	return 0;
}

/* The next document. -ESRCH: the supervisor has ended. */
static int receive(int fd, struct json **ret_document, struct err *err)
{
	AUTO(json_stream)
	stream = json_stream_new(JSON_STRICT, &(struct json_limits){ 8u << 20, 262144, 64 });
	int64_t deadline = process_now_ms() + CALL_TIMEOUT_MS;
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	if (!stream)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "control socket");
	for (;;) {
		int64_t left = deadline - process_now_ms();
		char bytes[16384];
		const char *at = bytes;
		ssize_t n;
		int ret;

		if (left <= 0 || poll(&wait, 1, (int)left) == 0)
			return err_set(err, ERR_HOST, -ETIMEDOUT, NULL,
				       "the domain's supervisor does not answer");
		n = recv(fd, bytes, sizeof(bytes), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return not_running(err);
		ret = json_stream_read(stream, &at, bytes + n, ret_document, err);
		if (ret)
			return ret < 0 ? ret : 0;
	}
}

int manager_call(struct manager *manager, const struct manager_domain *domain, const char *command,
		 struct json *arguments, struct json **ret_value, struct err *err)
{
	AUTO(json) owned = arguments;
	AUTO(json) answer = NULL;
	autoclose int fd = -1;
	const struct json *value;
	int ret;

	if (domain->id < 0)
		return not_running(err);
	fd = connect_control(manager, domain->name, err);
	if (fd < 0)
		return fd;
	ret = send_request(fd, command, TAKE_PTR(owned));
	if (ret < 0)
		return ret == -EPIPE ? not_running(err)
				     : err_set_errno(err, ERR_HOST, ret, NULL, "control socket");
	ret = receive(fd, &answer, err);
	if (ret < 0)
		return ret;
	if (json_kind(answer) != JSON_OBJECT)
		return err_set(err, ERR_HOST, -EPROTO, NULL, "control socket: no answer");
	value = json_member(answer, "return");
	if (!value)
		return report_error_from_json(json_member(answer, "error"), err);
	if (ret_value)
		*ret_value = json_ref(value);
	return 0;
}
