// SPDX-License-Identifier: GPL-2.0
/*
 * 2MSL: entry, restarts, what was absorbed, residence and the reason of the end.
 *
 * A timewait socket can hold FIN_WAIT2 too. The kernel sets its timer before it
 * answers, and is done with the segment after that. 60 s are 60000000 ticks.
 */
#include "script.h"

#include <stdio.h>

#include "tap.h"

#define OPEN		"active >S <SA SYN_SENT>ESTABLISHED >A "
#define OPEN_LOG	"CLOSE>SYN_SENT:user >S <SA+ SYN_SENT>ESTABLISHED:2 >A "

/* Our FIN acknowledged; the timewait socket has FIN_WAIT2 from tick 9 on. */
#define HALF		OPEN "ESTABLISHED>FIN_WAIT1:task,shut,orphan >F <A " \
			"FIN_WAIT1>FIN_WAIT2 tw:FIN_WAIT2 "
#define HALF_LOG	OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <A+ FIN_WAIT1>FIN_WAIT2:7 "

/* TIME_WAIT from tick 101 on; the next entry is 12. */
#define WAIT		HALF "@100 <F rearm:TIME_WAIT,at=9 >A done:9 "
#define WAIT_LOG	HALF_LOG "<F+ FIN_WAIT2>TIME_WAIT:9 >A "

