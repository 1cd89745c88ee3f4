/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one include seam of the pure files (segment, log, fsm, facts, record). They
 * use nothing of the kernel but what is included here, so the host tests build them
 * in userspace with the few definitions of the other branch.
 */
#ifndef TCPLEDGER_ENV_H
#define TCPLEDGER_ENV_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

#define BIT(n)			(1U << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define sizeof_field(s, m)	sizeof(((s *)0)->m)
#define static_assert		_Static_assert
#define min_t(t, a, b)		((t)(a) < (t)(b) ? (t)(a) : (t)(b))
#define max_t(t, a, b)		((t)(a) > (t)(b) ? (t)(a) : (t)(b))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define noinline		__attribute__((__noinline__))
/* Members that are also one member, to be copied as one. */
#define struct_group(NAME, MEMBERS...)	\
	union { struct { MEMBERS }; struct { MEMBERS } NAME; }
#endif

/* Numbers in network byte order, at any alignment. */
static inline u16 tcpledger_be16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static inline u32 tcpledger_be32(const u8 *p)
{
	return (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

/* Sequence number arithmetic, RFC 9293 section 3.4. */
static inline bool tcpledger_seq_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static inline bool tcpledger_seq_after_eq(u32 a, u32 b)
{
	return (s32)(a - b) >= 0;
}

#endif /* TCPLEDGER_ENV_H */
