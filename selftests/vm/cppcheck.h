/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's loops and annotations for cppcheck, which does not read the kernel's headers. */
#define list_for_each_entry(pos, head, member) \
	for (pos = (void *)(head)->next; &pos->member != (head); pos = (void *)pos->member.next)
#define list_for_each_entry_safe(pos, next, head, member) list_for_each_entry(pos, head, member)
#define list_for_each_entry_from(pos, head, member) for (; &pos->member != (head);)
#define list_for_each_entry_reverse(pos, head, member) list_for_each_entry(pos, head, member)
#define hlist_for_each_entry(pos, head, member) \
	for (pos = (void *)(head)->first; pos; pos = (void *)pos->member.next)
#define hlist_for_each_entry_safe(pos, tmp, head, member) hlist_for_each_entry(pos, head, member)
#define for_each_possible_cpu(cpu) for (cpu = 0; cpu < 8192; cpu++)
#define for_each_set_bit(bit, addr, size) for (bit = 0; bit < (size); bit++)
#define DEFINE_PER_CPU(type, name) type name
#define READ_ONCE(x) (x)
#define WRITE_ONCE(x, value) ((x) = (value))
#define __init
#define __exit
#define __net_init
#define __net_exit
#define __always_inline inline
