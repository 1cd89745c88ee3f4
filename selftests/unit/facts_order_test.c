// SPDX-License-Identifier: GPL-2.0
/*
 * Events out of step. While a program holds the socket's lock, segments pass the
 * hook and wait in the backlog: they are all logged before TCP moves. And the
 * clocks of two CPUs may differ by a little.
 */
#include "script.h"

#include "tap.h"

#define OPEN		"active >S <SA SYN_SENT>ESTABLISHED >A "
#define OPEN_LOG	"CLOSE>SYN_SENT:user >S <SA+ SYN_SENT>ESTABLISHED:2 >A "
#define PASSIVE		"passive <S >SA:request <A SYN_RECV>ESTABLISHED "
#define PASSIVE_LOG	"<S+ LISTEN>SYN_RECV:0 >SA <A+ SYN_RECV>ESTABLISHED:3 "

static const struct script_case backlog_cases[] = {
	{
		"the third ACK and a FIN wait together",
		"passive <S >SA:request <A <F SYN_RECV>ESTABLISHED:rcv=5001\n"
		"ESTABLISHED>CLOSE_WAIT >A",
		"<S+ LISTEN>SYN_RECV:0 >SA <A+ <F+ SYN_RECV>ESTABLISHED:3\n"
		"ESTABLISHED>CLOSE_WAIT:4 >A",
		"state=CLOSE_WAIT first=remote ack=2 remote_fin=3",
	}, {
		"the ACK of our FIN and the peer's FIN wait together",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <A <F FIN_WAIT1>FIN_WAIT2:rcv=5001 >A\n"
		"tw:TIME_WAIT",
		OPEN_LOG "ESTABLISHED>FIN_WAIT1:user >F <A+ <F+ FIN_WAIT1>FIN_WAIT2:7 >A\n"
		"FIN_WAIT2>TIME_WAIT:8",
		"kind=four_segment first=local half_close=2",
	}, {
		"the peer's FIN waits while we close: the FINs cross",
		OPEN "<F ESTABLISHED>FIN_WAIT1:task >F:ack=5001 >A FIN_WAIT1>CLOSING <A\n"
		"tw:TIME_WAIT",
		OPEN_LOG "<F+ ESTABLISHED>FIN_WAIT1:user >F >A FIN_WAIT1>CLOSING:5 <A+\n"
		"CLOSING>TIME_WAIT:10",
		"kind=simultaneous first=both half_close=2",
	}, {
		"a broken copy of the FIN comes while the true one waits",
		PASSIVE "<F <F:badsum ESTABLISHED>CLOSE_WAIT >A",
		PASSIVE_LOG "<F+ <F-* !bad_checksum:6 ESTABLISHED>CLOSE_WAIT:5 >A",
		"state=CLOSE_WAIT first=remote remote_fin=4 notes=bad_checksum",
	}, {
		"the true RST waits before a forged one",
		OPEN "<R <R:seq=900000 reset ESTABLISHED>CLOSE:err=104",
		OPEN_LOG "<R+ <R ESTABLISHED>CLOSE:5",
		"kind=reset reset_by=remote",
	}, {
		"the true RST waits behind a forged one",
		OPEN "<R:seq=900000 <R reset ESTABLISHED>CLOSE:err=104",
		OPEN_LOG "<R <R+ ESTABLISHED>CLOSE:6",
		"kind=reset reset_by=remote",
	}, {
		"an RST with the number of the peer's FIN is as good as one after it",
		PASSIVE "<F ESTABLISHED>CLOSE_WAIT >A <R:seq=900000 refused:8 <R:seq=5001 reset\n"
		"CLOSE_WAIT>CLOSE:err=32",
		PASSIVE_LOG "<F+ ESTABLISHED>CLOSE_WAIT:5 >A <R- !blind_reset:8 <R+\n"
		"CLOSE_WAIT>CLOSE:10",
		"kind=reset reset_by=remote error=32 notes=blind_reset",
	}, {
		"and so is one at the end of what came out of order",
		OPEN "<P:seq=5101 >A <R:seq=5111 reset ESTABLISHED>CLOSE:err=104",
		OPEN_LOG "<R+ ESTABLISHED>CLOSE:5",
		"kind=reset reset_by=remote error=104",
	}, {
		"two SYNs wait for SYN_SENT, the first is taken",
		"active >S <S <S:seq=90000 SYN_SENT>SYN_RECV:rcv=5001 >SA <SA\n"
		"SYN_RECV>ESTABLISHED",
		NULL,
		"role=simultaneous outcome=established remote_isn=5000\n"
		"notes=stale_syn+simultaneous_open",
	}, {
		"two SYN/ACKs wait for SYN_SENT, the first is taken",
		"active >S <SA <SA:seq=90000 SYN_SENT>ESTABLISHED:rcv=5001 >A",
		"CLOSE>SYN_SENT:user >S <SA+ <SA !stale_synack:3 SYN_SENT>ESTABLISHED:2 >A",
		"outcome=established remote_isn=5000 synack=2 notes=stale_synack",
	}, {
		"a whole short connection waits",
		PASSIVE "<P <F ESTABLISHED>CLOSE_WAIT >A CLOSE_WAIT>LAST_ACK:task >F <A\n"
		"LAST_ACK>CLOSE:acked",
		PASSIVE_LOG "<F+ ESTABLISHED>CLOSE_WAIT:5 >A CLOSE_WAIT>LAST_ACK:user >F <A+\n"
		"LAST_ACK>CLOSE:10",
		"kind=four_segment first=remote",
	},
};

