/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stubvmm: stands in for a VMM where there is no KVM. It takes terrace-vmm's command line, makes a
 * thread for each vCPU, and speaks enough QMP for a supervisor; no guest runs in it. Its first serial
 * port, where that is a socket, says "stub login: " and echoes.
 *
 * Questions that a manager asks an emulator ("-object help", ...) are answered by terrace-vmm
 * itself, which is two folders above this program.
 *
 * What it does otherwise than a well-behaved VMM is said by words of -append:
 *	stub.die=args|socket|greeting|COMMAND	ends there, with a last line on standard error
 *	stub.signal=N				... by this signal instead of status 1
 *	stub.slow=MS				waits before it listens
 *	stub.deaf				ignores SIGTERM and quit
 * and by commands: x-stub-guest {"does": "shutdown" | "reset" | "panic" | "crash"}, which may come
 * from "terrace qemu-monitor-command".
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/size.h"
#include "base/util.h"
#include "qmp/session.h"

#define VCPUS_MAX 64u

struct stub {
	char socket[256], serial[256];
	uint64_t vcpus;
	char append[1024];
	pid_t tids[VCPUS_MAX];
	pthread_barrier_t born;
	int fd;
	struct qmp_session *session;
	bool running, no_shutdown, leave;
};

static struct stub stub;

static void __attribute__((noreturn)) die(const char *where)
{
	const char *word = strstr(stub.append, "stub.signal=");

	fprintf(stderr, "stubvmm: first words\nstubvmm: told to end at %s\n", where);
	if (word) {
		signal(atoi(word + strlen("stub.signal=")), SIG_DFL);
		raise(atoi(word + strlen("stub.signal=")));
	}
	exit(1);
}

static void die_if_told(const char *where)
{
	char word[80];
	const char *at;

	snprintf(word, sizeof(word), "stub.die=%s", where);
	at = strstr(stub.append, word);
	if (at && strchr(" ", at[strlen(word)]))
		die(where);
}

static void send_bytes(void *context, const char *bytes, size_t count)
{
	(void)context;
	(void)!send(stub.fd, bytes, count, MSG_NOSIGNAL);
}

static void event(const char *name, const char *reason, bool guest)
{
	struct json *data = reason ? json_new_object() : NULL;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (reason) {
		json_set_bool(data, "guest", guest);
		json_set_string(data, "reason", reason);
	}
	qmp_session_event(stub.session, name, data, &now);
	json_free(data);
}

/* ---- commands ---------------------------------------------------------------------------------- */

#define COMMAND(name)                                                                      \
	static int run_##name(void *context, const struct json *args, struct json **value, \
			      struct err *err)

COMMAND(cpus)
{
	(void)context, (void)args, (void)err;
	die_if_told("query-cpus-fast");
	*value = json_new_array();
	for (uint64_t i = 0; i < stub.vcpus; i++) {
		struct json *cpu = json_new_object();

		json_set_u64(cpu, "cpu-index", i);
		json_set_i64(cpu, "thread-id", stub.tids[i]);
		json_append(*value, cpu);
	}
	return 0;
}

COMMAND(cont)
{
	(void)context, (void)args, (void)value, (void)err;
	die_if_told("cont");
	if (!stub.running)
		event("RESUME", NULL, false);
	stub.running = true;
	return 0;
}

COMMAND(stop)
{
	(void)context, (void)args, (void)value, (void)err;
	if (stub.running)
		event("STOP", NULL, false);
	stub.running = false;
	return 0;
}

static void end(const char *reason, bool guest)
{
	event("SHUTDOWN", reason, guest);
	if (guest && stub.no_shutdown)
		stub.running = false;
	else
		stub.leave = true;
}

COMMAND(quit)
{
	(void)context, (void)args, (void)value, (void)err;
	if (!strstr(stub.append, "stub.deaf"))
		end("host-qmp-quit", false);
	return 0;
}

COMMAND(powerdown)
{
	(void)context, (void)args, (void)value, (void)err;
	event("POWERDOWN", NULL, false);
	end("guest-shutdown", true);
	return 0;
}

COMMAND(reset)
{
	(void)context, (void)args, (void)value, (void)err;
	event("RESET", "host-qmp-system-reset", false);
	return 0;
}

COMMAND(guest)
{
	const char *does = json_as_string(json_member(args, "does"));

	(void)context, (void)value, (void)err;
	if (!strcmp(does, "shutdown"))
		end("guest-shutdown", true);
	else if (!strcmp(does, "reset"))
		event("RESET", "guest-reset", true);
	else if (!strcmp(does, "panic"))
		event("GUEST_PANICKED", "panic", true);
	if (!strcmp(does, "crash"))
		die("x-stub-guest");
	return 0;
}

COMMAND(balloon)
{
	(void)context, (void)args, (void)value;
	return err_set(err, ERR_NOT_FOUND, -ENODEV, NULL, "No balloon device has been activated");
}

static const struct qmp_arg guest_args[] = { { "does", QMP_ARG_STRING }, { NULL } };

