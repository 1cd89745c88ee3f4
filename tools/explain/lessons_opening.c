// SPDX-License-Identifier: GPL-2.0
/*
 * Lessons of the handshake.
 */
#include "explain/lessons_opening.h"

#include <stddef.h>

#include "explain/language.h"

const struct lesson lessons_opening[STEP_COUNT] = {
	/* Opening, we ask. */
	[STEP_SYN_OUT] = {
		N_("{who} calls connect(). We send a SYN: it proposes a connection and names the "
		   "number from which we count our bytes, the initial sequence number (ISN) "
		   "{isn}."),
		N_("the peer could not put our bytes in order, nor tell them from those of an "
		   "earlier connection."),
		"RFC 9293 3.4.1, 3.5, 3.10.1",
	},
	[STEP_SYN_OUT_DATA] = {
		N_("TCP Fast Open: the SYN (ISN {isn}) carries {len} bytes of data at once. That "
		   "takes a cookie that the peer gave us on an earlier connection, or a setting "
		   "that does without; cookies are not in the log."),
		N_("the first data would have to wait for the handshake, one round trip."),
		"RFC 7413 3; RFC 9293 3.5, 3.10.1",
	},
	[STEP_SYN_OUT_AGAIN] = {
		N_("No answer to {about} in {wait}: we send the same SYN again. It or its answer "
		   "may be lost, or a filter drops it."),
		N_("one lost packet would be enough to make connect() fail."),
		"RFC 9293 3.8.1; RFC 6298 5",
	},
	[STEP_SYNACK_IN] = {
		N_("The peer agrees. Its ACK {ack} says that our SYN arrived, and its own SYN "
		   "names its ISN {isn}."),
		N_("we would not know that the peer heard us, nor how it counts its bytes."),
		"RFC 9293 3.4.1, 3.5, 3.10.7.3",
	},
	[STEP_SYNACK_IN_AGAIN] = {
		N_("The same SYN/ACK as {about} comes again {wait} later: the peer has not seen "
		   "our ACK yet."),
		N_("a lost third ACK would leave the peer's end half-open."),
		"RFC 9293 3.8.1, 3.10.7.4",
	},
	[STEP_SYNACK_IN_STALE] = {
		N_("A SYN/ACK comes that does not belong to this handshake (seq {seq}, ACK "
		   "{ack}): it answers an old SYN, or is forged. TCP does not take it."),
		N_("an old duplicate could open a connection that nobody wants; to catch it is "
		   "the main reason for three steps."),
		"RFC 9293 3.5, 3.10.7.3",
	},
	[STEP_ACK_OUT_THIRD] = {
		N_("The third step: our ACK {ack} says that the peer's SYN arrived. Now each side "
		   "knows that the other has its ISN."),
		N_("the peer could not tell us from an old duplicate or a forged address, and "
		   "would keep a half-open connection for nobody."),
		"RFC 9293 3.4.1, 3.5",
	},
	[STEP_RST_IN_REFUSES] = {
		N_("The peer refuses: mostly because no program listens on its port {rport}, or "
		   "because a firewall answers so. The RST acknowledges our SYN (ACK {ack}), so "
		   "we may believe it; connect() returns {error}."),
		N_("we would send SYN after SYN to a port where nobody listens, until connect() "
		   "times out."),
		"RFC 9293 3.5.2, 3.5.3, 3.10.7.3",
	},

	/* Opening, we are asked. */
	[STEP_SYN_IN] = {
		N_("A client asks for a connection to our port {port}. Its SYN names the number "
		   "from which it counts its bytes, its ISN {isn}."),
		N_("we could not put the client's bytes in order."),
		"RFC 9293 3.4.1, 3.5, 3.10.7.2",
	},
	[STEP_SYN_IN_DATA] = {
		N_("TCP Fast Open: the SYN (ISN {isn}) brings {len} bytes of data, and TCP takes "
		   "them: the program may have them before the handshake is complete. That takes "
		   "a cookie from us, or a setting that does without; cookies are not in the "
		   "log."),
		N_("the first data would have to wait for the handshake, one round trip."),
		"RFC 7413 3; RFC 9293 3.10.7.2",
	},
	[STEP_SYN_IN_AGAIN] = {
		N_("The peer's SYN comes again, {wait} after {about}: the peer has not seen our "
		   "answer."),
		N_("one lost packet would be enough to make its connect() fail."),
		"RFC 9293 3.8.1; RFC 6298 5",
	},
	[STEP_SYN_IN_CLOSED_PORT] = {
		N_("A client asks for a connection to our port {port}, where no program listens."),
		NULL,
		"RFC 9293 3.10.7.1",
	},
	[STEP_SYN_IN_UNANSWERED] = {
		N_("A client asks for a connection to our port {port} (its ISN is {isn}), and our "
		   "TCP does not answer it: the listener has no room, or a rule of the kernel "
		   "forbids it."),
		N_("a client that is not answered tries again, when there may be room; an RST "
		   "would make it give up."),
		NULL,
	},
	[STEP_SYNACK_OUT] = {
		N_("One segment does two things: its ACK {ack} says that the client's SYN "
		   "arrived, its SYN names our own ISN {isn}."),
		N_("the client would not know that it was heard, nor how we count our bytes."),
		"RFC 9293 3.4.1, 3.5, 3.10.7.2",
	},
	[STEP_SYNACK_OUT_COOKIE] = {
		N_("The queue of half-open connections is full (or net.ipv4.tcp_syncookies is 2). "
		   "We answer and keep nothing: our ISN {isn} is a SYN cookie, computed from the "
		   "addresses, the ports and a secret. The ACK of a real client will bring it "
		   "back."),
		N_("a flood of forged SYNs could fill the queue and lock real clients out."),
		"RFC 4987 3.6",
	},
	[STEP_SYNACK_OUT_AGAIN] = {
		N_("The handshake is not complete {wait} after {about}: we send the SYN/ACK "
		   "again. It or the ACK may be lost, the ACK was not taken, or the client is not "
		   "there."),
		N_("one lost packet would end the handshake."),
		"RFC 9293 3.8.1; RFC 6298 5",
	},
	[STEP_ACK_IN_THIRD] = {
		N_("The third step: the client's ACK {ack} says that our SYN arrived. So it "
		   "really is at that address and wants this connection now."),
		N_("we could not tell it from an old duplicate or a forged address, and would "
		   "keep a half-open connection for nobody."),
		"RFC 9293 3.4.1, 3.5, 3.10.7.4",
	},
	[STEP_ACK_IN_NOT_TAKEN] = {
		N_("An ACK of our SYN comes, but TCP does not complete the handshake with it: "
		   "mostly because the queue of complete connections is full and the program does "
		   "not call accept(), or because TCP_DEFER_ACCEPT waits for data."),
		NULL,
		"RFC 9293 3.10.7.4",
	},
	[STEP_ACK_IN_INVALID] = {
		N_("An ACK comes that does not fit the handshake: it acknowledges {ack}, which is "
		   "not our SYN. The sender may still believe in a connection that we have "
		   "forgotten."),
		N_("an old connection's segment could pass for the answer to our SYN."),
		"RFC 9293 3.5.1, 3.5.2, 3.10.7.3",
	},

	/* Both ask. */
	[STEP_SYN_IN_CROSSES] = {
		N_("The peer's own SYN (ISN {isn}) arrives, not an answer to ours: both sides "
		   "called connect() at once, and the SYNs crossed. They make one connection, not "
		   "two."),
		N_("two programs that connect to each other at once would both fail."),
		"RFC 9293 3.5, 3.10.7.3",
	},
	[STEP_SYNACK_OUT_CROSSES] = {
		N_("We acknowledge the peer's SYN (ACK {ack}) and repeat our own in the same "
		   "segment; each side needs both."),
		N_("the peer would not know that its SYN arrived."),
		"RFC 9293 3.5, 3.10.7.3",
	},
	[STEP_SYNACK_IN_CROSSES] = {
		N_("The peer acknowledges our SYN (ACK {ack}). Each side has now the other's ISN "
		   "and knows that its own arrived."),
		N_("we would stay half-open."),
		"RFC 9293 3.5, 3.10.7.4",
	},
};
