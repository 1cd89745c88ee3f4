// SPDX-License-Identifier: GPL-2.0
#include "fixture_talks.h"

#include <stdbool.h>

#include "base/compiler.h"
#include "fixture_connections.h"
#include "fixture_words.h"

/* Who talks how much, of which only the numbers tell, and who ends it. */
static const struct talk {
	bool		ipv6;
	bool		passive;	/* the peer asked */
	bool		peer_ends;
	unsigned int	ends_with;	/* flags */
	int		mss;
	unsigned int	sent;
	unsigned int	received;
	unsigned int	last;		/* bytes of @sent in the segment that ends it */
	unsigned int	greeting;	/* bytes of @received that an ACK shows to be first */
} talks[] = {
	{ .sent = 78, .received = 1256, .mss = 1460, .ends_with = FIN | ACK },
	{ .sent = 78, .received = 1256, .mss = 1460, .ends_with = FIN | ACK, .peer_ends = true },
	{ .sent = 1256, .received = 78, .mss = 1460, .ends_with = FIN | ACK, .passive = true },
	{ .sent = 1256, .received = 78, .mss = 1460, .ends_with = FIN | ACK, .passive = true,
	  .peer_ends = true },
	{ .sent = 1256, .received = 78, .mss = 1460, .ends_with = RST, .passive = true },
	{ .sent = 50, .received = 122, .mss = 1460, .ends_with = FIN | ACK, .greeting = 22 },
	{ .sent = 100, .received = 3000000, .mss = 1440, .ends_with = FIN | ACK, .ipv6 = true },
	{ .sent = 5000000, .received = 200000, .mss = 1460, .ends_with = FIN | ACK },
	{ .sent = 300000, .received = 65536, .mss = -1, .ends_with = FIN | ACK, .ipv6 = true },
	{ .sent = 150000, .received = 65500, .mss = 65495, .ends_with = FIN | ACK, .last = 149000 },
	{ .sent = 150000, .received = 10, .mss = 1440, .ends_with = FIN | ACK, .last = 150000,
	  .ipv6 = true },
};

_Static_assert(ARRAY_SIZE(talks) == FIXTURE_TALKS, "what others count on");

static void open_talk(struct fixture *f, const struct talk *t)
{
	if (!t->passive) {
		fixture_handshake_out(f, 1000, 2000);
	} else {
		fixture_isn(f, 1000, 2000);
		fixture_options(f);
		fixture_in(f, 0, SYN, 2000, 0, 0);
		fixture_change(f, 0, ST(LISTEN), ST(SYN_RECV), BY(SEGMENT), 0);
		fixture_out(f, 10, SYN | ACK, 1000, 2001, 0);
		fixture_in(f, 1000010, ACK, 2001, 1001, 0);
		fixture_change(f, 1000020, ST(SYN_RECV), ST(ESTABLISHED), BY(SEGMENT), 3);
	}
	f->record.local_mss = t->mss;
	f->record.remote_mss = t->mss;
	f->record.bytes_sent = t->sent;
	f->record.bytes_received = t->received;
	if (t->greeting)
		fixture_in(f, 1500000, ACK, 2001 + t->greeting, 1001, 0);
}

/**
 * fixture_talk - a connection of which only the numbers tell how much was said
 * @f: the record
 * @id: from 1 to FIXTURE_TALKS
 */
void fixture_talk(struct fixture *f, unsigned int id)
{
	const struct talk *t = &talks[id - 1];
	unsigned int sent = 1001 + t->sent, received = 2001 + t->received;

	if (t->ipv6)
		fixture_begin(f, id, "2001:db8::1", 50000 + id, "2001:db8::2", 80);
	else
		fixture_begin(f, id, "10.0.0.1", 50000 + id, "10.0.0.2", 80);
	fixture_opened(f, t->passive ? TCPLEDGER_ROLE_PASSIVE : TCPLEDGER_ROLE_ACTIVE,
		       TCPLEDGER_OUTCOME_ESTABLISHED, 5);
	open_talk(f, t);
	if (t->ends_with & RST) {
		fixture_change(f, 2000000, ST(ESTABLISHED), ST(CLOSE), BY(USER), -1);
		fixture_out(f, 2000010, t->ends_with, sent, 0, 0);
		fixture_ended(f, TCPLEDGER_KIND_RESET, 2000010);
	} else if (t->peer_ends) {
		fixture_in(f, 2000000, t->ends_with, received, sent, 0);
		fixture_out(f, 2000010, FIN | ACK, sent, received + 1, 0);
		fixture_in(f, 3000000, ACK, received + 1, sent + 1, 0);
	} else {
		fixture_out(f, 2000000, t->ends_with, sent - t->last, received, t->last);
		fixture_in(f, 3000000, FIN | ACK, received, sent + 1, 0);
		fixture_out(f, 3000010, ACK, sent + 1, received + 1, 0);
	}
}
