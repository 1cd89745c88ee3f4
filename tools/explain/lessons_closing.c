// SPDX-License-Identifier: GPL-2.0
/*
 * Lessons of the close, in order or by RST.
 */
#include "explain/lessons_closing.h"

#include <stddef.h>

#include "explain/language.h"

const struct lesson lessons_closing[STEP_COUNT] = {
	/* Closing. */
	[STEP_FIN_OUT] = {
		N_("{closer} closes its direction with close() or shutdown(). Our FIN says that "
		   "no more bytes follow from us; like a SYN it takes a number, {fin}. The other "
		   "direction stays open."),
		N_("the peer could not tell the end of our data from a pause."),
		"RFC 9293 3.6, 3.10.4",
	},
	[STEP_FIN_OUT_SECOND] = {
		N_("{closer} closes too. Our FIN (number {fin}) ends the second direction."),
		N_("the peer would wait for us in FIN_WAIT2."),
		"RFC 9293 3.6, 3.10.4",
	},
	[STEP_FIN_OUT_WITH_ACK] = {
		N_("{closer} closes before our ACK of the peer's FIN has left: one segment "
		   "carries both, the ACK {ack} and our FIN (number {fin}). So this close takes "
		   "three segments, not four."),
		N_("the peer would wait for us in FIN_WAIT2."),
		"RFC 9293 3.6, 3.10.4",
	},
	[STEP_FIN_OUT_AGAIN] = {
		N_("No ACK of our FIN {about} in {wait}: we send it again."),
		N_("one lost FIN would leave the peer waiting for data that never comes."),
		"RFC 9293 3.6, 3.8.1",
	},
	[STEP_FIN_IN] = {
		N_("The peer's FIN: it sends no more. {who} reads to the end of the data, then "
		   "gets end-of-file; it may still send."),
		N_("the program could not tell the end of the data from a pause."),
		"RFC 9293 3.6, 3.10.7.4",
	},
	[STEP_FIN_IN_SECOND] = {
		N_("The peer's FIN ends the second direction: neither side sends any more."),
		N_("we would wait in FIN_WAIT2 until its timer ends."),
		"RFC 9293 3.6, 3.10.7.4",
	},
	[STEP_FIN_IN_WITH_ACK] = {
		N_("One segment brings both, the ACK of our FIN ({ack}) and the peer's own FIN: "
		   "its program closed before its ACK had left. So FIN_WAIT2 is skipped, and the "
		   "close takes three segments, not four."),
		N_("we would not know that our data arrived, nor that the peer is done."),
		"RFC 9293 3.6, 3.10.7.4",
	},
	[STEP_FIN_IN_CROSSES] = {
		N_("The peer's FIN arrives, but no ACK of ours yet: both sides closed at once, "
		   "and the FINs crossed."),
		N_("we would wait in FIN_WAIT2 for a FIN that has already come."),
		"RFC 9293 3.6, 3.10.7.4",
	},
	[STEP_FIN_IN_AGAIN] = {
		N_("The peer's FIN comes again, {wait} after {about}: it has not seen our ACK."),
		N_("one lost packet would leave the peer waiting."),
		"RFC 9293 3.8.1, 3.10.7.4",
	},
	[STEP_FIN_IN_TIME_WAIT] = {
		N_("The peer's FIN comes again, {wait} after {about}: our last ACK was lost. "
		   "Because we are still in TIME_WAIT, we can answer. This is the first reason "
		   "for 2MSL."),
		N_("this FIN would meet a closed port, and the peer would get an RST instead of "
		   "an orderly end."),
		"RFC 9293 3.6.1, 3.10.7.4",
	},
	[STEP_FIN_IN_HELD] = {
		N_("A FIN comes, but TCP does not take it: data before it is missing, or its "
		   "number is outside the window."),
		N_("the end of the data would be announced before all of it is here."),
		"RFC 9293 3.4, 3.10.7.4",
	},
	[STEP_ACK_OUT_OF_FIN] = {
		N_("Our ACK {ack} says that the peer's FIN arrived: the FIN took a number, so its "
		   "ACK is that number plus one."),
		N_("the peer would send its FIN again and again."),
		"RFC 9293 3.6, 3.10.7.4",
	},
	[STEP_ACK_OUT_LAST] = {
		N_("The last ACK ({ack}): the peer's FIN arrived. No one acknowledges an ACK, so "
		   "it may be lost unnoticed; that is why we stay in TIME_WAIT."),
		N_("the peer would stay in LAST_ACK and send its FIN again and again."),
		"RFC 9293 3.6, 3.6.1, 3.10.7.4",
	},
	[STEP_ACK_OUT_LAST_AGAIN] = {
		N_("We acknowledge the FIN again (ACK {ack})."),
		N_("the peer would stay in LAST_ACK until it gives up."),
		"RFC 9293 3.6.1, 3.10.7.4",
	},
	[STEP_ACK_IN_OF_FIN] = {
		N_("The peer's ACK {ack} says that our FIN arrived, and with it all our data. Its "
		   "own direction is still open: the connection is half-closed."),
		N_("we could not tell whether our last bytes arrived, and would send the FIN "
		   "again."),
		"RFC 9293 3.6, 3.6.1, 3.10.7.4",
	},
	[STEP_ACK_IN_CLOSING] = {
		N_("The peer's ACK {ack} says that our FIN arrived. Both directions are closed."),
		N_("we would send our FIN again."),
		"RFC 9293 3.6, 3.10.7.4",
	},
	[STEP_ACK_IN_LAST] = {
		N_("The peer's ACK {ack} says that our FIN arrived. Both directions are closed, "
		   "and we can forget the connection at once: the peer closed first, so it is the "
		   "peer that waits in TIME_WAIT."),
		N_("we would send our FIN again."),
		"RFC 9293 3.6, 3.10.7.4",
	},

	/* Resets. */
	[STEP_RST_OUT_CLOSED_PORT] = {
		N_("No program listens on port {port}, so we refuse: the RST tells the client at "
		   "once. Its ACK {ack} names the SYN that it answers, so that the client can "
		   "believe it."),
		N_("the client would send SYN after SYN until it times out."),
		"RFC 9293 3.5.2, 3.10.7.1",
	},
	[STEP_RST_OUT_STALE] = {
		N_("We reject {about}. The RST takes its number from the ACK of that segment, so "
		   "the sender believes it and drops its half-open connection."),
		N_("the peer would keep a connection that exists on its side only."),
		"RFC 9293 3.5, 3.5.2, 3.10.7.3",
	},
	[STEP_RST_OUT_ABORT] = {
		N_("We abort. The RST tells the peer that the connection is gone at once, and "
		   "with it what was not yet delivered. Typical causes: close() with unread data, "
		   "SO_LINGER with 0 seconds, a program that died, 'ss -K'."),
		N_("the peer would go on until its own timers end."),
		"RFC 9293 3.5.2, 3.6, 3.6.1, 3.10.5",
	},
	[STEP_RST_OUT_LATE_DATA] = {
		N_("Data came after the program had called close(): nobody will read it. The RST "
		   "says so."),
		N_("the peer would believe that its data was delivered."),
		"RFC 9293 3.6.1 (SHLD-3)",
	},
	[STEP_RST_OUT_TIMEOUT] = {
		N_("We have given the peer up; the RST tells it so, if it is still there."),
		NULL,
		"RFC 9293 3.8.3, 3.8.4",
	},
	[STEP_RST_OUT_ANSWER] = {
		N_("The RST answers {about}, which no longer fits a connection here."),
		N_("the sender would believe in a connection that we no longer know."),
		"RFC 9293 3.5.1, 3.5.2",
	},
	[STEP_RST_IN_HANDSHAKE] = {
		N_("An RST ends the handshake: the peer gave up, is a port scanner, or never sent "
		   "that SYN."),
		N_("we would send our SYN/ACK again and again to somebody who does not want it."),
		"RFC 9293 3.5.3, 3.10.7.4",
	},
	[STEP_RST_IN_ABORTS] = {
		N_("The peer aborts the connection with an RST at a number that TCP accepts. What "
		   "was not yet delivered is lost; {who} gets {error}."),
		N_("we would keep a connection that the peer no longer has."),
		"RFC 9293 3.5.3, 3.10.7.4; RFC 5961 3",
	},
	[STEP_RST_IN_ASSASSINATES] = {
		N_("An RST ends TIME_WAIT before its time. It comes mostly from a peer that met "
		   "an old duplicate after it had closed; RFC 1337 calls this TIME-WAIT "
		   "assassination."),
		NULL,
		"RFC 9293 3.10.7.4; RFC 1337",
	},
	[STEP_RST_IN_IGNORED] = {
		N_("An RST comes, and TCP does not obey: its numbers (seq {seq}) are not those "
		   "that are expected now, or nothing is here to reset."),
		N_("whoever guesses addresses and ports could cut the connection."),
		"RFC 9293 3.5.3, 3.10.7.4; RFC 5961 3",
	},
	[STEP_RST_IN_TIME_WAIT] = {
		N_("An RST comes in TIME_WAIT and is ignored: the wait goes on."),
		N_("TIME_WAIT would end early and no longer protect the next connection."),
		"RFC 1337",
	},
};
