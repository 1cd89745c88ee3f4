// SPDX-License-Identifier: GPL-2.0
/*
 * What `tcpledger export --pcapng` writes against what was captured.
 *
 * The file is read by libpcap, which knows nothing of the ledger. Each SYN, FIN
 * and RST in it must have been captured at the same time with the same headers,
 * and each that judge_segments() found in a log must be in it, once: on loopback
 * a segment is captured leaving and arriving.
 */
#include "lib/judge/export.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/judge/evidence.h"
#include "lib/judge/wrong.h"

/**
 * struct exported - the SYNs, FINs and RSTs of the file
 * @n: how many
 * @room: how many there is memory for
 * @list: in the order of the file
 * @last_ns: time of the last packet
 * @unordered: packets earlier than the one before
 */
struct exported {
	size_t n;
	size_t room;
	struct segment *list;
	int64_t last_ns;
	int unordered;
};

static void exported_add(u_char *user, const struct pcap_pkthdr *head, const u_char *data)
{
	struct exported *exported = (struct exported *)user;
	int64_t ns = head->ts.tv_sec * 1000000000LL + head->ts.tv_usec;
	struct segment seg;

	if (ns < exported->last_ns)
		exported->unordered++;
	exported->last_ns = ns;
	if (!packet_parse(data, head->caplen, head->len, &seg))
		die("no TCP segment in " EXPORT_FILE);
	if (!(seg.flags & SEG_CONTROL))
		return;
	if (exported->n == exported->room) {
		exported->room = exported->room ? exported->room * 2 : 256;
		exported->list = realloc(exported->list, exported->room * sizeof(seg));
		if (!exported->list)
			die("no memory");
	}
	seg.ns = ns;
	exported->list[exported->n++] = seg;
}

static void exported_read(struct exported *exported)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *pcap;

	memset(exported, 0, sizeof(*exported));
	pcap = pcap_open_offline_with_tstamp_precision(EXPORT_FILE, PCAP_TSTAMP_PRECISION_NANO,
						       error);
	if (!pcap)
		die("libpcap cannot read " EXPORT_FILE ": %s", error);
	if (pcap_datalink(pcap) != DLT_RAW)
		die("link type %d in " EXPORT_FILE, pcap_datalink(pcap));
	if (pcap_loop(pcap, -1, exported_add, (u_char *)exported))
		die("libpcap cannot read " EXPORT_FILE ": %s", pcap_geterr(pcap));
	pcap_close(pcap);
	unlink(EXPORT_FILE);
}

static bool is_same(const struct segment *a, const struct segment *b)
{
	return endpoint_equal(&a->src, &b->src) && endpoint_equal(&a->dst, &b->dst) &&
	       a->flags == b->flags && a->seq == b->seq && a->ack == b->ack && a->len == b->len &&
	       a->win == b->win && a->ttl == b->ttl && llabs(a->ns - b->ns) < STAMP_LATE_NS;
}

/*
 * The options that a record keeps are those of the first SYN each way, and of
 * SACK and timestamps whether both ends had them.
 */
static bool has_options(const struct segment *seg)
{
	return seg->mss >= 0 || seg->wscale >= 0 || seg->sack || seg->timestamps;
}

static bool options_agree(const struct segment *exported, const struct segment *captured)
{
	if (!(exported->flags & SEG_SYN) || !has_options(exported))
		return true;
	return exported->mss == captured->mss && exported->wscale == captured->wscale &&
	       exported->sack <= captured->sack && exported->timestamps <= captured->timestamps;
}

static int complain(const char *what, const struct segment *seg)
{
	say("export: %s: %s", what, segment_text(seg));
	return 1;
}

/* How often a segment left, or where it never did, how often it came. */
static size_t count_captured(const struct capture *capture, const struct segment *seg)
{
	size_t count[2] = { 0 };

	for (size_t i = 0; i < capture->n; i++)
		if (capture->list[i].taken && is_same(&capture->list[i].seg, seg))
			count[capture->list[i].out]++;
	return count[1] > count[0] ? count[1] : count[0];
}

static int judge_exported(const struct exported *exported, const struct capture *capture)
{
	int wrong = 0;

	for (size_t i = 0; i < exported->n; i++) {
		const struct segment *seg = &exported->list[i];
		bool found = false, options = false;
		size_t same = 0;

		for (size_t k = 0; k < capture->n; k++) {
			if (!is_same(seg, &capture->list[k].seg))
				continue;
			found = true;
			options |= options_agree(seg, &capture->list[k].seg);
		}
		for (size_t k = 0; k < exported->n; k++)
			same += is_same(seg, &exported->list[k]);
		if (!found)
			wrong += complain("was not captured", seg);
		else if (!options)
			wrong += complain("was captured with other options", seg);
		else if (same != count_captured(capture, seg))
			wrong += complain("is not there as often as captured", seg);
	}
	return wrong;
}

static int judge_missing(const struct exported *exported, const struct capture *capture)
{
	int wrong = 0;

	for (size_t i = 0; i < capture->n; i++) {
		const struct captured *frame = &capture->list[i];
		bool found = !frame->taken || !(frame->seg.flags & SEG_CONTROL);

		for (size_t k = 0; k < exported->n && !found; k++)
			found = is_same(&frame->seg, &exported->list[k]);
		if (!found)
			wrong += complain("lacks", &frame->seg);
	}
	return wrong;
}

/**
 * judge_export - compare the exported capture with the true one
 * @world: world, its capture just judged by judge_segments(); the records are in EXPORT_FILE
 * Return: how much is wrong
 */
int judge_export(struct world *world)
{
	const struct capture *capture = &world->space[world->here].capture;
	struct exported exported;
	int wrong;

	exported_read(&exported);
	wrong = judge_exported(&exported, capture) + judge_missing(&exported, capture);
	if (exported.unordered)
		say("export: %d packets are earlier than the one before", exported.unordered);
	wrong += exported.unordered;
	free(exported.list);
	return wrong;
}
