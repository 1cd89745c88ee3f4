// SPDX-License-Identifier: GPL-2.0
/*
 * Lessons of the handshake.
 */
#include "present/explain/lessons_opening.h"

#include <stddef.h>

#include "base/language.h"

const struct lesson lessons_opening[STEP_COUNT] = {
	/* Opening, we ask. */
	[STEP_SYN_OUT] = {
		N_("{who} calls connect(). We send a SYN: it asks for a connection and gives our "
		   "initial sequence number (ISN) {isn}, from which our bytes are counted."),
		N_("the peer could neither put our bytes in order nor tell them from those of an "
		   "earlier connection."),
		"RFC 9293 3.4.1, 3.5, 3.10.1",
	},
	[STEP_SYN_OUT_DATA] = {
		N_("TCP Fast Open: the SYN (ISN {isn}) already carries {len} bytes of data. This "
		   "needs a cookie from the peer, or a setting that allows data without one. The "
		   "log does not show cookies."),
		N_("the first data would have to wait one round trip for the handshake."),
		"RFC 7413 3; RFC 9293 3.5, 3.10.1",
	},
	[STEP_SYN_OUT_AGAIN] = {
		N_("No answer to {about} came within {wait}, so we retransmit the SYN. The SYN or "
		   "its answer may be lost, or a firewall drops it."),
		N_("one lost packet would be enough to make connect() fail."),
		"RFC 9293 3.8.1; RFC 6298 5",
	},
	[STEP_SYNACK_IN] = {
		N_("The peer accepts: its ACK {ack} acknowledges our SYN, and its own SYN gives "
		   "its ISN, {isn}."),
		N_("we would know neither that our SYN arrived nor from which number the peer "
		   "counts its bytes."),
		"RFC 9293 3.4.1, 3.5, 3.10.7.3",
	},
	[STEP_SYNACK_IN_AGAIN] = {
		N_("The peer retransmits its SYN/ACK, {wait} after {about}: our ACK has not "
		   "reached it."),
		N_("if the third ACK is lost, the peer's end would stay half-open."),
		"RFC 9293 3.8.1, 3.10.7.4",
	},
	[STEP_SYNACK_IN_STALE] = {
		N_("A SYN/ACK arrives that does not belong to this handshake (seq {seq}, ACK "
		   "{ack}): it answers an old SYN, or is forged. TCP does not accept it."),
		N_("an old duplicate could open a connection that nobody wants. Preventing this is "
		   "the main reason for the three-way handshake."),
		"RFC 9293 3.5, 3.10.7.3",
	},
	[STEP_ACK_OUT_THIRD] = {
		N_("The third step: our ACK {ack} acknowledges the peer's SYN. When it arrives, "
		   "each side knows that the other has its ISN."),
		N_("the peer could not tell our SYN from an old duplicate or from one with a "
		   "forged address, and would keep a half-open connection in vain."),
		"RFC 9293 3.4.1, 3.5",
	},
	[STEP_RST_IN_REFUSES] = {
		N_("The peer refuses the connection: most often no program listens on its port "
		   "{rport}, or a firewall rejects it. The RST acknowledges our SYN (ACK {ack}), "
		   "so we can trust it; connect() fails with {error}."),
		N_("we would retransmit the SYN to a port on which no program listens, until "
		   "connect() times out."),
		"RFC 9293 3.5.2, 3.5.3, 3.10.7.3",
	},

	/* Opening, we are asked. */
	[STEP_SYN_IN] = {
		N_("A client asks for a connection to our port {port}. Its SYN gives its initial "
		   "sequence number (ISN) {isn}, from which its bytes are counted."),
		N_("we could not put the client's bytes in order."),
		"RFC 9293 3.4.1, 3.5, 3.10.7.2",
	},
	[STEP_SYN_IN_DATA] = {
		N_("TCP Fast Open: the SYN (ISN {isn}) carries {len} bytes of data, and TCP "
		   "accepts them: the program can read them before the handshake is complete. This "
		   "needs a cookie from us, or a setting that allows data without one. The log "
		   "does not show cookies."),
		N_("the first data would have to wait one round trip for the handshake."),
		"RFC 7413 3; RFC 9293 3.10.7.2",
	},
	[STEP_SYN_IN_AGAIN] = {
		N_("The peer retransmits its SYN, {wait} after {about}: our answer has not reached "
		   "it."),
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
		   "TCP does not answer: the listener's queue is full, or a rule of the kernel "
		   "forbids it."),
		N_("an RST would make the client give up. A client that gets no answer retransmits "
		   "its SYN, and by then there may be room."),
		NULL,
	},
	[STEP_SYNACK_OUT] = {
		N_("One segment does two things: its ACK {ack} acknowledges the client's SYN, and "
		   "its SYN gives our own ISN, {isn}."),
		N_("the client would know neither that its SYN arrived nor from which number we "
		   "count our bytes."),
		"RFC 9293 3.4.1, 3.5, 3.10.7.2",
	},
	[STEP_SYNACK_OUT_COOKIE] = {
		N_("The queue of half-open connections is full (or net.ipv4.tcp_syncookies is 2). "
		   "We answer without keeping state: our ISN {isn} is a SYN cookie, computed from "
		   "the addresses, the ports and a secret. A real client returns it in its ACK."),
		N_("a flood of forged SYNs could fill the queue and lock out real clients."),
		"RFC 4987 3.6",
	},
	[STEP_SYNACK_OUT_AGAIN] = {
		N_("The handshake is still not complete {wait} after {about}, so we retransmit the "
		   "SYN/ACK. The SYN/ACK or the client's ACK may be lost, the ACK was not "
		   "accepted, or the client is not there."),
		N_("one lost packet would end the handshake."),
		"RFC 9293 3.8.1; RFC 6298 5",
	},
	[STEP_ACK_IN_THIRD] = {
		N_("The third step: the client's ACK {ack} acknowledges our SYN. So the client "
		   "really is at that address and wants this connection now."),
		N_("we could not tell the client's SYN from an old duplicate or from one with a "
		   "forged address, and would keep a half-open connection in vain."),
		"RFC 9293 3.4.1, 3.5, 3.10.7.4",
	},
	[STEP_ACK_IN_NOT_TAKEN] = {
		N_("An ACK of our SYN arrives, but TCP does not complete the handshake with it. "
		   "Most often the queue of complete connections is full because the program does "
		   "not call accept(), or TCP_DEFER_ACCEPT waits for data."),
		NULL,
		"RFC 9293 3.10.7.4",
	},
	[STEP_ACK_IN_INVALID] = {
		N_("An ACK arrives that does not fit the handshake: it acknowledges {ack}, which "
		   "is not our SYN. The sender may still have a connection that we have "
		   "forgotten."),
		N_("an old connection's segment could pass for the answer to our SYN."),
		"RFC 9293 3.5.1, 3.5.2, 3.10.7.3",
	},

	/* Both ask. */
	[STEP_SYN_IN_CROSSES] = {
		N_("The peer's own SYN (ISN {isn}) arrives instead of an answer to ours: both "
		   "sides called connect() at the same time, and the SYNs crossed. They make one "
		   "connection, not two."),
		N_("two programs that connect to each other at the same time would both fail."),
		"RFC 9293 3.5, 3.10.7.3",
	},
	[STEP_SYNACK_OUT_CROSSES] = {
		N_("We acknowledge the peer's SYN (ACK {ack}) and repeat our own SYN in the same "
		   "segment."),
		N_("the peer would not know that its SYN arrived."),
		"RFC 9293 3.5, 3.10.7.3",
	},
	[STEP_SYNACK_IN_CROSSES] = {
		N_("The peer acknowledges our SYN (ACK {ack}). Each side now has the other's ISN "
		   "and knows that its own SYN arrived."),
		N_("we would stay half-open."),
		"RFC 9293 3.5, 3.10.7.4",
	},
};
