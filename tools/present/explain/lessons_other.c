// SPDX-License-Identifier: GPL-2.0
/*
 * Lessons of segments out of their time, and of changes that no segment of the log
 * caused.
 */
#include "present/explain/lessons_other.h"

#include <stddef.h>

#include "base/language.h"

const struct lesson lessons_other[STEP_COUNT] = {
	/* Segments out of their time. */
	[STEP_SYN_IN_STALE] = {
		N_("A SYN arrives although the connection exists. TCP does not accept it: it is an "
		   "old duplicate or forged, or the peer restarted and forgot the connection."),
		N_("a single forged SYN could cut the connection."),
		"RFC 9293 3.5.1, 3.10.7.4; RFC 5961 4",
	},
	[STEP_SYN_IN_TIME_WAIT] = {
		N_("A SYN arrives in TIME_WAIT whose number is not beyond those of the old "
		   "connection: it is an old duplicate, and TIME_WAIT absorbs it."),
		N_("an old duplicate could open a connection that nobody wants."),
		"RFC 9293 3.6.1; RFC 6191 2",
	},
	[STEP_SYN_IN_REUSES] = {
		N_("The peer opens a new connection with the same addresses and ports before 2MSL "
		   "is over. The number (or timestamp) of its SYN is beyond all those of the old "
		   "connection, so no old segment can be mistaken for a new one. This record ends "
		   "here; the new connection has its own."),
		N_("a busy client would have to wait 2MSL before it may use the same port again."),
		"RFC 9293 3.6.1 (MAY-2); RFC 6191 2",
	},
	[STEP_ACK_OUT_CHALLENGE] = {
		N_("A challenge ACK: we do not trust {about}, and tell the peer what we expect "
		   "(ACK {ack}). Only a peer that has really lost the connection answers with an "
		   "RST that has the right number."),
		N_("a single forged SYN or RST could cut the connection."),
		"RFC 5961 3.2, 4.2; RFC 9293 3.10.7.4",
	},
	[STEP_ACK_OUT_ANSWER] = {
		N_("An ACK answers {about} and says which number we expect next ({ack})."),
		N_("the peer could not tell what we have received."),
		"RFC 9293 3.5.2, 3.10.7.4",
	},
	[STEP_OLD_DUPLICATE] = {
		N_("A late segment of this connection arrives, and TIME_WAIT absorbs it. This is "
		   "the second reason for 2MSL."),
		N_("a new connection with the same addresses and ports could accept it as its "
		   "own."),
		"RFC 9293 3.4.3, 3.6.1",
	},
	[STEP_OUT_OF_WINDOW] = {
		N_("A segment arrives whose number {seq} is outside the window. TCP does not "
		   "accept it."),
		N_("anyone who guesses the addresses and ports could inject data or ACKs."),
		"RFC 9293 3.4, 3.10.7.4",
	},
	[STEP_OVERFLOW] = {
		N_("The connection should have entered TIME_WAIT. But net.ipv4.tcp_max_tw_buckets "
		   "is reached (or memory is short), so the connection is forgotten at once."),
		NULL,
		"RFC 9293 3.6.1 (MUST-13)",
	},
	[STEP_BAD_CHECKSUM] = {
		N_("A segment arrives with a wrong checksum: it was damaged on the way. TCP "
		   "discards it."),
		N_("damaged data would reach the program."),
		"RFC 9293 3.1",
	},
	[STEP_NOT_TCP] = {
		N_("Our TCP did not send this segment: a firewall rule (REJECT) or a raw socket "
		   "sent it in our name. It changes nothing here, but the peer may accept it."),
		NULL, NULL,
	},
	[STEP_LATE_IN] = {
		N_("A segment of the peer arrives after the connection has ended here. It changes "
		   "nothing."),
		NULL,
		"RFC 9293 3.10.7.1",
	},
	[STEP_LATE_OUT] = {
		N_("A segment of ours leaves after the connection has ended here."),
		NULL, NULL,
	},
	[STEP_OTHER_IN] = {
		N_("A segment of the peer that changes nothing. It is logged because it arrived in "
		   "this state."),
		NULL, NULL,
	},
	[STEP_OTHER_OUT] = {
		N_("A segment of ours that changes nothing. It is logged because it left in this "
		   "state."),
		NULL, NULL,
	},

	/* Changes that no segment of the log caused. */
	[STEP_CONNECT] = {
		N_("{who} calls connect(). No SYN of ours is in the log: it was dropped before it "
		   "left, or the log had no room."),
		NULL,
		"RFC 9293 3.10.1",
	},
	[STEP_CLOSE_CALL] = {
		N_("{closer} closes its direction with close() or shutdown(). The FIN is queued "
		   "behind the data still to be sent."),
		N_("data already written would be lost."),
		"RFC 9293 3.6, 3.10.4",
	},
	[STEP_CLOSED_LATE_DATA] = {
		N_("Data arrived after the program had called close(). Nobody will read it, so TCP "
		   "aborts the connection."),
		N_("the peer would believe that its data was delivered."),
		"RFC 9293 3.6.1 (SHLD-3)",
	},
	[STEP_TIMEOUT_SYN] = {
		N_("We give up after {stay}: our SYN was never answered. connect() fails with "
		   "{error}."),
		N_("connect() would wait forever."),
		"RFC 9293 3.8.3, 3.10.8",
	},
	[STEP_TIMEOUT_SYNACK] = {
		N_("We give up after {stay}: the handshake was never completed. The half-open "
		   "connection is dropped."),
		N_("half-open connections would pile up."),
		"RFC 9293 3.8.3, 3.10.8",
	},
	[STEP_TIMEOUT_FIN] = {
		N_("We give up after {stay}: our FIN, or the data before it, was never "
		   "acknowledged."),
		N_("connections to peers that are gone would take up memory forever."),
		"RFC 9293 3.8.3, 3.10.8",
	},
	[STEP_TIMEOUT_FIN_WAIT2] = {
		N_("The peer never closed its direction. No program here waits for its data any "
		   "more, so Linux gives up after {stay} (net.ipv4.tcp_fin_timeout). The RFC has "
		   "no such timer."),
		N_("connections to peers that never close would take up memory forever."),
		"RFC 9293 3.6",
	},
	[STEP_TIMEOUT_DATA] = {
		N_("We give up: data or keepalive probes were not acknowledged for too long. "
		   "{who} gets {error}."),
		N_("connections to peers that are gone would take up memory forever."),
		"RFC 9293 3.8.3, 3.8.4, 3.10.8",
	},
	[STEP_UNREACHABLE] = {
		N_("A router or host reports by ICMP that the peer is unreachable: {error}. During "
		   "the handshake Linux gives up on any such error; RFC 9293 wants TCP to keep "
		   "trying after most of them."),
		N_("connect() would keep trying until it times out."),
		"RFC 5461 4",
	},
	[STEP_ERROR] = {
		N_("An error of the kernel or the network ends the connection: {error}."),
		NULL, NULL,
	},
	[STEP_GIVEN_UP] = {
		N_("{who} gives up before the handshake is complete: it closed the socket, or "
		   "died."),
		NULL,
		"RFC 9293 3.10.4, 3.10.5",
	},
	[STEP_ABORTED] = {
		N_("{who} aborts: the connection ends at once, without a FIN."),
		NULL,
		"RFC 9293 3.10.5",
	},
	[STEP_EXPIRED] = {
		N_("2MSL is over ({stay} in TIME_WAIT): no old segment can be on its way any more. "
		   "The addresses and ports are free again."),
		NULL,
		"RFC 9293 3.6.1 (MUST-13), 3.10.8",
	},
	[STEP_REUSED_BY_CONNECT] = {
		N_("A local connect() reused these addresses and ports after {stay} in TIME_WAIT "
		   "(net.ipv4.tcp_tw_reuse): timestamps tell old segments from new ones."),
		NULL,
		"RFC 6191 2; RFC 7323 5",
	},
	[STEP_KILLED] = {
		N_("The socket was killed after {stay} in TIME_WAIT, as 'ss -K' does."),
		NULL, NULL,
	},
	[STEP_NAMESPACE_GONE] = {
		N_("The network namespace was removed after {stay} in TIME_WAIT, and that ended "
		   "the wait."),
		NULL, NULL,
	},
	[STEP_REPAIR] = {
		N_("{who} put the socket into this state with TCP_REPAIR, as checkpoint and "
		   "restore do. No segment was sent for it."),
		NULL, NULL,
	},
	[STEP_BY_EARLIER] = {
		N_("That ACK sent, segment {about} takes effect:"),
		NULL, NULL,
	},
	[STEP_BY_UNLOGGED] = {
		N_("A segment of the peer caused this. The log does not have that segment."),
		NULL, NULL,
	},
	[STEP_ILLEGAL] = {
		N_("This state change is neither in RFC 9293 nor in the documentation of Linux."),
		NULL,
		"RFC 9293 3.3.2",
	},
	[STEP_CHANGE] = {
		N_("The state changed; the cause was not seen."),
		NULL, NULL,
	},
	[STEP_NOTE] = {
		N_("An anomaly was noticed."),
		NULL, NULL,
	},
};
