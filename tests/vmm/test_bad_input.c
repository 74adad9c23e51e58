/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with a command line, a file or the host is said in one line that names it; the exit
 * status is 1 and nothing is left behind.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/size.h"
#include "base/util.h"
#include "machine.h"

#define CASE_WORDS 10

struct bad_case {
	const char *words[CASE_WORDS]; /* behind the usual ones, which they override */
	const char *
		message; /* behind "terrace-vmm: "; ends with '*' where the host decides the rest */
};

#define MEMORY(id, size) "-object", "memory-backend-ram,id=" id ",size=" size

static const struct bad_case cases[] = {
	/* cells */
	{ { "-smp", "2", "-numa", "node,cpus=0-1", "-numa", "node,cpus=1" },
	  "-numa node,cpus=1: CPU is already assigned to node-id: 0" },
	{ { MEMORY("m0", "8M"), "-numa", "node,memdev=m0" },
	  "-numa node,memdev=m0: total memory for NUMA nodes (0x800000) should equal RAM size "
	  "(0x1000000)" },
	{ { "-numa", "node,memdev=nope" },
	  "-numa node,memdev=nope: memdev=nope is ambiguous: there is no memory backend with this "
	  "id" },
	{ { MEMORY("m0", "16M,host-nodes=63,policy=bind"), "-numa", "node,memdev=m0" },
	  "-object memory-backend-ram,id=m0: host node 63 does not exist; this host has node*" },
	{ { MEMORY("m0", "16M,policy=bind"), "-numa", "node,memdev=m0" },
	  "-object memory-backend-ram,id=m0,size=16M,policy=bind: host-nodes must be set for "
	  "policy bind" },
	{ { MEMORY("m0", "16M,host-nodes=0"), "-numa", "node,memdev=m0" },
	  "-object memory-backend-ram,id=m0,size=16M,host-nodes=0: host-nodes must be empty for "
	  "policy default, or you should explicitly specify a policy other than default" },
	{ { "-smp", "4,maxcpus=2" },
	  "-smp 4,maxcpus=2: Invalid CPU topology: maxcpus must be equal to or greater than smp: "
	  "sockets (1) * dies (1) * modules (1) * cores (2) * threads (1) == maxcpus (2) < "
	  "smp_cpus (4)" },
	{ { "-smp", "0" },
	  "-smp 0: Invalid CPU topology: CPU topology parameters must be greater than zero" },
	/* sizes */
	{ { "-m", "0" }, "-m 0: a machine needs memory: give a size, like -m 512 or -m 2G" },
	{ { "-m", "16E" }, "-m 16E: Parameter 'size' expects a non-negative number below 2^64" },
	{ { "-m", "99999999999999999999" },
	  "-m 99999999999999999999: Parameter 'size' expects a non-negative number below 2^64" },
	{ { "-m", "many" },
	  "-m many: Parameter 'size' expects a size value (a number, then optionally k, M, G, T, P "
	  "or E)" },
	{ { "-m", "-1" }, "-m -1: Parameter 'size' expects a non-negative number below 2^64" },
	{ { "-m", "1G,maxmem=512M,slots=1" },
	  "-m: invalid value of maxmem: maximum memory size (0x20000000) must be at least the "
	  "initial memory size (0x40000000)" },
	{ { "-m", "4P" }, "-m: Address space limit 0x*" },
	{ { MEMORY("m0", "0"), "-numa", "node,memdev=m0" },
	  "-object memory-backend-ram,id=m0,size=0: property 'size' of memory-backend-ram doesn't "
	  "take value '0'" },
	/* kernel, initrd, command line */
	{ { "-kernel", "text" },
	  "-kernel: 'text': not a Linux kernel: neither a bzImage nor an ELF file" },
	{ { "-kernel", "empty" }, "-kernel: 'empty': kernel image is empty" },
	{ { "-kernel", "folder" }, "could not open kernel file 'folder': Is a directory" },
	{ { "-kernel", "missing" },
	  "could not open kernel file 'missing': No such file or directory" },
	{ { "-kernel", "/dev/null" }, "kernel file '/dev/null' is not a regular file" },
	{ { "-kernel", "truncated" },
	  "-kernel: 'truncated': kernel image is truncated: its header asks for 6656 bytes, the "
	  "file has 1024" },
	{ { "-kernel", "half" },
	  "-kernel: 'half': kernel image is truncated: its header asks for 6656 bytes, the file "
	  "has 3000" },
	{ { "-initrd", "missing" },
	  "could not open initrd file 'missing': No such file or directory" },
	{ { "-initrd", "huge" },
	  "-initrd: initrd is too large (need 64 MiB, the guest has 14 MiB between kernel and 16 "
	  "MiB)" },
	{ { "-append", "LONG" },
	  "-append: kernel command line is too long (69999 bytes, this kernel takes 2047)" },
	/* surroundings */
	{ { "-qmp", "unix:used,server=on,wait=off" },
	  "Failed to bind socket to used: Address already in use" },
	{ { "-qmp", "unix:text,server=on,wait=off" },
	  "Failed to bind socket to text: it exists and is not a socket" },
	{ { "-qmp", "unix:missing/x,server=on,wait=off" },
	  "Failed to bind socket to missing/x: No such file or directory" },
	{ { "-qmp", "unix:missing" }, "Failed to connect to 'missing': No such file or directory" },
	{ { "-serial", "file:missing/x" },
	  "could not open 'missing/x': No such file or directory" },
	{ { "-serial", "file:folder" }, "could not open 'folder': Is a directory" },
	{ { "-serial", "chardev:nope" }, "-serial chardev:nope: chardev 'nope' not found" },
	{ { "-chardev", "null,id=c0", "-serial", "chardev:c0", "-mon", "c0" },
	  "-chardev null,id=c0: 'c0' is used 2 times: add mux=on to share it" },
	{ { "-pidfile", "missing/x" },
	  "-pidfile: cannot create PID file: cannot open 'missing/x': No such file or directory" },
	{ { "-pidfile", "folder" },
	  "-pidfile: cannot create PID file: cannot open 'folder': Is a directory" },
	{ { "-daemonize", "-kernel", "text" },
	  "-kernel: 'text': not a Linux kernel: neither a bzImage nor an ELF file" },
	/* options */
	{ { "-nosuch" }, "-nosuch: invalid option" },
	{ { "-machine", "q36" },
	  "-machine q36: unsupported machine type: \"q36\" (known: q35, pc, pc-q35-X.Y, "
	  "pc-i440fx-X.Y)" },
	{ { "-cpu", "qemu64" },
	  "-cpu qemu64: unable to find CPU model 'qemu64': terrace-vmm has host and max" },
	{ { "-device", "virtio-mem-pci,id=v0" },
	  "-device virtio-mem-pci,id=v0: virtio-mem-pci: memory devices are not available in this "
	  "version: give all RAM with -m" },
	{ { "-object", "memory-backend-ram,id=m0,size=16M,polcy=bind" },
	  "-object memory-backend-ram,id=m0,size=16M,polcy=bind: Invalid parameter 'polcy' (did "
	  "you mean 'policy'?)" },
};

