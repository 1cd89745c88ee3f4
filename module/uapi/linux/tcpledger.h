/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The binary interface of tcpledger: what /proc/net/tcpledger/records holds.
 *
 * The file is one struct tcpledger_header, then any number of records. A
 * record is one struct tcpledger_record followed at once by log_n entries of
 * struct tcpledger_entry; its first member, size, is the length of the whole,
 * so that a reader steps over what a later version appends. header_size,
 * record_size and entry_size in the header serve the same end: a reader built
 * against this version reads the first sizeof() bytes of each structure and
 * skips the rest. Enumerations may grow within a version, up to the value 63:
 * a reader shows a value that it has no word for by its number. A change that
 * breaks these rules raises the version.
 *
 * Numbers have the byte order and alignment of the machine that wrote them;
 * magic tells a foreign byte order, and a reader turns each number round by its
 * width. All structures have explicit padding and
 * a size that is a multiple of eight.
 *
 * Unknown: every signed member is -1 where its value is not known or does not
 * apply. Unsigned members are always known. Addresses are in network byte
 * order, IPv4 in the first four bytes with the rest zero; ports are in host
 * byte order.
 *
 * Time: nanoseconds. A member named *_ns that names a moment counts from
 * base_ns, the CLOCK_MONOTONIC time of the record's first log entry;
 * handshake_ns, half_close_ns, duration_ns, remaining_ns, state_age_ns and
 * residence_ns are durations. opened_at and the header's realtime_ns are
 * CLOCK_REALTIME.
 *
 * Each enumeration starts with what an all-zero record means. The words that
 * people see for the values stand in the X-macro lists, so that the kernel's
 * text files and every reader spell them alike.
 *
 * The live stream, /proc/net/tcpledger/events, is a sequence of frames. Each
 * begins with struct tcpledger_frame, whose size is the length of the whole
 * frame, a multiple of eight; a reader steps over what a later version appends.
 * A frame of an unknown type is skipped by its size, unless it has
 * TCPLEDGER_FRAME_MUST_UNDERSTAND. read() returns whole frames; a buffer that is
 * too small for the next one gets EINVAL, and TCPLEDGER_FRAME_MAX always is
 * enough.
 *
 * Events are kept only while somebody has the file open. The first to open it
 * begins an epoch; with the last who closes it, the epoch is over. In an epoch
 * the events of a namespace are numbered from 1 without a gap. A frame that is an
 * event has TCPLEDGER_FRAME_NUMBERED and its number in seq; in every other frame
 * seq is the number of the next event. What a reader gets:
 *
 *	START		who writes, and both clocks; then, as often as there are
 *	RECORD		records: a whole record, its log included
 *	SNAPSHOT_END	all that existed was sent; events follow
 *	OPEN		event: a record is told of for the first time; the
 *			frame has the record as it is when the frame is read
 *	ENTRY		event: a log entry
 *	AMEND		event: what is now known of a log entry told before
 *			(accepted, retransmit), the entry as it is now
 *	END		event: the record is over; the record with its verdict
 *	GONE		event: the record was evicted, nothing more is said of it
 *	LOST		the reader was too slow: the number of the first event it
 *			did not get, and how many
 *	FILTERED	only in recorded files: so many events in a row were left
 *			out because a filter did not want them
 *	STOP		the module goes away, perhaps in the middle of a snapshot; end of
 *			file follows
 *
 * The snapshot and the events after it together tell each entry of each record at
 * least once. Some are told twice, as the record of a RECORD, OPEN or END frame
 * is copied when the frame is read; each entry has the record's id and its index
 * n, so a reader drops what it has. Of an entry that is told more than once the last
 * frame in the stream's order is true. OPEN and END become GONE if the record was
 * evicted before the frame was read; ENTRY and AMEND of before the eviction may
 * follow then, and another GONE. A record that is no longer live can still
 * have an ENTRY, a repeated FIN that comes too late, say; another END follows then.
 *
 * Each reader has its own place. It begins with a snapshot; lseek(fd, 0,
 * SEEK_END) before the first read leaves the snapshot out and begins at the
 * present, lseek(fd, 0, SEEK_SET) asks for a fresh one at any time. A reader that
 * is too slow gets LOST, never an errno, and goes on with the oldest event kept.
 * poll(), epoll and O_NONBLOCK work as ever. When the module is unloaded a reader
 * is woken; it reads STOP, then end of file. One that comes later than that gets
 * EIO, which means the same.
 *
 * ioctl(fd, TCPLEDGER_IOC_BRIEF) makes what this reader gets from then on briefer,
 * for half the work. Log entries come in
 *
 *	ENTRIES		events: entries, told and amended, of any records, in a short
 *			form; seq is the number of the first, and the others follow it
 *
 * in place of ENTRY and AMEND, and the records of OPEN and END end earlier. How much
 * of a record there is tells its size, as ever. That of OPEN ends behind closer_comm;
 * what would follow is not known yet, nor is peer_id, and its log_n entries all come as
 * events. That of END is whole, but where log_n entries have no room in its size, the log
 * is not there: each of its entries has been told, or an event that follows tells it, since
 * log_n is that of the moment of the read. A reader that has lost events, has left the
 * snapshot out or did not get all of it gets END with the log. ENOTTY means that the long
 * forms come, or that the module goes away, which the next read tells.
 *
 * A recorded file is a struct tcpledger_header with TCPLEDGER_FILE_MAGIC, then
 * frames as above. Before START, and again every few MiB, where a fresh snapshot
 * begins, it has
 *
 *	SYNC		TCPLEDGER_SYNC_WORD, and the file's header once more
 *
 * so that any piece of it can be read from the first SYNC in it on.
 */
