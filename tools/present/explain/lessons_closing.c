// SPDX-License-Identifier: GPL-2.0
/*
 * Lessons of the close, graceful or by RST.
 */
#include "present/explain/lessons_closing.h"

#include <stddef.h>

#include "base/language.h"

const struct lesson lessons_closing[STEP_COUNT] = {
	/* Closing. */
	[STEP_FIN_OUT] = {
		N_("{closer} closes its direction with close() or shutdown(). Our FIN says that we "
		   "send no more bytes; like a SYN it takes a sequence number, {fin}. The other "
		   "direction stays open."),
		N_("the peer could not tell the end of our data from a pause."),
		"RFC 9293 3.6, 3.10.4",
	},
	[STEP_FIN_OUT_SECOND] = {
		N_("{closer} closes too. Our FIN (number {fin}) closes the second direction."),
		N_("the peer would wait for us in FIN_WAIT2."),
		"RFC 9293 3.6, 3.10.4",
	},
	[STEP_FIN_OUT_WITH_ACK] = {
		N_("{closer} closes before we have acknowledged the peer's FIN, so one segment "
		   "carries both the ACK {ack} and our FIN (number {fin}). This close takes three "
		   "segments, not four."),
		N_("the peer would wait for us in FIN_WAIT2."),
		"RFC 9293 3.6, 3.10.4",
	},
	[STEP_FIN_OUT_AGAIN] = {
		N_("No ACK of our FIN {about} came within {wait}, so we retransmit it."),
		N_("one lost FIN would leave the peer waiting for data that never comes."),
		"RFC 9293 3.6, 3.8.1",
	},
	[STEP_FIN_IN] = {
		N_("The peer's FIN says that the peer sends no more. {who} reads the data to its "
		   "end, then gets end-of-file; it may still send."),
		N_("the program could not tell the end of the data from a pause."),
		"RFC 9293 3.6, 3.10.7.4",
	},
	[STEP_FIN_IN_SECOND] = {
		N_("The peer's FIN closes the second direction: neither side sends any more."),
		N_("we would wait in FIN_WAIT2 until its timer expires."),
		"RFC 9293 3.6, 3.10.7.4",
	},
	[STEP_FIN_IN_WITH_ACK] = {
		N_("One segment carries both the ACK of our FIN ({ack}) and the peer's own FIN: "
		   "the peer's program closed before the ACK had left. So FIN_WAIT2 lasts only "
		   "while this segment is read (RFC 9293 goes straight to TIME-WAIT), and the close "
		   "takes three segments, not four."),
		N_("we would know neither that all our data arrived nor that the peer sends no "
		   "more."),
		"RFC 9293 3.6, 3.10.7.4",
	},
	[STEP_FIN_IN_CROSSES] = {
		N_("The peer's FIN arrives, but no ACK of our FIN yet: both sides closed at the "
		   "same time, and the FINs crossed."),
		N_("we would wait in FIN_WAIT2 for a FIN that has already come."),
		"RFC 9293 3.6, 3.10.7.4",
	},
	[STEP_FIN_IN_AGAIN] = {
		N_("The peer retransmits its FIN, {wait} after {about}: our ACK has not reached "
		   "it."),
		N_("one lost packet would leave the peer waiting."),
		"RFC 9293 3.8.1, 3.10.7.4",
	},
	[STEP_FIN_IN_TIME_WAIT] = {
		N_("The peer retransmits its FIN, {wait} after {about}: our last ACK was lost. We "
		   "are still in TIME_WAIT and can acknowledge the FIN again. This is the first "
		   "reason for 2MSL."),
		N_("this FIN would meet a closed port, and the peer would get an RST instead of a "
		   "graceful close."),
		"RFC 9293 3.6.1, 3.10.7.4",
	},
	[STEP_FIN_IN_HELD] = {
		N_("A FIN arrives, but TCP does not accept it: data before it is missing, or its "
		   "number is outside the window."),
		N_("the program would get end-of-file before it has all the data."),
		"RFC 9293 3.4, 3.10.7.4",
	},
	[STEP_ACK_OUT_OF_FIN] = {
		N_("Our ACK {ack} acknowledges the peer's FIN. The FIN took a sequence number, so "
		   "the ACK is that number plus one."),
		N_("the peer would keep retransmitting its FIN."),
		"RFC 9293 3.6, 3.10.7.4",
	},
	[STEP_ACK_OUT_LAST] = {
		N_("The last ACK ({ack}) acknowledges the peer's FIN. An ACK is not itself "
		   "acknowledged, so we cannot know whether it arrives; that is why we stay in "
		   "TIME_WAIT."),
		N_("the peer would stay in LAST_ACK and keep retransmitting its FIN."),
		"RFC 9293 3.6, 3.6.1, 3.10.7.4",
	},
	[STEP_ACK_OUT_LAST_AGAIN] = {
		N_("We acknowledge the FIN again (ACK {ack})."),
		N_("the peer would stay in LAST_ACK until it gives up."),
		"RFC 9293 3.6.1, 3.10.7.4",
	},
	[STEP_ACK_IN_OF_FIN] = {
		N_("The peer's ACK {ack} acknowledges our FIN, and with it all our data. The "
		   "peer's own direction is still open: the connection is half-closed."),
		N_("we could not tell whether our last bytes arrived, and would retransmit the "
		   "FIN."),
		"RFC 9293 3.6, 3.6.1, 3.10.7.4",
	},
	[STEP_ACK_IN_CLOSING] = {
		N_("The peer's ACK {ack} acknowledges our FIN. Both directions are closed."),
		N_("we would retransmit our FIN."),
		"RFC 9293 3.6, 3.10.7.4",
	},
	[STEP_ACK_IN_LAST] = {
		N_("The peer's ACK {ack} acknowledges our FIN. Both directions are closed, and we "
		   "can forget the connection at once. The peer closed first, so the peer waits in "
		   "TIME_WAIT, not we."),
		N_("we would retransmit our FIN."),
		"RFC 9293 3.6, 3.10.7.4",
	},

	/* Resets. */
	[STEP_RST_OUT_CLOSED_PORT] = {
		N_("No program listens on port {port}, so we refuse the connection: the RST tells "
		   "the client so at once. Its ACK {ack} acknowledges the client's SYN, so the "
		   "client can trust it."),
		N_("the client would retransmit its SYN until it times out."),
		"RFC 9293 3.5.2, 3.10.7.1",
	},
	[STEP_RST_OUT_STALE] = {
		N_("We reject {about}. The RST takes its number from the ACK of that segment, so "
		   "the sender accepts it and drops its half-open connection."),
		N_("the peer would keep a connection that exists on its side only."),
		"RFC 9293 3.5, 3.5.2, 3.10.7.3",
	},
	[STEP_RST_OUT_ABORT] = {
		N_("We abort. The RST tells the peer that the connection is gone at once; data not "
		   "yet delivered is lost. Typical causes: close() with unread data, SO_LINGER "
		   "with 0 seconds, a program that died, 'ss -K'."),
		N_("the peer would go on until its own timers expire."),
		"RFC 9293 3.5.2, 3.6, 3.6.1, 3.10.5",
	},
	[STEP_RST_OUT_LATE_DATA] = {
		N_("Data arrived after the program had called close(). Nobody will read it, and "
		   "the RST says so."),
		N_("the peer would believe that its data was delivered."),
		"RFC 9293 3.6.1 (SHLD-3)",
	},
	[STEP_RST_OUT_TIMEOUT] = {
		N_("We have given up on the peer; the RST tells it so, if it is still there."),
		NULL,
		"RFC 9293 3.8.3, 3.8.4",
	},
	[STEP_RST_OUT_ANSWER] = {
		N_("The RST answers {about}, which belongs to no connection here any more."),
		N_("the sender would keep a connection that no longer exists here."),
		"RFC 9293 3.5.1, 3.5.2",
	},
	[STEP_RST_IN_HANDSHAKE] = {
		N_("An RST ends the handshake: the peer gave up, is a port scanner, or never sent "
		   "that SYN."),
		N_("we would keep retransmitting our SYN/ACK to a peer that does not want it."),
		"RFC 9293 3.5.3, 3.10.7.4",
	},
	[STEP_RST_IN_ABORTS] = {
		N_("The peer aborts the connection with an RST whose number TCP accepts. Data not "
		   "yet delivered is lost; {who} gets {error}."),
		N_("we would keep a connection that the peer no longer has."),
		"RFC 9293 3.5.3, 3.10.7.4; RFC 5961 3",
	},
	[STEP_RST_IN_ASSASSINATES] = {
		N_("An RST ends TIME_WAIT early. Most often an old duplicate arrived in TIME_WAIT, "
		   "and our ACK of it reached a peer that no longer has the connection. RFC 1337 "
		   "calls this TIME-WAIT assassination."),
		NULL,
		"RFC 9293 3.10.7.4; RFC 1337",
	},
	[STEP_RST_IN_IGNORED] = {
		N_("An RST arrives, but TCP ignores it: its numbers (seq {seq}) are not the "
		   "expected ones, or there is nothing to reset."),
		N_("anyone who guesses the addresses and ports could cut the connection."),
		"RFC 9293 3.5.3, 3.10.7.4; RFC 5961 3",
	},
	[STEP_RST_IN_TIME_WAIT] = {
		N_("An RST arrives in TIME_WAIT and is ignored: the wait goes on."),
		N_("TIME_WAIT would end early and no longer protect the next connection."),
		"RFC 1337",
	},
};
