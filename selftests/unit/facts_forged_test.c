// SPDX-License-Identifier: GPL-2.0
/*
 * Segments that TCP did not take: forged, stale, damaged, from a raw socket. They
 * are logged as what they were and move nothing; and however many there are,
 * what matters still finds room.
 *
 * TCP answers, if it does, before it is done with a segment.
 */
#include "script.h"

#include <stdio.h>

#include "tap.h"

#define OPEN		"active >S <SA SYN_SENT>ESTABLISHED >A "
#define OPEN_LOG	"CLOSE>SYN_SENT:user >S <SA+ SYN_SENT>ESTABLISHED:2 >A "
#define PASSIVE		"passive <S >SA:request <A SYN_RECV>ESTABLISHED "
#define PASSIVE_LOG	"<S+ LISTEN>SYN_RECV:0 >SA <A+ SYN_RECV>ESTABLISHED:3 "

/* Four segments, by us and by the peer. */
#define CLOSE		"ESTABLISHED>FIN_WAIT1:task >F <A FIN_WAIT1>FIN_WAIT2 <F >A tw:TIME_WAIT "
#define CLOSED		"<F ESTABLISHED>CLOSE_WAIT >A CLOSE_WAIT>LAST_ACK:task >F <A " \
			"LAST_ACK>CLOSE:acked "

#define UNTOUCHED	"state=ESTABLISHED live=yes outcome=established kind=- first=- " \
			"reset_by=- error=- remote_isn=5000 local_isn=1000 ended=- local_fin=- remote_fin=- "