#ifndef _UAPI_LINUX_TCPLEDGER_H
#define _UAPI_LINUX_TCPLEDGER_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define TCPLEDGER_MAGIC		0x524744454c504354ULL	/* "TCPLEDGR" */
#define TCPLEDGER_FILE_MAGIC	0x464744454c504354ULL	/* "TCPLEDGF" */
#define TCPLEDGER_SYNC_WORD	0xa1f05cd37e926b48ULL
#define TCPLEDGER_VERSION	1
#define TCPLEDGER_COMM_LEN	16
#define TCPLEDGER_LOG_MAX	48	/* entries a record can hold */

/* States: the numbers of the kernel's TCP_* (include/net/tcp_states.h). */
#define TCPLEDGER_STATES(X)		\
	X(ESTABLISHED, 1)		\
	X(SYN_SENT, 2)			\
	X(SYN_RECV, 3)			\
	X(FIN_WAIT1, 4)			\
	X(FIN_WAIT2, 5)			\
	X(TIME_WAIT, 6)			\
	X(CLOSE, 7)			\
	X(CLOSE_WAIT, 8)		\
	X(LAST_ACK, 9)			\
	X(LISTEN, 10)			\
	X(CLOSING, 11)
#define TCPLEDGER_STATE_MAX	12	/* size of an array indexed by state */

/* open.role */
#define TCPLEDGER_ROLES(X)		\
	X(UNKNOWN, "unknown")		\
	X(ACTIVE, "active")		\
	X(PASSIVE, "passive")		\
	X(SIMULTANEOUS, "simultaneous")	\
	X(ADOPTED, "adopted")

/* open.outcome */
#define TCPLEDGER_OUTCOMES(X)		\
	X(IN_PROGRESS, "in_progress")	\
	X(ESTABLISHED, "established")	\
	X(REFUSED, "refused")		\
	X(RESET, "reset")		\
	X(TIMED_OUT, "timed_out")	\
	X(UNREACHABLE, "unreachable")	\
	X(ABORTED, "aborted")		\
	X(DROPPED, "dropped")

/* close.kind; OPEN is null in JSON and "-" in tables */
#define TCPLEDGER_KINDS(X)		\
	X(OPEN, "-")			\
	X(FOUR_SEGMENT, "four_segment")	\
	X(THREE_SEGMENT, "three_segment")	\
	X(SIMULTANEOUS, "simultaneous")	\
	X(RESET, "reset")		\
	X(TIMED_OUT, "timed_out")	\
	X(NONE, "none")

/* close.first and close.reset_by; NOBODY is null in JSON */
#define TCPLEDGER_SIDES(X)		\
	X(NOBODY, "-")			\
	X(LOCAL, "local")		\
	X(REMOTE, "remote")		\
	X(BOTH, "both")