/* That no time goes back and no duration is negative is checked after each event. */
static const struct script_case clock_cases[] = {
	{
		"a change is seen by a CPU whose clock is behind",
		PASSIVE "@100 <F @98 ESTABLISHED>CLOSE_WAIT @97 >A @90 CLOSE_WAIT>LAST_ACK:task\n"
		"@150 >F",
		PASSIVE_LOG "<F+ ESTABLISHED>CLOSE_WAIT:5 >A CLOSE_WAIT>LAST_ACK:user >F",
		"t5=100 t6=100 t7=100 t8=100 t9=150 res.CLOSE_WAIT=0",
	}, {
		"the end is seen by a CPU whose clock is behind",
		OPEN "@100 <RA reset @98 ESTABLISHED>CLOSE:err=104",
		OPEN_LOG "<RA+ ESTABLISHED>CLOSE:5",
		"ended=100 duration=100 res.ESTABLISHED=97",
	}, {
		"a record is made and ends before its first entry",
		"active @-9 >S <RA:seq=0 reset SYN_SENT>CLOSE:err=111",
		"CLOSE>SYN_SENT:user >S <RA+ SYN_SENT>CLOSE:2",
		"syn=0 ended=0 duration=0 res.SYN_SENT=0 outcome=refused",
	}, {
		"TIME_WAIT is entered and killed on two CPUs",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <A FIN_WAIT1>FIN_WAIT2 <F >A @100\n"
		"tw:TIME_WAIT @99 <R @98 gone:reset,at=12",
		NULL,
		"tw_entered=100 tw_residence=0 tw_exit=reset ended=100\n"
		"notes=time_wait_assassinated",
	}, {
		"a reader's clock is behind",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <A FIN_WAIT1>FIN_WAIT2 <F >A @100\n"
		"tw:TIME_WAIT @90",
		NULL,
		"age=0 tw_remaining=60000000",
	}, {
		"the SYN/ACK leaves on a CPU whose clock is behind",
		"passive <S @100 note:syn_dropped @99 >SA:request",
		"<S+ !syn_dropped LISTEN>SYN_RECV:0 >SA",
		"t2=0 t3=100 notes=syn_dropped",
	},
};

int main(void)
{
	tap_plan(ARRAY_SIZE(backlog_cases) + ARRAY_SIZE(clock_cases));
	script_run(backlog_cases, ARRAY_SIZE(backlog_cases));
	script_run(clock_cases, ARRAY_SIZE(clock_cases));
	return tap_end();
}