static const struct qmp_command commands[] = {
	{ "cont", NULL, run_cont, "" },
	{ "query-balloon", NULL, run_balloon, "" },
	{ "query-cpus-fast", NULL, run_cpus, "" },
	{ "quit", NULL, run_quit, "" },
	{ "stop", NULL, run_stop, "" },
	{ "system_powerdown", NULL, run_powerdown, "" },
	{ "system_reset", NULL, run_reset, "" },
	{ "x-stub-guest", guest_args, run_guest, "" },
};

static const struct qmp_event events[] = {
	{ "GUEST_PANICKED", "" }, { "POWERDOWN", "" }, { "RESET", "" },
	{ "RESUME", "" },	  { "SHUTDOWN", "" },  { "STOP", "" },
};

static const struct qmp_schema schema = {
	.commands = commands,
	.command_count = ARRAY_SIZE(commands),
	.events = events,
	.event_count = ARRAY_SIZE(events),
	.package = "stubvmm",
};

/* ---- the machine ------------------------------------------------------------------------------- */

static void *vcpu(void *opaque)
{
	size_t index = (size_t)opaque;
	char name[16];

	snprintf(name, sizeof(name), "CPU %zu/KVM", index);
	prctl(PR_SET_NAME, name);
	stub.tids[index] = (pid_t)syscall(SYS_gettid);
	pthread_barrier_wait(&stub.born);
	for (;;)
		pause();
	return NULL;
}

static void make_vcpus(void)
{
	pthread_t thread;

	pthread_barrier_init(&stub.born, NULL, (unsigned int)stub.vcpus + 1);
	for (size_t i = 0; i < stub.vcpus; i++)
		if (pthread_create(&thread, NULL, vcpu, (void *)i))
			die("pthread_create");
	pthread_barrier_wait(&stub.born);
}

static void serve(int listen_fd)
{
	stub.fd = accept(listen_fd, NULL, NULL);
	if (stub.fd < 0)
		return;
	die_if_told("greeting");
	stub.session = qmp_session_new(&schema, NULL, send_bytes, NULL);
	while (!stub.leave) {
		char bytes[4096];
		ssize_t n = read(stub.fd, bytes, sizeof(bytes));

		if (n <= 0)
			break;
		qmp_session_feed(stub.session, bytes, (size_t)n);
	}
	qmp_session_free(stub.session);
	close(stub.fd);
}

/* ---- the first serial port: a greeting to each who comes, then an echo --------------------------- */

static void serial_serve(int fd)
{
	char bytes[256];
	ssize_t n;

	(void)!send(fd, "stub login: ", 12, MSG_NOSIGNAL);
	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		(void)!send(fd, bytes, (size_t)n, MSG_NOSIGNAL);
}

static void *serial_main(void *context)
{
	int listener = *(int *)context;

	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			return NULL;
		serial_serve(fd);
		close(fd);
	}
}

static void serial_open(void)
{
	static int listener; /* the thread's, for as long as the program lives */
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	pthread_t thread;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", stub.serial);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(listener, 4) < 0 || pthread_create(&thread, NULL, serial_main, &listener) != 0)
		die("serial");
}

static void run(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *slow = strstr(stub.append, "stub.slow=");
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (slow)
		usleep(1000 * (useconds_t)atoi(slow + strlen("stub.slow=")));
	die_if_told("socket");
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", stub.socket);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 4) < 0)
		die("listen");
	make_vcpus();
	if (*stub.serial)
		serial_open();
	while (!stub.leave)
		serve(fd);
	unlink(stub.socket);
}

/* ---- the command line -------------------------------------------------------------------------- */

static void read_chardev(const char *value)
{
	const char *path = strstr(value, "path=");
	char *to = strstr(value, "id=charmonitor")   ? stub.socket
		   : strstr(value, "id=charserial0") ? stub.serial
						     : NULL;

	if (path && to)
		snprintf(to, sizeof(stub.socket), "%.*s", (int)strcspn(path + strlen("path="), ","),
			 path + strlen("path="));
}

static void read_smp(const char *value)
{
	char number[16];

	snprintf(number, sizeof(number), "%.*s", (int)strcspn(value, ","), value);
	if (number_parse(number, &stub.vcpus) < 0 || !stub.vcpus || stub.vcpus > VCPUS_MAX)
		die("-smp");
}

static void read_args(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";

		if (!strcmp(argv[i], "-chardev"))
			read_chardev(value);
		else if (!strcmp(argv[i], "-smp"))
			read_smp(value);
		else if (!strcmp(argv[i], "-append"))
			snprintf(stub.append, sizeof(stub.append), "%s", value);
		else if (!strcmp(argv[i], "-no-shutdown"))
			stub.no_shutdown = true;
	}
}

static int ask_terrace_vmm(char **argv)
{
	char path[512];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);

	if (n < 0)
		return 1;
	path[n] = '\0';
	for (int up = 0; up < 3; up++)
		*strrchr(path, '/') = '\0';
	strcat(path, "/terrace-vmm");
	execv(path, argv);
	perror(path);
	return 1;
}

int main(int argc, char **argv)
{
	stub.vcpus = 1;
	read_args(argc, argv);
	if (!*stub.socket)
		return ask_terrace_vmm(argv);
	if (strstr(stub.append, "stub.deaf"))
		signal(SIGTERM, SIG_IGN);
	die_if_told("args");
	run();
	return 0;
}