/* time_wait.exit; LASTS is null in JSON */
#define TCPLEDGER_EXITS(X)		\
	X(LASTS, "-")			\
	X(EXPIRED, "expired")		\
	X(REUSED, "reused")		\
	X(RESET, "reset")		\
	X(KILLED, "killed")		\
	X(NETNS, "netns")

/* cause of a state change; UNKNOWN is null in JSON */
#define TCPLEDGER_CAUSES(X)		\
	X(UNKNOWN, "-")			\
	X(SEGMENT, "segment")		\
	X(USER, "user")			\
	X(TIMER, "timer")		\
	X(ERROR, "error")

/* Anomalies: the value is the number of the bit in record.anomalies. */
#define TCPLEDGER_ANOMALIES(X)				\
	X(SYN_RETRANSMIT, "syn_retransmit")		\
	X(SYNACK_RETRANSMIT, "synack_retransmit")	\
	X(FIN_RETRANSMIT, "fin_retransmit")		\
	X(SYNCOOKIE, "syncookie")			\
	X(SYN_DROPPED, "syn_dropped")			\
	X(ACCEPT_QUEUE_FULL, "accept_queue_full")	\
	X(STALE_SYN, "stale_syn")			\
	X(STALE_SYNACK, "stale_synack")			\
	X(HALF_OPEN, "half_open")			\
	X(CHALLENGE_ACK, "challenge_ack")		\
	X(BLIND_RESET, "blind_reset")			\
	X(INVALID_ACK, "invalid_ack")			\
	X(SIMULTANEOUS_OPEN, "simultaneous_open")	\
	X(FASTOPEN, "fastopen")				\
	X(ORPHAN_TIMEOUT, "orphan_timeout")		\
	X(TIME_WAIT_OVERFLOW, "time_wait_overflow")	\
	X(TIME_WAIT_RESTARTED, "time_wait_restarted")	\
	X(TIME_WAIT_REUSED, "time_wait_reused")		\
	X(TIME_WAIT_ASSASSINATED, "time_wait_assassinated")	\
	X(ILLEGAL_TRANSITION, "illegal_transition")	\
	X(SYN_QUEUE_FULL, "syn_queue_full")		\
	X(BAD_CHECKSUM, "bad_checksum")

#define TCPLEDGER_ENUM_STATE(name, number)	TCPLEDGER_STATE_##name = number,
enum tcpledger_state {
	TCPLEDGER_STATES(TCPLEDGER_ENUM_STATE)
};

#define TCPLEDGER_ENUM(set, name)	TCPLEDGER_##set##_##name,
#define TCPLEDGER_ENUM_ROLE(name, text)		TCPLEDGER_ENUM(ROLE, name)
#define TCPLEDGER_ENUM_OUTCOME(name, text)	TCPLEDGER_ENUM(OUTCOME, name)
#define TCPLEDGER_ENUM_KIND(name, text)		TCPLEDGER_ENUM(KIND, name)
#define TCPLEDGER_ENUM_SIDE(name, text)		TCPLEDGER_ENUM(SIDE, name)
#define TCPLEDGER_ENUM_EXIT(name, text)		TCPLEDGER_ENUM(EXIT, name)
#define TCPLEDGER_ENUM_CAUSE(name, text)	TCPLEDGER_ENUM(CAUSE, name)
#define TCPLEDGER_ENUM_ANOMALY(name, text)	TCPLEDGER_ENUM(ANOMALY, name)
enum tcpledger_role { TCPLEDGER_ROLES(TCPLEDGER_ENUM_ROLE) TCPLEDGER_ROLE_MAX };
enum tcpledger_outcome { TCPLEDGER_OUTCOMES(TCPLEDGER_ENUM_OUTCOME) TCPLEDGER_OUTCOME_MAX };
enum tcpledger_kind { TCPLEDGER_KINDS(TCPLEDGER_ENUM_KIND) TCPLEDGER_KIND_MAX };
enum tcpledger_side { TCPLEDGER_SIDES(TCPLEDGER_ENUM_SIDE) TCPLEDGER_SIDE_MAX };
enum tcpledger_exit { TCPLEDGER_EXITS(TCPLEDGER_ENUM_EXIT) TCPLEDGER_EXIT_MAX };
enum tcpledger_cause { TCPLEDGER_CAUSES(TCPLEDGER_ENUM_CAUSE) TCPLEDGER_CAUSE_MAX };
enum tcpledger_anomaly { TCPLEDGER_ANOMALIES(TCPLEDGER_ENUM_ANOMALY) TCPLEDGER_ANOMALY_MAX };