static int listen_on(struct machine *m, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", machine_path(m, name));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

/* A kernel's first sectors: says that it has more set-up sectors, or a bigger body, than there is. */
static void write_kernels(struct machine *m)
{
	uint8_t head[1024] = { 0 };

	head[0x1f1] = 4;		     /* setup_sects: 5 sectors before the body */
	memcpy(head + 0x1fe, "\x55\xaa", 2); /* boot_flag */
	memcpy(head + 0x200, "\xeb\x66HdrS\x0f\x02", 8); /* jump, magic, protocol 2.15 */
	head[0x211] = 1;				 /* loadflags: LOADED_HIGH */
	memcpy(head + 0x1f4, "\x00\x01\x00\x00", 4);	 /* syssize: 4096 bytes */
	memcpy(head + 0x236, "\x01\x00", 2);		 /* xloadflags: 64-bit entry */
	memcpy(head + 0x230, "\x00\x00\x20\x00", 4);	 /* kernel_alignment */
	memcpy(head + 0x238, "\xff\x07\x00\x00", 4);	 /* cmdline_size */
	memcpy(head + 0x22c, "\xff\xff\xff\x7f", 4);	 /* initrd_addr_max */
	head[0x234] = 1;				 /* relocatable */
	memcpy(head + 0x258, "\x00\x00\x10\x00\x00\x00\x00\x00", 8); /* pref_address */
	memcpy(head + 0x260, "\x00\x10\x00\x00", 4);		     /* init_size */
	machine_write(m, "truncated", head, sizeof(head), 0);
	machine_write(m, "half", head, sizeof(head), 3000);
}

static void assert_message(const char *got, const char *message)
{
	static const char program[] = "terrace-vmm: ";
	size_t length = strlen(message);

	assert_memory_equal(got, program, strlen(program));
	got += strlen(program);
	assert_ptr_equal(strchr(got, '\n'), got + strlen(got) - 1); /* one line */
	if (message[length - 1] == '*' ? strncmp(got, message, length - 1)
				       : strncmp(got, message, length) || strlen(got) != length + 1)
		fail_msg("got:  %swant: %s", got, message);
}

static void run_case(const struct bad_case *bad, const char *long_text)
{
	const char *words[32] = { "-accel",	   "kvm,software=on", "-m", "16",	"-kernel",
				  machine_guest(), "-append",	      "p",  "-display", "none",
				  "-nodefaults" };
	size_t n = 0;
	struct machine m;
	int used;

	while (words[n])
		n++;
	for (size_t i = 0; i < CASE_WORDS && bad->words[i]; i++)
		words[n++] = strcmp(bad->words[i], "LONG") ? bad->words[i] : long_text;
	machine_init(&m);
	machine_write(&m, "text", "this is no kernel\n", 18, 0);
	machine_write(&m, "empty", "", 0, 0);
	machine_write(&m, "huge", "", 0, 64 * MIB);
	write_kernels(&m);
	assert_int_equal(mkdir(machine_path(&m, "folder"), 0700), 0);
	used = listen_on(&m, "used");
	machine_exec(&m, words);
	assert_int_equal(machine_wait(&m), 1);
	assert_int_equal(access(machine_path(&m, "used"), F_OK), 0);
	close(used);
	unlink(machine_path(&m, "used"));
	assert_int_equal(rmdir(machine_path(&m, "folder")), 0);
	assert_message(machine_file(&m, "err"), bad->message);
	assert_string_equal(machine_file(&m, "out"), "");
	machine_end(&m, 0);
}

static void each_mistake_has_its_line(void **state)
{
	static char long_text[70000];

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		run_case(&cases[i], long_text);
}

static void a_missing_kernel_is_named(void **state)
{
	struct machine m;

	(void)state;
	machine_init(&m);
	machine_exec(&m, (const char *[]){ "-m", "16", "-display", "none", NULL });
	assert_int_equal(machine_wait(&m), 1);
	assert_string_equal(
		machine_file(&m, "err"),
		"terrace-vmm: -kernel: a kernel is needed: there is no firmware to boot "
		"from a disk\n");
	machine_end(&m, 0);
}

static void a_missing_kvm_is_named(void **state)
{
	struct machine m;
	int status;

	(void)state;
	machine_init(&m);
	m.hide_dev = true;
	machine_run(&m, "p", NULL);
	status = machine_wait(&m);
	if (status == 77) {
		print_message("no mount namespace can be made here\n");
		skip();
	}
	assert_int_equal(status, 1);
	assert_string_equal(machine_file(&m, "err"),
			    "terrace-vmm: Could not access KVM kernel module: No such file or "
			    "directory (load kvm-intel or kvm-amd, or use './dev testhost')\n");
	machine_end(&m, 0);
}

static void kvm_without_hardware_is_named(void **state)
{
	static char text[65536];
	struct machine m;
	FILE *file = fopen("/proc/cpuinfo", "re");
	size_t n;

	(void)state;
	assert_non_null(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	if (strstr(text, " vmx") || strstr(text, " svm")) {
		print_message("this machine has hardware virtualisation\n");
		skip();
	}
	machine_init(&m);
	machine_exec(&m, (const char *[]){ "-m", "16", "-display", "none", "-kernel",
					   machine_guest(), NULL });
	assert_int_equal(machine_wait(&m), 1);
	assert_string_equal(
		machine_file(&m, "err"),
		"terrace-vmm: -accel kvm: this CPU offers no hardware virtualisation (SVM or VMX) "
		"under /dev/kvm, so a Linux guest would not get as far as init: use a machine that "
		"has it, or './dev testhost'\n");
	machine_end(&m, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_has_its_line),
		cmocka_unit_test(a_missing_kernel_is_named),
		cmocka_unit_test(a_missing_kvm_is_named),
		cmocka_unit_test(kvm_without_hardware_is_named),
	};

	machine_setup(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
