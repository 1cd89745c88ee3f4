// SPDX-License-Identifier: GPL-2.0
/*
 * A test that loads the module with parameters of its own leaves it as it was:
 * what the parameters were is noted before the first test of the program, and
 * put right after its last, also if tests died in between.
 */
#include "lib/world/module.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/ledger/ledger.h"

#define SYS_MODULE	"/sys/module/tcpledger"
#define TAINT_DIE	(1 << 7)
#define TAINT_WARN	(1 << 9)
#define VM_MODULE_FILE	"/payload/tcpledger.ko"	/* where the test VM has it */

static const char *const parameters[] = {
	"max_connections", "history", "max_embryonic", "max_total", "enabled"
};

static pid_t program;		/* the process that runs the tests, each in a child */
static char original[256];

bool module_loaded(void)
{
	return !access(SYS_MODULE "/parameters", F_OK);
}

static void describe(char *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(parameters) / sizeof(*parameters); i++) {
		char path[96], *value;

		snprintf(path, sizeof(path), SYS_MODULE "/parameters/%s", parameters[i]);
		value = read_all(path);
		n += snprintf(text + n, size - n, "%s=%.*s ", parameters[i],
			      (int)strcspn(value, "\n"), value);
		free(value);
	}
}

static void __attribute__((constructor)) note_parameters(void)
{
	if (!module_loaded())
		return;
	program = getpid();
	describe(original, sizeof(original));
}

static void __attribute__((destructor)) restore_parameters(void)
{
	char now[sizeof(original)] = "";

	if (!program || getpid() != program)
		return;
	if (module_loaded())
		describe(now, sizeof(now));
	if (strcmp(now, original))
		module_reload(original);
}

/**
 * module_file - find the module
 * Return: $TCPLEDGER_KO, else the test VM's, else the installed one
 */
const char *module_file(void)
{
	static char path[1024];
	const char *given = getenv("TCPLEDGER_KO");
	char *found;

	if (given)
		return given;
	if (!access(VM_MODULE_FILE, R_OK))
		return VM_MODULE_FILE;
	found = run_output("modinfo -n tcpledger");
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(found, "\n"), found);
	free(found);
	return path;
}

/**
 * module_load - load the module, which must not be loaded
 * @text: its parameters
 */
void module_load(const char *text)
{
	int fd = open(module_file(), O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("%s: name the module in TCPLEDGER_KO", module_file());
	if (syscall(SYS_finit_module, fd, text, 0))
		die("load tcpledger %s", text);
	close(fd);
}

/* Whoever looks into the module's files in /sys at this moment keeps it for as long. */
static bool try_unload(void)
{
	if (!syscall(SYS_delete_module, "tcpledger", O_NONBLOCK))
		return true;
	if (errno != EBUSY && errno != EAGAIN)
		die("unload tcpledger");
	return false;
}

void module_unload(void)
{
	need(try_unload(), DEADLINE_MS);
}

/**
 * module_reload - load the module anew
 * @text: its parameters
 */
void module_reload(const char *text)
{
	if (module_loaded())
		module_unload();
	module_load(text);
}

/**
 * module_has_cache - look whether the memory of records exists
 * Return: whether the slab allocator knows it; an unloaded module must not leave it behind
 */
bool module_has_cache(void)
{
	char *text = read_all("/proc/slabinfo");
	bool exists = strstr(text, "\ntcpledger_block ");

	free(text);
	return exists;
}

/**
 * kernel_taint - look whether the kernel has complained since it was started
 * Return: bits, not 0 if it warned or oopsed
 */
int kernel_taint(void)
{
	char *text = read_all("/proc/sys/kernel/tainted");
	int bits = atoi(text);

	free(text);
	return bits & (TAINT_DIE | TAINT_WARN);
}

/**
 * ledger_stat - a value of the stats file of this namespace
 * @name: its name
 * Return: the value
 */
int64_t ledger_stat(const char *name)
{
	char *text = read_all(LEDGER_PROC "/stats"), *rest = text, *line;
	size_t n = strlen(name);

	while ((line = strsep(&rest, "\n"))) {
		int64_t value;

		if (strncmp(line, name, n) || line[n] != ' ')
			continue;
		value = atoll(line + n);
		free(text);
		return value;
	}
	die("no %s in %s/stats", name, LEDGER_PROC);
}

/**
 * judge_balance - see that every record made in this namespace is there or was evicted
 * Return: how much is wrong; reported
 *
 * To be called when nothing moves, and not in the initial namespace, which inherits.
 */
int judge_balance(void)
{
	static const char *const evicted[] = {
		"evicted_history", "evicted_failed", "evicted_embryonic", "evicted_tuple",
		"evicted_inherited",
	};
	int64_t made = ledger_stat("records_created"), there = ledger_stat("records_total");
	int64_t gone = 0;

	for (size_t i = 0; i < sizeof(evicted) / sizeof(*evicted); i++)
		gone += ledger_stat(evicted[i]);
	if (made == there + gone)
		return 0;
	say("%lld records were made, but %lld are there and %lld were evicted", (long long)made,
	    (long long)there, (long long)gone);
	return 1;
}

/**
 * slab_blocks - what the kernel's allocator says of the module's memory
 * Return: blocks of the module's cache, -1 if it is not there
 */
int64_t slab_blocks(void)
{
	char *text = read_all("/proc/slabinfo");
	const char *line = strstr(text, "\ntcpledger_block ");
	long long blocks = -1;

	if (line && sscanf(line, " tcpledger_block %*d %lld", &blocks) != 1)
		die("/proc/slabinfo");
	free(text);
	return blocks;
}
