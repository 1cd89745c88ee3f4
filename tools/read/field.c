// SPDX-License-Identifier: GPL-2.0
#include "read/field.h"

#include <stddef.h>

#include "base/compiler.h"

#define MEMBER(member)	offsetof(struct tcpledger_record, member)

/* The key; one that is too long divides by zero, and does not compile. */
#define KEY(name)							\
	.key = "\"" name "\":",						\
	.key_len = sizeof(name) + 2 + 0 / (sizeof(name) + 3 <= FIELD_KEY_ROOM)

/* Where it is in JSON, its name there, its type, the member or the bit, and what else it has. */
#define FIELD(where, name, what, place, ...)					\
	{ KEY(name), .object = FIELD_IN_##where, .type = FIELD_##what, .offset = place,	\
	  __VA_ARGS__ }
#define MADE(where, name, what)						\
	{ KEY(name), .object = FIELD_IN_##where, .type = FIELD_##what }

#define NS		.unit = FIELD_NS
#define US		.unit = FIELD_US
#define TITLE(text)	.title = text
#define SORT(word)	.sort = word
#define ON(where, text)	.line = FIELD_ON_##where, .phrase = text

#define OBJECT(name)	{ "\"" name "\":", sizeof(name) + 2 }

const struct field_object_key field_objects[] = {
	[FIELD_IN_RECORD] = { "", 0 },
	[FIELD_IN_OWNER] = OBJECT("owner"),
	[FIELD_IN_CLOSER] = OBJECT("closer"),
	[FIELD_IN_OPEN] = OBJECT("open"),
	[FIELD_IN_CLOSE] = OBJECT("close"),
	[FIELD_IN_TIME_WAIT] = OBJECT("time_wait"),
};

const struct field fields[] = {
	FIELD(RECORD, "id", U64, MEMBER(id), TITLE("ID")),
	MADE(RECORD, "peer_id", PEER_ID),
	FIELD(RECORD, "netns", U32, MEMBER(netns), TITLE("NETNS")),
	MADE(RECORD, "family", FAMILY),
	FIELD(RECORD, "ifindex", U32, MEMBER(ifindex)),
	MADE(RECORD, "local", LOCAL),
	FIELD(RECORD, "lport", U16, MEMBER(lport)),
	MADE(RECORD, "remote", REMOTE),
	FIELD(RECORD, "rport", U16, MEMBER(rport)),
	MADE(RECORD, "opened_at", OPENED_AT),
	MADE(RECORD, "ended_at", ENDED_AT),
	MADE(RECORD, "duration_ns", DURATION),
	FIELD(RECORD, "state", STATE, MEMBER(state), TITLE("STATE")),
	FIELD(RECORD, "state_age_ns", S64, MEMBER(state_age_ns), NS, TITLE("AGE")),
	FIELD(RECORD, "live", FLAG, TCPLEDGER_REC_LIVE),
	FIELD(RECORD, "partial", FLAG, TCPLEDGER_REC_PARTIAL),
	FIELD(RECORD, "log_dropped", U32, MEMBER(log_dropped)),

	FIELD(OWNER, "pid", S32, MEMBER(pid), TITLE("PID"), ON(OWNER, ", pid ")),
	MADE(OWNER, "comm", COMM),
	FIELD(OWNER, "uid", S64, MEMBER(uid), TITLE("UID"), ON(OWNER, ", uid ")),
	FIELD(OWNER, "cgroup", S64, MEMBER(cgroup), TITLE("CGROUP"), ON(OWNER, ", cgroup ")),
	FIELD(OWNER, "inode", S64, MEMBER(inode), ON(OWNER, ", inode ")),
	FIELD(OWNER, "cookie", S64, MEMBER(cookie), ON(OWNER, ", cookie ")),

	FIELD(CLOSER, "pid", S32, MEMBER(closer_pid)),
	MADE(CLOSER, "comm", CLOSER_COMM),

	FIELD(OPEN, "role", ROLE, MEMBER(role), TITLE("ROLE")),
	FIELD(OPEN, "outcome", OUTCOME, MEMBER(outcome), TITLE("OUTCOME")),
	FIELD(OPEN, "syn_ns", S64, MEMBER(syn_ns), NS),
	FIELD(OPEN, "synack_ns", S64, MEMBER(synack_ns), NS),
	FIELD(OPEN, "ack_ns", S64, MEMBER(ack_ns), NS),
	FIELD(OPEN, "handshake_ns", S64, MEMBER(handshake_ns), NS, TITLE("HSHAKE"),
	      SORT("handshake")),
	FIELD(OPEN, "syn_retransmits", U32, MEMBER(syn_retransmits)),
	FIELD(OPEN, "synack_retransmits", U32, MEMBER(synack_retransmits)),
	FIELD(OPEN, "syncookie", FLAG, TCPLEDGER_REC_SYNCOOKIE),
	FIELD(OPEN, "fastopen", FLAG, TCPLEDGER_REC_FASTOPEN),
	FIELD(OPEN, "local_isn", S64, MEMBER(local_isn), ON(ISN, "local ")),
	FIELD(OPEN, "remote_isn", S64, MEMBER(remote_isn), ON(ISN, ", remote ")),
	FIELD(OPEN, "local_mss", S32, MEMBER(local_mss), ON(OPTIONS, "MSS ")),
	FIELD(OPEN, "remote_mss", S32, MEMBER(remote_mss), ON(OPTIONS, " / ")),
	FIELD(OPEN, "local_wscale", S8, MEMBER(local_wscale), ON(OPTIONS, ", window scale ")),
	FIELD(OPEN, "remote_wscale", S8, MEMBER(remote_wscale), ON(OPTIONS, " / ")),
	FIELD(OPEN, "sack", YES, MEMBER(sack), ON(OPTIONS, " (local / remote), SACK ")),
	FIELD(OPEN, "timestamps", YES, MEMBER(timestamps), ON(OPTIONS, ", timestamps ")),
	FIELD(OPEN, "accept_ns", S64, MEMBER(accept_ns), NS),

	FIELD(CLOSE, "kind", KIND, MEMBER(kind)),
	FIELD(CLOSE, "first", SIDE, MEMBER(first), TITLE("FIRST")),
	FIELD(CLOSE, "reset_by", SIDE, MEMBER(reset_by)),
	MADE(CLOSE, "error", ERROR),
	FIELD(CLOSE, "local_fin_ns", S64, MEMBER(local_fin_ns), NS),
	FIELD(CLOSE, "remote_fin_ns", S64, MEMBER(remote_fin_ns), NS),
	FIELD(CLOSE, "half_close_ns", S64, MEMBER(half_close_ns), NS),
	FIELD(CLOSE, "fin_retransmits", U32, MEMBER(fin_retransmits)),

	FIELD(TIME_WAIT, "entered_ns", S64, MEMBER(tw_entered_ns), NS),
	FIELD(TIME_WAIT, "nominal_ns", S64, MEMBER(tw_nominal_ns), NS),
	FIELD(TIME_WAIT, "restarts", U32, MEMBER(tw_restarts)),
	FIELD(TIME_WAIT, "fin_reacks", U32, MEMBER(tw_fin_reacks)),
	FIELD(TIME_WAIT, "old_duplicates", U32, MEMBER(tw_old_duplicates)),
	FIELD(TIME_WAIT, "remaining_ns", S64, MEMBER(tw_remaining_ns), NS),
	FIELD(TIME_WAIT, "residence_ns", S64, MEMBER(tw_residence_ns), NS),
	FIELD(TIME_WAIT, "residence_exact", FLAG, TCPLEDGER_REC_RESIDENCE_EXACT),
	FIELD(TIME_WAIT, "exit", EXIT, MEMBER(tw_exit)),

	MADE(RECORD, "residence_ns", RESIDENCE),
	FIELD(RECORD, "bytes_sent", S64, MEMBER(bytes_sent), TITLE("SENT"), SORT("sent"),
	      ON(PAYLOAD, "sent ")),
	FIELD(RECORD, "bytes_received", S64, MEMBER(bytes_received), TITLE("RECEIVED"),
	      SORT("received"), ON(PAYLOAD, ", received ")),
	FIELD(RECORD, "retransmits", S32, MEMBER(retransmits), TITLE("RETRANS"),
	      SORT("retransmits"), ON(PAYLOAD, " bytes; retransmits ")),
	FIELD(RECORD, "srtt_us", S64, MEMBER(srtt_us), US, TITLE("SRTT"),
	      ON(PAYLOAD, "; RTT smoothed ")),
	FIELD(RECORD, "min_rtt_us", S64, MEMBER(min_rtt_us), US, ON(PAYLOAD, ", least ")),
	MADE(RECORD, "anomalies", ANOMALIES),
	MADE(RECORD, "completeness", COMPLETENESS),
	MADE(RECORD, "zeek_state", ZEEK_STATE),
	MADE(RECORD, "zeek_history", ZEEK_HISTORY),
	MADE(RECORD, "log", LOG),
};

const unsigned int field_count = ARRAY_SIZE(fields);
