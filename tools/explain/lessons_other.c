// SPDX-License-Identifier: GPL-2.0
/*
 * Lessons of segments out of their time, and of changes that no segment of the log
 * caused.
 */
#include "explain/lessons_other.h"

#include <stddef.h>

#include "explain/language.h"

const struct lesson lessons_other[STEP_COUNT] = {
	/* Segments out of their time. */
	[STEP_SYN_IN_STALE] = {
		N_("A SYN comes although the connection exists. TCP does not take it: it is an "
		   "old duplicate or a forgery, or the peer restarted and forgot the connection."),
		N_("a single forged SYN could cut the connection."),
		"RFC 9293 3.5.1, 3.10.7.4; RFC 5961 4",
	},
	[STEP_SYN_IN_TIME_WAIT] = {
		N_("A SYN comes in TIME_WAIT with a number that is not beyond the old "
		   "connection's: an old duplicate. It is absorbed."),
		N_("an old duplicate could open a connection that nobody wants."),
		"RFC 9293 3.6.1; RFC 6191 2",
	},
	[STEP_SYN_IN_REUSES] = {
		N_("The peer opens a new connection with the same addresses and ports before 2MSL "
		   "is over. Its SYN has a number (or timestamp) beyond all of the old "
		   "connection's, so no old segment can be mistaken for a new one. This record "
		   "ends here; the new connection has its own."),
		N_("a busy client would have to wait 2MSL before it may use the same port again."),
		"RFC 9293 3.6.1 (MAY-2); RFC 6191 2",
	},
	[STEP_ACK_OUT_CHALLENGE] = {
		N_("A challenge ACK: instead of believing {about} we tell the peer what we expect "
		   "(ACK {ack}). Only a peer that has really lost the connection answers with an "
		   "RST that fits."),
		N_("a single forged SYN or RST could cut the connection."),
		"RFC 5961 3.2, 4.2; RFC 9293 3.10.7.4",
	},
	[STEP_ACK_OUT_ANSWER] = {
		N_("An ACK answers {about} and says what we expect next ({ack})."),
		N_("the peer could not tell where we are."),
		"RFC 9293 3.5.2, 3.10.7.4",
	},
	[STEP_OLD_DUPLICATE] = {
		N_("A segment of this connection comes late, and TIME_WAIT absorbs it. This is "
		   "the second reason for 2MSL."),
		N_("a new connection with the same addresses and ports could take it for its own."),
		"RFC 9293 3.4.3, 3.6.1",
	},
	[STEP_OUT_OF_WINDOW] = {
		N_("A segment comes whose number {seq} is outside the window. TCP does not take "
		   "it."),
		N_("whoever guesses addresses and ports could put in data or answers of his own."),
		"RFC 9293 3.4, 3.10.7.4",
	},
	[STEP_OVERFLOW] = {
		N_("This should have been the way to TIME_WAIT. But net.ipv4.tcp_max_tw_buckets "
		   "is reached (or memory is out), so the connection is forgotten at once."),
		NULL,
		"RFC 9293 3.6.1 (MUST-13)",
	},
	[STEP_BAD_CHECKSUM] = {
		N_("A segment comes with a wrong checksum: it was damaged on the way. TCP throws "
		   "it away."),
		N_("damaged data would reach the program."),
		"RFC 9293 3.1",
	},
	[STEP_NOT_TCP] = {
		N_("Our TCP did not send this segment: a firewall rule (REJECT) or a raw socket "
		   "made it in our name. It changes nothing here; the peer may believe it."),
		NULL, NULL,
	},
	[STEP_LATE_IN] = {
		N_("A segment of the peer comes when the connection is over here; it changes "
		   "nothing any more."),
		NULL,
		"RFC 9293 3.10.7.1",
	},
	[STEP_LATE_OUT] = {
		N_("A segment of ours leaves when the connection is over here."),
		NULL, NULL,
	},
	[STEP_OTHER_IN] = {
		N_("A segment of the peer that changes nothing; it is in the log because it came "
		   "in this state."),
		NULL, NULL,
	},
	[STEP_OTHER_OUT] = {
		N_("A segment of ours that changes nothing; it is in the log because it left in "
		   "this state."),
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
		   "behind the data that is still to be sent."),
		N_("data already written would be lost."),
		"RFC 9293 3.6, 3.10.4",
	},
	[STEP_CLOSED_LATE_DATA] = {
		N_("Data came after the program had called close(): nobody will read it, so TCP "
		   "gives the connection up."),
		N_("the peer would believe that its data was delivered."),
		"RFC 9293 3.6.1 (SHLD-3)",
	},
	[STEP_TIMEOUT_SYN] = {
		N_("We give up after {stay}: no answer to our SYN. connect() returns {error}."),
		N_("connect() would wait for ever."),
		"RFC 9293 3.8.3, 3.10.8",
	},
	[STEP_TIMEOUT_SYNACK] = {
		N_("We give up after {stay}: the handshake was not completed. The half-open "
		   "connection is dropped."),
		N_("half-open connections would pile up."),
		"RFC 9293 3.8.3, 3.10.8",
	},
	[STEP_TIMEOUT_FIN] = {
		N_("We give up after {stay}: no ACK of our FIN came, or none of the data before "
		   "it."),
		N_("a peer that is gone would hold our memory for ever."),
		"RFC 9293 3.8.3, 3.10.8",
	},
	[STEP_TIMEOUT_FIN_WAIT2] = {
		N_("The peer never closed its direction. No program here waits for its data any "
		   "more, so Linux gives it up after {stay} (net.ipv4.tcp_fin_timeout). The RFC "
		   "knows no such timer."),
		N_("peers that never close would hold our memory for ever."),
		"RFC 9293 3.6",
	},
	[STEP_TIMEOUT_DATA] = {
		N_("We give up: data or keepalive probes were not acknowledged for too long. "
		   "{who} gets {error}."),
		N_("a peer that is gone would hold our memory for ever."),
		"RFC 9293 3.8.3, 3.8.4, 3.10.8",
	},
	[STEP_UNREACHABLE] = {
		N_("A router or host says by ICMP that the peer cannot be reached: {error}. "
		   "During the handshake Linux gives up at any such error; RFC 9293 wants TCP to "
		   "go on trying after most of them."),
		N_("connect() would try until it times out."),
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
		N_("{who} aborts: the connection is gone at once, without a FIN."),
		NULL,
		"RFC 9293 3.10.5",
	},
	[STEP_EXPIRED] = {
		N_("2MSL is over ({stay} in TIME_WAIT): no old segment can be on its way any "
		   "more. Addresses and ports are free."),
		NULL,
		"RFC 9293 3.6.1 (MUST-13), 3.10.8",
	},
	[STEP_REUSED_BY_CONNECT] = {
		N_("A local connect() took these addresses and ports after {stay} in TIME_WAIT "
		   "(net.ipv4.tcp_tw_reuse): timestamps tell old segments from new ones."),
		NULL,
		"RFC 6191 2; RFC 7323 5",
	},
	[STEP_KILLED] = {
		N_("The socket was killed after {stay} in TIME_WAIT, as 'ss -K' does."),
		NULL, NULL,
	},
	[STEP_NAMESPACE_GONE] = {
		N_("The network namespace went away after {stay} in TIME_WAIT, and the wait with "
		   "it."),
		NULL, NULL,
	},
	[STEP_REPAIR] = {
		N_("{who} put the socket into this state itself (TCP_REPAIR), as checkpoint and "
		   "restore do. No segment was sent for it."),
		NULL, NULL,
	},
	[STEP_BY_EARLIER] = {
		N_("Now the state changes, because of {about}."),
		NULL, NULL,
	},
	[STEP_BY_UNLOGGED] = {
		N_("A segment of the peer caused this; the log did not keep it."),
		NULL, NULL,
	},
	[STEP_ILLEGAL] = {
		N_("Neither RFC 9293 nor Linux as documented knows this state change."),
		NULL,
		"RFC 9293 3.3.2",
	},
	[STEP_CHANGE] = {
		N_("The state changed; its cause was not seen."),
		NULL, NULL,
	},
	[STEP_NOTE] = {
		N_("An anomaly was noticed."),
		NULL, NULL,
	},
};
