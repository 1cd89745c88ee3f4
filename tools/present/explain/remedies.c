// SPDX-License-Identifier: GPL-2.0
/*
 * Names of counters are those of nstat: Documentation/networking/snmp_counter.rst
 * and net/ipv4/proc.c of the kernel. Settings: Documentation/networking/ip-sysctl.rst.
 */
#include "present/explain/remedies.h"

#include "base/language.h"

#define TAG(name)	TCPLEDGER_ANOMALY_##name

const struct remedy remedies[TCPLEDGER_ANOMALY_MAX] = {
	[TAG(SYN_RETRANSMIT)] = {
		N_("A SYN was sent more than once: it or its answer was lost, a firewall dropped "
		   "it silently, or the server had no room."),
		N_("Look for packet loss and for firewall rules that DROP. On the client: 'nstat "
		   "-az TcpExtTCPTimeouts'; sysctl net.ipv4.tcp_syn_retries limits the "
		   "retransmissions. On the server: 'nstat -az TcpExtListenDrops'."),
	},
	[TAG(SYNACK_RETRANSMIT)] = {
		N_("A SYN/ACK was sent more than once: it or the third ACK was lost, the client is "
		   "gone, or its address was forged."),
		N_("One address: look for packet loss on the way back. Many addresses: a SYN "
		   "flood; see 'nstat -az TcpExtTCPReqQFullDoCookies', 'ss -tn state syn-recv', "
		   "sysctl net.ipv4.tcp_syncookies and net.ipv4.tcp_synack_retries."),
	},
	[TAG(FIN_RETRANSMIT)] = {
		N_("Our FIN was sent more than once: it or its ACK was lost, or the peer is gone."),
		N_("Look for packet loss: 'nstat -az TcpRetransSegs', 'ss -ti'. For sockets that "
		   "no program holds any more, sysctl net.ipv4.tcp_orphan_retries limits the "
		   "retransmissions."),
	},
	[TAG(SYNCOOKIE)] = {
		N_("The handshake used a SYN cookie: the queue of half-open connections was full, "
		   "or sysctl net.ipv4.tcp_syncookies is 2. Unless timestamps are in use, the "
		   "connection has neither window scaling nor SACK."),
		N_("If that sysctl is 1, the load may be real: raise the backlog of listen(), "
		   "sysctl net.core.somaxconn and net.ipv4.tcp_max_syn_backlog. Or it is a SYN "
		   "flood: 'nstat -az TcpExtSyncookiesSent TcpExtSyncookiesFailed'."),
	},
	[TAG(SYN_DROPPED)] = {
		N_("A SYN reached TCP and was not answered."),
		N_("See whether syn_queue_full or accept_queue_full is there too. 'nstat -az "
		   "TcpExtListenDrops TcpExtTCPReqQFullDrop' counts such SYNs; 'ss -ltn' shows the "
		   "queues."),
	},
	[TAG(ACCEPT_QUEUE_FULL)] = {
		N_("The listener's queue of complete connections was full: the program calls "
		   "accept() too slowly, or not at all."),
		N_("Look for Recv-Q above Send-Q in 'ss -ltn', and at 'nstat -az "
		   "TcpExtListenOverflows'. Make the program accept faster, or raise its listen() "
		   "backlog and sysctl net.core.somaxconn."),
	},
	[TAG(STALE_SYN)] = {
		N_("A SYN or its RST did not belong to the present connection: an old duplicate, "
		   "or a client that restarted and forgot the connection."),
		N_("Nothing if it is rare. If it is frequent, look for clients that reuse ports at "
		   "once, for NAT, and at 'nstat -az TcpExtTCPSYNChallenge'."),
	},
	[TAG(STALE_SYNACK)] = {
		N_("A SYN/ACK arrived that acknowledges no SYN of ours: it answers an old SYN, or "
		   "somebody forges our address."),
		N_("Nothing if it is rare: our RST has ended it. If it is frequent, look for "
		   "asymmetric routing or NAT, and at 'nstat -az TcpOutRsts'."),
	},
	[TAG(HALF_OPEN)] = {
		N_("One side had forgotten the connection (crash, restart, lost route), and the "
		   "other side noticed only now."),
		N_("To find such peers sooner, use SO_KEEPALIVE with sysctl "
		   "net.ipv4.tcp_keepalive_time, or TCP_USER_TIMEOUT. 'ss -to' shows the timers."),
	},
	[TAG(CHALLENGE_ACK)] = {
		N_("A SYN, or an RST whose number was not exactly the expected one, was answered "
		   "by a challenge ACK instead of being accepted."),
		N_("Nothing if it is rare. Many of them may be an attack or a broken middlebox: "
		   "see 'nstat -az TcpExtTCPChallengeACK TcpExtTCPSYNChallenge' and sysctl "
		   "net.ipv4.tcp_challenge_ack_limit."),
	},
	[TAG(BLIND_RESET)] = {
		N_("An RST was ignored because its number was wrong: an attacker's guess, a "
		   "middlebox, or an old duplicate."),
		N_("Capture it with tcpdump and compare its TTL with that of the peer's other "
		   "segments: a different TTL means that somebody else sent it. See also 'nstat "
		   "-az TcpExtTCPChallengeACK'."),
	},
	[TAG(INVALID_ACK)] = {
		N_("An ACK acknowledged what was never sent."),
		N_("Look for a middlebox that rewrites sequence numbers, for forged segments, or "
		   "for a peer that still has an older connection with these ports."),
	},
	[TAG(SIMULTANEOUS_OPEN)] = {
		N_("Both sides sent a SYN before they received one: hole punching, or connect() to "
		   "an ephemeral port of the same host."),
		N_("Legal and rare. If a program connected to itself, its port is in sysctl "
		   "net.ipv4.ip_local_port_range: reserve it in net.ipv4.ip_local_reserved_ports."),
	},
	[TAG(FASTOPEN)] = {
		N_("The SYN carried data, or it opened the connection at once: TCP Fast Open."),
		N_("Nothing: it saves a round trip if both sides support it. See sysctl "
		   "net.ipv4.tcp_fastopen and 'nstat -az TcpExtTCPFastOpenActive "
		   "TcpExtTCPFastOpenPassive'."),
	},
	[TAG(ORPHAN_TIMEOUT)] = {
		N_("The program had closed, and the kernel gave up on the peer: data or our FIN "
		   "was not acknowledged, or the peer never closed."),
		N_("See 'nstat -az TcpExtTCPAbortOnTimeout TcpExtTCPAbortOnMemory', 'ss -s' "
		   "(orphaned), and sysctl net.ipv4.tcp_fin_timeout, net.ipv4.tcp_orphan_retries "
		   "and net.ipv4.tcp_max_orphans."),
	},
	[TAG(TIME_WAIT_OVERFLOW)] = {
		N_("The connection should have entered TIME_WAIT, but too many were there already. "
		   "So nothing protects the next connection with these ports."),
		N_("See 'nstat -az TcpExtTCPTimeWaitOverflow' and 'ss -s'. Raise sysctl "
		   "net.ipv4.tcp_max_tw_buckets, keep connections open longer, or let the other "
		   "side close first."),
	},
	[TAG(TIME_WAIT_RESTARTED)] = {
		N_("A segment arrived in TIME_WAIT and restarted the timer: most often the peer's "
		   "FIN, because our last ACK was lost."),
		N_("Nothing: TIME_WAIT did its job. If it is frequent, look for packet loss "
		   "towards the peer."),
	},
	[TAG(TIME_WAIT_REUSED)] = {
		N_("A new connection took the addresses and ports before 2MSL was over; sequence "
		   "numbers or timestamps tell old segments from new ones."),
		N_("Nothing if it is rare. If it is frequent, the client runs out of ports; see "
		   "sysctl net.ipv4.ip_local_port_range and net.ipv4.tcp_tw_reuse, 'nstat -az "
		   "TcpExtTWRecycled'."),
	},
	[TAG(TIME_WAIT_ASSASSINATED)] = {
		N_("An RST ended TIME_WAIT early (RFC 1337), so old segments may reach the next "
		   "connection with these ports."),
		N_("Set sysctl net.ipv4.tcp_rfc1337=1 to make TIME_WAIT ignore RSTs."),
	},
	[TAG(ILLEGAL_TRANSITION)] = {
		N_("A state change that is neither in RFC 9293 nor in the documentation of Linux."),
		N_("Please report it, with the output of 'tcpledger show' and 'uname -r'."),
	},
	[TAG(SYN_QUEUE_FULL)] = {
		N_("The listener's queue of half-open connections was full at that moment."),
		N_("Raise sysctl net.ipv4.tcp_max_syn_backlog, net.core.somaxconn and the backlog "
		   "of listen(); keep net.ipv4.tcp_syncookies at 1. 'nstat -az "
		   "TcpExtTCPReqQFullDrop TcpExtTCPReqQFullDoCookies'."),
	},
	[TAG(BAD_CHECKSUM)] = {
		N_("A segment arrived with a wrong TCP checksum and was discarded."),
		N_("See 'nstat -az TcpInCsumErrors'. Look for broken offload ('ethtool -k'; switch "
		   "rx and tx off to try), broken memory or cables."),
	},
};
