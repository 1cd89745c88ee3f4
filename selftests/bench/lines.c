// SPDX-License-Identifier: GPL-2.0
/*
 * A TCG plugin of QEMU that tells which memory the kernel's modules read and write on which
 * CPU, and how long they keep interrupts off, between the two marks of a program in the VM
 * (see marks.h):
 *
 *   qemu-system-x86_64 -accel tcg,thread=single -plugin lines.so,out=FILE ...
 *
 * A module's are the accesses of its own instructions, and those of the kernel's functions
 * that it calls, until they return: of a lock, memcpy(), the slab. Not so what a function
 * does to which it jumps with its last instruction.
 *
 * Each span between the marks becomes a part of FILE, in the order in which they ended:
 *
 *   span
 *   access ADDRESS PC OWNER ENTRY LOADS STORES ...    loads and stores of each CPU
 *   off OWNER COUNT MOST                              interrupts, in instructions
 *
 * PC is the instruction, OWNER that of the module, which is the same or the call; ENTRY
 * where the kernel came into the module, which after an interrupt is in the midst of a
 * function. Addresses are hexadecimal. lines.py finds out what they are.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "marks.h"
#include "qemu_plugin.h"

#define CPUS	4
#define BITS	20
#define SLOTS	(1 << BITS)
#define OFF_MAX	512

/* Where the kernel has its modules on x86-64, and the trampolines that it makes. */
#define MODULES_FIRST	0xffffffffc0000000ull
#define MODULES_LAST	0xfffffffffeffffffull

#define CLI	0xfa
#define STI	0xfb

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

/**
 * struct block - instructions that are executed in a row
 * @first: address of the first
 * @last: of the last one
 * @end: behind it
 * @callee: where it calls to, 0 if that is not known
 * @count: how many
 * @calls: the last one is a call
 * @interrupts: an interrupt or exception begins with it
 */
struct block {
	uint64_t first, last, end, callee;
	uint32_t count;
	bool calls;
	bool interrupts;
};

/**
 * struct cpu - where a CPU is
 * @before: the block that it executed last
 * @entry: where it came into the module that it is in; 0 if it is in none
 * @call: of the module, if it is in a function that the module called
 * @executed: instructions
 * @off_since: of these, when a module put interrupts off; 0 if it did not
 * @off_by: the module's instruction that did
 */
struct cpu {
	const struct block *before;
	uint64_t entry, call, executed, off_since, off_by;
};

struct access {
	uint64_t address, pc, owner, entry;	/* address 0: free */
	uint32_t counts[CPUS][2];		/* loads, stores */
};

struct off {
	uint64_t by, most, count;
};

static struct access accesses[SLOTS];
static struct off offs[OFF_MAX];
static struct cpu cpus[CPUS];
static size_t used;
static bool counting;
static FILE *out;

static void die(const char *what)
{
	fprintf(stderr, "lines.so: %s\n", what);
	exit(1);
}

static bool in_modules(uint64_t address)
{
	return address >= MODULES_FIRST && address <= MODULES_LAST;
}

static struct cpu *cpu_of(unsigned int index)
{
	if (index >= CPUS)
		die("the VM has more CPUs than there are counters, see CPUS");
	return &cpus[index];
}

/* Open addressing. */
static struct access *access_of(const struct access *key)
{
	uint64_t i = (key->address * 0x9e3779b97f4a7c15ull ^ key->pc * 0xc2b2ae3d27d4eb4full ^
		      key->owner) * 0x9e3779b97f4a7c15ull >> (64 - BITS);

	while (accesses[i].address &&
	       memcmp(&accesses[i], key, offsetof(struct access, counts)))
		i = (i + 1) % SLOTS;
	if (accesses[i].address)
		return &accesses[i];
	if (++used > SLOTS / 4 * 3)
		die("there are more different accesses than counters, see SLOTS");
	accesses[i] = *key;
	return &accesses[i];
}

static void accessed(unsigned int index, qemu_plugin_meminfo_t info, uint64_t address, void *pc)
{
	struct cpu *cpu = cpu_of(index);
	struct access key = {
		.address = address, .pc = (uintptr_t)pc, .entry = cpu->entry,
		.owner = in_modules((uintptr_t)pc) ? (uintptr_t)pc : cpu->call,
	};

	/* Not what a program has in its own memory. */
	if (counting && key.owner && address >> 63)
		access_of(&key)->counts[index][qemu_plugin_mem_is_store(info)]++;
}

static void interrupts_on(struct cpu *cpu)
{
	uint64_t length = cpu->executed - cpu->off_since;
	struct off *off = offs;

	if (!cpu->off_since)
		return;
	cpu->off_since = 0;
	if (!counting)
		return;
	while (off->by && off->by != cpu->off_by)
		if (++off == offs + OFF_MAX)
			die("interrupts are put off in more places than there are counters");
	off->by = cpu->off_by;
	off->count++;
	if (off->most < length)
		off->most = length;
}

static void cli_executed(unsigned int index, void *pc)
{
	struct cpu *cpu = cpu_of(index);
	uint64_t owner = in_modules((uintptr_t)pc) ? (uintptr_t)pc : cpu->call;

	if (!owner || cpu->off_since)
		return;
	cpu->off_since = cpu->executed;
	cpu->off_by = owner;
}

static void sti_executed(unsigned int index, void *pc)
{
	(void)pc;
	interrupts_on(cpu_of(index));
}

