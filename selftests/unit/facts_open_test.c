// SPDX-License-Identifier: GPL-2.0
/*
 * How connections open: role, outcome, causes, times, numbers and options.
 *
 * The order of events is the kernel's: LOCAL_IN before anything TCP does with a
 * segment, ESTABLISHED before the third ACK leaves, SYN_RECV from the SYN on but
 * known when the SYN/ACK leaves.
 */
#include "script.h"

#include "tap.h"

static const struct script_case good_cases[] = {
	{
		"active",
		"active >S:mss=1460,wscale=7,sack,ts <SA:mss=1400,wscale=9,sack,ts\n"
		"SYN_SENT>ESTABLISHED >A",
		"CLOSE>SYN_SENT:user >S <SA+ SYN_SENT>ESTABLISHED:2 >A",
		"role=active outcome=established kind=- state=ESTABLISHED live=yes partial=no\n"
		"first=- reset_by=- error=- syn=1 synack=2 ack=4 handshake=2 accept=-\n"
		"local_isn=1000 remote_isn=5000 local_mss=1460 remote_mss=1400 local_wscale=7\n"
		"remote_wscale=9 sack=1 timestamps=1 res.SYN_SENT=3 res.ESTABLISHED=- ended=-\n"
		"duration=- age=2 time_wait=no exact=no tw_nominal=- tw_remaining=-\n"
		"syn_again=0 synack_again=0 fin_again=0 entries=5 dropped=0 half_close=-",
	}, {
		"in progress",
		"active >S:mss=1460,wscale=7,sack,ts",
		"CLOSE>SYN_SENT:user >S",
		"role=active outcome=in_progress kind=- state=SYN_SENT live=yes synack=- ack=-\n"
		"handshake=- remote_isn=- remote_mss=- remote_wscale=- sack=- timestamps=-",
	}, {
		"what one side does not offer is not negotiated",
		"active >S:mss=1460,wscale=7,sack,ts <SA SYN_SENT>ESTABLISHED >A",
		NULL,
		"local_mss=1460 remote_mss=- local_wscale=7 remote_wscale=- sack=0 timestamps=0",
	}, {
		"passive",
		"passive <S:mss=1460,wscale=0 >SA:request,mss=1400,wscale=14 <A\n"
		"SYN_RECV>ESTABLISHED accept",
		"<S+ LISTEN>SYN_RECV:0 >SA <A+ SYN_RECV>ESTABLISHED:3",
		"role=passive outcome=established kind=- state=ESTABLISHED t1=0 syn=0 synack=1\n"
		"ack=2 handshake=3 accept=4 res.SYN_RECV=3 res.LISTEN=- local_isn=1000\n"
		"remote_isn=5000 local_mss=1400 remote_mss=1460 local_wscale=14\n"
		"remote_wscale=0 syncookie=no fastopen=no",
	}, {
		"SYN_RECV begins with the SYN, however late the SYN/ACK leaves",
		"passive <S @50 >SA:request",
		"<S+ LISTEN>SYN_RECV:0 >SA",
		"state=SYN_RECV outcome=in_progress live=yes t1=0 t2=50 age=51",
	}, {
		"data on the third ACK",
		"passive <S >SA:request <P SYN_RECV>ESTABLISHED",
		"<S+ LISTEN>SYN_RECV:0 >SA <P+ SYN_RECV>ESTABLISHED:3",
		"outcome=established ack=2",
	}, {
		"the first SYN was dropped, the second answered",
		"passive <S @100 note:syn_dropped @1000 <S >SA:request <A SYN_RECV>ESTABLISHED",
		"<S !syn_dropped <S+* !syn_retransmit:2 LISTEN>SYN_RECV:2 >SA <A+\n"
		"SYN_RECV>ESTABLISHED:6",
		"outcome=established t4=1000 syn=0 handshake=1003 syn_again=1 res.SYN_RECV=3\n"
		"notes=syn_retransmit+syn_dropped",
	}, {
		"our SYN was lost",
		"active >S @1000 >S @3000 >S <SA SYN_SENT>ESTABLISHED >A",
		"CLOSE>SYN_SENT:user >S >S* !syn_retransmit:2 >S* <SA+ SYN_SENT>ESTABLISHED:5 >A",
		"outcome=established syn=1 synack=3001 syn_again=2 notes=syn_retransmit",
	}, {
		"the third ACK was lost",
		"passive <S >SA:request @1000 >SA:request <A SYN_RECV>ESTABLISHED",
		"<S+ LISTEN>SYN_RECV:0 >SA >SA* !synack_retransmit:3 <A+ SYN_RECV>ESTABLISHED:5",
		"outcome=established synack_again=1 notes=synack_retransmit",
	}, {
		"our third ACK was lost: the SYN/ACK comes again and is acknowledged again",
		"active >S <SA SYN_SENT>ESTABLISHED >A @1000 <SA >A",
		"CLOSE>SYN_SENT:user >S <SA+ SYN_SENT>ESTABLISHED:2 >A <SA* !synack_retransmit:5 >A",
		"outcome=established synack=2 ack=4 synack_again=1 notes=synack_retransmit",
	}, {
		"simultaneous",
		"active >S <S SYN_SENT>SYN_RECV >SA <SA SYN_RECV>ESTABLISHED",
		"CLOSE>SYN_SENT:user >S <S+ SYN_SENT>SYN_RECV:2 !simultaneous_open:2 >SA* <SA+*\n"
		"SYN_RECV>ESTABLISHED:6",
		"role=simultaneous outcome=established syn=1 synack=4 handshake=5 res.SYN_SENT=3\n"
		"res.SYN_RECV=3 syn_again=0 synack_again=0 remote_isn=5000\n"
		"notes=simultaneous_open",
	}, {
		"simultaneous: the SYN/ACK repeats the SYN, which is acknowledged again, once",
		"active >S <S SYN_SENT>SYN_RECV >SA <SA SYN_RECV>ESTABLISHED old:6 >A >A",
		"CLOSE>SYN_SENT:user >S <S+ SYN_SENT>SYN_RECV:2 !simultaneous_open:2 >SA* <SA+*\n"
		"SYN_RECV>ESTABLISHED:6 >A",
		"role=simultaneous outcome=established notes=simultaneous_open",
	}, {
		"self-connect: each segment out and in, with the same numbers",
		"active >S <S:seq=1000 SYN_SENT>SYN_RECV:rcv=1001 >SA:ack=1001\n"
		"<SA:seq=1000,ack=1001 SYN_RECV>ESTABLISHED:rcv=1001",
		"CLOSE>SYN_SENT:user >S <S+ SYN_SENT>SYN_RECV:2 !simultaneous_open:2 >SA* <SA+*\n"
		"SYN_RECV>ESTABLISHED:6",
		"role=simultaneous outcome=established local_isn=1000 remote_isn=1000\n"
		"notes=simultaneous_open",
	}, {
		"SYN cookie",
		"passive <S >SA:cookie <A SYN_RECV>ESTABLISHED",
		"<S+ LISTEN>SYN_RECV:0 >SA !syncookie:2 <A+ SYN_RECV>ESTABLISHED:4",
		"outcome=established syncookie=yes notes=syncookie",
	}, {
		"Fast Open, server: established at the SYN",
		"passive <S:len=5 >SA:fastopen",
		"<S+ LISTEN>SYN_RECV:0 !fastopen:0 >SA",
		"state=SYN_RECV outcome=established fastopen=yes live=yes kind=- notes=fastopen",
	}, {
		"Fast Open, server: the ACK comes later",
		"passive <S:len=5 >SA:fastopen accept <A SYN_RECV>ESTABLISHED",
		"<S+ LISTEN>SYN_RECV:0 !fastopen:0 >SA <A+ SYN_RECV>ESTABLISHED:4",
		"outcome=established handshake=4 accept=2 remote_isn=5000 notes=fastopen",
	}, {
		"Fast Open, server: ICMP ends a child that nobody accepted, with no RST",
		"passive <S:len=5 >SA:fastopen @100 SYN_RECV>CLOSE:err=113",
		"<S+ LISTEN>SYN_RECV:0 !fastopen:0 >SA SYN_RECV>CLOSE:error",
		"outcome=established kind=reset first=- reset_by=- error=113 live=no\n"
		"notes=fastopen",
	}, {
		"Fast Open, client",
		"active >S:len=5 <SA SYN_SENT>ESTABLISHED >A",
		"CLOSE>SYN_SENT:user >S !fastopen:1 <SA+ SYN_SENT>ESTABLISHED:3 >A",
		"outcome=established fastopen=yes local_isn=1000 notes=fastopen",
	}, {
		"repair mode: a call, no segment",
		"active SYN_SENT>ESTABLISHED:task",
		"CLOSE>SYN_SENT:user SYN_SENT>ESTABLISHED:user",
		"outcome=established syn=- handshake=-",
	}, {
		"a stale SYN/ACK is answered with an RST, the right one taken",
		"active >S <SA:seq=7000,ack=900 >R:seq=900 <SA SYN_SENT>ESTABLISHED >A",
		"CLOSE>SYN_SENT:user >S <SA !stale_synack:2 >R <SA+ SYN_SENT>ESTABLISHED:5 >A",
		"outcome=established remote_isn=5000 reset_by=- first=- notes=stale_synack",
	}, {
		"a half-open peer answers our SYN with an ACK, our RST frees it",
		"active >S <A:seq=7000,ack=400 >R:seq=400 @1000 >S <SA SYN_SENT>ESTABLISHED >A",
		"CLOSE>SYN_SENT:user >S <A !invalid_ack:2 >R >S* !syn_retransmit:5 <SA+\n"
		"SYN_SENT>ESTABLISHED:7 >A",
		"outcome=established remote_isn=5000 reset_by=- syn_again=1\n"
		"notes=syn_retransmit+invalid_ack",
	}, {
		"a wrong third ACK is answered with an RST, the right one taken",
		"passive <S >SA:request <A:seq=5001,ack=77 >R:seq=77 refused:3 <A\n"
		"SYN_RECV>ESTABLISHED",
		"<S+ LISTEN>SYN_RECV:0 >SA <A- !invalid_ack:3 >R <A+ SYN_RECV>ESTABLISHED:6",
		"outcome=established ack=5 reset_by=- first=- notes=invalid_ack",
	}, {
		"an ACK out of the window is answered, and is not the third ACK",
		"passive <S >SA:request <A:seq=900000 >A refused:3 <A SYN_RECV>ESTABLISHED",
		"<S+ LISTEN>SYN_RECV:0 >SA <A- >A <A+ SYN_RECV>ESTABLISHED:5",
		"outcome=established ack=5",
	}, {
		"the third ACK was dropped once",
		"passive <S >SA:request <A refused:3 note:accept_queue_full,at=3 @1000\n"
		">SA:request <A SYN_RECV>ESTABLISHED",
		"<S+ LISTEN>SYN_RECV:0 >SA <A- !accept_queue_full:3 >SA* !synack_retransmit:5\n"
		"<A+ SYN_RECV>ESTABLISHED:7",
		"outcome=established ack=1001 synack_again=1\n"
		"notes=synack_retransmit+accept_queue_full",
	}, {
		"a broken copy of the SYN/ACK teaches nothing",
		"active >S <SA:seq=7000,mss=99,badsum <SA:mss=1460 SYN_SENT>ESTABLISHED >A",
		"CLOSE>SYN_SENT:user >S <SA- !bad_checksum:2 <SA+ SYN_SENT>ESTABLISHED:4 >A",
		"outcome=established remote_isn=5000 remote_mss=1460 synack=3 synack_again=0\n"
		"notes=bad_checksum",
	}, {
		"a broken copy of the SYN teaches nothing",
		"passive <S:seq=7000,mss=99,badsum <S:mss=1460 >SA:request <A SYN_RECV>ESTABLISHED",
		"<S- !bad_checksum:0 <S+ LISTEN>SYN_RECV:2 >SA <A+ SYN_RECV>ESTABLISHED:5",
		"outcome=established remote_isn=5000 remote_mss=1460 syn=1 syn_again=0\n"
		"notes=bad_checksum",
	}, {
		"a SYN came to nothing, a new client's is answered",
		"passive <S:seq=7000,mss=99 @100 note:syn_dropped @5000 <S:mss=1460 >SA:request\n"
		"<A SYN_RECV>ESTABLISHED",
		NULL,
		"outcome=established remote_isn=5000 remote_mss=1460 syn_again=0 notes=*",
	}, {
		"the SYN that was answered is the cause, not a stale one behind it",
		"passive <S <S:seq=7000 >SA:request <A SYN_RECV>ESTABLISHED",
		"<S+ <S LISTEN>SYN_RECV:0 >SA <A+ SYN_RECV>ESTABLISHED:4",
		"outcome=established remote_isn=5000 t2=0",
	}, {
		"a change that neither RFC 9293 nor Linux knows",
		"active >S <SA SYN_SENT>ESTABLISHED >A ESTABLISHED>SYN_RECV",
		NULL,
		"state=SYN_RECV live=yes notes=illegal_transition",
	},
};