/* TCP flags of a segment entry: byte 13 of the TCP header. */
#define TCPLEDGER_FIN	0x01
#define TCPLEDGER_SYN	0x02
#define TCPLEDGER_RST	0x04
#define TCPLEDGER_PSH	0x08
#define TCPLEDGER_ACK	0x10
#define TCPLEDGER_URG	0x20
#define TCPLEDGER_ECE	0x40
#define TCPLEDGER_CWR	0x80

/**
 * enum tcpledger_entry_type - what a log entry tells
 * @TCPLEDGER_ENTRY_STATE: TCP moved from one state to another
 * @TCPLEDGER_ENTRY_OUT: a segment left (LOCAL_OUT)
 * @TCPLEDGER_ENTRY_IN: a segment came (LOCAL_IN)
 * @TCPLEDGER_ENTRY_NOTE: an anomaly was noticed
 */
enum tcpledger_entry_type {
	TCPLEDGER_ENTRY_STATE,
	TCPLEDGER_ENTRY_OUT,
	TCPLEDGER_ENTRY_IN,
	TCPLEDGER_ENTRY_NOTE,
};

/* entry.bits of a segment */
#define TCPLEDGER_SEG_RETRANSMIT	0x01	/* this SYN or FIN was logged before */
#define TCPLEDGER_SEG_OTHER		0x02	/* out, but not emitted by TCP */
#define TCPLEDGER_SEG_ACCEPTED		0x04	/* in, and TCP took it */
#define TCPLEDGER_SEG_REFUSED		0x08	/* in, and TCP threw it away */

/**
 * struct tcpledger_entry - one line of a record's log
 * @t_ns: when, from base_ns
 * @seq: segment: sequence number
 * @ack: segment: acknowledgment number, 0 without ACK
 * @len: segment: payload bytes (of the whole GSO or GRO super-segment)
 * @win: segment: the window field as on the wire, not scaled
 * @type: enum tcpledger_entry_type
 * @flags: segment: TCPLEDGER_FIN and so on
 * @ttl: segment: TTL or hop limit
 * @bits: segment: TCPLEDGER_SEG_*
 * @from: state change: old enum tcpledger_state
 * @to: state change: new enum tcpledger_state
 * @cause: state change: enum tcpledger_cause
 * @tag: note: enum tcpledger_anomaly
 * @segment: state change and note: index in this log of the segment that
 *	caused it, or -1
 */
struct tcpledger_entry {
	__s64	t_ns;
	__u32	seq;
	__u32	ack;
	__u32	len;
	__u16	win;
	__u8	type;
	__u8	flags;
	__u8	ttl;
	__u8	bits;
	__u8	from;
	__u8	to;
	__u8	cause;
	__u8	tag;
	__s16	segment;
};

/**
 * struct tcpledger_header - the start of the records file, and of a recorded one
 * @magic: TCPLEDGER_MAGIC, or TCPLEDGER_FILE_MAGIC
 * @version: TCPLEDGER_VERSION
 * @header_size: bytes of this structure
 * @record_size: bytes of struct tcpledger_record, without the log
 * @entry_size: bytes of struct tcpledger_entry
 * @netns: inode number of the namespace the file belongs to
 * @hz: timer ticks per second of the kernel that wrote it
 * @reserved: zero
 * @monotonic_ns: CLOCK_MONOTONIC when the reading began
 * @realtime_ns: CLOCK_REALTIME at the same moment
 */
struct tcpledger_header {
	__u64	magic;
	__u32	version;
	__u32	header_size;
	__u32	record_size;
	__u32	entry_size;
	__u32	netns;
	__u32	hz;
	__u32	reserved[2];
	__s64	monotonic_ns;
	__s64	realtime_ns;
};

