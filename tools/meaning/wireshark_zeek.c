// SPDX-License-Identifier: GPL-2.0
/*
 * Both tools look at segments only, so the log is replayed as they would see
 * it. Two differences are known: data segments are not logged, so that there
 * was data is taken from the byte counts and its letters stand where the first
 * data can have been at the latest; and a SYN that takes over the tuple of a
 * connection in TIME_WAIT belongs to the next connection for both tools.
 *
 * Zeek gives each side one of six states and names the connection by the pair
 * (scripts/base/protocols/conn/main.zeek, function conn_state). How a segment
 * moves a side is in its TCPSessionAdapter; in short:
 *
 *   INACTIVE --SYN from the originator--> SYN_SENT
 *   INACTIVE --SYN or SYN/ACK from the responder--> ESTABLISHED, and the
 *              originator with it if it was in SYN_SENT
 *   INACTIVE --anything else--> PARTIAL
 *   any but CLOSED and RESET --FIN--> CLOSED
 *   any but RESET --RST--> RESET, unless both were CLOSED already
 *
 * A segment with a bad checksum is a C for Zeek, and nothing else. The letters C
 * and W (a window of zero) stand for the 1st, the 10th, the 100th of their kind.
 * The zero windows of segments that are not logged are not in the history.
 */
#include "meaning/wireshark_zeek.h"

#include <stdbool.h>
#include <string.h>

#include "read/entry.h"
#include "read/record.h"

enum side_state {
	SIDE_INACTIVE,
	SIDE_PARTIAL,
	SIDE_SYN_SENT,
	SIDE_SYN_ACK_SENT,
	SIDE_ESTABLISHED,
	SIDE_CLOSED,
	SIDE_RESET,
};

/* Letters that Zeek writes once, or again only for another number. */
enum letter {
	LETTER_SYN,
	LETTER_FIN,
	LETTER_RST,
	LETTER_DATA,
	LETTER_ACK,
	LETTER_MULTI,
	LETTER_INCONSISTENT,
	LETTER_COUNT,
};

/* Letters that stand for a power of ten. */
enum rare_letter {
	RARE_CHECKSUM,
	RARE_ZERO_WINDOW,
	RARE_COUNT,
};

struct side {
	enum side_state	state;
	enum side_state	before;		/* the state before this one */
	bool		seen[LETTER_COUNT];
	uint32_t	last[LETTER_COUNT];	/* sequence number of the last */
	unsigned int	times[RARE_COUNT];
	uint64_t	bytes;		/* payload it sent */
};

struct zeek {
	struct side	sides[2];	/* originator, responder */
	char		*history;
	unsigned int	len;
};

enum { ORIGINATOR, RESPONDER };

static void set_state(struct side *side, enum side_state state)
{
	if (side->state != state) {
		side->before = side->state;
		side->state = state;
	}
}

static void add_letter(struct zeek *zeek, unsigned int who, char letter)
{
	if (zeek->len + 1 >= ZEEK_HISTORY_MAX)
		return;
	if (who == RESPONDER)
		letter = (char)(letter - 'A' + 'a');
	zeek->history[zeek->len++] = letter;
	zeek->history[zeek->len] = '\0';
}

static void once(struct zeek *zeek, unsigned int who, enum letter kind, char letter)
{
	struct side *side = &zeek->sides[who];

	if (!side->seen[kind])
		add_letter(zeek, who, letter);
	side->seen[kind] = true;
}

static void per_number(struct zeek *zeek, unsigned int who, enum letter kind,
		       char letter, uint32_t seq)
{
	struct side *side = &zeek->sides[who];

	if (!side->seen[kind] || side->last[kind] != seq)
		add_letter(zeek, who, letter);
	side->seen[kind] = true;
	side->last[kind] = seq;
}

static void once_a_power(struct zeek *zeek, unsigned int who, enum rare_letter kind,
			 char letter)
{
	unsigned int times = ++zeek->sides[who].times[kind];

	while (times % 10 == 0)
		times /= 10;
	if (times == 1)
		add_letter(zeek, who, letter);
}

