/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest without an operating system, entered by its PVH note in 32-bit protected mode. Its kernel
 * command line is its programme, one letter a step:
 *
 *	h  print "hello" on the first serial port
 *	m  print the number of memory map entries that are RAM, as a digit
 *	b  print "button" once the ACPI power button has been pressed (PM1 status, bit 8)
 *	s  spin for ever
 *	z  halt with interrupts off, for ever
 *	p  power off by ACPI (PM1a control: SLP_EN and S5's sleep type)
 *	r  reset by port 0xcf9
 *	k  reset by the keyboard controller
 *	t  triple fault
 *	u  touch guest addresses that nothing answers, and ports likewise
 *	l  write one letter a line for ever: load for stop/cont/reset tests
 *
 * At the end of the line it powers off.
 */
#define SERIAL	    0x3f8
#define PM1_STATUS  0x600
#define PM1_CONTROL 0x604
#define SLEEP_S5    (5 << 10 | 1 << 13)

	.section .note.Xen, "a", @note
	.long 4, 4, 18			/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.long start

	.text
	.code32
	.globl start
start:
	movl $stack_top, %esp
	movl %ebx, start_info
	movl 24(%ebx), %esi		/* hvm_start_info.cmdline_paddr, low half */
	testl %esi, %esi
	jz power_off
next:
	movb (%esi), %al
	incl %esi
	cmpb $0, %al
	je power_off
	cmpb $'h', %al
	je hello
	cmpb $'m', %al
	je memory
	cmpb $'b', %al
	je button
	cmpb $'s', %al
	je spin
	cmpb $'z', %al
	je halt
	cmpb $'p', %al
	je power_off
	cmpb $'r', %al
	je reset
	cmpb $'k', %al
	je keyboard
	cmpb $'t', %al
	je triple
	cmpb $'u', %al
	je unanswered
	cmpb $'l', %al
	je load
	jmp next

hello:
	movl $hello_text, %edi
	call print
	jmp next

memory:					/* counts memmap entries of type 1 */
	movl start_info, %ebx
	movl 40(%ebx), %edi		/* memmap_paddr */
	movl 48(%ebx), %ecx		/* memmap_entries */
	xorl %edx, %edx
1:	testl %ecx, %ecx
	jz 2f
	cmpl $1, 16(%edi)
	jne 3f
	incl %edx
3:	addl $24, %edi
	decl %ecx
	jmp 1b
2:	leal '0'(%edx), %eax
	call put
	movb $'\n', %al
	call put
	jmp next

button:
	movw $PM1_STATUS, %dx
	inw %dx, %ax
	testw $0x100, %ax
	jz button
	movl $button_text, %edi
	call print
	jmp next

spin:
	jmp spin
halt:
	cli
	hlt
	jmp halt

power_off:
	movw $PM1_CONTROL, %dx
	movw $SLEEP_S5, %ax
	outw %ax, %dx
	jmp halt
reset:
	movw $0xcf9, %dx
	movb $6, %al
	outb %al, %dx
	jmp halt
keyboard:
	movb $0xfe, %al
	outb %al, $0x64
	jmp halt
triple:
	lidt no_idt
	ud2

unanswered:				/* 0xd0000000: in the PCI window, where no device is */
	movl 0xd0000000, %eax
	incl %eax
	jnz triple
	movl $1, 0xd0000000
	movw $0x1234, %dx
	inl %dx, %eax
	incl %eax
	jnz triple
	outl %eax, %dx
	movl $unanswered_text, %edi
	call print
	jmp next

load:
	movb $'x', %al
	call put
	movb $'\n', %al
	call put
	jmp load

print:					/* zero-terminated text at %edi */
	movb (%edi), %al
	incl %edi
	testb %al, %al
	jz 1f
	call put
	jmp print
1:	ret

put:					/* %al, when the transmitter is empty */
	movb %al, %ah
	movw $(SERIAL + 5), %dx
1:	inb %dx, %al
	testb $0x20, %al
	jz 1b
	movb %ah, %al
	movw $SERIAL, %dx
	outb %al, %dx
	ret

	.section .rodata
hello_text:	 .asciz "hello\n"
button_text:	 .asciz "button\n"
unanswered_text: .asciz "unanswered\n"
no_idt:		 .word 0
		 .long 0

	.bss
	.balign 16
start_info:	.skip 4
	.balign 16
		.skip 4096
stack_top:
	.section .note.GNU-stack, "", @progbits