/* The CPU leaves a module's code, by a call, by its end, or because of an interrupt. */
static void leave_modules(struct cpu *cpu, const struct block *to)
{
	const struct block *b = cpu->before;

	cpu->call = b->calls && (!b->callee || b->callee == to->first) ? b->last : 0;
}

static void executes(unsigned int index, void *data)
{
	struct cpu *cpu = cpu_of(index);
	const struct block *b = data;
	bool was_inside = cpu->before && in_modules(cpu->before->first);

	cpu->executed += b->count;
	if (in_modules(b->first)) {
		if (!was_inside && !cpu->call)
			cpu->entry = b->first;
		cpu->call = 0;
	} else if (was_inside) {
		leave_modules(cpu, b);
	} else if (b->interrupts || !(b->first >> 63)) {
		cpu->call = 0;
	}
	cpu->before = b;
	if (!in_modules(b->first) && !cpu->call) {
		cpu->entry = 0;
		interrupts_on(cpu);
	}
}

static void span_begins(unsigned int index, void *data)
{
	(void)index;
	(void)data;
	memset(accesses, 0, sizeof(accesses));
	memset(offs, 0, sizeof(offs));
	used = 0;
	counting = true;
}

static void write_access(const struct access *a)
{
	fprintf(out, "access %" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64, a->address, a->pc,
		a->owner, a->entry);
	for (int i = 0; i < CPUS; i++)
		fprintf(out, " %" PRIu32 " %" PRIu32, a->counts[i][0], a->counts[i][1]);
	fputc('\n', out);
}

static void span_ends(unsigned int index, void *data)
{
	(void)index;
	(void)data;
	if (!counting)
		die("the mark of a span's end came without that of its beginning");
	counting = false;
	fputs("span\n", out);
	for (size_t i = 0; i < SLOTS; i++)
		if (accesses[i].address)
			write_access(&accesses[i]);
	for (const struct off *off = offs; off < offs + OFF_MAX && off->by; off++)
		fprintf(out, "off %" PRIx64 " %" PRIu64 " %" PRIu64 "\n", off->by, off->count,
			off->most);
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
	qemu_plugin_register_vcpu_insn_exec_cb(insn, cb, QEMU_PLUGIN_CB_NO_REGS,
					       (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn));
}

static void watch(struct qemu_plugin_insn *insn)
{
	const uint8_t *code = qemu_plugin_insn_data(insn);
	uint64_t pc = qemu_plugin_insn_vaddr(insn);

	if (pc >> 63)
		qemu_plugin_register_vcpu_mem_cb(insn, accessed, QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_RW, (void *)(uintptr_t)pc);
	if (pc >> 63 && qemu_plugin_insn_size(insn) == 1 && *code == CLI)
		call_at(insn, cli_executed);
	else if (pc >> 63 && qemu_plugin_insn_size(insn) == 1 && *code == STI)
		call_at(insn, sti_executed);
	else if (is_mark(insn, MARK_BEGIN))
		call_at(insn, span_begins);
	else if (is_mark(insn, MARK_END))
		call_at(insn, span_ends);
}

/* Does the block begin with these instructions, without the endbr64 of some kernels? */
static bool begins_with(struct qemu_plugin_tb *tb, const uint8_t *code, size_t size)
{
	static const uint8_t endbr64[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	uint8_t found[16] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb) && n < size; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		size_t length = qemu_plugin_insn_size(insn);

		if (n + length > sizeof(found))
			return false;
		memcpy(found + n, qemu_plugin_insn_data(insn), length);
		if (n || length != sizeof(endbr64) || memcmp(found, endbr64, length))
			n += length;
	}
	return n >= size && !memcmp(found, code, size);
}

/* call rel32, or call through a register or memory: opcode FF with 2 in ModRM's middle. */
static void find_call(struct block *b, const struct qemu_plugin_insn *insn)
{
	const uint8_t *code = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn);
	int32_t distance;

	if (size == 5 && code[0] == 0xe8) {
		memcpy(&distance, code + 1, sizeof(distance));
		b->calls = true;
		b->callee = b->end + distance;
		return;
	}
	while (size > 2 && (code[0] & 0xf0) == 0x40) {	/* REX */
		code++;
		size--;
	}
	b->calls = size >= 2 && code[0] == 0xff && (code[1] >> 3 & 7) == 2;
}

/* Called once for each block of code that QEMU translates, which has its data for ever. */
static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);
	struct qemu_plugin_insn *first = qemu_plugin_tb_get_insn(tb, 0);
	struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, count - 1);
	/* clac: so the kernel's entries begin, and what comes after a copy from or to a program */
	static const uint8_t entry[] = { 0x0f, 0x01, 0xca };
	struct block *b = calloc(1, sizeof(*b));

	(void)id;
	if (!b)
		die("no memory");
	b->first = qemu_plugin_insn_vaddr(first);
	b->last = qemu_plugin_insn_vaddr(last);
	b->end = b->last + qemu_plugin_insn_size(last);
	b->count = count;
	b->interrupts = begins_with(tb, entry, sizeof(entry));
	find_call(b, last);
	qemu_plugin_register_vcpu_tb_exec_cb(tb, executes, QEMU_PLUGIN_CB_NO_REGS, b);
	for (size_t i = 0; i < count; i++)
		watch(qemu_plugin_tb_get_insn(tb, i));
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
					   int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fputs("lines.so: usage: -plugin lines.so,out=FILE\n", stderr);
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
