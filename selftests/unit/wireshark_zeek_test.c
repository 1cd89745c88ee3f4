// SPDX-License-Identifier: GPL-2.0
/*
 * What Wireshark and Zeek say of hand-made connections.
 *
 * The completeness of each case was read from tshark 4.0.17 (-2 -T fields -e
 * tcp.completeness) on a capture of the same segments. The states are those of
 * Zeek's documentation of conn.log, the letters of its history field.
 */
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "fixture.h"
#include "meaning/wireshark_zeek.h"
#include "read/record.h"
#include "tap.h"

/*
 * Segments: '>' out or '<' in, then S SYN, H SYN/ACK, A ACK, D data, F
 * FIN/ACK, f FIN alone, G FIN/ACK with data, R RST, r RST/ACK, T SYN with data.
 * W is A and Z is R with a window of zero, C is R and c is F with a bad checksum.
 */
static const struct wireshark_zeek_case {
	const char	*segments;
	unsigned int	completeness;
	const char	*state;
	const char	*history;
	long long	sent, received;
} cases[] = {
	/* the states of Zeek's table, in its order */
	{ ">S", 1, "S0", "S", 0, 0 },
	{ ">S >S >S", 1, "S0", "S", 0, 0 },
	{ ">S <H >A", 7, "S1", "ShA", 0, 0 },
	{ ">S <H >A >F <A <F >A", 23, "SF", "ShAFaf", 0, 0 },
	{ ">S <H >A <F >A >F <A", 23, "SF", "ShAfFa", 0, 0 },
	{ ">S <H >A >F <F >A", 23, "SF", "ShAFf", 0, 0 },
	{ ">S <r", 37, "REJ", "Sr", 0, 0 },
	{ ">S <R", 33, "REJ", "Sr", 0, 0 },
	{ ">S <H >A >F", 23, "S2", "ShAF", 0, 0 },
	{ ">S <H >A <F", 23, "S3", "ShAf", 0, 0 },
	{ ">S <H >A >R", 39, "RSTO", "ShAR", 0, 0 },
	{ ">S <H >r", 39, "RSTO", "ShR", 0, 0 },
	{ ">S <H >A <R", 39, "RSTR", "ShAr", 0, 0 },
	{ ">S <H <r", 39, "RSTR", "Shr", 0, 0 },
	{ ">S >R", 33, "RSTOS0", "SR", 0, 0 },
	{ ">S >r", 37, "RSTOS0", "SR", 0, 0 },
	{ "<H <R", 34, "RSTRH", "hr", 0, 0 },
	{ ">S >F", 21, "SH", "SF", 0, 0 },
	{ "<H <F", 22, "SHR", "hf", 0, 0 },
	{ "", 0, "OTH", "", 0, 0 },
	/* the same seen by the responder */
	{ "<S >H <A", 7, "S1", "ShA", 0, 0 },
	{ "<S >H <A <F >A >F <A", 23, "SF", "ShAFaf", 0, 0 },
	{ "<S >r", 37, "REJ", "Sr", 0, 0 },
	{ "<S >H <A <F", 23, "S2", "ShAF", 0, 0 },
	{ "<S >H <A >R", 39, "RSTR", "ShAr", 0, 0 },
	/* odd openings, and data on control segments */
	{ ">S <S >H <H", 3, "S1", "Ss", 0, 0 },
	{ ">T <H >A", 15, "S1", "ShA", 5, 0 },
	{ ">S <H >D", 11, "S1", "ShD", 10, 0 },
	{ ">S <H >G", 27, "S2", "ShF", 10, 0 },
	{ ">S <H >f", 3, "S2", "ShF", 0, 0 },
	{ ">S >A", 5, "S0", "SA", 0, 0 },
	{ ">F <A", 20, "SH", "Fa", 0, 0 },
	/* data that was not logged: its letters stand at the latest place */
	{ ">S <H >A >F <A <F >A", 31, "SF", "ShADdFaf", 78, 1256 },
	{ ">S <H >A <R", 47, "RSTR", "ShADr", 10, 0 },
	{ ">S <H >A", 15, "S1", "ShAd", 0, 10 },
	/* zero windows: with the first and the tenth, not after an end nor with an RST */
	{ ">S <H >A <W", 7, "S1", "ShAaw", 0, 0 },
	{ ">S <H >W >W <W", 7, "S1", "ShAWaw", 0, 0 },
	{ ">S <H >A <W <W <W <W <W <W <W <W <W", 7, "S1", "ShAaw", 0, 0 },
	{ ">S <H >A <W <W <W <W <W <W <W <W <W <W <W", 7, "S1", "ShAaww", 0, 0 },
	{ ">S <H >A >F >W", 23, "S2", "ShAFW", 0, 0 },
	{ ">S <H >A >F <W", 23, "S2", "ShAFa", 0, 0 },
	{ ">S <H >A >Z", 39, "RSTO", "ShAR", 0, 0 },
	{ ">S <H >A <R <W", 39, "RSTR", "ShAra", 0, 0 },
	/* bad checksums: Zeek believes nothing else of them, Wireshark does not look */
	{ ">S <H >A <C", 39, "S1", "ShAc", 0, 0 },
	{ ">S <C <H >A", 39, "S1", "SchA", 0, 0 },
	{ ">S <C", 33, "S0", "Sc", 0, 0 },
	{ ">S <H >A <c <C <F", 55, "S3", "ShAcf", 0, 0 },
	{ ">S <H >A <c", 31, "S1", "ShAcD", 10, 0 },
};