static const struct script_case failed_cases[] = {
	{
		"refused by the peer",
		"active >S <RA:seq=0 reset SYN_SENT>CLOSE:err=111",
		"CLOSE>SYN_SENT:user >S <RA+ SYN_SENT>CLOSE:2",
		"outcome=refused kind=none first=remote reset_by=remote error=111 live=no\n"
		"state=CLOSE ended=4 duration=4 age=- handshake=- res.SYN_SENT=4",
	}, {
		"refused by us",
		"passive <S >RA:seq=0 end:segment,refused",
		"<S >RA",
		"role=passive outcome=refused kind=none first=local reset_by=local error=-\n"
		"live=no state=CLOSE ended=2 duration=2",
	}, {
		"our SYNs unanswered",
		"active >S @1000 >S @3000 >S @7000 SYN_SENT>CLOSE:err=110",
		"CLOSE>SYN_SENT:user >S >S* !syn_retransmit:2 >S* SYN_SENT>CLOSE:timer",
		"outcome=timed_out kind=none first=- reset_by=- error=110 syn_again=2 ended=7000\n"
		"notes=syn_retransmit",
	}, {
		"unreachable by ICMP",
		"active >S SYN_SENT>CLOSE:err=113",
		"CLOSE>SYN_SENT:user >S SYN_SENT>CLOSE:error",
		"outcome=unreachable kind=none first=- reset_by=- error=113",
	}, {
		"given up by close()",
		"active >S SYN_SENT>CLOSE:task,shut",
		"CLOSE>SYN_SENT:user >S SYN_SENT>CLOSE:user",
		"outcome=aborted kind=none first=- reset_by=- error=-",
	}, {
		/* tcp_disconnect() shuts nothing down before the change */
		"given up by connect(AF_UNSPEC)",
		"active >S SYN_SENT>CLOSE:task",
		"CLOSE>SYN_SENT:user >S SYN_SENT>CLOSE:user",
		"outcome=aborted kind=none first=- reset_by=- error=-",
	}, {
		"killed by ss -K",
		"active >S SYN_SENT>CLOSE:task,err=103",
		"CLOSE>SYN_SENT:user >S SYN_SENT>CLOSE:user",
		"outcome=aborted kind=none error=103",
	}, {
		"an RST after the SYN/ACK",
		"passive <S >SA:request <R reset end:segment,reset,at=3",
		"<S+ LISTEN>SYN_RECV:0 >SA <R+ SYN_RECV>CLOSE:3",
		"outcome=reset kind=none first=remote reset_by=remote res.SYN_RECV=4 ended=4",
	}, {
		"our RST ends a request socket",
		"passive <S >SA:request <A >R:seq=1001 end:user,reset",
		"<S+ LISTEN>SYN_RECV:0 >SA <A >R SYN_RECV>CLOSE:user",
		"outcome=reset kind=none first=local reset_by=local",
	}, {
		"a stale SYN: the RST that answers our SYN/ACK kills it",
		"passive <S >SA:request <R reset note:stale_syn,at=3 end:segment,reset,at=3",
		"<S+ LISTEN>SYN_RECV:0 >SA <R+ !stale_syn:3 SYN_RECV>CLOSE:3",
		"outcome=reset kind=none reset_by=remote notes=stale_syn",
	}, {
		"an RST after the SYNs crossed",
		"active >S <S SYN_SENT>SYN_RECV >SA <R reset SYN_RECV>CLOSE:err=104",
		"CLOSE>SYN_SENT:user >S <S+ SYN_SENT>SYN_RECV:2 !simultaneous_open:2 >SA* <R+\n"
		"SYN_RECV>CLOSE:6",
		"role=simultaneous outcome=reset kind=none reset_by=remote error=104\n"
		"notes=simultaneous_open",
	}, {
		"SYN/ACKs unanswered",
		"passive <S >SA:request @1000 >SA:request @3000 >SA:request @7000\n"
		"end:timer,timed_out",
		"<S+ LISTEN>SYN_RECV:0 >SA >SA* !synack_retransmit:3 >SA* SYN_RECV>CLOSE:timer",
		"outcome=timed_out kind=none synack_again=2 res.SYN_RECV=7000\n"
		"notes=synack_retransmit",
	}, {
		"the third ACK never accepted",
		"passive <S >SA:request <A refused:3 note:accept_queue_full,at=3 @1000\n"
		">SA:request <A refused:7 @60000 end:timer,dropped",
		"<S+ LISTEN>SYN_RECV:0 >SA <A- !accept_queue_full:3 >SA* !synack_retransmit:5\n"
		"<A- SYN_RECV>CLOSE:timer",
		"outcome=dropped kind=none ack=- notes=synack_retransmit+accept_queue_full",
	}, {
		"a SYN never answered",
		"passive <S @100 note:syn_dropped note:syn_queue_full @60000 end:timer,dropped",
		"<S !syn_dropped !syn_queue_full",
		"outcome=dropped kind=none state=CLOSE live=no ended=60000 synack=-\n"
		"notes=syn_dropped+syn_queue_full",
	}, {
		"a SYN cookie never confirmed",
		"passive <S >SA:cookie @120000 end:timer,timed_out",
		"<S+ LISTEN>SYN_RECV:0 >SA !syncookie:2 SYN_RECV>CLOSE:timer",
		"outcome=timed_out kind=none syncookie=yes notes=syncookie",
	}, {
		"a broken SYN/ACK does not make a refusal a reset",
		"active >S <SA:badsum <RA:seq=0 reset SYN_SENT>CLOSE:err=111",
		"CLOSE>SYN_SENT:user >S <SA- !bad_checksum:2 <RA+ SYN_SENT>CLOSE:4",
		"outcome=refused kind=none reset_by=remote synack=- notes=bad_checksum",
	}, {
		"a stale SYN/ACK, then nothing: our RST to it is no reset of this",
		"active >S <SA:seq=7000,ack=900 >R:seq=900 @1000 >S @7000 SYN_SENT>CLOSE:err=110",
		"CLOSE>SYN_SENT:user >S <SA !stale_synack:2 >R >S* !syn_retransmit:5\n"
		"SYN_SENT>CLOSE:timer",
		"outcome=timed_out kind=none first=- reset_by=- notes=syn_retransmit+stale_synack",
	},
};

int main(void)
{
	tap_plan(ARRAY_SIZE(good_cases) + ARRAY_SIZE(failed_cases));
	script_run(good_cases, ARRAY_SIZE(good_cases));
	script_run(failed_cases, ARRAY_SIZE(failed_cases));
	return tap_end();
}
