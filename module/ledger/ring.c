// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring of a namespace's last events: fixed slots, which writers fill under a lock
 * and readers copy without one.
 */
#include "ledger/ring.h"

#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/overflow.h>

/**
 * tcpledger_ring_bytes() - memory of a ring
 * @size: slots
 *
 * Context: any.
 */
u64 tcpledger_ring_bytes(u32 size)
{
	return struct_size((struct tcpledger_ring *)NULL, slots, size);
}

/**
 * tcpledger_ring_new() - allocate a ring
 * @size: slots
 *
 * The reader for whom it is may be a container's root: it is charged to the reader's
 * cgroup.
 * Context: process.
 * Return: the ring, for tcpledger_ring_restart(), or NULL.
 */
struct tcpledger_ring *tcpledger_ring_new(u32 size)
{
	struct tcpledger_ring *ring = kvmalloc(tcpledger_ring_bytes(size),
					       GFP_KERNEL_ACCOUNT);

	if (!ring)
		return NULL;
	raw_spin_lock_init(&ring->lock);
	ring->size = size;
	return ring;
}

/**
 * tcpledger_ring_restart() - begin an epoch in an empty ring
 * @ring: the ring, without readers; a writer of the epoch before may still lock it
 * @epoch: the epoch
 *
 * 255 epochs later another has the same tag, and a record last told of then counts as
 * told of. That does no harm: such a record was there when this epoch began, so
 * readers get it in their snapshot.
 * Context: process.
 */
void tcpledger_ring_restart(struct tcpledger_ring *ring, u64 epoch)
{
	u32 tag;

	div_u64_rem(epoch, U8_MAX, &tag);
	raw_spin_lock_irq(&ring->lock);
	ring->at = 0;
	ring->epoch = epoch;
	WRITE_ONCE(ring->tag, tag + 1);
	WRITE_ONCE(ring->reserved, 0);
	WRITE_ONCE(ring->head, 0);
	raw_spin_unlock_irq(&ring->lock);
}

/*
 * Writers may overwrite the slots meanwhile: who calls this rechecks. A slot is five
 * words, which a loop copies before memcpy()'s string instruction would have begun.
 */
static __no_kcsan void copy(const struct tcpledger_slot *from, u32 n,
			    struct tcpledger_slot *to)
{
	const struct tcpledger_slot *end = from + n;

	while (from < end)
		*to++ = *from++;
}

/**
 * tcpledger_ring_read() - copy events
 * @ring: the ring
 * @next: number of the first wanted
 * @most: how many at most, no more than the ring has slots
 * @to: filled
 * @oldest: filled if the return value is not 0: of the events copied, those with lower
 *	numbers were overwritten
 *
 * Context: process.
 * Return: how many, from @next on; those before @oldest are rubbish.
 */
u32 tcpledger_ring_read(const struct tcpledger_ring *ring, u64 next, u32 most,
			struct tcpledger_slot *to, u64 *oldest)
{
	u64 head = tcpledger_ring_head(ring);
	u64 reserved;
	u32 at, n, first;

	if (next > head)
		return 0;
	n = min_t(u64, head - next + 1, most);
	div_u64_rem(next - 1, ring->size, &at);
	first = min(n, ring->size - at);
	copy(&ring->slots[at], first, to);
	copy(&ring->slots[0], n - first, to + first);
	/* recheck */
	smp_rmb();
	reserved = READ_ONCE(ring->reserved);
	*oldest = reserved > ring->size ? reserved - ring->size + 1 : 1;
	return n;
}