static const struct script_case refused_cases[] = {
	{
		"an RST out of the window is not answered; what leaves next is no answer",
		OPEN "<R:seq=900000 refused:5 >A >P",
		OPEN_LOG "<R- !blind_reset:5",
		UNTOUCHED "notes=blind_reset",
	}, {
		"an RST in the window, not at its edge: challenged once",
		OPEN "<R:seq=5500 >A refused:5 >P",
		OPEN_LOG "<R- >A !challenge_ack:6 !blind_reset:5",
		UNTOUCHED "notes=challenge_ack+blind_reset",
	}, {
		"a SYN: challenged once",
		OPEN "<S:seq=90000 >A refused:5 >P",
		OPEN_LOG "<S- !stale_syn:5 >A !challenge_ack:7",
		UNTOUCHED "syn_again=0 notes=stale_syn+challenge_ack",
	}, {
		"a SYN whose challenge ACK the rate limit held back",
		OPEN "<S:seq=90000 refused:5 >P",
		OPEN_LOG "<S- !stale_syn:5",
		UNTOUCHED "notes=stale_syn",
	}, {
		"the same SYN again has a number that was logged",
		OPEN "<S:seq=90000 >A refused:5 <S:seq=90000 >A refused:9",
		OPEN_LOG "<S- !stale_syn:5 >A !challenge_ack:7 <S-* >A",
		UNTOUCHED "notes=stale_syn+challenge_ack",
	}, {
		"a SYN/ACK: challenged",
		OPEN "<SA:seq=90000 >A refused:5",
		OPEN_LOG "<SA- !stale_synack:5 >A !challenge_ack:7",
		UNTOUCHED "synack_again=0 notes=stale_synack+challenge_ack",
	}, {
		"a FIN out of the window: the ACK that answers it is logged",
		OPEN "<F:seq=900000 >A refused:5",
		OPEN_LOG "<F- >A",
		UNTOUCHED,
	}, {
		"a FIN of the past, which ends where TCP is: PAWS answers, then throws it away",
		OPEN "<F:seq=5000 >A refused:5",
		OPEN_LOG "<F- >A",
		UNTOUCHED,
	}, {
		"the same in FIN_WAIT2, then the true one",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <A FIN_WAIT1>FIN_WAIT2 <F:seq=5000 >A\n"
		"refused:9 <F >A tw:TIME_WAIT",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <A+ FIN_WAIT1>FIN_WAIT2:7 <F- >A\n"
		"<F+ >A FIN_WAIT2>TIME_WAIT:11",
		"kind=four_segment first=local remote_fin=12",
	}, {
		"the same in FIN_WAIT2, and the true one never comes",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <A FIN_WAIT1>FIN_WAIT2 <F:seq=5000 >A\n"
		"refused:9 tw:FIN_WAIT2 @60000014 gone:expired",
		NULL,
		"kind=timed_out first=local reset_by=- remote_fin=- time_wait=no",
	}, {
		"a FIN with a wrong checksum",
		OPEN "<F:badsum >A >P",
		OPEN_LOG "<F- !bad_checksum:5",
		UNTOUCHED "notes=bad_checksum",
	}, {
		"a FIN is repeated with a wrong checksum: nothing answers it",
		PASSIVE "<F ESTABLISHED>CLOSE_WAIT >A <F:badsum >A",
		PASSIVE_LOG "<F+ ESTABLISHED>CLOSE_WAIT:5 >A <F-* !bad_checksum:8",
		"state=CLOSE_WAIT notes=bad_checksum",
	}, {
		"a FIN is repeated in the window: answered when TCP is done with it",
		PASSIVE "<F ESTABLISHED>CLOSE_WAIT >A <F old:8 >A >A",
		PASSIVE_LOG "<F+ ESTABLISHED>CLOSE_WAIT:5 >A <F-* >A",
		"state=CLOSE_WAIT",
	}, {
		"an RST is thrown away unseen: the ACK of half a second later is no answer",
		OPEN "<R:seq=5500 @700000 >A",
		OPEN_LOG "<R",
		UNTOUCHED,
	}, {
		"an RST waits in the backlog for a fifth of a second, and is challenged then",
		OPEN "<R:seq=5500 @200000 >A refused:5",
		OPEN_LOG "<R- >A !challenge_ack:6 !blind_reset:5",
		UNTOUCHED "notes=challenge_ack+blind_reset",
	}, {
		"a broken FIN whose number our ACK of data happens to have",
		OPEN "<F:seq=5050,badsum <P:len=50 >A",
		OPEN_LOG "<F- !bad_checksum:5",
		UNTOUCHED "notes=bad_checksum",
	}, {
		"a forged FIN, then the true close",
		PASSIVE "<F:seq=900000 refused:5 " CLOSED,
		PASSIVE_LOG "<F- <F+ ESTABLISHED>CLOSE_WAIT:6 >A CLOSE_WAIT>LAST_ACK:user >F <A+\n"
		"LAST_ACK>CLOSE:11",
		"kind=four_segment first=remote remote_fin=6",
	}, {
		"a forged ACK of our FIN",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <A:seq=900000,refused <A FIN_WAIT1>FIN_WAIT2",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <A- <A+ FIN_WAIT1>FIN_WAIT2:8",
		"state=FIN_WAIT2",
	}, {
		"a forged FIN that acknowledges ours",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <F:seq=900000,refused <A FIN_WAIT1>FIN_WAIT2",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <F- <A+ FIN_WAIT1>FIN_WAIT2:8",
		"state=FIN_WAIT2 kind=- remote_fin=-",
	}, {
		"an RST to SYN_SENT that acknowledges nothing of ours",
		"active >S <RA:seq=0,ack=77 refused:2 <SA SYN_SENT>ESTABLISHED >A",
		"CLOSE>SYN_SENT:user >S <RA- !blind_reset:2 <SA+ SYN_SENT>ESTABLISHED:4 >A",
		"outcome=established reset_by=- first=- notes=blind_reset",
	}, {
		"an RST to a request socket out of its window",
		"passive <S >SA:request <R:seq=900000 refused:3 <A SYN_RECV>ESTABLISHED",
		"<S+ LISTEN>SYN_RECV:0 >SA <R- !blind_reset:3 <A+ SYN_RECV>ESTABLISHED:5",
		"outcome=established reset_by=- notes=blind_reset",
	}, {
		"a SYN to a request socket out of its window",
		"passive <S >SA:request <S:seq=900000 >A refused:3 <A SYN_RECV>ESTABLISHED",
		"<S+ LISTEN>SYN_RECV:0 >SA <S- !stale_syn:3 >A <A+ SYN_RECV>ESTABLISHED:6",
		"outcome=established remote_isn=5000 syn_again=0 ack=5 notes=stale_syn",
	}, {
		"a copy of a SYN is thrown away before the SYN is answered",
		"passive <S <S:seq=5000,badsum",
		"<S <S-* !syn_retransmit:1 !bad_checksum:1",
		"remote_isn=5000 notes=syn_retransmit+bad_checksum",
	}, {
		"a SYN and its copy are both thrown away",
		"passive <S:badsum <S:seq=5000,badsum",
		"<S- !bad_checksum:0 <S-*",
		"remote_isn=- notes=bad_checksum",
	}, {
		"segments of a raw socket decide nothing",
		OPEN ">S:other >R:other >RA:other >f:other >A:other " CLOSE,
		OPEN_LOG ">S! >R! >RA! >f! ESTABLISHED>FIN_WAIT1:user >F <A+\n"
		"FIN_WAIT1>FIN_WAIT2:11 <F+ >A FIN_WAIT2>TIME_WAIT:13",
		"kind=four_segment first=local reset_by=- local_isn=1000 local_fin=11 syn=1\n"
		"syn_again=0 fin_again=0",
	}, {
		"a timeout after a raw socket's RST was sent by nobody's reset",
		OPEN ">R:other @900000 ESTABLISHED>CLOSE:err=110",
		OPEN_LOG ">R! ESTABLISHED>CLOSE:timer",
		"kind=timed_out first=- reset_by=-",
	},
};

