// SPDX-License-Identifier: GPL-2.0
/*
 * Functions of the kernel that tell why it acts, and where they are.
 *
 * The innermost one on a stack counts: on loopback the peer's segment is often
 * processed deep inside the system call that sent it.
 */
#include "lib/witness/symbols.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/util.h"

/* All tests of one boot find the functions in the same place: only the first searches. */
#define CACHE		"/tmp/tcpledger_selftest.symbols"
#define BOOT_ID		"/proc/sys/kernel/random/boot_id"
#define RANGES_MAX	128
#define MODULE_BYTES	1024	/* of a module's function; its symbols are in no order */
#define BACKLOG_DEPTH	3	/* frames from TCP's receive function to its caller */

static const struct {
	const char *name;
	enum symbols_by by;
} functions[] = {
	{ "tcp_v4_rcv", BY_SEGMENT }, { "tcp_v6_rcv", BY_SEGMENT },
	{ "tcp_v4_do_rcv", BY_SEGMENT }, { "tcp_v6_do_rcv", BY_SEGMENT },
	{ "tcp_rcv_state_process", BY_SEGMENT }, { "tcp_rcv_established", BY_SEGMENT },
	{ "tcp_child_process", BY_SEGMENT }, { "tcp_check_req", BY_SEGMENT },
	{ "tcp_timewait_state_process", BY_SEGMENT },
	{ "nf_tproxy_handle_time_wait4", BY_TPROXY },
	{ "nf_tproxy_handle_time_wait6", BY_TPROXY },
	{ "tcp_write_timer_handler", BY_TIMER }, { "tcp_write_timer", BY_TIMER },
	{ "tcp_keepalive_timer", BY_TIMER }, { "tcp_delack_timer_handler", BY_TIMER },
	{ "reqsk_timer_handler", BY_TIMER }, { "tw_timer_handler", BY_TIMER },
	/* tw_timer_handler() leaves by a jump and is on no stack. */
	{ "call_timer_fn", BY_TIMER }, { "expire_timers", BY_TIMER },
	{ "__run_timers", BY_TIMER }, { "__run_timer_base", BY_TIMER },
	{ "run_timer_base", BY_TIMER }, { "run_timer_softirq", BY_TIMER },
	{ "tcp_v4_err", BY_ICMP }, { "tcp_v6_err", BY_ICMP },
	{ "inet_twsk_purge", BY_NETNS }, { "tcp_twsk_purge", BY_NETNS },
	{ "tcp_abort", BY_ABORT },
	{ "tcp_v4_connect", BY_CONNECT }, { "tcp_v6_connect", BY_CONNECT },
	{ "__inet_check_established", BY_CONNECT }, { "__inet6_check_established", BY_CONNECT },
	{ "__tcp_close", BY_CALL }, { "tcp_close", BY_CALL }, { "tcp_shutdown", BY_CALL },
	{ "tcp_disconnect", BY_CALL }, { "inet_csk_listen_stop", BY_CALL },
	{ "inet_csk_listen_start", BY_CALL }, { "tcp_sendmsg_locked", BY_CALL },
	{ "do_tcp_setsockopt", BY_CALL },
	/* Not a cause: who calls TCP's receive function. */
	{ "__release_sock", BY_UNKNOWN },
};

static struct range {
	uint64_t start;
	uint64_t end;
	size_t function;
} ranges[RANGES_MAX];

static size_t ranges_n;

static bool read_cache(const char *boot_id)
{
	char line[128];
	FILE *f = fopen(CACHE, "re");

	if (!f)
		return false;
	if (!fgets(line, sizeof(line), f) || strcmp(line, boot_id)) {
		fclose(f);
		return false;
	}
	while (ranges_n < RANGES_MAX && fgets(line, sizeof(line), f)) {
		struct range *r = &ranges[ranges_n++];

		if (sscanf(line, "%lx %lx %zu", &r->start, &r->end, &r->function) != 3)
			die(CACHE);
	}
	fclose(f);
	return true;
}

static void write_cache(const char *boot_id)
{
	FILE *f = fopen(CACHE, "we");

	if (!f)
		return;
	fputs(boot_id, f);
	for (size_t i = 0; i < ranges_n; i++)
		fprintf(f, "%lx %lx %zu\n", ranges[i].start, ranges[i].end, ranges[i].function);
	fclose(f);
}

/* gcc splits functions: NAME.part.0 is a part of NAME. */
static bool is_function(const char *symbol, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(symbol, name, n) && (symbol[n] == '\0' || symbol[n] == '.');
}

/**
 * struct symbol - a line of /proc/kallsyms
 * @address: where it is
 * @name: its name
 * @module: the module it belongs to, "" for the kernel's own
 */
