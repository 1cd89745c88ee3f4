// SPDX-License-Identifier: GPL-2.0
/*
 * How connections close: kind, first, reset_by, causes and times.
 *
 * The kernel moves a socket before its FIN leaves, to CLOSE_WAIT before the ACK
 * of the peer's FIN leaves, and to CLOSING after it. A crossed or absent ACK is
 * written out, since a script acknowledges all that came.
 */
#include "script.h"

#include "tap.h"

#define OPEN		"active >S <SA SYN_SENT>ESTABLISHED >A "
#define OPEN_LOG	"CLOSE>SYN_SENT:user >S <SA+ SYN_SENT>ESTABLISHED:2 >A "
#define PASSIVE		"passive <S >SA:request <A SYN_RECV>ESTABLISHED "
#define PASSIVE_LOG	"<S+ LISTEN>SYN_RECV:0 >SA <A+ SYN_RECV>ESTABLISHED:3 "

/* Both fill the log up to entry 4; OPEN takes the ticks to 4, PASSIVE to 3. */

static const struct script_case orderly_cases[] = {
	{
		"four segments, we close first",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <A FIN_WAIT1>FIN_WAIT2 @100 <F >A\n"
		"tw:TIME_WAIT",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <A+ FIN_WAIT1>FIN_WAIT2:7 <F+ >A\n"
		"FIN_WAIT2>TIME_WAIT:9",
		"kind=four_segment first=local reset_by=- local_fin=6 remote_fin=100\n"
		"half_close=94 res.ESTABLISHED=2 res.FIN_WAIT1=3 res.FIN_WAIT2=94 live=yes\n"
		"state=TIME_WAIT ended=-",
	}, {
		"four segments, the peer closes first",
		PASSIVE "@50 <F ESTABLISHED>CLOSE_WAIT >A @80 CLOSE_WAIT>LAST_ACK:task >F <A\n"
		"LAST_ACK>CLOSE:acked",
		PASSIVE_LOG "<F+ ESTABLISHED>CLOSE_WAIT:5 >A CLOSE_WAIT>LAST_ACK:user >F <A+\n"
		"LAST_ACK>CLOSE:10",
		"kind=four_segment first=remote reset_by=- error=- remote_fin=50 local_fin=81\n"
		"half_close=31 res.CLOSE_WAIT=29 res.LAST_ACK=3 ended=83 duration=83 live=no\n"
		"state=CLOSE time_wait=no tw_exit=-",
	}, {
		"three segments, we close first: FIN and ACK in one",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <F FIN_WAIT1>FIN_WAIT2 >A tw:TIME_WAIT",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <F+ FIN_WAIT1>FIN_WAIT2:7 >A\n"
		"FIN_WAIT2>TIME_WAIT:7",
		"kind=three_segment first=local half_close=1 state=TIME_WAIT",
	}, {
		"three segments, the peer closes first",
		PASSIVE "<F ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK:task >F <A\n"
		"LAST_ACK>CLOSE:acked",
		PASSIVE_LOG "<F+ ESTABLISHED>CLOSE_WAIT:5 CLOSE_WAIT>LAST_ACK:user >F <A+\n"
		"LAST_ACK>CLOSE:9",
		"kind=three_segment first=remote half_close=3",
	}, {
		"data and FIN in one segment, both ways",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F:len=100 <A FIN_WAIT1>FIN_WAIT2 <F:len=9 >A\n"
		"tw:TIME_WAIT",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <A+ FIN_WAIT1>FIN_WAIT2:7 <F+ >A\n"
		"FIN_WAIT2>TIME_WAIT:9",
		"kind=four_segment first=local",
	}, {
		"simultaneous: the FINs cross",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <F:ack=1001 >A FIN_WAIT1>CLOSING <A\n"
		"tw:TIME_WAIT",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <F+ >A FIN_WAIT1>CLOSING:7 <A+\n"
		"CLOSING>TIME_WAIT:10",
		"kind=simultaneous first=both reset_by=- half_close=1 res.FIN_WAIT1=4\n"
		"res.CLOSING=2 state=TIME_WAIT",
	}, {
		"half-close: data goes on in one direction",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <A FIN_WAIT1>FIN_WAIT2 <P >A <P >A @9000 <F\n"
		">A tw:TIME_WAIT",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <A+ FIN_WAIT1>FIN_WAIT2:7 <F+ >A\n"
		"FIN_WAIT2>TIME_WAIT:9",
		"kind=four_segment half_close=8994 res.FIN_WAIT2=8994",
	}, {
		"our FIN was lost and sent again",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F @200 >F @400 >F <A FIN_WAIT1>FIN_WAIT2 <F >A\n"
		"tw:TIME_WAIT",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F >F* !fin_retransmit:7 >F* <A+\n"
		"FIN_WAIT1>FIN_WAIT2:10 <F+ >A FIN_WAIT2>TIME_WAIT:12",
		"kind=four_segment fin_again=2 local_fin=6 notes=fin_retransmit",
	}, {
		"the ACK of the peer's FIN was lost, it comes again",
		PASSIVE "<F ESTABLISHED>CLOSE_WAIT >A @200 <F >A CLOSE_WAIT>LAST_ACK:task >F <A\n"
		"LAST_ACK>CLOSE:acked",
		PASSIVE_LOG "<F+ ESTABLISHED>CLOSE_WAIT:5 >A <F* >A CLOSE_WAIT>LAST_ACK:user >F\n"
		"<A+ LAST_ACK>CLOSE:12",
		"kind=four_segment first=remote remote_fin=4 fin_again=0",
	}, {
		"a FIN whose checksum was wrong, then a good one",
		PASSIVE "<F:badsum @200 <F ESTABLISHED>CLOSE_WAIT >A CLOSE_WAIT>LAST_ACK:task >F\n"
		"<A LAST_ACK>CLOSE:acked",
		PASSIVE_LOG "<F- !bad_checksum:5 <F+* ESTABLISHED>CLOSE_WAIT:7 >A\n"
		"CLOSE_WAIT>LAST_ACK:user >F <A+ LAST_ACK>CLOSE:12",
		"kind=four_segment first=remote remote_fin=200 notes=bad_checksum",
	}, {
		"2MSL buckets full after the peer's FIN",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <A FIN_WAIT1>FIN_WAIT2 <F >A FIN_WAIT2>CLOSE",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <A+ FIN_WAIT1>FIN_WAIT2:7 <F+ >A\n"
		"FIN_WAIT2>CLOSE:9 !time_wait_overflow:9",
		"kind=four_segment first=local reset_by=- live=no time_wait=no\n"
		"notes=time_wait_overflow",
	}, {
		"buckets full in FIN_WAIT2 already",
		OPEN "ESTABLISHED>FIN_WAIT1:task,shut >F <A FIN_WAIT1>FIN_WAIT2:orphan,shut\n"
		"FIN_WAIT2>CLOSE:orphan,shut",
		NULL,
		"first=local reset_by=- live=no time_wait=no notes=time_wait_overflow",
	}, {
		"2MSL buckets full after CLOSING",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <F:ack=1001 >A FIN_WAIT1>CLOSING <A\n"
		"CLOSING>CLOSE:acked",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <F+ >A FIN_WAIT1>CLOSING:7 <A+\n"
		"CLOSING>CLOSE:10 !time_wait_overflow:10",
		"kind=simultaneous first=both live=no time_wait=no notes=time_wait_overflow",
	}, {
		"Fast Open child closed before the ACK of its SYN/ACK",
		"passive <S:len=5 >SA:fastopen SYN_RECV>FIN_WAIT1:task,shut >F <A\n"
		"FIN_WAIT1>FIN_WAIT2 <F >A tw:TIME_WAIT",
		"<S+ LISTEN>SYN_RECV:0 !fastopen:0 >SA SYN_RECV>FIN_WAIT1:user >F <A+\n"
		"FIN_WAIT1>FIN_WAIT2:6 <F+ >A FIN_WAIT2>TIME_WAIT:8",
		"outcome=established kind=four_segment first=local notes=fastopen",
	}, {
		"Fast Open child whose peer closes at once",
		"passive <S:len=5 >SA:fastopen <F SYN_RECV>CLOSE_WAIT >A\n"
		"CLOSE_WAIT>LAST_ACK:task >F <A LAST_ACK>CLOSE:acked",
		"<S+ LISTEN>SYN_RECV:0 !fastopen:0 >SA <F+ SYN_RECV>CLOSE_WAIT:4 >A\n"
		"CLOSE_WAIT>LAST_ACK:user >F <A+ LAST_ACK>CLOSE:9",
		"outcome=established kind=four_segment first=remote notes=fastopen",
	}, {
		"closed by the program while the SYNs cross",
		"active >S <S SYN_SENT>SYN_RECV >SA SYN_RECV>FIN_WAIT1:task,shut >F <A\n"
		"FIN_WAIT1>FIN_WAIT2 <F >A tw:TIME_WAIT @90000 gone:expired",
		"CLOSE>SYN_SENT:user >S <S+ SYN_SENT>SYN_RECV:2 !simultaneous_open:2 >SA*\n"
		"SYN_RECV>FIN_WAIT1:user >F <A+ FIN_WAIT1>FIN_WAIT2:8 <F+ >A\n"
		"FIN_WAIT2>TIME_WAIT:10 TIME_WAIT>CLOSE:timer",
		"role=simultaneous first=local live=no notes=simultaneous_open",
	},
};

