// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks of TCPLEDGER_CONN_SIZE bytes: records and second halves of logs.
 *
 * A probe may not allocate (on PREEMPT_RT not even atomically), so blocks are kept
 * ready: a few on each CPU, the rest in one stock that a worker keeps above
 * STOCK_LOW. A hook may allocate, and does if the stock is empty. The stock filled
 * at load covers a burst that comes before the history is full; from then on a new
 * record reuses the block of an evicted one.
 */
#include "ledger/pool.h"

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/irq_work.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "ledger/conn.h"
#include "ledger/parameters.h"
#include "ledger/share.h"

#define CPU_BLOCKS	32	/* at hand on each CPU */
#define BATCH		(CPU_BLOCKS / 2)	/* moved to and from the stock */
#define STOCK_LOW	256	/* below this the worker fills up */
#define STOCK_FILL	1024	/* to here */
#define STOCK_HIGH	8192	/* above this the worker gives back */

/* Allocated at load: blocks for max_connections, 6 MB at most. */
#define STOCK_FIRST_MAX	STOCK_HIGH

/*
 * KASAN sees a use after free only if the block goes back to the slab at once, which
 * may take a lock that sleeps on PREEMPT_RT.
 */
#define WATCHED		(IS_ENABLED(CONFIG_KASAN) && !IS_ENABLED(CONFIG_PREEMPT_RT))

/**
 * struct cpu_blocks - blocks at hand on one CPU, used with interrupts off
 * @n: how many
 * @block: the blocks
 */
struct cpu_blocks {
	u32	n;
	void	*block[CPU_BLOCKS];
};

static DEFINE_PER_CPU(struct cpu_blocks, cpu_blocks);
static struct kmem_cache *cache __ro_after_init;
static long allocated_max __ro_after_init;

/* Written by all CPUs, on a line with nothing else. */
static struct {
	raw_spinlock_t	lock;		/* covers writes of the next two */
	u32		n;
	void		*first;		/* linked through their first words */
	atomic_long_t	allocated;	/* blocks owned, used or not */
} ____cacheline_aligned_in_smp stock = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(stock.lock),
};

static void fill_stock(struct work_struct *work);
static DECLARE_WORK(fill_work, fill_stock);

static void wake_filler(struct irq_work *work)
{
	schedule_work(&fill_work);
}

static DEFINE_IRQ_WORK(fill_kick, wake_filler);

static void stock_push(void *block)
{
	*(void **)block = stock.first;
	stock.first = block;
	WRITE_ONCE(stock.n, stock.n + 1);
}

static void *stock_pop(void)
{
	void *block = stock.first;

	if (block) {
		stock.first = *(void **)block;
		WRITE_ONCE(stock.n, stock.n - 1);
	}
	return block;
}

static void *block_allocate(gfp_t gfp)
{
	void *block;

	if (atomic_long_inc_return(&stock.allocated) > allocated_max) {
		atomic_long_dec(&stock.allocated);
		return NULL;
	}
	block = kmem_cache_alloc(cache, gfp | __GFP_NOWARN);
	if (!block)
		atomic_long_dec(&stock.allocated);
	return block;
}

static void block_release(void *block)
{
	kmem_cache_free(cache, block);
	atomic_long_dec(&stock.allocated);
}

static void fill_to(u32 wanted)
{
	unsigned long flags;
	void *block;

	while (READ_ONCE(stock.n) < wanted) {
		block = block_allocate(GFP_KERNEL);
		if (!block)
			return;
		raw_spin_lock_irqsave(&stock.lock, flags);
		stock_push(block);
		raw_spin_unlock_irqrestore(&stock.lock, flags);
		cond_resched();
	}
}

/* Give at most so many blocks back, but keep @kept. Returns how many. */
static u32 drain_to(u32 kept, u32 most)
{
	unsigned long flags;
	void *block;
	u32 n;

	for (n = 0; n < most && READ_ONCE(stock.n) > kept; n++) {
		raw_spin_lock_irqsave(&stock.lock, flags);
		block = stock_pop();
		raw_spin_unlock_irqrestore(&stock.lock, flags);
		if (!block)
			break;
		block_release(block);
	}
	return n;
}

static void fill_stock(struct work_struct *work)
{
	fill_to(STOCK_FILL);
	drain_to(STOCK_HIGH, U32_MAX);
}

/* Move up to BATCH blocks to this CPU, and return one more. */
static noinline void *fetch(bool may_allocate)
{
	struct cpu_blocks *cpu;
	unsigned long flags;
	void *block;
	bool low;

	raw_spin_lock_irqsave(&stock.lock, flags);
	cpu = this_cpu_ptr(&cpu_blocks);
	while (cpu->n <= BATCH) {
		block = stock_pop();
		if (!block)
			break;
		cpu->block[cpu->n++] = block;
	}
	/* Even with an empty stock an interrupt may have put one back here. */
	block = cpu->n ? cpu->block[--cpu->n] : NULL;
	low = stock.n < STOCK_LOW;
	raw_spin_unlock_irqrestore(&stock.lock, flags);

	if (unlikely(low))
		irq_work_queue(&fill_kick);
	if (unlikely(!block) && may_allocate)
		block = block_allocate(GFP_ATOMIC);
	return block;
}

