/* SPDX-License-Identifier: GPL-2.0 */
/* What every test program begins with: a fresh world for each row and family. */
#ifndef TCPLEDGER_SELFTEST_TEST_H
#define TCPLEDGER_SELFTEST_TEST_H

#include "kselftest_harness.h"
#include "lib/judge/judge.h"
#include "lib/world/needs.h"
#include "lib/world/world.h"

/* Before any other constructor: those of WORLD_FIXTURE() begin to trace. */
static void __attribute__((constructor(101))) test_needs(void)
{
	needs_all();
}

/**
 * WORLD_FIXTURE() - each test of a group runs in its own world, once for IPv4, once for IPv6
 * @group: name of the group
 *
 * When the test has ended all its namespaces are judged, but for what it said
 * with world_unjudged() that it cannot stand.
 */
#define WORLD_FIXTURE(group)						\
	static void __attribute__((constructor)) group##_begin(void)	\
	{								\
		trace_begin();						\
	}								\
	FIXTURE(group) {						\
		struct world world;					\
	};								\
	FIXTURE_VARIANT(group) {					\
		int family;						\
	};								\
	FIXTURE_VARIANT_ADD(group, ipv4) { .family = AF_INET };		\
	FIXTURE_VARIANT_ADD(group, ipv6) { .family = AF_INET6 };	\
	FIXTURE_SETUP(group)						\
	{								\
		world_open(&self->world, variant->family);		\
	}								\
	FIXTURE_TEARDOWN(group)						\
	{								\
		EXPECT_EQ(0, judge_world(&self->world));		\
		world_close(&self->world);				\
	}

/* Seconds until a hang is called one: virtual ones, where the clock counts instructions. */
#define USUAL	120

/* What a test says of one record, and of all before it goes on. */
#define EXPECT_VERDICT(local, remote, nth, ...)				\
	EXPECT_EQ(0, verdict(&(local), &(remote), nth, __VA_ARGS__))
#define EXPECT_JUDGED(world)						\
	EXPECT_EQ(0, judge(world))

#endif