static const struct script_case reset_cases[] = {
	{
		"close with SO_LINGER 0: the RST leaves after the change",
		OPEN "ESTABLISHED>CLOSE:task >RA",
		OPEN_LOG "ESTABLISHED>CLOSE:user >RA",
		"outcome=established kind=reset first=local reset_by=local error=- ended=5\n"
		"res.ESTABLISHED=2 half_close=-",
	}, {
		"close in TCP_REPAIR: no RST leaves, and one of a second later is another",
		OPEN "ESTABLISHED>CLOSE:task,silent @1000004 >R",
		OPEN_LOG "ESTABLISHED>CLOSE:user >R",
		"outcome=established kind=reset first=- reset_by=- error=-",
	}, {
		"close with unread data after the peer's FIN",
		PASSIVE "<F ESTABLISHED>CLOSE_WAIT >A CLOSE_WAIT>CLOSE:task,shut >RA",
		PASSIVE_LOG "<F+ ESTABLISHED>CLOSE_WAIT:5 >A CLOSE_WAIT>CLOSE:user >RA",
		"kind=reset first=remote reset_by=local half_close=-",
	}, {
		"reset by the peer",
		OPEN "<RA reset ESTABLISHED>CLOSE:err=104",
		OPEN_LOG "<RA+ ESTABLISHED>CLOSE:5",
		"kind=reset first=remote reset_by=remote error=104",
	}, {
		"reset by the peer after our FIN",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <A FIN_WAIT1>FIN_WAIT2 <R reset\n"
		"FIN_WAIT2>CLOSE:err=104",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <A+ FIN_WAIT1>FIN_WAIT2:7 <R+\n"
		"FIN_WAIT2>CLOSE:9",
		"kind=reset first=local reset_by=remote error=104",
	}, {
		"reset in LAST_ACK, our FIN not acknowledged",
		PASSIVE "<F ESTABLISHED>CLOSE_WAIT >A CLOSE_WAIT>LAST_ACK:task >F <R reset\n"
		"LAST_ACK>CLOSE:err=32",
		PASSIVE_LOG "<F+ ESTABLISHED>CLOSE_WAIT:5 >A CLOSE_WAIT>LAST_ACK:user >F <R+\n"
		"LAST_ACK>CLOSE:10",
		"kind=reset first=remote reset_by=remote error=32",
	}, {
		/* tcp_reset() without an RST: TCP uses it for this too */
		"data came to FIN_WAIT2 after the program was gone",
		OPEN "ESTABLISHED>FIN_WAIT1:task,shut >F <A FIN_WAIT1>FIN_WAIT2 <P reset\n"
		"FIN_WAIT2>CLOSE:orphan,shut,err=104 >R:seq=1002",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <A+ FIN_WAIT1>FIN_WAIT2:7\n"
		"FIN_WAIT2>CLOSE:lost >R",
		"kind=reset first=local reset_by=local error=104",
	}, {
		"data came to FIN_WAIT1 after the program was gone: its entry is made then",
		OPEN "ESTABLISHED>FIN_WAIT1:task,shut >F <P:ack=1001 reset:rcv=5001\n"
		"FIN_WAIT1>CLOSE:orphan,shut,err=104,rcv=5001 >R:seq=1001",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <P- FIN_WAIT1>CLOSE:7 >R",
		"kind=reset first=local reset_by=local error=104",
	}, {
		"the same in FIN_WAIT2, with a FIN, which is in the log already",
		OPEN "ESTABLISHED>FIN_WAIT1:task,shut >F <A FIN_WAIT1>FIN_WAIT2 <F:len=9\n"
		"reset:rcv=5001 FIN_WAIT2>CLOSE:orphan,shut,err=104,rcv=5001 >R:seq=1002",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <A+ FIN_WAIT1>FIN_WAIT2:7 <F-\n"
		"FIN_WAIT2>CLOSE:9 >R",
		"kind=reset first=local reset_by=local error=104 remote_fin=-",
	}, {
		"a bare FIN that shows data is missing, for a program that is gone",
		OPEN "ESTABLISHED>FIN_WAIT1:task,shut >F <F:seq=5101,ack=1001 reset:rcv=5001\n"
		"FIN_WAIT1>CLOSE:orphan,shut,err=104,rcv=5001 >R:seq=1001",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <F- FIN_WAIT1>CLOSE:7 >R",
		"kind=reset first=local reset_by=local error=104 remote_fin=-",
	}, {
		"data whose ACK moved us to FIN_WAIT2, after shutdown() of both directions",
		OPEN "ESTABLISHED>FIN_WAIT1:task,shut >F <P FIN_WAIT1>FIN_WAIT2:shut,rcv=5001\n"
		"reset:rcv=5001 FIN_WAIT2>CLOSE:shut,err=104,rcv=5001 >R:seq=1002",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <P+ FIN_WAIT1>FIN_WAIT2:7\n"
		"FIN_WAIT2>CLOSE:7 >R",
		"kind=reset first=local reset_by=local error=104",
	}, {
		"data in the log before, in the window but refused, is not what ended it",
		OPEN "ESTABLISHED>FIN_WAIT1:task,shut >F <F:seq=5301,ack=1001,badsum <P:ack=1001\n"
		"reset:rcv=5001 FIN_WAIT1>CLOSE:orphan,shut,err=104,rcv=5001 >R:seq=1001",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <F- !bad_checksum:7 <P-\n"
		"FIN_WAIT1>CLOSE:9 >R",
		"kind=reset first=local reset_by=local error=104 notes=bad_checksum",
	}, {
		"data with the ACK of our FIN, after the program was gone",
		OPEN "ESTABLISHED>FIN_WAIT1:task,shut >F <P\n"
		"FIN_WAIT1>FIN_WAIT2:orphan,shut,rcv=5001 FIN_WAIT2>CLOSE:orphan,shut,rcv=5001 >R:seq=1002",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <P+\n"
		"FIN_WAIT1>FIN_WAIT2:7 FIN_WAIT2>CLOSE:7 >R",
		"kind=reset first=local reset_by=local error=-",
	}, {
		"a FIN with the ACK of ours, but data before it is still to come",
		OPEN "ESTABLISHED>FIN_WAIT1:task,shut >F <F:seq=5101\n"
		"FIN_WAIT1>FIN_WAIT2:orphan,shut,rcv=5001 FIN_WAIT2>CLOSE:orphan,shut,rcv=5001\n"
		">R:seq=1002",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <F+\n"
		"FIN_WAIT1>FIN_WAIT2:7 FIN_WAIT2>CLOSE:7 >R",
		"kind=reset first=local reset_by=local error=- remote_fin=- time_wait=no",
	}, {
		"old data came again with the ACK of our FIN, and the buckets were full",
		OPEN "<P ESTABLISHED>FIN_WAIT1:task,shut >F <P:seq=5001\n"
		"FIN_WAIT1>FIN_WAIT2:orphan,shut FIN_WAIT2>CLOSE:orphan,shut",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <P+ FIN_WAIT1>FIN_WAIT2:7\n"
		"FIN_WAIT2>CLOSE:error !time_wait_overflow",
		"kind=timed_out first=local reset_by=- notes=time_wait_overflow",
	}, {
		"the program did not want to linger in FIN_WAIT2",
		OPEN "ESTABLISHED>FIN_WAIT1:task,shut >F <A\n"
		"FIN_WAIT1>FIN_WAIT2:orphan,shut,nolinger FIN_WAIT2>CLOSE:orphan,shut,nolinger >R:seq=1002",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <A+ FIN_WAIT1>FIN_WAIT2:7\n"
		"FIN_WAIT2>CLOSE:7 >R",
		"kind=reset first=local reset_by=local",
	}, {
		"ss -K: the RST leaves before the change",
		OPEN ">RA ESTABLISHED>CLOSE:task,err=103",
		OPEN_LOG ">RA ESTABLISHED>CLOSE:user",
		"kind=reset first=local reset_by=local error=103",
	}, {
		"a listener is closed with this one unaccepted",
		PASSIVE "ESTABLISHED>CLOSE:task >RA",
		PASSIVE_LOG "ESTABLISHED>CLOSE:user >RA",
		"kind=reset first=local reset_by=local accept=-",
	}, {
		"what comes after the end is logged and changes nothing",
		OPEN "<RA reset ESTABLISHED>CLOSE:err=104 @50 <F <F >R:seq=1001 <R",
		OPEN_LOG "<RA+ ESTABLISHED>CLOSE:5 <F- <F-* >R <R-",
		"kind=reset first=remote reset_by=remote ended=7 remote_fin=- fin_again=0",
	}, {
		"a half-open connection: SYN, challenge ACK, RST",
		OPEN "@500 <S:seq=90000 >A refused:5 <R reset ESTABLISHED>CLOSE:err=104",
		OPEN_LOG "<S- !stale_syn:5 >A !challenge_ack:7 <R+ !half_open:9\n"
		"ESTABLISHED>CLOSE:9",
		"kind=reset first=remote reset_by=remote error=104 remote_isn=5000\n"
		"notes=stale_syn+half_open+challenge_ack",
	},
};