static const struct script_case cases[] = {
	{
		"entered from a full socket",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <A FIN_WAIT1>FIN_WAIT2 <F >A tw:TIME_WAIT\n"
		"@1000011",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <A+ FIN_WAIT1>FIN_WAIT2:7 <F+ >A\n"
		"FIN_WAIT2>TIME_WAIT:9",
		"state=TIME_WAIT live=yes kind=four_segment time_wait=yes exact=yes tw_entered=11\n"
		"tw_nominal=60000000 tw_remaining=59000000 tw_residence=- tw_exit=-\n"
		"tw_restarts=0 tw_reacks=0 tw_duplicates=0 age=1000000 ended=-",
	}, {
		"FIN_WAIT2 in the timewait socket is FIN_WAIT2, and the FIN makes an entry",
		WAIT,
		WAIT_LOG,
		"state=TIME_WAIT kind=four_segment first=local time_wait=yes exact=yes\n"
		"tw_entered=101 tw_restarts=0 tw_reacks=0 tw_duplicates=0 res.FIN_WAIT2=93\n"
		"res.FIN_WAIT1=3",
	}, {
		"still FIN_WAIT2: no TIME_WAIT yet",
		HALF "@500",
		HALF_LOG,
		"state=FIN_WAIT2 live=yes kind=- time_wait=no exact=no tw_entered=- tw_nominal=-\n"
		"tw_remaining=- res.FIN_WAIT2=-",
	}, {
		"expired, later than nominal",
		WAIT "@61500101 gone:expired",
		WAIT_LOG "TIME_WAIT>CLOSE:timer",
		"state=CLOSE live=no kind=four_segment tw_exit=expired tw_residence=61500000\n"
		"res.TIME_WAIT=61500000 ended=61500101 duration=61500101 tw_remaining=- age=-\n"
		"exact=yes",
	}, {
		"nothing is left when 2MSL is over and the timer late",
		WAIT "@61000101",
		WAIT_LOG,
		"tw_remaining=0 live=yes",
	}, {
		"the last ACK was lost: the FIN comes again and restarts it",
		WAIT "@1000 <F rearm:TIME_WAIT,at=12 >A done:12 @2000 <F rearm:TIME_WAIT,at=15 >A\n"
		"done:15 @61002001 gone:expired",
		WAIT_LOG "<F* !time_wait_restarted:12 >A <F* !time_wait_restarted:15 >A\n"
		"TIME_WAIT>CLOSE:timer",
		"tw_restarts=2 tw_reacks=2 tw_duplicates=0 tw_exit=expired tw_residence=61001900\n"
		"kind=four_segment remote_fin=100 notes=time_wait_restarted",
	}, {
		"what remains counts from the restart",
		WAIT "@30000000 <F rearm:TIME_WAIT,at=12 >A done:12",
		NULL,
		"tw_entered=101 tw_restarts=1 tw_remaining=59999997 notes=time_wait_restarted",
	}, {
		"the first copy of the FIN was broken: its ACK is the first, not another",
		HALF "<F:badsum @200 <F rearm:TIME_WAIT,at=11 >A done:11",
		HALF_LOG "<F- !bad_checksum:9 <F+* FIN_WAIT2>TIME_WAIT:11 >A",
		"kind=four_segment tw_restarts=0 tw_reacks=0 tw_duplicates=0 remote_fin=200\n"
		"notes=bad_checksum",
	}, {
		"an old data segment is absorbed: restarted, acknowledged",
		WAIT "@1000 <P:seq=5001 rearm:TIME_WAIT,at=12 >A done:12",
		WAIT_LOG "<P !time_wait_restarted:12 >A",
		"tw_restarts=1 tw_reacks=0 tw_duplicates=1 state=TIME_WAIT\n"
		"notes=time_wait_restarted",
	}, {
		"the FIN comes again with a wrong checksum: the next answer is not its",
		WAIT "@1000 <F:badsum @2000 <P:seq=5001 rearm:TIME_WAIT,at=14 >A done:14",
		WAIT_LOG "<F-* !bad_checksum:12 <P !time_wait_restarted:14 >A",
		"tw_restarts=1 tw_reacks=0 tw_duplicates=1\n"
		"notes=time_wait_restarted+bad_checksum",
	}, {
		"an old ACK is absorbed silently",
		WAIT "@1000 <A:seq=5000,ack=1001 done:12",
		WAIT_LOG "<A",
		"tw_restarts=0 tw_reacks=0 tw_duplicates=1",
	}, {
		"an old SYN is absorbed",
		WAIT "@1000 <S:seq=4000 rearm:TIME_WAIT,at=12 >A done:12",
		WAIT_LOG "<S !time_wait_restarted:12 >A !stale_syn:12",
		"tw_restarts=1 tw_reacks=0 tw_duplicates=1 remote_isn=5000 syn_again=0\n"
		"notes=stale_syn+time_wait_restarted",
	}, {
		"an old FIN of another number is an old duplicate",
		WAIT "@1000 <F:seq=4000 rearm:TIME_WAIT,at=12 >A done:12",
		WAIT_LOG "<F !time_wait_restarted:12 >A",
		"tw_restarts=1 tw_reacks=0 tw_duplicates=1 remote_fin=100\n"
		"notes=time_wait_restarted",
	}, {
		"the same old FIN again is one more: no FIN of this connection was acknowledged again",
		WAIT "@1000 <F:seq=4000 rearm:TIME_WAIT,at=12 >A done:12\n"
		"<F:seq=4000 rearm:TIME_WAIT,at=15 >A done:15",
		WAIT_LOG "<F !time_wait_restarted:12 >A <F* !time_wait_restarted:15 >A",
		"tw_restarts=2 tw_reacks=0 tw_duplicates=2 remote_fin=100\n"
		"notes=time_wait_restarted",
	}, {
		"rfc1337: an RST is thrown away and counts as nothing",
		WAIT "@1000 <R done:12",
		WAIT_LOG "<R-",
		"state=TIME_WAIT tw_restarts=0 tw_duplicates=0 reset_by=- kind=four_segment",
	}, {
		"assassinated by an RST",
		WAIT "@1000 <R gone:reset,at=12",
		WAIT_LOG "<R+ TIME_WAIT>CLOSE:12 !time_wait_assassinated:12",
		"live=no tw_exit=reset tw_residence=900 kind=four_segment reset_by=-\n"
		"notes=time_wait_assassinated",
	}, {
		"reused by the peer's SYN, which is the last entry",
		WAIT "@2000000 <S:seq=90000 gone:reused,at=12",
		WAIT_LOG "<S+ TIME_WAIT>CLOSE:12 !time_wait_reused:12",
		"live=no tw_exit=reused tw_residence=1999900 tw_duplicates=0 remote_isn=5000\n"
		"notes=time_wait_reused",
	}, {
		"reused by connect()",
		WAIT "@2000000 gone:reused",
		WAIT_LOG "TIME_WAIT>CLOSE:user !time_wait_reused",
		"live=no tw_exit=reused tw_residence=1999899 notes=time_wait_reused",
	}, {
		"killed by ss -K",
		WAIT "@500 gone:killed",
		WAIT_LOG "TIME_WAIT>CLOSE:user",
		"live=no tw_exit=killed tw_residence=399 kind=four_segment reset_by=- error=-",
	}, {
		"its namespace went away",
		WAIT "@500 gone:netns",
		WAIT_LOG "TIME_WAIT>CLOSE:error",
		"live=no tw_exit=netns tw_residence=399 kind=four_segment",
	}, {
		"after CLOSING",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <F:ack=1001 >A FIN_WAIT1>CLOSING <A\n"
		"tw:TIME_WAIT @60000011 gone:expired",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <F+ >A FIN_WAIT1>CLOSING:7 <A+\n"
		"CLOSING>TIME_WAIT:10 TIME_WAIT>CLOSE:timer",
		"kind=simultaneous first=both tw_entered=11 tw_residence=60000000 tw_exit=expired",
	}, {
		"the peer never sends its FIN: FIN_WAIT2 times out",
		HALF "@60000009 gone:expired",
		HALF_LOG "FIN_WAIT2>CLOSE:timer",
		"kind=timed_out first=local reset_by=- time_wait=no tw_exit=- tw_residence=-\n"
		"tw_entered=- res.FIN_WAIT2=60000001 live=no ended=60000009",
	}, {
		"FIN_WAIT2 ended by an RST",
		HALF "@500 <R gone:reset,at=9",
		HALF_LOG "<R+ FIN_WAIT2>CLOSE:9",
		"kind=reset first=local reset_by=remote time_wait=no tw_exit=-",
	}, {
		"FIN_WAIT2 ended by data that nobody wants: our RST leaves first",
		HALF "@500 <P >R:seq=1002 gone:reset,at=9",
		HALF_LOG "<P- >R FIN_WAIT2>CLOSE:9",
		"kind=reset first=local reset_by=local time_wait=no",
	}, {
		"FIN_WAIT2 ended by data that brings the FIN: neither is taken",
		HALF "@500 <PF >R:seq=1002 gone:reset,at=9",
		HALF_LOG "<F- >R FIN_WAIT2>CLOSE:9",
		"kind=reset first=local reset_by=local time_wait=no remote_fin=- half_close=-",
	}, {
		"FIN_WAIT2: an out-of-window segment is acknowledged, nothing moves",
		HALF "@500 <A:seq=900000 >A done:9",
		HALF_LOG "<A >A",
		"state=FIN_WAIT2 live=yes kind=- tw_duplicates=0 tw_reacks=0",
	}, {
		"adopted: a bound only",
		"adopted:TIME_WAIT @20000000 gone:expired",
		"TIME_WAIT>CLOSE:timer",
		"partial=yes time_wait=yes exact=no tw_entered=- tw_exit=expired\n"
		"tw_residence=20000000 live=no",
	},
};

/* More FINs than the log has room for, each answered. */
static void test_many_fins(void)
{
	static const struct script_case many = {
		"a hundred retransmitted FINs: all counted, the end in the log",
		NULL, NULL,
		"tw_restarts=100 tw_reacks=100 tw_duplicates=0 tw_exit=expired live=no\n"
		"kind=four_segment notes=time_wait_restarted",
	};
	struct script s;
	char words[64];
	int i;

	script_begin(&s);
	script_do(&s, WAIT);
	for (i = 0; i < 100; i++) {
		script_do(&s, "<F");
		snprintf(words, sizeof(words), "rearm:TIME_WAIT,at=%d >A", s.index);
		script_do(&s, words);
	}
	script_do(&s, "@90000000 gone:expired");
	script_expect(&s, &many);
}

int main(void)
{
	tap_plan(ARRAY_SIZE(cases) + 1);
	script_run(cases, ARRAY_SIZE(cases));
	test_many_fins();
	return tap_end();
}
