// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger: read the ledger of TCP connections that the kernel module keeps.
 */
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"
#include "base/fail.h"
#include "base/output.h"
#include "base/text.h"
#include "commands/explain.h"
#include "commands/export.h"
#include "commands/filter.h"
#include "commands/follow.h"
#include "commands/lab.h"
#include "commands/list.h"
#include "commands/options.h"
#include "commands/quiz.h"
#include "commands/record.h"
#include "commands/report.h"
#include "commands/show.h"
#include "commands/stats.h"
#include "commands/timewait.h"
#include "base/language.h"

static const struct command {
	const char	*name;
	const char	*args;		/* what stands beside the options; [...] may be left out */
	const char	*help;
	unsigned int	groups;		/* OPTIONS_* */
	int		arg_count;
	int		(*run)(const struct options *options);
} commands[] = {
	{
		"list", "", "table of records (the default command)",
		OPTIONS_FILTER | OPTIONS_TABLE | OPTIONS_CLOCK | OPTIONS_JSON | OPTIONS_SOURCE,
		0, command_list
	},
	{
		"show", "ID|LADDR:LPORT-RADDR:RPORT [ID|...]",
		"one connection as a ladder diagram, or two",
		OPTIONS_CLOCK | OPTIONS_JSON | OPTIONS_DIAGRAM | OPTIONS_SOURCE | OPTIONS_TWO_FILES,
		2, command_show
	},
	{
		"explain", "[ID|LADDR:LPORT-RADDR:RPORT]", "the same, each step in words",
		OPTIONS_GLOSSARY | OPTIONS_CLOCK | OPTIONS_SOURCE, 1, command_explain
	},
	{
		"quiz", "[NAME|ID|LADDR:LPORT-RADDR:RPORT]",
		"questions about one connection, or a case of the lab",
		OPTIONS_QUIZ | OPTIONS_CLOCK | OPTIONS_SOURCE, 1, command_quiz
	},
	{
		"follow", "", "events as they happen, a line each; or rows for a database",
		OPTIONS_FILTER | OPTIONS_CLOCK | OPTIONS_JSON | OPTIONS_ROWS | OPTIONS_SOURCE, 0,
		command_follow
	},
	{
		"record", "FILE", "keep what happens, for --file",
		OPTIONS_RECORD | OPTIONS_FILTER | OPTIONS_NAMESPACE, 1, command_record
	},
	{
		"timewait", "", "what TIME_WAIT does: now, per remote address, measured",
		OPTIONS_FILTER | OPTIONS_JSON | OPTIONS_SOURCE, 0, command_timewait
	},
	{
		"stats", "", "counters of the module",
		OPTIONS_JSON | OPTIONS_METRICS | OPTIONS_SOURCE, 0, command_stats
	},
	{
		"export", "[ID|LADDR:LPORT-RADDR:RPORT]", "for Wireshark or packetdrill",
		OPTIONS_EXPORT | OPTIONS_FILTER | OPTIONS_SOURCE, 1, command_export
	},
	{
		"report", "FILE.html", "one HTML file for a colleague: figures, ladders, words",
		OPTIONS_REPORT | OPTIONS_FILTER | OPTIONS_SOURCE | OPTIONS_TWO_FILES, 1,
		command_report
	},
	{
		"filter", "[EXPRESSION]", "what is recorded, in tcpdump's language",
		OPTIONS_CLEAR | OPTIONS_NAMESPACE, INT_MAX, command_filter
	},
	{
		"lab", "[NAME]", "make a textbook case for real and draw it; or which there are",
		OPTIONS_LAB | OPTIONS_CLOCK | OPTIONS_JSON | OPTIONS_DIAGRAM, 1, command_lab
	},
};

#define COMMANDS	ARRAY_SIZE(commands)

static const struct command *find_command(const char *name)
{
	unsigned int i;

	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int print_version(void)
{
	text_string(output_text(), "tcpledger " TCPLEDGER_RELEASE "\n");
	return output_finish();
}

static void print_usage_line(const struct command *command, const char *before)
{
	text_printf(output_text(), "%stcpledger %s%s%s%s\n", before, command->name,
		    *command->args ? " " : "", command->args,
		    command->groups & OPTIONS_FILTER ? " [FILTER...] [OPTION...]" : " [OPTION...]");
}

static int print_help(const struct command *command)
{
	unsigned int i, groups = command ? command->groups : ~0U;

	if (command) {
		print_usage_line(command, "usage: ");
		text_printf(output_text(), "       %s\n", command->help);
	} else {
		text_string(output_text(),
			    "tcpledger: how TCP connections open and close, as recorded\n\n"
			    "usage: tcpledger [list] [FILTER...] [OPTION...]\n");
		for (i = 1; i < COMMANDS; i++)
			print_usage_line(&commands[i], "       ");
		text_string(output_text(),
			    "\ncommands (tcpledger COMMAND --help tells their options):\n");
		for (i = 0; i < COMMANDS; i++)
			text_printf(output_text(), "  %-10s %s\n", commands[i].name,
				    commands[i].help);
	}
	text_string(output_text(), "\noptions:\n");
	options_help(groups);
	return output_finish();
}

/* What stands in brackets may be left out. */
static int wanted_args(const char *args)
{
	int count = 0;

	while (*args) {
		count += *args != '[';
		args += strcspn(args, " ");
		args += strspn(args, " ");
	}
	return count;
}

static int run(const struct command *command, bool named, int argc, char **argv)
{
	struct options options;
	int status = options_parse(&options, command->groups, argc, argv);

	if (status)
		return status;
	if (options.help)
		return print_help(named ? command : NULL);
	if (options.version)
		return print_version();
	if (options.arg_count < wanted_args(command->args))
		return fail_usage("%s wants %s", command->name, command->args);
	if (options.arg_count > command->arg_count)
		return fail_usage("%s does not take '%s'; a command comes first", command->name,
				  options.args[command->arg_count]);
	status = command->run(&options);
	output_finish();
	return status ? status : fail_status();
}

int main(int argc, char **argv)
{
	const struct command *command = &commands[0];
	bool named = argc > 1 && argv[1][0] != '-';

	language_set();
	signal(SIGPIPE, SIG_IGN);	/* a closed pipe is an end, not a death */
	if (named) {
		command = find_command(argv[1]);
		if (!command)
			return fail_usage("unknown command '%s'", argv[1]);
		argc--;
		argv++;
	}
	return run(command, named, argc, argv);
}
