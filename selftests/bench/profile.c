// SPDX-License-Identifier: GPL-2.0
/*
 * A TCG plugin of QEMU that counts how often each instruction of a VM with one CPU was
 * executed between the two marks of workload.c (see marks.h):
 *
 *   qemu-system-x86_64 -plugin profile.so,out=FILE ...
 *
 * Each span between the marks becomes a part of FILE, in the order in which they ended:
 *
 *   span
 *   user COUNT
 *   ADDRESS COUNT
 *   ...
 *
 * the address in hexadecimal and in the kernel's half; all that ran in user space is one
 * figure. profile.py finds out what the addresses are.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "marks.h"
#include "qemu_plugin.h"

#define BITS	20
#define SLOTS	(1 << BITS)	/* a bench executes some 45 000 different ones */

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static uint64_t addresses[SLOTS];	/* 0: free */
static uint64_t counts[SLOTS];
static uint64_t user;
static size_t used;
static bool counting;
static FILE *out;

static void die(const char *what)
{
	fprintf(stderr, "profile.so: %s\n", what);
	exit(1);
}

/* Open addressing. A counter never moves: translated code has its address. */
static uint64_t *counter_of(uint64_t address)
{
	uint64_t i = (address * 0x9e3779b97f4a7c15ull) >> (64 - BITS);

	while (addresses[i] && addresses[i] != address)
		i = (i + 1) % SLOTS;
	if (!addresses[i] && ++used > SLOTS / 4 * 3)
		die("the VM runs more different instructions than there are counters, see SLOTS");
	addresses[i] = address;
	return &counts[i];
}

static void span_begins(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	memset(counts, 0, sizeof(counts));
	user = 0;
	counting = true;
}

static void span_ends(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	if (!counting)
		die("the mark of a span's end came without that of its beginning");
	counting = false;
	fprintf(out, "span\nuser %" PRIu64 "\n", user);
	for (size_t i = 0; i < SLOTS; i++) {
		if (counts[i])
			fprintf(out, "%" PRIx64 " %" PRIu64 "\n", addresses[i], counts[i]);
	}
	if (fflush(out) || ferror(out))
		die("the output file cannot be written");
}

static bool is_mark(const struct qemu_plugin_insn *insn, uint32_t number)
{
	uint8_t mark[8] = { 0x0f, 0x1f, 0x84, 0x00 };

	memcpy(mark + 4, &number, sizeof(number));
	return qemu_plugin_insn_size(insn) == sizeof(mark) &&
	       !memcmp(qemu_plugin_insn_data(insn), mark, sizeof(mark));
}

static void call_at(struct qemu_plugin_insn *insn, qemu_plugin_vcpu_udata_cb_t cb)
{
	qemu_plugin_register_vcpu_insn_exec_cb(insn, cb, QEMU_PLUGIN_CB_NO_REGS, NULL);
}

/* Called once for each block of code that QEMU translates. */
static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		bool kernel = address >> 63;

		qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
							   kernel ? counter_of(address) : &user, 1);
		if (is_mark(insn, MARK_BEGIN))
			call_at(insn, span_begins);
		else if (is_mark(insn, MARK_END))
			call_at(insn, span_ends);
	}
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
					   int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fputs("profile.so: usage: -plugin profile.so,out=FILE\n", stderr);
		return 1;
	}
	out = fopen(argv[0] + 4, "w");
	if (!out) {
		perror(argv[0] + 4);
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
