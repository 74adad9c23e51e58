/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theory of operation
 *
 * Job: what Linux's 8250 driver expects of a 16550A, and no more.
 * Model: two 16-byte FIFOs; interrupt causes are computed from them, from LSR and from the latched
 * thr_pending; the line is the OR of enabled causes, gated by MCR.OUT2 as on PCs.
 * A byte below the FIFO's trigger level is reported as a character timeout at once: the four
 * character times (data sheet section 8.4) have always passed already on a line without speed.
 * Threads and locks: all state is under the bus's lock. The chardev's callbacks run in the loop's
 * thread and take it; chardev_write() is called with it held and never calls back.
 * Limits: baud rate, parity and word length are stored, and ignored.
 */
#include "vmm/devices/serial.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/util.h"

/* Register offsets and bits: data sheet table II. */
enum {
	REG_DATA = 0, /* RBR, THR; DLL with LCR.DLAB */
	REG_IER = 1,  /* DLM with LCR.DLAB */
	REG_IIR = 2,  /* FCR when written */
	REG_LCR = 3,
	REG_MCR = 4,
	REG_LSR = 5,
	REG_MSR = 6,
	REG_SCR = 7,
};

#define IER_RX	     0x01u
#define IER_THR	     0x02u
#define IER_LINE     0x04u
#define IER_MODEM    0x08u
#define IER_ALL	     0x0fu
#define IIR_NONE     0x01u
#define IIR_MODEM    0x00u
#define IIR_THR	     0x02u
#define IIR_RX	     0x04u
#define IIR_LINE     0x06u
#define IIR_TIMEOUT  0x0cu
#define IIR_FIFOS    0xc0u
#define FCR_ENABLE   0x01u
#define FCR_CLEAR_RX 0x02u
#define FCR_CLEAR_TX 0x04u
#define LCR_DLAB     0x80u
#define MCR_DTR	     0x01u
#define MCR_RTS	     0x02u
#define MCR_OUT1     0x04u
#define MCR_OUT2     0x08u
#define MCR_LOOP     0x10u
#define MCR_ALL	     0x1fu
#define LSR_DR	     0x01u
#define LSR_OE	     0x02u
#define LSR_BI	     0x10u
#define LSR_THRE     0x20u
#define LSR_TEMT     0x40u
#define LSR_ERRORS   0x1eu
#define MSR_CTS	     0x10u
#define MSR_DSR	     0x20u
#define MSR_RI	     0x40u
#define MSR_DCD	     0x80u
#define MSR_DELTAS   0x0fu
#define MSR_CABLE    (MSR_CTS | MSR_DSR | MSR_DCD) /* a peer that is always ready */

#define FIFO_BYTES    16u
#define DIVISOR_RESET 12u /* 9600 baud */

struct fifo {
	uint8_t bytes[FIFO_BYTES];
	uint8_t first, count;
};

struct serial {
	struct io_bus *bus; /* its lock protects all of this */
	struct irq_line irq;
	struct chardev *line;
	uint16_t port;
	uint8_t ier, fcr, lcr, mcr, lsr_errors, msr, scr;
	uint16_t divisor;
	bool thr_pending; /* THR has become empty, and IIR has not told yet */
	bool irq_level;
	struct fifo rx, tx;
};

static void fifo_push(struct fifo *fifo, uint8_t byte)
{
	fifo->bytes[(fifo->first + fifo->count++) % FIFO_BYTES] = byte;
}

static uint8_t fifo_pop(struct fifo *fifo)
{
	uint8_t byte = fifo->bytes[fifo->first];

	fifo->first = (fifo->first + 1) % FIFO_BYTES;
	fifo->count--;
	return byte;
}

static unsigned int fifo_depth(const struct serial *s)
{
	return s->fcr & FCR_ENABLE ? FIFO_BYTES : 1;
}

static unsigned int rx_trigger(const struct serial *s)
{
	static const uint8_t levels[] = { 1, 4, 8, 14 };

	return s->fcr & FCR_ENABLE ? levels[s->fcr >> 6] : 1;
}

/* Highest pending cause, in the order of data sheet table IV. */
static unsigned int interrupt_cause(const struct serial *s)
{
	if ((s->ier & IER_LINE) && s->lsr_errors)
		return IIR_LINE;
	if ((s->ier & IER_RX) && s->rx.count)
		return s->rx.count >= rx_trigger(s) ? IIR_RX : IIR_TIMEOUT;
	if ((s->ier & IER_THR) && s->thr_pending)
		return IIR_THR;
	if ((s->ier & IER_MODEM) && (s->msr & MSR_DELTAS))
		return IIR_MODEM;
	return IIR_NONE;
}

