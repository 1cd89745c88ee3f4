// SPDX-License-Identifier: GPL-2.0
#include "learn/lab/questions.h"

#include <stddef.h>

#include "base/language.h"

const char *const questions_summary =
	N_("the five questions of everybody who learns TCP, one after the other");

const char *const questions_introduction =
	N_("Two programs on two hosts, a client and a server, send each other bytes by TCP. "
	   "TCP numbers the bytes, acknowledges what came and sends again what did not, so "
	   "that all arrive in order although the network may lose, delay and duplicate what "
	   "it carries. It carries segments: some numbers, some flags, perhaps some bytes. Of "
	   "the flags, SYN opens a connection (it synchronizes the numbers), FIN says that "
	   "its sender has no more to send, ACK acknowledges, and RST breaks off. In the "
	   "pictures time runs down, in seconds at the left; each end is a vertical line with "
	   "the state of its TCP beside it, and each arrow is a segment: seq is the number of "
	   "its first byte, ack the number that its sender expects next, win how many bytes "
	   "its sender has room for. Nothing is invented: this kernel has just made these "
	   "connections, and the times were measured.");

const struct question questions[QUESTIONS] = {
	{
		.text = N_("1. What are the three steps that open a connection?"),
		.answer = N_("SYN, SYN/ACK, ACK. Each side tells the other at which number it "
			     "starts to count, and gets that acknowledged."),
		.cases = { "handshake" },
	},
	{
		.text = N_("2. Why three, and not two?"),
		.answer = N_("Because a SYN may be old. The network may have kept it until its "
			     "client was long gone, and the server cannot see that. Only the "
			     "third step shows it that the client is there and means this SYN."),
		.cases = { "stale-syn" },
	},
	{
		.text = N_("3. What are the four steps that close it?"),
		.answer = N_("FIN, ACK, FIN, ACK. Each direction is closed by itself, and each "
			     "close is acknowledged."),
		.cases = { "four-segments" },
	},
	{
		.text = N_("4. Why four, and not three?"),
		.answer = N_("Because the one that got a FIN may have more to send. It "
			     "acknowledges the FIN at once and sends its own when it is done. "
			     "When it is done at once, both fit into one segment, and three are "
			     "enough."),
		.cases = { "half-close", "three-segments" },
	},
	{
		.text = N_("5. Why does the one that closes first wait for 2MSL?"),
		.answer = N_("For two reasons. The last ACK may be lost, and then the FIN comes "
			     "again and must find somebody who acknowledges it again. And old "
			     "segments that are still under way must die out before the same two "
			     "ports may be used again. MSL is the maximum segment lifetime, how "
			     "long a segment may wander in the network; twice that is enough for "
			     "one to get there and for its answer to come back. Linux takes a "
			     "minute for 2MSL."),
		.cases = { "lost-last-ack", "old-duplicate" },
	},
};
