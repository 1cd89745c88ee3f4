// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "learn/lab/capture.h"

#include <errno.h>
#include <limits.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/file.h"

#define SNAPLEN		256		/* the headers, and what little a case sends */
#define BUFFER		(4 * 1024 * 1024)	/* bytes for all that passes in a case */

/* The network's ends of the wires: they see what the hosts send, also what gets lost. */
static const char *const devices[CAPTURE_WIRES] = { "client", "server" };

static void fail_capture(struct world *world, const char *why)
{
	world->status = fail_work("leave out --keep", "cannot capture: %s", why);
}

static void begin_wire(struct capture *capture, struct world *world, unsigned int wire)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	struct bpf_program tcp;
	pcap_t *pcap = pcap_create(devices[wire], why);

	if (!pcap) {
		fail_capture(world, why);
		return;
	}
	capture->wire[wire] = pcap;
	pcap_set_snaplen(pcap, SNAPLEN);
	pcap_set_buffer_size(pcap, BUFFER);
	pcap_set_immediate_mode(pcap, 1);	/* a packet can be read once it was seen */
	if (pcap_activate(pcap) < 0 || pcap_setnonblock(pcap, 1, why) ||
	    pcap_compile(pcap, &tcp, "tcp", 1, PCAP_NETMASK_UNKNOWN)) {
		fail_capture(world, pcap_geterr(pcap));
		return;
	}
	if (pcap_setfilter(pcap, &tcp))
		fail_capture(world, pcap_geterr(pcap));
	pcap_freecode(&tcp);
}

/**
 * capture_begin - begin to capture on both wires
 * @capture: all zero; capture_end() is due also after a failure
 * @world: the hosts
 */
void capture_begin(struct capture *capture, struct world *world)
{
	unsigned int wire;

	for (wire = 0; wire < CAPTURE_WIRES; wire++)
		if (world_enter(world, WORLD_NETWORK))
			begin_wire(capture, world, wire);
}

static void fail_write(struct world *world, const char *why)
{
	world->status = fail_work("make room or give another folder",
				  "cannot write the capture: %s", why);
}

/* Write it into memory: libpcap itself would write through links. */
static void write_wire(struct capture *capture, struct world *world, unsigned int wire,
		       const char *path)
{
	pcap_t *pcap = capture->wire[wire];
	char *bytes = NULL;
	size_t len = 0;
	FILE *memory = open_memstream(&bytes, &len);
	pcap_dumper_t *dumper = memory ? pcap_dump_fopen(pcap, memory) : NULL;
	struct file file;

	if (!memory)
		fail_write(world, strerror(errno));
	else if (!dumper || pcap_dispatch(pcap, -1, pcap_dump, (u_char *)dumper) < 0)
		fail_write(world, pcap_geterr(pcap));
	if (dumper)
		pcap_dump_close(dumper);	/* and the memory's stream */
	else if (memory)
		fclose(memory);
	if (!world->status) {
		int status = file_create(&file, path, FILE_LINKS_REFUSE);

		if (!status)
			text_bytes(&file.text, bytes, len);
		world->status = file_finish(&file, status);
	}
	free(bytes);
}

/**
 * capture_write - write what passed so far, a file a wire
 * @capture: the captures
 * @world: the hosts
 * @folder: where
 * @name: of the case
 */
void capture_write(struct capture *capture, struct world *world, const char *folder,
		   const char *name)
{
	char path[PATH_MAX];
	unsigned int wire;

	for (wire = 0; wire < CAPTURE_WIRES && !world->status; wire++) {
		if (snprintf(path, sizeof(path), "%s/%s.%s.pcap", folder, name,
			     devices[wire]) >= (int)sizeof(path)) {
			fail_write(world, "the folder's name is too long");
			return;
		}
		write_wire(capture, world, wire, path);
	}
}

/**
 * capture_end - end the captures
 * @capture: the captures
 */
void capture_end(struct capture *capture)
{
	unsigned int wire;

	for (wire = 0; wire < CAPTURE_WIRES; wire++)
		if (capture->wire[wire])
			pcap_close(capture->wire[wire]);
	memset(capture, 0, sizeof(*capture));
}