/* Tells the interrupt controller only of changes: each is a system call. */
static void update_irq(struct serial *s)
{
	bool level = (s->mcr & (MCR_OUT2 | MCR_LOOP)) == MCR_OUT2 && interrupt_cause(s) != IIR_NONE;

	if (level == s->irq_level)
		return;
	s->irq_level = level;
	irq_line_set(&s->irq, level);
}

static void receive_byte(struct serial *s, uint8_t byte)
{
	if (s->rx.count >= fifo_depth(s)) {
		s->lsr_errors |= LSR_OE;
		return;
	}
	fifo_push(&s->rx, byte);
}

static bool send_byte(struct serial *s, uint8_t byte)
{
	return !s->line || chardev_write(s->line, &byte, 1) == 1;
}

static void write_thr(struct serial *s, uint8_t byte)
{
	s->thr_pending = false;
	if (s->mcr & MCR_LOOP) {
		receive_byte(s, byte);
		s->thr_pending = true;
	} else if (s->tx.count == 0 && send_byte(s, byte)) {
		s->thr_pending = true;
	} else if (s->tx.count < fifo_depth(s)) {
		fifo_push(&s->tx, byte);
	}
	update_irq(s);
}

static uint8_t read_rbr(struct serial *s)
{
	uint8_t byte;

	if (s->rx.count == 0)
		return 0;
	byte = fifo_pop(&s->rx);
	if (s->rx.count == 0 && s->line)
		chardev_accept_input(s->line);
	update_irq(s);
	return byte;
}

static void write_ier(struct serial *s, uint8_t value)
{
	uint8_t turned_on = value & ~s->ier;

	s->ier = value & IER_ALL;
	/* Enabling the interrupt while THR is empty raises it; drivers start sending that way. */
	if ((turned_on & IER_THR) && s->tx.count == 0)
		s->thr_pending = true;
	update_irq(s);
}

static uint8_t read_iir(struct serial *s)
{
	unsigned int cause = interrupt_cause(s);

	if (cause == IIR_THR) {
		s->thr_pending = false;
		update_irq(s);
	}
	return (uint8_t)(cause | (s->fcr & FCR_ENABLE ? IIR_FIFOS : 0));
}

static void write_fcr(struct serial *s, uint8_t value)
{
	bool toggled = (value ^ s->fcr) & FCR_ENABLE;

	if (toggled || (value & FCR_CLEAR_RX)) {
		s->rx = (struct fifo){ 0 };
		if (s->line)
			chardev_accept_input(s->line);
	}
	if ((toggled || (value & FCR_CLEAR_TX)) && s->tx.count) {
		s->tx = (struct fifo){ 0 };
		s->thr_pending = true;
	}
	/* Only bit 0 makes the others writable (data sheet section 8.5). */
	s->fcr = value & FCR_ENABLE ? value & (0xc0u | FCR_ENABLE) : 0;
	update_irq(s);
}

static uint8_t modem_lines(const struct serial *s)
{
	if (!(s->mcr & MCR_LOOP))
		return MSR_CABLE;
	return (uint8_t)((s->mcr & MCR_RTS ? MSR_CTS : 0) | (s->mcr & MCR_DTR ? MSR_DSR : 0) |
			 (s->mcr & MCR_OUT1 ? MSR_RI : 0) | (s->mcr & MCR_OUT2 ? MSR_DCD : 0));
}

static void update_msr(struct serial *s)
{
	uint8_t now = modem_lines(s), before = s->msr & 0xf0u;
	uint8_t changed = (now ^ before) >> 4;

	/* The ring indicator's delta bit is set by its trailing edge only. */
	if (now & MSR_RI)
		changed &= (uint8_t)~0x4u;
	s->msr = (uint8_t)(now | (s->msr & MSR_DELTAS) | changed);
}

static void write_mcr(struct serial *s, uint8_t value)
{
	bool loop_ends = (s->mcr & MCR_LOOP) && !(value & MCR_LOOP);

	s->mcr = value & MCR_ALL;
	update_msr(s);
	update_irq(s);
	if (loop_ends && s->line)
		chardev_accept_input(s->line);
}

static uint8_t read_lsr(struct serial *s)
{
	uint8_t value = s->lsr_errors | (s->rx.count ? LSR_DR : 0) |
			(s->tx.count ? 0 : LSR_THRE | LSR_TEMT);

	s->lsr_errors = 0;
	update_irq(s);
	return value;
}

static uint8_t read_msr(struct serial *s)
{
	uint8_t value = s->msr;

	s->msr &= (uint8_t)~MSR_DELTAS;
	update_irq(s);
	return value;
}