static void write_history(struct zeek *zeek, unsigned int who,
			  const struct tcpledger_entry *e)
{
	unsigned int control = e->flags & (TCPLEDGER_SYN | TCPLEDGER_FIN | TCPLEDGER_RST);

	if ((control & TCPLEDGER_FIN) && (control & TCPLEDGER_RST))
		once(zeek, who, LETTER_INCONSISTENT, 'I');
	else if (control & (control - 1))
		once(zeek, who, LETTER_MULTI, 'Q');
	else if (control == TCPLEDGER_SYN)
		per_number(zeek, who, LETTER_SYN,
			   e->flags & TCPLEDGER_ACK ? 'H' : 'S', e->seq);
	else if (control == TCPLEDGER_FIN)
		per_number(zeek, who, LETTER_FIN, 'F', e->seq + e->len);
	else if (control == TCPLEDGER_RST)
		per_number(zeek, who, LETTER_RST, 'R', e->seq);
	else if (e->len)
		once(zeek, who, LETTER_DATA, 'D');
	else if (e->flags & TCPLEDGER_ACK)
		once(zeek, who, LETTER_ACK, 'A');
}

/*
 * With an RST or after one a window means nothing, nor does it where the peer's
 * FIN has said that there is nothing more to come.
 */
static void write_window(struct zeek *zeek, unsigned int who,
			 const struct tcpledger_entry *e)
{
	if (!e->win && !(e->flags & TCPLEDGER_RST) &&
	    zeek->sides[who].state != SIDE_RESET && zeek->sides[!who].state != SIDE_CLOSED)
		once_a_power(zeek, who, RARE_ZERO_WINDOW, 'W');
}

static void move_inactive_syn(struct side *side, struct side *peer, unsigned int who,
			      unsigned int flags)
{
	if (who == ORIGINATOR) {
		set_state(side, flags & TCPLEDGER_ACK ? SIDE_SYN_ACK_SENT : SIDE_SYN_SENT);
		return;
	}
	if (peer->state == SIDE_SYN_SENT)
		set_state(peer, SIDE_ESTABLISHED);
	set_state(side, SIDE_ESTABLISHED);
}

static void move_inactive(struct side *side, struct side *peer, unsigned int who,
			  const struct tcpledger_entry *e)
{
	if (e->flags & TCPLEDGER_SYN)
		move_inactive_syn(side, peer, who, e->flags);
	if (e->flags & TCPLEDGER_FIN)
		set_state(side, SIDE_CLOSED);
	if (e->flags & TCPLEDGER_RST)
		set_state(side, SIDE_RESET);
	if (side->state != SIDE_INACTIVE)
		return;
	if (who == RESPONDER && !e->len && peer->state == SIDE_SYN_SENT)
		return;		/* an ACK of the SYN ahead of the SYN/ACK */
	if ((e->flags & TCPLEDGER_ACK) && peer->state == SIDE_ESTABLISHED)
		set_state(side, SIDE_ESTABLISHED);
	else
		set_state(side, SIDE_PARTIAL);
}

static void move_open(struct side *side, struct side *peer, unsigned int flags)
{
	bool handshake = side->state == SIDE_SYN_SENT || side->state == SIDE_SYN_ACK_SENT;

	if (side->state == SIDE_PARTIAL && peer->state == SIDE_INACTIVE &&
	    (flags & (TCPLEDGER_SYN | TCPLEDGER_ACK)) == TCPLEDGER_SYN)
		set_state(side, SIDE_SYN_SENT);
	if ((flags & TCPLEDGER_FIN) && (handshake || !(flags & TCPLEDGER_RST))) {
		set_state(side, SIDE_CLOSED);
		/* A FIN and then an RST of the peer was a normal end. */
		if (!handshake && peer->state == SIDE_RESET && peer->before == SIDE_CLOSED)
			set_state(peer, SIDE_CLOSED);
	}
	if (flags & TCPLEDGER_RST)
		set_state(side, SIDE_RESET);
}

static void move(struct zeek *zeek, unsigned int who, const struct tcpledger_entry *e)
{
	struct side *side = &zeek->sides[who];
	struct side *peer = &zeek->sides[!who];

	switch (side->state) {
	case SIDE_INACTIVE:
		move_inactive(side, peer, who, e);
		break;
	case SIDE_PARTIAL:
	case SIDE_SYN_SENT:
	case SIDE_SYN_ACK_SENT:
	case SIDE_ESTABLISHED:
		move_open(side, peer, e->flags);
		break;
	case SIDE_CLOSED:
		if ((e->flags & TCPLEDGER_RST) && peer->state != SIDE_CLOSED)
			set_state(side, SIDE_RESET);
		break;
	case SIDE_RESET:
		break;
	}
}

/* What TCP refused for its checksum has a note that says so. */
static bool is_broken(const struct record *record, unsigned int n)
{
	unsigned int i;

	if (!(record->log[n].bits & TCPLEDGER_SEG_REFUSED))
		return false;
	for (i = n + 1; i < record->fixed.log_n; i++)
		if (record->log[i].type == TCPLEDGER_ENTRY_NOTE &&
		    record->log[i].tag == TCPLEDGER_ANOMALY_BAD_CHECKSUM &&
		    record->log[i].segment == (int)n)
			return true;
	return false;
}