static unsigned int flags_of(char letter)
{
	switch (letter) {
	case 'S':
	case 'T':
		return TCPLEDGER_SYN;
	case 'H':
		return TCPLEDGER_SYN | TCPLEDGER_ACK;
	case 'A':
	case 'W':
		return TCPLEDGER_ACK;
	case 'D':
		return TCPLEDGER_ACK | TCPLEDGER_PSH;
	case 'F':
	case 'G':
	case 'c':
		return TCPLEDGER_FIN | TCPLEDGER_ACK;
	case 'f':
		return TCPLEDGER_FIN;
	case 'R':
	case 'Z':
	case 'C':
		return TCPLEDGER_RST;
	default:
		return TCPLEDGER_RST | TCPLEDGER_ACK;
	}
}

static unsigned int len_of(char letter)
{
	return letter == 'D' || letter == 'G' ? 10 : letter == 'T' ? 5 : 0;
}

/* What is wrong with a segment. */
static void mark(struct fixture *f, long long t, char letter)
{
	int entry = (int)f->record.log_n - 1;

	if (letter == 'W' || letter == 'Z')
		f->log[entry].win = 0;
	if (letter != 'C' && letter != 'c')
		return;
	fixture_bits(f, entry, TCPLEDGER_SEG_REFUSED);
	fixture_note(f, t, TCPLEDGER_ANOMALY_BAD_CHECKSUM, entry);
}

/* Payload in no segment: it shows in the numbers from the first FIN or RST on. */
static void count_payload(const char *segments, unsigned int unlogged[2])
{
	for (; *segments; segments += segments[2] ? 3 : 2)
		unlogged[*segments == '<'] -= len_of(segments[1]);
}

static void play(struct fixture *f, const struct wireshark_zeek_case *c)
{
	unsigned int unlogged[2] = { (unsigned int)c->sent, (unsigned int)c->received };
	unsigned int next[2] = { 1000, 5000 };
	const char *segments = c->segments;
	long long t = 0;

	count_payload(segments, unlogged);
	for (; *segments; segments += segments[2] ? 3 : 2, t += 1000) {
		unsigned int flags = flags_of(segments[1]), len = len_of(segments[1]);
		unsigned int in = segments[0] == '<', ack, seq;

		if (flags & (TCPLEDGER_FIN | TCPLEDGER_RST)) {
			next[0] += unlogged[0];
			next[1] += unlogged[1];
			memset(unlogged, 0, sizeof(unlogged));
		}
		ack = flags & TCPLEDGER_ACK ? next[!in] : 0;
		/* A SYN sent again has its first number. */
		seq = flags & TCPLEDGER_SYN ? (in ? 5000 : 1000) : next[in];
		if (in)
			fixture_in(f, t, flags, seq, ack, len);
		else
			fixture_out(f, t, flags, seq, ack, len);
		mark(f, t, segments[1]);
		next[in] = seq + len + !!(flags & (TCPLEDGER_SYN | TCPLEDGER_FIN));
	}
}

static void reach(const struct fixture *f, struct wireshark_zeek *others)
{
	struct record record = { .fixed = f->record };
	struct tcpledger_entry log[TCPLEDGER_LOG_MAX];

	memcpy(log, f->log, sizeof(log));
	record.log = log;
	wireshark_zeek_judge(&record, others);
}

/* Case number @n as a connection of its own. */
static void make_case(struct fixture *f, unsigned int n)
{
	const struct wireshark_zeek_case *c = &cases[n];

	fixture_begin(f, n + 1, "10.0.0.1", 1000 + n, "10.0.0.2", 2);
	f->record.opened_at = FIXTURE_NOW + n * 1000000000LL;
	play(f, c);
	f->record.bytes_sent = c->sent;
	f->record.bytes_received = c->received;
}

/* wireshark_zeek_test FILE: write the cases as records, for a judge of their export. */
static int write_cases(const char *path)
{
	FILE *file = fopen(path, "wb");
	struct fixture f;
	unsigned int i;

	if (!file)
		return 1;
	fixture_write_header(file);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		make_case(&f, i);
		fixture_write(file, &f);
	}
	return fclose(file) != 0;
}

static void check(const char *name, const struct wireshark_zeek *got, unsigned int completeness,
		  const char *state, const char *history)
{
	bool good = got->completeness == completeness && !strcmp(got->zeek_state, state) &&
		   !strcmp(got->zeek_history, history);

	tap_result(good, "%s", name);
	if (!good)
		tap_note("got %u %s %s, want %u %s %s", got->completeness, got->zeek_state,
			 got->zeek_history, completeness, state, history);
}

int main(int argc, char **argv)
{
	struct wireshark_zeek others;
	struct fixture f;
	unsigned int i;

	if (argc > 1)
		return write_cases(argv[1]);
	tap_plan(ARRAY_SIZE(cases) + 1);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct wireshark_zeek_case *c = &cases[i];
		char name[128];

		make_case(&f, i);
		reach(&f, &others);
		snprintf(name, sizeof(name), "%s (%lld/%lld bytes)", c->segments, c->sent,
			 c->received);
		check(name, &others, c->completeness, c->state, c->history);
	}
	fixture_begin(&f, 1, "10.0.0.1", 1, "10.0.0.2", 2);
	play(&f, &(struct wireshark_zeek_case){ .segments = ">S <H >A >F <F >A <S" });
	f.log[6].seq = 70000;
	f.record.tw_exit = TCPLEDGER_EXIT_REUSED;
	reach(&f, &others);
	check("a SYN that reuses the tuple is the next connection's", &others, 23, "SF", "ShAFf");
	return tap_end();
}
