// SPDX-License-Identifier: GPL-2.0
#include "report/assets.h"

/*
 * The assembler puts the files in, found as headers are: with -I. in tools/. An
 * even address is what s390x wants of a symbol.
 */
#define BEGIN(name)	".section .rodata\n.globl " name "\n.balign 8\n" name ":\n"
#define FILE(path)	".incbin \"report/" path "\"\n"
#define END		".byte 0\n.balign 8\n.text\n"

__asm__(BEGIN("assets_style") FILE("page.css") FILE("connection.css") FILE("media.css") END);
__asm__(BEGIN("assets_script") FILE("page.js") END);