/*
 * Entries up to here are the connection's; the SYN that reuses its tuple is
 * not.
 */
static unsigned int own_entries(const struct record *record)
{
	unsigned int i, n = record->fixed.log_n;

	if (record->fixed.tw_exit != TCPLEDGER_EXIT_REUSED)
		return n;
	for (i = n; i-- > 0; )
		if (entry_is_segment(&record->log[i]))
			break;
	if (i < n && (record->log[i].flags & (TCPLEDGER_SYN | TCPLEDGER_ACK)) == TCPLEDGER_SYN)
		return i;
	return n;
}

/*
 * Whether this endpoint sent the first SYN, for Zeek the originator; where
 * none was seen, it is whoever sent the first segment, or got it if that is a
 * SYN/ACK.
 */
static bool local_is_originator(const struct record *record, unsigned int n)
{
	const struct tcpledger_entry *first = NULL;
	unsigned int i;

	for (i = 0; i < n; i++) {
		const struct tcpledger_entry *e = &record->log[i];

		if (!entry_is_segment(e))
			continue;
		if ((e->flags & (TCPLEDGER_SYN | TCPLEDGER_ACK)) == TCPLEDGER_SYN)
			return e->type == TCPLEDGER_ENTRY_OUT;
		if (!first)
			first = e;
	}
	if (record->fixed.role == TCPLEDGER_ROLE_ACTIVE)
		return true;
	if (record->fixed.role == TCPLEDGER_ROLE_PASSIVE)
		return false;
	return !first ||
	       (first->type == TCPLEDGER_ENTRY_OUT) == !(first->flags & TCPLEDGER_SYN);
}

static uint64_t known_bytes(int64_t bytes)
{
	return bytes > 0 ? (uint64_t)bytes : 0;
}

/*
 * Payload that a side sent in segments that Zeek marks with D: all but what
 * rode on a SYN or a FIN.
 */
static uint64_t plain_bytes(const struct record *record, unsigned int n, unsigned int type,
			    uint64_t total)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		const struct tcpledger_entry *e = &record->log[i];

		if (e->type != type || (e->bits & TCPLEDGER_SEG_RETRANSMIT) ||
		    !(e->flags & (TCPLEDGER_SYN | TCPLEDGER_FIN)) || is_broken(record, i))
			continue;
		total -= e->len < total ? e->len : total;
	}
	return total;
}

static void write_data(struct zeek *zeek, const uint64_t plain[2])
{
	unsigned int who;

	for (who = ORIGINATOR; who <= RESPONDER; who++)
		if (plain[who])
			once(zeek, who, LETTER_DATA, 'D');
}

/*
 * REJ, or what else an RST of the responder means.
 */
static const char *name_responder_reset(const struct side *orig, const struct side *resp)
{
	if (orig->state == SIDE_SYN_SENT || orig->state == SIDE_SYN_ACK_SENT ||
	    (orig->state == SIDE_RESET && !orig->bytes && !resp->bytes))
		return "REJ";
	if (orig->state == SIDE_INACTIVE || orig->state == SIDE_PARTIAL)
		return "RSTRH";
	return "RSTR";
}

/*
 * Zeek's pattern /\^?S[^HAFGIQ]*R/: after the SYN nothing but further SYNs,
 * data and what the responder did, up to the RST.
 */
static bool is_syn_then_reset(const char *history)
{
	size_t plain;

	if (*history != 'S')
		return false;
	plain = strcspn(history, "HAFGIQ");
	return !!memchr(history + 1, 'R', plain - 1);
}

static const char *name_state(const struct zeek *zeek)
{
	const struct side *orig = &zeek->sides[ORIGINATOR];
	const struct side *resp = &zeek->sides[RESPONDER];
	bool orig_idle = orig->state == SIDE_INACTIVE || orig->state == SIDE_PARTIAL;
	bool resp_idle = resp->state == SIDE_INACTIVE || resp->state == SIDE_PARTIAL;

	if (resp->state == SIDE_RESET)
		return name_responder_reset(orig, resp);
	if (orig->state == SIDE_RESET) {
		if (!resp_idle)
			return "RSTO";
		return is_syn_then_reset(zeek->history) ? "RSTOS0" : "OTH";
	}
	if (orig->state == SIDE_CLOSED && resp->state == SIDE_CLOSED)
		return "SF";
	if (orig->state == SIDE_CLOSED)
		return resp_idle ? "SH" : "S2";
	if (resp->state == SIDE_CLOSED)
		return orig_idle ? "SHR" : "S3";
	if (orig->state == SIDE_SYN_SENT && resp->state == SIDE_INACTIVE)
		return "S0";
	if (orig->state == SIDE_ESTABLISHED && resp->state == SIDE_ESTABLISHED)
		return "S1";
	return "OTH";
}