static const struct script_case timeout_cases[] = {
	{
		"retransmission timeout",
		OPEN "@900000 ESTABLISHED>CLOSE:err=110",
		OPEN_LOG "ESTABLISHED>CLOSE:timer",
		"kind=timed_out first=- reset_by=- error=110 ended=900000",
	}, {
		"retransmission timeout, ICMP told why",
		OPEN "@900000 ESTABLISHED>CLOSE:err=113,soft",
		OPEN_LOG "ESTABLISHED>CLOSE:timer",
		"kind=timed_out first=- reset_by=- error=113",
	}, {
		"keepalive timeout: an RST leaves before the change",
		OPEN "@900000 >RA ESTABLISHED>CLOSE:err=110",
		OPEN_LOG ">RA ESTABLISHED>CLOSE:timer",
		"kind=timed_out first=local reset_by=local error=110",
	}, {
		"orphan in FIN_WAIT1",
		OPEN "ESTABLISHED>FIN_WAIT1:task,shut,orphan >F @200 >F @9000\n"
		"FIN_WAIT1>CLOSE:orphan,shut,err=110",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F >F* !fin_retransmit:7\n"
		"FIN_WAIT1>CLOSE:timer !orphan_timeout",
		"kind=timed_out first=local reset_by=- error=110 fin_again=1\n"
		"notes=fin_retransmit+orphan_timeout",
	}, {
		"FIN_WAIT2 timer of a full socket: an RST leaves before the change",
		OPEN "ESTABLISHED>FIN_WAIT1:task,shut,orphan >F <A FIN_WAIT1>FIN_WAIT2 @9000 >RA\n"
		"FIN_WAIT2>CLOSE:orphan,shut",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <A+ FIN_WAIT1>FIN_WAIT2:7 >RA\n"
		"FIN_WAIT2>CLOSE:timer !orphan_timeout",
		"kind=timed_out first=local reset_by=local error=- notes=orphan_timeout",
	}, {
		"LAST_ACK unanswered",
		PASSIVE "<F ESTABLISHED>CLOSE_WAIT >A CLOSE_WAIT>LAST_ACK:task,shut,orphan >F\n"
		"@9000 LAST_ACK>CLOSE:orphan,shut,err=110",
		PASSIVE_LOG "<F+ ESTABLISHED>CLOSE_WAIT:5 >A CLOSE_WAIT>LAST_ACK:user >F\n"
		"LAST_ACK>CLOSE:timer !orphan_timeout",
		"kind=timed_out first=remote reset_by=- error=110 notes=orphan_timeout",
	},
};