/* record.flags */
#define TCPLEDGER_REC_LIVE		0x0001	/* its last state is not over */
#define TCPLEDGER_REC_PARTIAL		0x0002	/* its beginning was not seen */
#define TCPLEDGER_REC_IPV6		0x0004	/* else IPv4 on the wire */
#define TCPLEDGER_REC_SYNCOOKIE		0x0008
#define TCPLEDGER_REC_FASTOPEN		0x0010
#define TCPLEDGER_REC_TIME_WAIT		0x0020	/* it is or was in TIME_WAIT */
#define TCPLEDGER_REC_RESIDENCE_EXACT	0x0040	/* of TIME_WAIT: measured */

/**
 * struct tcpledger_record - one endpoint of one TCP connection
 * @size: bytes of this record with its log; of brief frames see TCPLEDGER_IOC_BRIEF
 * @flags: TCPLEDGER_REC_*
 * @log_n: entries that follow; in brief frames, entries that there are
 * @log_dropped: entries given up because the log was full or memory short
 * @id: counts from 1 in each namespace
 * @peer_id: the other endpoint's record in this namespace, 0 if none
 * @anomalies: bit mask by enum tcpledger_anomaly
 * @netns: inode number of the network namespace the endpoint was opened in
 * @ifindex: VRF or bound device, 0 if none
 * @local: own address
 * @remote: the peer's address
 * @lport: own port
 * @rport: the peer's port
 * @state: enum tcpledger_state
 * @role: enum tcpledger_role
 * @outcome: enum tcpledger_outcome
 * @kind: enum tcpledger_kind
 * @first: enum tcpledger_side, who sent the first FIN or RST
 * @reset_by: enum tcpledger_side
 * @tw_exit: enum tcpledger_exit
 * @sack: SACK negotiated: 1, 0, -1
 * @timestamps: timestamps negotiated: 1, 0, -1
 * @local_wscale: shift we sent in our SYN, -1 if none or not seen
 * @remote_wscale: shift the peer sent
 * @reserved: zero
 * @error: errno of the socket at its end, positive, or -1
 * @opened_at: CLOCK_REALTIME of the first log entry
 * @base_ns: CLOCK_MONOTONIC of the first log entry
 * @ended_ns: when the last state was over
 * @duration_ns: from the first log entry to the end
 * @state_age_ns: time in the present state, when read; -1 once ended
 * @pid: owner's process id in the reader's pid namespace
 * @uid: owner's user id in the reader's user namespace, 65534 if it has none
 * @cgroup: cgroup id of the socket
 * @inode: inode number of the socket
 * @cookie: socket cookie
 * @comm: owner's command name, all zero if unknown; not always UTF-8
 * @closer_comm: the same of the program that closed first
 * @closer_pid: its process id
 * @local_mss: MSS option we sent
 * @remote_mss: MSS option the peer sent
 * @syn_retransmits: repeated SYNs without ACK, either direction
 * @synack_retransmits: repeated SYN/ACKs, either direction
 * @fin_retransmits: repeated FINs of ours
 * @retransmits: segments retransmitted by the socket, as TCP counts them
 * @local_isn: our initial sequence number
 * @remote_isn: the peer's
 * @syn_ns: first SYN
 * @synack_ns: first SYN/ACK
 * @ack_ns: the ACK that completed the handshake
 * @handshake_ns: first SYN to ESTABLISHED
 * @accept_ns: accept() returned this connection
 * @local_fin_ns: our first FIN
 * @remote_fin_ns: the peer's first FIN
 * @half_close_ns: first FIN to second FIN
 * @tw_entered_ns: entry into TIME_WAIT
 * @tw_nominal_ns: 2MSL of this kernel
 * @tw_remaining_ns: what is left of it, from the last restart; when read
 * @tw_residence_ns: measured stay, once it ended
 * @tw_restarts: timer restarts
 * @tw_fin_reacks: retransmitted FINs answered again
 * @tw_old_duplicates: other segments absorbed
 * @reserved2: zero
 * @residence_ns: by enum tcpledger_state: sum of the finished stays, or -1
 * @bytes_sent: payload sent, without retransmissions
 * @bytes_received: payload received in order
 * @srtt_us: smoothed round-trip time, microseconds
 * @min_rtt_us: least round-trip time, microseconds
 */