static void ask_zeek(const struct record *record, struct wireshark_zeek *others)
{
	unsigned int i, who, n = own_entries(record);
	unsigned int local = local_is_originator(record, n) ? ORIGINATOR : RESPONDER;
	struct zeek zeek = { .history = others->zeek_history };
	uint64_t plain[2];

	zeek.sides[local].bytes = known_bytes(record->fixed.bytes_sent);
	zeek.sides[!local].bytes = known_bytes(record->fixed.bytes_received);
	plain[local] = plain_bytes(record, n, TCPLEDGER_ENTRY_OUT, zeek.sides[local].bytes);
	plain[!local] = plain_bytes(record, n, TCPLEDGER_ENTRY_IN, zeek.sides[!local].bytes);
	/* What was open before the first entry is midstream for Zeek. */
	if (record->fixed.role == TCPLEDGER_ROLE_ADOPTED)
		for (who = ORIGINATOR; who <= RESPONDER; who++)
			if (plain[who])
				set_state(&zeek.sides[who], SIDE_PARTIAL);
	for (i = 0; i < n; i++) {
		const struct tcpledger_entry *e = &record->log[i];

		if (!entry_is_segment(e))
			continue;
		who = e->type == TCPLEDGER_ENTRY_OUT ? local : !local;
		if (is_broken(record, i)) {
			once_a_power(&zeek, who, RARE_CHECKSUM, 'C');
			continue;
		}
		if (e->flags & (TCPLEDGER_FIN | TCPLEDGER_RST))
			write_data(&zeek, plain);
		write_history(&zeek, who, e);
		write_window(&zeek, who, e);
		move(&zeek, who, e);
	}
	write_data(&zeek, plain);
	others->zeek_state = name_state(&zeek);
}

static unsigned int look_at(const struct tcpledger_entry *e)
{
	unsigned int seen = 0;

	if (e->flags & TCPLEDGER_SYN)
		seen |= e->flags & TCPLEDGER_ACK ? WIRESHARK_SYNACK : WIRESHARK_SYN;
	else if ((e->flags & TCPLEDGER_ACK) && !e->len)
		seen |= WIRESHARK_ACK;
	if (e->len)
		seen |= WIRESHARK_DATA;
	if ((e->flags & TCPLEDGER_FIN) && (e->flags & TCPLEDGER_ACK))
		seen |= WIRESHARK_FIN;
	if (e->flags & TCPLEDGER_RST)
		seen |= WIRESHARK_RST;
	return seen;
}

/*
 * As tshark 4.0 does it: an ACK counts where it carries nothing else, so also
 * on a FIN or RST without payload; a FIN without ACK does not count. A SYN with
 * another number than the last one that way begins another conversation: ours
 * is the last of those that a SYN of this connection began.
 */
static unsigned int ask_wireshark(const struct record *record)
{
	const int64_t isns[2] = { record->fixed.local_isn, record->fixed.remote_isn };
	unsigned int i, n = own_entries(record), seen = 0;
	bool known[2] = { false }, ours = true;
	uint32_t base[2] = { 0 };

	for (i = 0; i < n; i++) {
		const struct tcpledger_entry *e = &record->log[i];
		unsigned int in = e->type == TCPLEDGER_ENTRY_IN;

		if (!entry_is_segment(e))
			continue;
		if ((e->flags & (TCPLEDGER_SYN | TCPLEDGER_ACK)) == TCPLEDGER_SYN) {
			bool own = isns[in] < 0 || isns[in] == (int64_t)e->seq;

			if (known[in] && base[in] != e->seq) {
				ours = own;
				known[!in] = false;
				if (ours)
					seen = 0;
			}
			known[in] = true;
			base[in] = e->seq;
		}
		if (ours)
			seen |= look_at(e);
	}
	if (record->fixed.bytes_sent > 0 || record->fixed.bytes_received > 0)
		seen |= WIRESHARK_DATA;
	return seen;
}

/**
 * wireshark_zeek_judge - what the two would say
 * @record: a checked record
 * @others: set to their words
 */
void wireshark_zeek_judge(const struct record *record, struct wireshark_zeek *others)
{
	others->zeek_history[0] = '\0';
	others->completeness = ask_wireshark(record);
	ask_zeek(record, others);
}
