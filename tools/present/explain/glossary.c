// SPDX-License-Identifier: GPL-2.0
/*
 * In the order in which one needs them: segments and their numbers, opening,
 * closing, the states, what goes wrong.
 */
#include "present/explain/glossary.h"

#include "base/compiler.h"
#include "base/language.h"

#define RFC	"RFC 9293 "

static const struct glossary_term terms[] = {
	{ N_("segment"), N_("What TCP sends at a time: a header with ports, numbers and flags, and "
	  "perhaps data."), RFC "3.1" },
	{ "SYN", N_("Synchronize: a segment with this flag asks for a connection, or accepts one, "
	  "and gives the initial sequence number of its sender."), RFC "3.1, 3.5" },
	{ "ACK", N_("Acknowledgment: with this flag the acknowledgment number is valid. All "
	  "segments have it but a SYN that asks for a connection, and an RST that answers an ACK. "
	  "A segment with nothing else is called an ACK, and "
	  "is not itself acknowledged."), RFC "3.1, 3.4, 3.5.2" },
	{ "FIN", N_("Finish: the sender has no more data to send. It may still receive."),
	  RFC "3.6" },
	{ "RST", N_("Reset: the connection ends at once, or there is none. It is not "
	  "acknowledged."), RFC "3.5.2, 3.5.3" },
	{ N_("sequence number"), N_("The number of the first byte of a segment: 32 bits, and 0 "
	  "comes after the largest. A SYN and a FIN take one number each, like a byte."),
	  RFC "3.4" },
	{ N_("acknowledgment number"), N_("The sequence number that is expected next. All before "
	  "it has arrived."), RFC "3.4" },
	{ "ISN", N_("Initial sequence number: that of the SYN. Each side chooses its own, so that "
	  "segments of an earlier connection do not fit, and nobody can guess it."),
	  RFC "3.4.1" },
	{ N_("window"), N_("How many bytes from the acknowledgment number on the receiver has room "
	  "for. What lies outside is not accepted. Window scale, an option of the SYN, multiplies "
	  "it."), RFC "3.8.6; RFC 7323 2" },
	{ "MSS", N_("Maximum segment size: the most bytes of data that a side can receive in one "
	  "segment. An option of the SYN tells it."), RFC "3.7.1" },
	{ N_("timestamps"), N_("An option of each segment by which TCP measures round trips and "
	  "tells old segments from new ones."), "RFC 7323 3, 4, 5" },
	{ N_("retransmission"), N_("What is not acknowledged in time is sent again; the wait "
	  "doubles each time."), RFC "3.8.1; RFC 6298 5" },

	{ N_("three-way handshake"), N_("SYN, SYN/ACK, ACK: afterwards each side knows the "
	  "other's ISN, and that the other knows its own. With two steps an old duplicate of a SYN could "
	  "open a connection."), RFC "3.5" },
	{ N_("active and passive open"), N_("The client, which calls connect() and sends the first "
	  "SYN, opens actively; the server, which listens, passively."), RFC "3.9.1" },
	{ N_("simultaneous open"), N_("Both sides send a SYN before they get one. They make one "
	  "connection."), RFC "3.5" },
	{ N_("listener"), N_("A socket in LISTEN: it waits for SYNs and makes a new socket for "
	  "each connection."), RFC "3.10.1" },
	{ N_("SYN queue"), N_("The connections of a listener whose handshake is not complete."),
	  "RFC 4987 2" },
	{ N_("accept queue"), N_("The complete connections of a listener that its program has not "
	  "taken with accept(). If it is full, Linux accepts no more ACKs and SYNs."), NULL },
	{ N_("SYN cookie"), N_("An ISN computed from addresses, ports and a secret. A server with "
	  "a full SYN queue can so answer a SYN without remembering it."), "RFC 4987 3.6" },
	{ "Fast Open", N_("Data in the SYN: a cookie of the server, given in an earlier "
	  "connection, shows that the client is where it claims to be."), "RFC 7413 3, 4" },

	{ N_("graceful close"), N_("Each side sends a FIN behind its last byte and gets it "
	  "acknowledged, so no data is lost. It takes four segments, or three where an ACK and a "
	  "FIN go together."), RFC "3.6" },
	{ N_("half-close"), N_("One side has sent its FIN; the other still sends data."),
	  RFC "3.6.1" },
	{ N_("simultaneous close"), N_("Both sides send a FIN before they get one. Both wait in "
	  "TIME_WAIT."), RFC "3.6" },
	{ N_("reset"), N_("A close by RST. Data that was not delivered is lost."), RFC "3.5.3" },
	{ "MSL", N_("Maximum segment lifetime: the longest time that a segment is taken to be on "
	  "its way. 2 minutes in the RFC, 30 s in Linux."), RFC "3.4.2" },
	{ "2MSL", N_("How long TIME_WAIT lasts: time for the last ACK to get there and for a FIN "
	  "that was sent again to come back, and for all old segments to vanish."), RFC "3.6.1" },
	{ N_("orphan"), N_("A socket that its program has closed and TCP still has work with."),
	  NULL },

	{ "CLOSE", N_("No connection; the RFC calls it CLOSED."), RFC "3.3.2" },
	{ "LISTEN", N_("Waits for SYNs."), RFC "3.3.2" },
	{ "SYN_SENT", N_("Has sent a SYN and waits for the answer."), RFC "3.3.2" },
	{ "SYN_RECV", N_("Has got a SYN, has sent its own, and waits for the ACK of it; the RFC "
	  "calls it SYN-RECEIVED."), RFC "3.3.2" },
	{ "ESTABLISHED", N_("Open: both sides may send data."), RFC "3.3.2" },
	{ "FIN_WAIT1", N_("Has sent its FIN first and waits for the ACK of it, or for a FIN."),
	  RFC "3.3.2" },
	{ "FIN_WAIT2", N_("Its FIN is acknowledged; it waits for the FIN of the other side."),
	  RFC "3.3.2" },
	{ "CLOSING", N_("The FINs crossed; it waits for the ACK of its own."), RFC "3.3.2" },
	{ "TIME_WAIT", N_("All is closed; it waits 2MSL, to acknowledge a FIN again and to absorb "
	  "old duplicates."), RFC "3.3.2, 3.6.1" },
	{ "CLOSE_WAIT", N_("The other side has sent its FIN; the program has not closed yet."),
	  RFC "3.3.2" },
	{ "LAST_ACK", N_("Has sent its FIN second and waits for the ACK of it."), RFC "3.3.2" },

	{ N_("old duplicate"), N_("A segment, or a copy of one, that arrives when its connection "
	  "is over or goes on without it."), RFC "3.4.1, 3.5" },
	{ N_("half-open connection"), N_("One side has forgotten it, after a crash for example, "
	  "and the other does not know. Also one whose handshake is not complete."),
	  RFC "3.5.1" },
	{ N_("challenge ACK"), N_("The answer to a SYN or an RST that may be forged: it says which "
	  "number is expected, and only a peer that has really lost the connection answers with "
	  "the right RST."), "RFC 5961 3.2, 4.2" },
	{ N_("keepalive"), N_("A segment without new data that asks whether the other side is "
	  "still there."), RFC "3.8.4" },
	{ N_("TIME-WAIT assassination"), N_("An RST ends TIME_WAIT before 2MSL is over."),
	  "RFC 1337" },
};

/**
 * glossary_get - one term after the other
 * @number: its number, from 0
 *
 * Return: the term, NULL behind the last.
 */
const struct glossary_term *glossary_get(size_t number)
{
	return number < ARRAY_SIZE(terms) ? &terms[number] : NULL;
}