/**
 * tcpledger_pool_get() - get a block
 * @may_allocate: the caller may allocate atomically and holds no raw lock
 *
 * Context: any.
 * Return: a block with unspecified contents, or NULL; the caller counts that.
 */
void *tcpledger_pool_get(bool may_allocate)
{
	struct cpu_blocks *cpu;
	unsigned long flags;
	void *block;

	local_irq_save(flags);
	cpu = this_cpu_ptr(&cpu_blocks);
	if (unlikely(!cpu->n)) {
		local_irq_restore(flags);
		return fetch(may_allocate);
	}
	block = cpu->block[--cpu->n];
	local_irq_restore(flags);
	return block;
}

/**
 * tcpledger_pool_put() - give a block back
 * @block: the block; nothing may reach it any more
 *
 * Context: any.
 */
void tcpledger_pool_put(void *block)
{
	struct cpu_blocks *cpu;
	unsigned long flags;
	bool high = false;

	if (WATCHED) {
		block_release(block);
		return;
	}
	local_irq_save(flags);
	cpu = this_cpu_ptr(&cpu_blocks);
	if (unlikely(cpu->n == CPU_BLOCKS)) {
		raw_spin_lock(&stock.lock);
		while (cpu->n > BATCH)
			stock_push(cpu->block[--cpu->n]);
		high = stock.n > 2 * STOCK_HIGH;
		raw_spin_unlock(&stock.lock);
	}
	cpu->block[cpu->n++] = block;
	local_irq_restore(flags);

	if (unlikely(high))
		irq_work_queue(&fill_kick);
}

/**
 * tcpledger_pool_spare() - how many blocks of the stock could be given back
 *
 * Context: any.
 */
u32 tcpledger_pool_spare(void)
{
	u32 n = READ_ONCE(stock.n);

	return n > STOCK_FILL ? n - STOCK_FILL : 0;
}

/**
 * tcpledger_pool_give() - give blocks of the stock back to the kernel
 * @most: how many at most
 *
 * Context: process.
 * Return: how many.
 */
u32 tcpledger_pool_give(u32 most)
{
	return drain_to(STOCK_FILL, most);
}

/**
 * tcpledger_pool_bytes() - memory of all blocks, used and at hand
 *
 * Context: any.
 */
u64 tcpledger_pool_bytes(void)
{
	return (u64)atomic_long_read(&stock.allocated) * TCPLEDGER_CONN_SIZE;
}

/**
 * tcpledger_pool_init() - make the cache and fill the stock
 *
 * Context: process, at load.
 * Return: 0 or -ENOMEM.
 */
int __init tcpledger_pool_init(void)
{
	BUILD_BUG_ON(sizeof(struct tcpledger_conn) > TCPLEDGER_CONN_SIZE);
	BUILD_BUG_ON(TCPLEDGER_LOG_MORE * sizeof(struct tcpledger_log_entry) >
		     TCPLEDGER_CONN_SIZE);

	/* Records and second halves of logs, plus the stock and each CPU's blocks. */
	allocated_max = (long)tcpledger_parameters.max_total +
			tcpledger_share_seconds() + STOCK_HIGH +
			(long)num_possible_cpus() * CPU_BLOCKS;
	/*
	 * No lookup relies on TYPESAFE_BY_RCU: it spares the block the zeroing of
	 * init_on_alloc, as all that is read of a block is written first.
	 */
	cache = kmem_cache_create("tcpledger_block", TCPLEDGER_CONN_SIZE, 0,
				  WATCHED ? 0 : SLAB_TYPESAFE_BY_RCU, NULL);
	if (!cache)
		return -ENOMEM;
	fill_to(clamp_t(u32, tcpledger_parameters.max_connections, STOCK_FILL,
			STOCK_FIRST_MAX));
	return 0;
}

/**
 * tcpledger_pool_exit() - free everything
 *
 * Context: process, at unload, when every block was put back and neither a
 * probe nor a hook can run. kmem_cache_destroy() complains of a lost block.
 */
void tcpledger_pool_exit(void)
{
	void *block;
	int cpu;

	irq_work_sync(&fill_kick);
	cancel_work_sync(&fill_work);
	for_each_possible_cpu(cpu) {
		struct cpu_blocks *blocks = per_cpu_ptr(&cpu_blocks, cpu);

		while (blocks->n)
			block_release(blocks->block[--blocks->n]);
	}
	while ((block = stock_pop()))
		block_release(block);
	kmem_cache_destroy(cache);
}
