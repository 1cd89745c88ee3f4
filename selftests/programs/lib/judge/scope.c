// SPDX-License-Identifier: GPL-2.0
/*
 * Which connections have a record, against the capture.
 *
 * libpcap compiles the expression here once more, and runs it by itself over the first
 * segment of each endpoint that was captured. What it takes must have one record, what
 * it refuses none. The judges of a taken connection are the usual ones.
 */
#include "lib/judge/scope.h"

#include <pcap/pcap.h>

#include "lib/ledger/ledger.h"
#include "lib/world/outside.h"

#define SNAPSHOT	65535

static const struct endpoint *own(const struct captured *f)
{
	return f->out ? &f->seg.src : &f->seg.dst;
}

static const struct endpoint *other(const struct captured *f)
{
	return f->out ? &f->seg.dst : &f->seg.src;
}

/* The first frame of its endpoint. */
static bool is_first(const struct capture *cap, size_t at)
{
	const struct captured *f = &cap->list[at];

	for (size_t i = 0; i < at; i++)
		if (endpoint_equal(own(&cap->list[i]), own(f)) &&
		    endpoint_equal(other(&cap->list[i]), other(f)))
			return false;
	return true;
}

static bool takes(const struct bpf_program *program, const struct segment *seg)
{
	uint8_t data[PACKET_HEADERS_MAX];
	struct pcap_pkthdr head = { 0 };

	head.len = packet_build(seg, data, sizeof(data));
	head.caplen = head.len;
	return pcap_offline_filter(program, &head, data);
}

static int judge_endpoint(struct world *world, const struct ledger *ledger,
			  const struct captured *f, bool taken)
{
	size_t n = ledger_count(ledger, own(f), other(f));

	if (!taken)
		outside_add(world, own(f), other(f));
	if (n == taken)
		return 0;
	say("%zu records, the filter %s it: %s %s", n, taken ? "takes" : "refuses",
	    f->out ? "out" : "in", segment_text(&f->seg));
	return 1;
}

/**
 * judge_scope - see that what a filter takes has one record, and what it refuses none
 * @world: world; the endpoints that have none are outside_add()ed
 * @expression: in tcpdump's language
 * @since: CLOCK_REALTIME; endpoints whose first segment is older are not looked at
 * @count: filled in
 * Return: how much is wrong; reported
 */
int judge_scope(struct world *world, const char *expression, int64_t since,
		struct scope_count *count)
{
	struct capture *cap = &world->space[world->here].capture;
	pcap_t *pcap = pcap_open_dead(DLT_RAW, SNAPSHOT);
	struct bpf_program program;
	struct ledger ledger;
	int wrong = 0;

	if (!pcap || pcap_compile(pcap, &program, expression, 1, PCAP_NETMASK_UNKNOWN))
		die("libpcap does not compile '%s'", expression);
	*count = (struct scope_count){ 0 };
	capture_drain(cap);
	ledger_read(&ledger);
	for (size_t i = 0; i < cap->n; i++) {
		const struct captured *f = &cap->list[i];
		bool taken;

		if (f->seg.ns < since || (f->seg.flags & (SEG_CONTROL | SEG_ACK)) != SEG_SYN ||
		    !is_first(cap, i))
			continue;
		taken = takes(&program, &f->seg);
		count->taken += taken;
		count->refused += !taken;
		wrong += judge_endpoint(world, &ledger, f, taken);
	}
	ledger_free(&ledger);
	pcap_freecode(&program);
	pcap_close(pcap);
	return wrong;
}
