/*
 * outb PORT VALUE: writes one byte to an I/O port (numbers as in C: 0x402, 12).
 *
 * A VMM or a tracer sees the write, so that it marks a point in the guest's
 * start-up without a word on the console.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>

static int number_parse(const char *text, unsigned long max, unsigned long *ret_value)
{
	char *end;

	errno = 0;
	unsigned long value = strtoul(text, &end, 0);
	if (errno || end == text || *end || value > max)
		return -EINVAL;
	*ret_value = value;
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long port, value;

	if (argc != 3 || number_parse(argv[1], 0xffff, &port) < 0 ||
	    number_parse(argv[2], 0xff, &value) < 0) {
		fprintf(stderr, "usage: outb PORT VALUE\n");
		return 2;
	}
	if (iopl(3) < 0) {
		fprintf(stderr, "outb: %s\n", strerror(errno));
		return 1;
	}
	outb((unsigned char)value, (unsigned short)port);
	return 0;
}
