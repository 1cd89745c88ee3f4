// SPDX-License-Identifier: GPL-2.0
#include "report/assets.h"

/*
 * The assembler puts the files in, found as headers are: with -I. in tools/. An
 * even address is what s390x wants of a symbol.
 */
#define ASSET(name, path)				\
	__asm__(".section .rodata\n"			\
		"	.globl " #name "\n"		\
		"	.balign 8\n"			\
		#name ":\n"				\
		"	.incbin \"" path "\"\n"		\
		"	.byte 0\n"			\
		"	.balign 8\n"			\
		"	.text\n")

ASSET(assets_style, "report/page.css");
ASSET(assets_script, "report/page.js");
