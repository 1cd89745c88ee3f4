// SPDX-License-Identifier: GPL-2.0
#include "read/sort.h"

#include <string.h>

#include "read/field.h"
#include "read/moment.h"
#include "read/record.h"

/* A part of a place that is always known. */
static uint64_t turned(uint64_t part, bool reverse)
{
	return reverse ? ~part : part;
}

/*
 * The largest number first or, turned round, the smallest; what is not known (-1)
 * is last both ways: nobody who turns an order round looks for that.
 */
static uint64_t largest_first(int64_t number, bool reverse)
{
	if (number < 0)
		return UINT64_MAX;
	return (uint64_t)(reverse ? number : INT64_MAX - number);
}

static void place_bytes(struct sort_place *place, const void *bytes)
{
	uint64_t high, low;

	memcpy(&high, bytes, sizeof(high));
	memcpy(&low, (const char *)bytes + sizeof(high), sizeof(low));
	place->high = __builtin_bswap64(high);
	place->low = __builtin_bswap64(low);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	place->high = high;
	place->low = low;
#endif
}

/*
 * IPv4 first, as the v4-mapped IPv6 addresses that stand for them.
 */
static void place_endpoint(struct sort_place *place, const uint8_t *address, bool ipv6,
			   uint16_t port, bool reverse)
{
	if (ipv6)
		place_bytes(place, address);
	else
		place->low = 0xffffULL << 32 | (uint64_t)address[0] << 24 |
			     (uint64_t)address[1] << 16 | (uint64_t)address[2] << 8 | address[3];
	place->high = turned(place->high, reverse);
	place->low = turned(place->low, reverse);
	place->port = turned(port, reverse);
}

static unsigned int stage_of(unsigned int state)
{
	static const unsigned char stage[TCPLEDGER_STATE_MAX] = {
		[TCPLEDGER_STATE_LISTEN] = 0, [TCPLEDGER_STATE_SYN_SENT] = 1,
		[TCPLEDGER_STATE_SYN_RECV] = 2, [TCPLEDGER_STATE_ESTABLISHED] = 3,
		[TCPLEDGER_STATE_FIN_WAIT1] = 4, [TCPLEDGER_STATE_FIN_WAIT2] = 5,
		[TCPLEDGER_STATE_CLOSING] = 6, [TCPLEDGER_STATE_TIME_WAIT] = 7,
		[TCPLEDGER_STATE_CLOSE_WAIT] = 8, [TCPLEDGER_STATE_LAST_ACK] = 9,
		[TCPLEDGER_STATE_CLOSE] = 10,
	};

	/* What a later release added is somewhere in a life, but who knows where. */
	return state < TCPLEDGER_STATE_MAX ? stage[state] : stage[TCPLEDGER_STATE_CLOSE] + 1;
}

/* When it ended, on the wall clock; for a live record when it was opened. */
static int64_t last_moment(const struct tcpledger_record *r)
{
	int64_t moment;

	if (!(r->flags & TCPLEDGER_REC_LIVE) &&
	    moment_after(r->opened_at, r->ended_ns, &moment))
		return moment;
	return r->opened_at;
}

/* No name is an unknown one. */
static void place_name(struct sort_place *place, const char *name, bool reverse)
{
	place->high = UINT64_MAX;
	place->low = UINT64_MAX;
	if (!*name)
		return;
	place_bytes(place, name);
	place->high = turned(place->high, reverse);
	place->low = turned(place->low, reverse);
}

static void place_by(unsigned int by, bool reverse, const struct record *record,
		     struct sort_place *place)
{
	const struct tcpledger_record *r = &record->fixed;
	bool live = r->flags & TCPLEDGER_REC_LIVE;

	switch (by) {
	case SORT_RECENT:
		place->high = turned(!live, reverse);
		place->low = largest_first(last_moment(r), reverse);
		break;
	case SORT_ID:
		place->high = turned(r->id, reverse);
		break;
	case SORT_OPENED:
		place->high = largest_first(r->opened_at, reverse);
		break;
	case SORT_ENDED:
		place->high = live;
		place->low = largest_first(last_moment(r), reverse);
		break;
	case SORT_AGE:
		place->high = largest_first(r->state_age_ns, reverse);
		break;
	case SORT_DURATION:
		place->high = largest_first(live ? -1 : r->duration_ns, reverse);
		break;
	case SORT_STATE:
		place->high = turned(stage_of(r->state), reverse);
		place->low = largest_first(r->state_age_ns, reverse);
		break;
	case SORT_PID:
		place->high = largest_first(r->pid, !reverse);
		break;
	case SORT_COMM:
		place_name(place, record->comm, reverse);
		break;
	case SORT_LOCAL:
		place_endpoint(place, r->local, r->flags & TCPLEDGER_REC_IPV6, r->lport, reverse);
		break;
	case SORT_REMOTE:
		place_endpoint(place, r->remote, r->flags & TCPLEDGER_REC_IPV6, r->rport, reverse);
		break;
	default:
		place->high = largest_first(field_number(&fields[by - SORT_FIELD], r), reverse);
		break;
	}
}

/**
 * sort_count - how many keys there may be
 *
 * Return: the number of the last, plus one.
 */
unsigned int sort_count(void)
{
	return SORT_FIELD + field_count;
}

/**
 * sort_word - the word for a key
 * @by: its number
 *
 * Return: the word, NULL where the list cannot be sorted by that field.
 */
const char *sort_word(unsigned int by)
{
#define SORT_WORD(name, word, help)	word,
	static const char *const words[] = { SORT_KEYS(SORT_WORD) };

	return by < SORT_FIELD ? words[by] : fields[by - SORT_FIELD].sort;
}

/**
 * sort_place - where a record stands
 * @by: key of the list: of enum sort_by, or behind those the row of a field
 * @reverse: turn the order round; what is not known stays last
 * @record: a checked record
 * @place: set to its place
 */
void sort_place(unsigned int by, bool reverse, const struct record *record,
		struct sort_place *place)
{
	place->high = 0;
	place->low = 0;
	place->port = 0;
	place->id = turned(~record->fixed.id, reverse);
	place_by(by, reverse, record, place);
}

/**
 * sort_compare - compare two places
 * @a: one
 * @b: the other
 *
 * Return: negative, 0 or positive as @a stands before, with or after @b.
 */
int sort_compare(const struct sort_place *a, const struct sort_place *b)
{
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}