struct symbol {
	uint64_t address;
	char *name;
	char *module;
};

/* The next symbol of @f, in @line, "ADDRESS TYPE NAME" and perhaps "\t[MODULE]". */
static bool next_symbol(FILE *f, char line[512], struct symbol *symbol)
{
	char *rest;

	if (!fgets(line, 512, f))
		return false;
	symbol->address = strtoull(line, &rest, 16);
	symbol->name = rest + strcspn(rest, " ") + 3;
	rest = symbol->name + strcspn(symbol->name, "\t\n");
	symbol->module = strchr(rest, '[') ? strchr(rest, '[') + 1 : "";
	if (*symbol->module)
		symbol->module[strcspn(symbol->module, "]")] = '\0';
	*rest = '\0';
	return true;
}

static FILE *open_symbols(void)
{
	FILE *f = fopen("/proc/kallsyms", "re");

	if (!f)
		die("/proc/kallsyms");
	return f;
}

static void search(void)
{
	FILE *f = open_symbols();
	struct range *open = NULL;
	struct symbol symbol;
	char line[512];

	while (next_symbol(f, line, &symbol)) {
		/* A function ends where the next symbol begins. */
		if (open && symbol.address > open->start) {
			open->end = symbol.address;
			open = NULL;
		}
		for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
			if (!is_function(symbol.name, functions[i].name) || ranges_n == RANGES_MAX)
				continue;
			open = &ranges[ranges_n++];
			*open = (struct range){ symbol.address, symbol.address + 1, i };
			if (*symbol.module) {
				open->end = symbol.address + MODULE_BYTES;
				open = NULL;
			}
		}
	}
	fclose(f);
}

/**
 * symbols_address - where one symbol is
 * @name: its name
 * @module: the module it belongs to, "" for the kernel's own
 * Return: its address; the test ends if there is no such symbol
 */
uint64_t symbols_address(const char *name, const char *module)
{
	FILE *f = open_symbols();
	struct symbol symbol;
	uint64_t found = 0;
	char line[512];

	while (!found && next_symbol(f, line, &symbol))
		if (!strcmp(symbol.name, name) && !strcmp(symbol.module, module))
			found = symbol.address;
	fclose(f);
	if (!found)
		die("the kernel has no symbol %s", name);
	return found;
}

/**
 * symbols_load - learn where the kernel's functions are
 */
void symbols_load(void)
{
	char *boot_id = read_all(BOOT_ID);

	ranges_n = 0;
	if (!read_cache(boot_id)) {
		search();
		write_cache(boot_id);
	}
	if (!ranges_n)
		die("/proc/kallsyms names none of TCP's functions");
	free(boot_id);
}

/**
 * symbols_reload - learn it anew, after a module with functions of the list was loaded
 */
void symbols_reload(void)
{
	for (size_t i = 0; i < ranges_n; i++)
		if (functions[ranges[i].function].by == BY_TPROXY)
			return;
	unlink(CACHE);
	symbols_load();
}

static const struct range *range_of(uint64_t address)
{
	for (size_t i = 0; i < ranges_n; i++)
		if (address > ranges[i].start && address <= ranges[i].end)
			return &ranges[i];
	return NULL;
}

/**
 * symbols_by - on whose behalf the kernel acts
 * @stack: return addresses, the innermost first
 * @n: how many
 * @backlog: set if a segment had waited until a program let the socket go
 * Return: what the innermost function tells that tells anything
 */
enum symbols_by symbols_by(const uint64_t *stack, size_t n, bool *backlog)
{
	enum symbols_by by = BY_UNKNOWN;
	size_t found = n;

	*backlog = false;
	for (size_t i = 0; i < n && i <= found + BACKLOG_DEPTH; i++) {
		const struct range *r = range_of(stack[i]);

		if (!r)
			continue;
		if (functions[r->function].by == BY_UNKNOWN) {
			*backlog = by == BY_SEGMENT;
			if (by != BY_UNKNOWN)
				break;
		} else if (by == BY_UNKNOWN) {
			by = functions[r->function].by;
			found = i;
		} else if (by == BY_SEGMENT && functions[r->function].by == BY_SEGMENT) {
			found = i;
		} else {
			break;
		}
	}
	return by;
}

const char *symbols_by_name(enum symbols_by by)
{
	static const char *const names[] = {
		[BY_UNKNOWN] = "for no reason that its stack tells",
		[BY_CALL] = "in a system call", [BY_CONNECT] = "in connect()",
		[BY_ABORT] = "for ss -K", [BY_SEGMENT] = "by a segment", [BY_TIMER] = "by a timer",
		[BY_ICMP] = "by an ICMP error", [BY_NETNS] = "because the namespace dies",
		[BY_TPROXY] = "by TPROXY",
	};

	return names[by];
}
