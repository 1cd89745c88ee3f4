// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger filter: which connections the module records, in tcpdump's language.
 *
 * libpcap compiles the expression; the kernel checks the program and runs it on the
 * first segment of each connection. The expression itself stands as a comment in the
 * file of the kernel, for those who ask later.
 */
#include "commands/filter.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/fail.h"
#include "base/output.h"
#include "base/text.h"
#include "commands/options.h"
#include "read/source.h"

#define FILTER_MOST	(128 * 1024)	/* as the kernel has it */
#define SNAPSHOT	262144		/* longer than any packet: none is cut */

/* The arguments as one expression; what breaks a line would end the comment. */
static void join(const struct options *options, struct text *to)
{
	size_t i;
	int n;

	for (n = 0; n < options->arg_count; n++) {
		if (n)
			text_char(to, ' ');
		text_string(to, options->args[n]);
	}
	text_terminated(to);
	for (i = 0; i < to->len; i++)
		if (to->bytes[i] == '\n' || to->bytes[i] == '\r')
			to->bytes[i] = ' ';
}

/* As 'tcpdump -y RAW -ddd' prints it, behind the expression. */
static int compile(const char *expression, struct text *to)
{
	pcap_t *pcap = pcap_open_dead(DLT_RAW, SNAPSHOT);
	struct bpf_program program;
	unsigned int i;
	int status = FAIL_NONE;

	if (!pcap)
		return fail_work("free some", "no memory for libpcap");
	if (pcap_compile(pcap, &program, expression, 1, PCAP_NETMASK_UNKNOWN)) {
		status = fail_usage("filter '%s': %s; see pcap-filter(7)", expression,
				    pcap_geterr(pcap));
		pcap_close(pcap);
		return status;
	}
	text_printf(to, "# %s\n%u\n", expression, program.bf_len);
	for (i = 0; i < program.bf_len; i++)
		text_printf(to, "%u %u %u %u\n", program.bf_insns[i].code,
			    program.bf_insns[i].jt, program.bf_insns[i].jf,
			    program.bf_insns[i].k);
	pcap_freecode(&program);
	pcap_close(pcap);
	if (to->len > FILTER_MOST)
		status = fail_usage("filter: a program of %zu bytes, %d may be; shorten it",
				    to->len, FILTER_MOST);
	return status;
}

/* One write: the kernel puts all of it into force, or nothing. */
static int put(const struct source *source, const struct text *text)
{
	char path[PATH_MAX];
	int fd = source_open_to_write(source, "filter", path);
	ssize_t n;

	if (fd < 0)
		return FAIL_WORK;
	do {
		n = write(fd, text->bytes, text->len);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		fail_work(errno == EINVAL ? "simplify the expression" : "check the path",
			  "cannot write %s: %s", path, strerror(errno));
	else if ((size_t)n < text->len)
		fail_work("try again", "cannot write %s: only %zd of %zu bytes were taken", path,
			  n, text->len);
	close(fd);
	return n < 0 || (size_t)n < text->len ? FAIL_WORK : FAIL_NONE;
}

static int get(const struct source *source, struct text *to)
{
	char path[PATH_MAX];
	int fd = source_open(source, "filter", path);
	ssize_t n;

	if (fd < 0)
		return FAIL_WORK;
	do {
		text_reserve(to, 16384);
		n = read(fd, to->bytes + to->len, 16384);
		if (n > 0)
			to->len += (size_t)n;
	} while ((n > 0 && to->len < FILTER_MOST) || (n < 0 && errno == EINTR));
	if (n < 0)
		fail_read(path, "check the path", "%s", strerror(errno));
	close(fd);
	return n < 0 ? FAIL_WORK : FAIL_NONE;
}

/* The expression, if it stands before the program; else the program. */
static int show(const struct source *source)
{
	struct text text = { 0 };
	struct text *out = output_text();
	int status = get(source, &text);
	char *line = (char *)text_terminated(&text), *end;

	if (!status && !text.len) {
		text_string(out, "no filter: all connections are recorded\n");
	} else if (!status) {
		if (!strncmp(line, "# ", 2)) {
			line += 2;
			end = strchr(line, '\n');
			if (end)
				*end = '\0';
		}
		for (; *line; line = end) {
			end = strchr(line, '\n');
			if (end)
				*end++ = '\0';
			else
				end = line + strlen(line);
			escape_terminal(out, line);
			text_char(out, '\n');
		}
	}
	text_free(&text);
	return status;
}

/**
 * command_filter - tcpledger filter
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_filter(const struct options *options)
{
	struct text expression = { 0 }, program = { 0 };
	int status = FAIL_NONE;

	if (options->clear && options->arg_count)
		return fail_usage("filter takes an expression or --clear, not both");
	join(options, &expression);
	if (options->arg_count && !expression.len)
		return fail_usage("filter wants an expression; --clear removes the filter");
	if (!options->clear && !options->arg_count) {
		status = show(&options->source);
	} else {
		if (!options->clear)
			status = compile((char *)text_terminated(&expression), &program);
		else
			text_char(&program, '\n');
		if (!status)
			status = put(&options->source, &program);
	}
	text_free(&expression);
	text_free(&program);
	return status;
}