static uint64_t serial_read(void *device, uint64_t offset, unsigned int size)
{
	struct serial *s = device;
	bool dlab = s->lcr & LCR_DLAB;

	if (size != 1)
		return UINT64_MAX;
	switch (offset) {
	case REG_DATA:
		return dlab ? s->divisor & 0xff : read_rbr(s);
	case REG_IER:
		return dlab ? s->divisor >> 8 : s->ier;
	case REG_IIR:
		return read_iir(s);
	case REG_LCR:
		return s->lcr;
	case REG_MCR:
		return s->mcr;
	case REG_LSR:
		return read_lsr(s);
	case REG_MSR:
		return read_msr(s);
	default:
		return s->scr;
	}
}

static void serial_write(void *device, uint64_t offset, unsigned int size, uint64_t value)
{
	struct serial *s = device;
	bool dlab = s->lcr & LCR_DLAB;
	uint8_t byte = (uint8_t)value;

	if (size != 1)
		return;
	switch (offset) {
	case REG_DATA:
		if (dlab)
			s->divisor = (uint16_t)((s->divisor & 0xff00) | byte);
		else
			write_thr(s, byte);
		break;
	case REG_IER:
		if (dlab)
			s->divisor = (uint16_t)((s->divisor & 0xff) | byte << 8);
		else
			write_ier(s, byte);
		break;
	case REG_IIR:
		write_fcr(s, byte);
		break;
	case REG_LCR:
		s->lcr = byte;
		break;
	case REG_MCR:
		write_mcr(s, byte);
		break;
	case REG_SCR:
		s->scr = byte;
		break;
	default: /* LSR and MSR are read only */
		break;
	}
}

static const struct io_ops serial_io_ops = { serial_read, serial_write };

/* In loopback the line is cut off: its bytes wait outside. */
static size_t line_can_receive(void *opaque)
{
	struct serial *s = opaque;
	size_t room;

	io_bus_lock(s->bus);
	room = s->mcr & MCR_LOOP || s->rx.count >= fifo_depth(s) ? 0 : fifo_depth(s) - s->rx.count;
	io_bus_unlock(s->bus);
	return room;
}

static void line_receive(void *opaque, const uint8_t *bytes, size_t n_bytes)
{
	struct serial *s = opaque;

	io_bus_lock(s->bus);
	for (size_t i = 0; i < n_bytes; i++)
		receive_byte(s, bytes[i]);
	update_irq(s);
	io_bus_unlock(s->bus);
}

static void line_event(void *opaque, enum chardev_event event)
{
	struct serial *s = opaque;

	if (event != CHARDEV_EVENT_BREAK)
		return;
	/* A break is received as a zero byte with LSR.BI (data sheet section 8.3). */
	io_bus_lock(s->bus);
	receive_byte(s, 0);
	s->lsr_errors |= LSR_BI;
	update_irq(s);
	io_bus_unlock(s->bus);
}

static void line_writable(void *opaque)
{
	struct serial *s = opaque;

	io_bus_lock(s->bus);
	while (s->tx.count && send_byte(s, s->tx.bytes[s->tx.first])) {
		fifo_pop(&s->tx);
		s->thr_pending = s->tx.count == 0;
	}
	update_irq(s);
	io_bus_unlock(s->bus);
}

static const struct chardev_frontend serial_frontend = {
	.can_receive = line_can_receive,
	.receive = line_receive,
	.event = line_event,
	.writable = line_writable,
};

/* Call with the bus's lock held, or before the device is on the bus. */
static void power_on(struct serial *s)
{
	s->ier = s->fcr = s->lcr = s->lsr_errors = s->scr = 0;
	s->mcr = MCR_OUT2; /* firmware leaves the interrupt connected */
	s->msr = MSR_CABLE;
	s->divisor = DIVISOR_RESET;
	s->thr_pending = false;
	s->rx = s->tx = (struct fifo){ 0 };
	update_irq(s);
}

int serial_new(struct io_bus *bus, uint16_t port, struct irq_line irq, struct chardev *line,
	       struct serial **ret_serial, struct err *err)
{
	struct serial *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	s->bus = bus;
	s->port = port;
	s->irq = irq;
	power_on(s);
	r = io_bus_add(bus, "serial port", port, SERIAL_PORT_BYTES, &serial_io_ops, s, err);
	if (r < 0) {
		free(s);
		return r;
	}
	if (line) {
		s->line = line;
		chardev_attach(line, &serial_frontend, s);
	}
	*ret_serial = s;
	return 0;
}

void serial_reset(struct serial *serial)
{
	io_bus_lock(serial->bus);
	power_on(serial);
	if (serial->line)
		chardev_accept_input(serial->line);
	io_bus_unlock(serial->bus);
}

void serial_free(struct serial *serial)
{
	if (!serial)
		return;
	if (serial->line)
		chardev_detach(serial->line);
	io_bus_remove(serial->bus, serial->port);
	free(serial);
}
