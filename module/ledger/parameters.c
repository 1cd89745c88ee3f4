// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module parameters: how much is kept, and where.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "ledger/parameters.h"

#include <linux/cache.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "ledger/conn.h"

#define CONNECTIONS_MIN		64U
#define CONNECTIONS_MAX		16777216U
#define EVENTS_MIN		128U	/* more than are told of a record at once */
#define EVENTS_MAX		4194304U
#define EVENTS_DEFAULT		16384U
#define CONNECTIONS_DEFAULT	262144U	/* never more than this by default */

/* By default the records of one namespace may take 1/64 of memory. */
#define MEMORY_SHARE		64

/* All namespaces together may keep this many times one namespace's share. */
#define TOTAL_FACTOR		4

/* OPEN, each entry, END: else writers would overwrite what they have just written. */
static_assert(EVENTS_MIN > 2 + TCPLEDGER_LOG_MAX);

struct tcpledger_parameters tcpledger_parameters __ro_after_init;

/**
 * struct limit - one parameter
 * @name: as users know it
 * @value: what is in force
 * @text: what was given
 * @given: a text was given
 * @cut: the text was longer than any number is
 *
 * Kept as text until all parameters are known: a range depends on other parameters,
 * and an error is reported in one line with the range.
 */
struct limit {
	const char	*name;
	unsigned int	*value;
	char		text[24];
	bool		given;
	bool		cut;
};

static int set_limit(const char *text, const struct kernel_param *kp)
{
	struct limit *l = kp->arg;

	l->given = true;
	l->cut = strscpy(l->text, text, sizeof(l->text)) < 0;
	return 0;
}

static int get_limit(char *buf, const struct kernel_param *kp)
{
	const struct limit *l = kp->arg;

	/* The file is there before tcpledger_parameters_init() runs. */
	return sysfs_emit(buf, "%u\n", READ_ONCE(*l->value));
}

static const struct kernel_param_ops limit_ops = {
	.set = set_limit,
	.get = get_limit,
};

#define LIMIT(param)							\
	static struct limit limit_##param = {				\
		.name = #param, .value = &tcpledger_parameters.param,	\
	};								\
	module_param_cb(param, &limit_ops, &limit_##param, 0444);	\
	__MODULE_PARM_TYPE(param, "uint")

LIMIT(max_connections);
MODULE_PARM_DESC(max_connections, "records kept in each network namespace, live and ended together (64..16777216; default: 1/64 of memory, at most 262144)");
LIMIT(history);
MODULE_PARM_DESC(history, "ended records kept in each network namespace (1..max_connections; default: half of max_connections)");
LIMIT(max_embryonic);
MODULE_PARM_DESC(max_embryonic, "records of connections from outside not yet established, in each network namespace (1..max_connections; default: a quarter of max_connections)");
LIMIT(max_total);
MODULE_PARM_DESC(max_total, "records kept in all network namespaces together (max_connections..67108864; default: 4 times max_connections)");
LIMIT(events);
MODULE_PARM_DESC(events, "events held in the live stream of each network namespace in which somebody reads it (128..4194304, of 40 bytes; default: 16384)");

static const char *const enabled_names[] = { "all", "initial", "none" };
static char enabled_text[16] = "all";

static int set_enabled(const char *text, const struct kernel_param *kp)
{
	/* A longer text is cut, and is none of the names then. */
	strscpy(enabled_text, text, sizeof(enabled_text));
	return 0;
}

static int get_enabled(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n",
			  enabled_names[READ_ONCE(tcpledger_parameters.enabled)]);
}

static const struct kernel_param_ops enabled_ops = {
	.set = set_enabled,
	.get = get_enabled,
};

module_param_cb(enabled, &enabled_ops, NULL, 0444);
__MODULE_PARM_TYPE(enabled, "charp");
MODULE_PARM_DESC(enabled, "network namespaces that record from the beginning: all, initial or none; the sysctl net.tcpledger.enabled of each changes it (default: all)");

static unsigned int default_connections(void)
{
	u64 bytes = (u64)totalram_pages() << PAGE_SHIFT;

	return clamp_t(u64, div_u64(bytes, MEMORY_SHARE * TCPLEDGER_CONN_SIZE),
		       1024, CONNECTIONS_DEFAULT);
}

static int check(struct limit *l, unsigned int preset, unsigned int least,
		 unsigned int most, const char *by)
{
	unsigned int value = clamp(preset, least, most);

	if (!l->given ||
	    (!l->cut && !kstrtouint(strim(l->text), 0, &value) &&
	     value >= least && value <= most)) {
		WRITE_ONCE(*l->value, value);
		return 0;
	}
	pr_err("%s=%s%s is out of range: give %u to %u%s, or leave it out\n",
	       l->name, l->text, l->cut ? "..." : "", least, most, by);
	return -EINVAL;
}

static int check_enabled(void)
{
	int i = sysfs_match_string(enabled_names, enabled_text);

	if (i < 0) {
		pr_err("enabled=%s is none of all, initial, none: give one of these, or leave it out\n",
		       enabled_text);
		return -EINVAL;
	}
	WRITE_ONCE(tcpledger_parameters.enabled, i);
	return 0;
}

/**
 * tcpledger_parameters_init() - check the parameters, fill in defaults
 *
 * Context: process, at load.
 * Return: 0, or -EINVAL after one line that names parameter, value and range.
 */
int __init tcpledger_parameters_init(void)
{
	struct tcpledger_parameters *l = &tcpledger_parameters;
	int ret;

	ret = check(&limit_max_connections, default_connections(),
		    CONNECTIONS_MIN, CONNECTIONS_MAX, "");
	if (!ret)
		ret = check(&limit_history, l->max_connections / 2, 1,
			    l->max_connections, " (max_connections)");
	if (!ret)
		ret = check(&limit_max_embryonic, l->max_connections / 4, 1,
			    l->max_connections, " (max_connections)");
	if (!ret)
		ret = check(&limit_max_total,
			    l->max_connections * TOTAL_FACTOR,
			    l->max_connections, CONNECTIONS_MAX * TOTAL_FACTOR,
			    " (at least max_connections)");
	if (!ret)
		ret = check(&limit_events, EVENTS_DEFAULT, EVENTS_MIN,
			    EVENTS_MAX, "");
	return ret ? ret : check_enabled();
}