struct tcpledger_record {
	__u32	size;
	__u32	flags;
	__u32	log_n;
	__u32	log_dropped;
	__u64	id;
	__u64	peer_id;
	__u64	anomalies;
	__u32	netns;
	__u32	ifindex;
	__u8	local[16];
	__u8	remote[16];
	__u16	lport;
	__u16	rport;
	__u8	state;
	__u8	role;
	__u8	outcome;
	__u8	kind;
	__u8	first;
	__u8	reset_by;
	__u8	tw_exit;
	__s8	sack;
	__s8	timestamps;
	__s8	local_wscale;
	__s8	remote_wscale;
	__u8	reserved[5];
	__s32	error;
	__s64	opened_at;
	__s64	base_ns;
	__s64	ended_ns;
	__s64	duration_ns;
	__s64	state_age_ns;
	__s64	uid;
	__s64	cgroup;
	__s64	inode;
	__s64	cookie;
	__s32	pid;
	__s32	closer_pid;
	char	comm[TCPLEDGER_COMM_LEN];
	char	closer_comm[TCPLEDGER_COMM_LEN];
	__s32	local_mss;
	__s32	remote_mss;
	__u32	syn_retransmits;
	__u32	synack_retransmits;
	__u32	fin_retransmits;
	__s32	retransmits;
	__s64	local_isn;
	__s64	remote_isn;
	__s64	syn_ns;
	__s64	synack_ns;
	__s64	ack_ns;
	__s64	handshake_ns;
	__s64	accept_ns;
	__s64	local_fin_ns;
	__s64	remote_fin_ns;
	__s64	half_close_ns;
	__s64	tw_entered_ns;
	__s64	tw_nominal_ns;
	__s64	tw_remaining_ns;
	__s64	tw_residence_ns;
	__u32	tw_restarts;
	__u32	tw_fin_reacks;
	__u32	tw_old_duplicates;
	__u32	reserved2;
	__s64	residence_ns[TCPLEDGER_STATE_MAX];
	__s64	bytes_sent;
	__s64	bytes_received;
	__s64	srtt_us;
	__s64	min_rtt_us;
};

/* Types of frames, and the words for them */
#define TCPLEDGER_FRAMES(X)		\
	X(NONE, "-")			\
	X(START, "start")		\
	X(RECORD, "record")		\
	X(SNAPSHOT_END, "snapshot_end")	\
	X(OPEN, "open")			\
	X(ENTRY, "entry")		\
	X(AMEND, "amend")		\
	X(END, "end")			\
	X(GONE, "gone")			\
	X(LOST, "lost")			\
	X(FILTERED, "filtered")		\
	X(STOP, "stop")			\
	X(SYNC, "sync")			\
	X(ENTRIES, "entries")

#define TCPLEDGER_ENUM_FRAME(name, text)	TCPLEDGER_ENUM(FRAME, name)
enum tcpledger_frame_type { TCPLEDGER_FRAMES(TCPLEDGER_ENUM_FRAME) TCPLEDGER_FRAME_TYPE_MAX };

/* frame.flags */
#define TCPLEDGER_FRAME_MUST_UNDERSTAND	0x0001	/* who does not know the type stops */
#define TCPLEDGER_FRAME_NUMBERED	0x0002	/* an event, counted in seq */

/**
 * struct tcpledger_frame - the beginning of every frame
 * @type: enum tcpledger_frame_type
 * @flags: TCPLEDGER_FRAME_*
 * @size: bytes of the whole frame
 * @seq: number of this event in its epoch, or of the next one
 */
struct tcpledger_frame {
	__u16	type;
	__u16	flags;
	__u32	size;
	__u64	seq;
};