/* Adopted at load: the state tells what must have been before. */
static const struct script_case adopted_cases[] = {
	{
		"adopted in ESTABLISHED, closed by the peer",
		"adopted:ESTABLISHED <F ESTABLISHED>CLOSE_WAIT >A CLOSE_WAIT>LAST_ACK:task >F <A\n"
		"LAST_ACK>CLOSE:acked",
		"<F+ ESTABLISHED>CLOSE_WAIT:0 >A CLOSE_WAIT>LAST_ACK:user >F <A+ LAST_ACK>CLOSE:5",
		"role=adopted partial=yes outcome=established kind=four_segment first=remote\n"
		"syn=- synack=- ack=- handshake=- local_isn=- remote_isn=- sack=-\n"
		"res.ESTABLISHED=-",
	}, {
		"adopted in CLOSE_WAIT: the peer's FIN came and was acknowledged",
		"adopted:CLOSE_WAIT CLOSE_WAIT>LAST_ACK:task >F <A LAST_ACK>CLOSE:acked",
		"CLOSE_WAIT>LAST_ACK:user >F <A+ LAST_ACK>CLOSE:2",
		"partial=yes kind=four_segment first=remote reset_by=- remote_fin=- half_close=-",
	}, {
		"adopted in LAST_ACK: both FINs were sent, the ACK comes",
		"adopted:LAST_ACK <A LAST_ACK>CLOSE:acked",
		NULL,
		"partial=yes first=remote reset_by=- local_fin=- remote_fin=-",
	}, {
		"adopted in FIN_WAIT2: our FIN was first",
		"adopted:FIN_WAIT2 <F >A tw:TIME_WAIT",
		"<F+ >A FIN_WAIT2>TIME_WAIT:0",
		"partial=yes kind=four_segment first=local local_fin=- half_close=- exact=yes",
	}, {
		"adopted in FIN_WAIT1: our FIN was first",
		"adopted:FIN_WAIT1 >F <A FIN_WAIT1>FIN_WAIT2 <F >A tw:TIME_WAIT",
		">F <A+ FIN_WAIT1>FIN_WAIT2:1 <F+ >A FIN_WAIT2>TIME_WAIT:3",
		"partial=yes kind=four_segment first=local local_fin=- remote_fin=4 half_close=-",
	}, {
		"adopted in SYN_SENT: the SYN that is logged is not the first",
		"adopted:SYN_SENT >S <SA SYN_SENT>ESTABLISHED >A",
		">S <SA+ SYN_SENT>ESTABLISHED:1 >A",
		"role=adopted partial=yes outcome=established syn=- synack=2 ack=4 handshake=-",
	}, {
		"adopted in SYN_RECV: the SYN/ACK that is logged is not the first",
		"adopted:SYN_RECV >SA:request <A SYN_RECV>ESTABLISHED",
		">SA <A+ SYN_RECV>ESTABLISHED:1",
		"role=adopted partial=yes outcome=established syn=- synack=- ack=- handshake=-",
	}, {
		"adopted in CLOSE_WAIT: the FIN that is logged is not the first",
		"adopted:CLOSE_WAIT <F:seq=5000 >A CLOSE_WAIT>LAST_ACK:task >F",
		"<F >A CLOSE_WAIT>LAST_ACK:user >F",
		"partial=yes first=remote remote_fin=- local_fin=4 half_close=-",
	}, {
		"made by a state change",
		"partial:ESTABLISHED ESTABLISHED>FIN_WAIT1:task >F <A FIN_WAIT1>FIN_WAIT2 <F >A\n"
		"tw:TIME_WAIT",
		"ESTABLISHED>FIN_WAIT1:user >F <A+ FIN_WAIT1>FIN_WAIT2:2 <F+ >A\n"
		"FIN_WAIT2>TIME_WAIT:4",
		"role=unknown partial=yes outcome=established kind=four_segment first=local",
	}, {
		"adopted, then its namespace dies",
		"adopted:ESTABLISHED end:error,aborted",
		"ESTABLISHED>CLOSE:error",
		"partial=yes outcome=established live=no",
	},
};

int main(void)
{
	tap_plan(ARRAY_SIZE(orderly_cases) + ARRAY_SIZE(reset_cases) +
		 ARRAY_SIZE(timeout_cases) + ARRAY_SIZE(adopted_cases));
	script_run(orderly_cases, ARRAY_SIZE(orderly_cases));
	script_run(reset_cases, ARRAY_SIZE(reset_cases));
	script_run(timeout_cases, ARRAY_SIZE(timeout_cases));
	script_run(adopted_cases, ARRAY_SIZE(adopted_cases));
	return tap_end();
}
