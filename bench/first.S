/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shortest guests: print a letter on the first serial port, then reset by port 0xcf9, so that
 * with -no-reboot the program ends. The letter is the third instruction that they run.
 *
 * Plain: an ELF file with a PVH note, entered in 32-bit protected mode, for -kernel.
 * -DFIRMWARE: 64 KiB for -bios, entered in real mode at the reset vector, 16 bytes below its end.
 */
	.macro programme
	movb $'!', %al
	movw $0x3f8, %dx
	outb %al, %dx
	movb $6, %al			/* reset the CPU and the bus (ICH9 datasheet, RST_CNT) */
	movw $0xcf9, %dx
	outb %al, %dx
	.endm

	.text
	.globl start
#ifdef FIRMWARE
	.code16
begin:
	.org 0xff00
body:	programme
1:	jmp 1b
	.org 0xfff0
start:	jmp body
	.org 0x10000
#else
	.code32
start:	programme
1:	jmp 1b

	.section .note.Xen, "a", @note
	.long 4, 4, 18			/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.long start
#endif
	.section .note.GNU-stack, "", @progbits