/**
 * struct tcpledger_frame_start - START: what the events after it are part of
 * @frame: the frame
 * @version: TCPLEDGER_VERSION
 * @header_size: bytes of struct tcpledger_header
 * @record_size: bytes of struct tcpledger_record, without the log
 * @entry_size: bytes of struct tcpledger_entry
 * @netns: inode number of the namespace
 * @hz: timer ticks per second
 * @epoch: counts from 1 in each namespace
 * @monotonic_ns: CLOCK_MONOTONIC of one moment
 * @realtime_ns: CLOCK_REALTIME of the same moment
 * @load_id: random, drawn when the module was loaded: records with equal id,
 *	load_id and this netns are one. What a dead namespace left got ids of the
 *	initial namespace, and names the dead one in record.netns
 * @boot_id: /proc/sys/kernel/random/boot_id; the kernel leaves it zero, who
 *	records fills it in
 * @host: host name, ends with a zero byte
 */
struct tcpledger_frame_start {
	struct tcpledger_frame	frame;
	__u32	version;
	__u32	header_size;
	__u32	record_size;
	__u32	entry_size;
	__u32	netns;
	__u32	hz;
	__u64	epoch;
	__s64	monotonic_ns;
	__s64	realtime_ns;
	__u8	load_id[16];
	__u8	boot_id[16];
	char	host[72];
};

/**
 * struct tcpledger_frame_record - RECORD, OPEN and END: a whole record
 * @frame: the frame
 * @monotonic_ns: CLOCK_MONOTONIC when the record was copied
 * @record: the record, followed by its log
 */
struct tcpledger_frame_record {
	struct tcpledger_frame	frame;
	__s64			monotonic_ns;
	struct tcpledger_record	record;
};

/**
 * struct tcpledger_frame_entry - ENTRY and AMEND: one entry of a log
 * @frame: the frame
 * @id: the record
 * @n: index of the entry in its log
 * @reserved: zero
 * @entry: the entry
 */
struct tcpledger_frame_entry {
	struct tcpledger_frame	frame;
	__u64			id;
	__u32			n;
	__u32			reserved;
	struct tcpledger_entry	entry;
};

/**
 * struct tcpledger_frame_gone - GONE: a record was evicted
 * @frame: the frame
 * @id: the record
 */
struct tcpledger_frame_gone {
	struct tcpledger_frame	frame;
	__u64			id;
};

/**
 * struct tcpledger_frame_count - LOST and FILTERED: events that are not here
 * @frame: the frame
 * @first: number of the first of them
 * @n: how many, in a row
 */
struct tcpledger_frame_count {
	struct tcpledger_frame	frame;
	__u64			first;
	__u64			n;
};

/**
 * struct tcpledger_frame_sync - SYNC: a piece of a recorded file begins
 * @frame: the frame
 * @word: TCPLEDGER_SYNC_WORD
 * @header: as at the beginning of the file, with both clocks of this moment
 */
struct tcpledger_frame_sync {
	struct tcpledger_frame	frame;
	__u64			word;
	struct tcpledger_header	header;
};

/**
 * struct tcpledger_short - an entry of a log in the short form, in ENTRIES
 * @of: id of the record << 16 | index in its log << 8 | TCPLEDGER_FRAME_ENTRY or _AMEND
 * @when: t_ns << 8 | bits << 2 | type
 * @seq: as in struct tcpledger_entry; state change: cause << 16 | to << 8 | from;
 *	note: tag
 * @ack: as there; state change and note: segment, as a signed number
 * @len: as there
 * @win: as there
 * @flags: as there
 * @ttl: as there
 */
struct tcpledger_short {
	__u64	of;
	__u64	when;
	__u32	seq;
	__u32	ack;
	__u32	len;
	__u16	win;
	__u8	flags;
	__u8	ttl;
};

/**
 * struct tcpledger_frame_entries - ENTRIES: as many as have room in its size
 * @frame: the frame
 * @entries: they
 */
struct tcpledger_frame_entries {
	struct tcpledger_frame	frame;
	struct tcpledger_short	entries[];
};

/* Of the open file of the live stream. */
#define TCPLEDGER_IOC_BRIEF	_IO('L', 0x60)

/* The longest frame: a record with a full log. */
#define TCPLEDGER_FRAME_MAX					\
	(sizeof(struct tcpledger_frame_record) +		\
	 TCPLEDGER_LOG_MAX * sizeof(struct tcpledger_entry))

#endif /* _UAPI_LINUX_TCPLEDGER_H */