/* The state changes are all there: that is checked after every event. */
static const struct script_case flood_cases[] = {
	{
		"a flood of forged RSTs, then we close",
		OPEN "60*<R:seq=900000,refused " CLOSE "@90000000 gone:expired",
		NULL,
		"kind=four_segment first=local reset_by=- local_fin=66 remote_fin=69\n"
		"half_close=3 tw_exit=expired notes=blind_reset",
	}, {
		"a flood of forged RSTs, then the peer closes",
		PASSIVE "60*<R:seq=900000,refused " CLOSED,
		NULL,
		"kind=four_segment first=remote reset_by=- remote_fin=64 local_fin=68\n"
		"notes=blind_reset",
	}, {
		"a flood of forged RSTs, then a true one that finds no room",
		OPEN "60*<R:seq=900000,refused <R reset ESTABLISHED>CLOSE:err=104",
		NULL,
		"kind=reset first=remote reset_by=remote error=104 notes=blind_reset",
	}, {
		"a flood of forged RSTs and FINs, then a true FIN, for which there is room",
		PASSIVE "60*<R:seq=900000,refused 60*<F:seq=900000,refused <F:taken\n"
		"ESTABLISHED>CLOSE_WAIT >A CLOSE_WAIT>LAST_ACK:task >F <A:taken\n"
		"LAST_ACK>CLOSE:acked",
		NULL,
		"kind=four_segment first=remote remote_fin=124 local_fin=128 notes=blind_reset",
	}, {
		"a flood of forged FINs in FIN_WAIT1 that acknowledge ours, then the true close",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F 60*<F:seq=900000,refused <A:taken\n"
		"FIN_WAIT1>FIN_WAIT2 <F:taken >A tw:TIME_WAIT @90000000 gone:expired",
		NULL,
		"kind=four_segment first=local remote_fin=69 tw_exit=expired",
	}, {
		"a forged FIN and a flood, then the peer closes",
		PASSIVE "<F:seq=900000,refused 60*<R:seq=900000,refused " CLOSED,
		NULL,
		"kind=four_segment first=remote reset_by=- notes=blind_reset",
	}, {
		"a forged FIN and a flood, then the FINs cross",
		OPEN "<F:seq=900000,refused 60*<R:seq=900000,refused\n"
		"ESTABLISHED>FIN_WAIT1:task >F <F:ack=1001 >A FIN_WAIT1>CLOSING <A tw:TIME_WAIT",
		NULL,
		"kind=simultaneous first=both notes=blind_reset",
	}, {
		"a flood of RSTs by netfilter's REJECT, then we close",
		OPEN "60*>R:other " CLOSE "@90000000 gone:expired",
		NULL,
		"kind=four_segment first=local reset_by=- local_fin=66 remote_fin=69",
	}, {
		"a flood of forged SYNs, each challenged, then we close",
		OPEN "60*<S:seq=90000,step=1000,refused 60*>A " CLOSE,
		NULL,
		"kind=four_segment first=local remote_isn=5000 notes=*",
	}, {
		"a flood to a request socket, then it opens and closes",
		"passive <S >SA:request 60*<R:seq=900000,refused <A SYN_RECV>ESTABLISHED " CLOSED,
		NULL,
		"outcome=established kind=four_segment first=remote notes=blind_reset",
	}, {
		"no memory for the second block: entries are lost, facts are not",
		PASSIVE "nomemory 60*<R:seq=900000,refused " CLOSED,
		NULL,
		"kind=four_segment first=remote reset_by=- live=no entries=16 notes=blind_reset",
	},
};

/*
 * Under a SYN flood each SYN of one tuple gets a cookie, another for another
 * number; the last one is a client's.
 */
static void test_cookies(void)
{
	static const struct script_case cookies = {
		"sixty cookies for one tuple, then the last is confirmed",
		NULL, NULL,
		"outcome=established kind=four_segment first=remote remote_isn=5000 notes=*",
	};
	struct script s;
	char words[96];
	int i;

	script_begin(&s);
	script_do(&s, "passive");
	for (i = 1; i < 60; i++) {
		snprintf(words, sizeof(words), "<S:seq=%d >SA:cookie,seq=%d,ack=%d", 70000 + i,
			 900000 + i * 1000, 70001 + i);
		script_do(&s, words);
	}
	script_do(&s, "<S >SA:cookie <A SYN_RECV>ESTABLISHED " CLOSED);
	script_expect(&s, &cookies);
}

int main(void)
{
	tap_plan(ARRAY_SIZE(refused_cases) + ARRAY_SIZE(flood_cases) + 1);
	script_run(refused_cases, ARRAY_SIZE(refused_cases));
	script_run(flood_cases, ARRAY_SIZE(flood_cases));
	test_cookies();
	return tap_end();
}
