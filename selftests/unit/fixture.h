/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records files made by hand: a small language for writing down connections
 * the way the interface describes them, without the module and without the
 * reader.
 */
#ifndef TCPLEDGER_FIXTURE_H
#define TCPLEDGER_FIXTURE_H

#include <stdio.h>

#include <linux/tcpledger.h>

#define FIXTURE_NOW	1795399929123456789LL	/* 2026-11-23 02:12:09 UTC */
#define FIXTURE_NETNS	4026531840U

/**
 * struct fixture - a record in the making
 * @record: the record; fixture_begin() makes everything unknown
 * @log: its log
 */
struct fixture {
	struct tcpledger_record	record;
	struct tcpledger_entry	log[TCPLEDGER_LOG_MAX];
};

void fixture_begin(struct fixture *f, unsigned long long id, const char *local,
		   unsigned int lport, const char *remote, unsigned int rport);
void fixture_owner(struct fixture *f, int pid, const char *comm);
void fixture_opened(struct fixture *f, enum tcpledger_role role,
		    enum tcpledger_outcome outcome, long long seconds_ago);
void fixture_ended(struct fixture *f, enum tcpledger_kind kind, long long duration_ns);
void fixture_isn(struct fixture *f, unsigned int local, unsigned int remote);
void fixture_options(struct fixture *f);
int fixture_change(struct fixture *f, long long t_ns, enum tcpledger_state from,
		   enum tcpledger_state to, enum tcpledger_cause cause, int segment);
int fixture_out(struct fixture *f, long long t_ns, unsigned int flags, unsigned int seq,
		unsigned int ack, unsigned int len);
int fixture_in(struct fixture *f, long long t_ns, unsigned int flags, unsigned int seq,
	       unsigned int ack, unsigned int len);
int fixture_note(struct fixture *f, long long t_ns, enum tcpledger_anomaly tag, int about);
void fixture_bits(struct fixture *f, int entry, unsigned int bits);

void fixture_header(struct tcpledger_header *header);
FILE *fixture_file(const char *dir, const char *name);
void fixture_write_header(FILE *file);
void fixture_write(FILE *file, const struct fixture *f);

#endif
