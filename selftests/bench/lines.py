#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Which memory of the module several CPUs want, from what 'bench.sh --lines' counted.

    lines.py DIR LIMITS

Reads of DIR: lines.out, the lines of guest.sh; lines.counts, of lines.c; payload/tcpledger.ko.
Prints, for each work, what is stored to a line of memory that another CPU touches too, and
what is loaded from a line that another CPU stores to, by place in the module and in memory,
and which locks the CPUs share. Writes lines.json. The module of the floor has one counter for
all CPUs: if that is not seen, the judge is blind, and fails. Fails also where a figure is
above the one in the file LIMITS.

Only what the module does itself is counted, in its hooks and probes and in what they call;
so a line is shared if it does this on two CPUs. What it reads of sockets and packets, and
the kernel's own work, is no part of that.
"""
import collections
import json
import sys

from layout import places_of, read_guest, read_spans

LINE = 64
WORKERS = ("look_at_all", "fill_stock")
FLOOR_HOOKS = 2     # a data segment passes both, and each counts
# Work: (what is counted, how many of it in one of what cores.c counts, only on CPU 0)
WORKS = {"data": ("data segment", 2, False), "beside": ("data segment", 2, True),
         "syns": ("SYN", 1, False)}
SPANS = [("floor", "data")] + [("tcpledger", work) for work in WORKS]
LISTED = 0.01   # what happens less often, each time the work is done, is not listed
RARE = 0.1      # a lock wanted less often, each time the work is done, was met by chance


class Access:
    """What one instruction did to one line."""

    def __init__(self, word):
        self.address, self.pc, self.owner, self.entry = (int(w, 16) for w in word[1:5])
        self.line = self.address // LINE
        counts = [int(w) for w in word[5:]]
        self.loads, self.stores = counts[0::2], counts[1::2]

    def cpus(self, stores_only=False):
        """Which CPUs touch the line, or store to it."""
        return {i for i, n in enumerate(self.stores) if n or (self.loads[i] and not stores_only)}


def read_counts(path):
    """The accesses of each span."""
    return read_spans(path, "access", Access)


def by_segments(access, places):
    """Is it what segments and sockets made the module do, and not its worker?"""
    name, _, first = places.layout.symbol(access.entry)
    return places.is_ours(access.owner) and first and name not in WORKERS


class Work:
    """What the CPUs share in one work."""

    def __init__(self, name, count, accesses, places):
        unit, many, first_only = WORKS[name]
        self.unit, self.times = unit, many * count
        self.cpus = [0] if first_only else range(4)
        self.touching = collections.defaultdict(set)
        self.storing = collections.defaultdict(set)
        ours = [a for a in accesses if by_segments(a, places)]
        places.learn(a.owner for a in ours)
        for access in ours:
            self.touching[access.line] |= access.cpus()
            self.storing[access.line] |= access.cpus(stores_only=True)
        self.stores, self.loads = collections.Counter(), collections.Counter()
        self.locks = collections.defaultdict(collections.Counter)
        self.seen, self.disturbed = 0, self.stores_by_others(ours)
        for access in ours:
            self.add(access, places)

    def stores_by_others(self, ours):
        """How often a CPU lost a line that it reads, since another one stored to it."""
        reads = collections.defaultdict(set)
        for access in ours:
            reads[access.line] |= {i for i in self.cpus if access.loads[i]}
        return sum(n for a in ours for i, n in enumerate(a.stores) if reads[a.line] - {i})

    def add(self, access, places):
        """Count an access on the CPUs that are asked about."""
        for cpu in self.cpus:
            where = places.of_code(access), places.of_data(access.address)
            self.seen += access.loads[cpu] + access.stores[cpu]
            if self.touching[access.line] - {cpu}:
                self.stores[where] += access.stores[cpu]
            if self.storing[access.line] - {cpu}:
                self.loads[where] += access.loads[cpu]
            at = places.layout.symbol(access.pc)[0]
            if at.startswith("_raw_spin_lock") and access.stores[cpu]:
                self.locks[access.address, where[1]][cpu] += access.stores[cpu]

    def shared_locks(self):
        """{which: times taken, each time the work is done} of those that several CPUs take."""
        return {f"{place} {address:x}": sum(taken.values()) / self.times
                for (address, place), taken in self.locks.items()
                if len(taken) > 1 and sum(taken.values()) > RARE * self.times}

    def figures(self):
        """As they go into lines.json."""
        locks = self.shared_locks()
        return {"unit": self.unit, "count": self.times,
                "accesses": round(self.seen / self.times, 2),
                "shared_stores": round(sum(self.stores.values()) / self.times, 3),
                "loads_of_shared": round(sum(self.loads.values()) / self.times, 3),
                "stores_by_others": round(self.disturbed / self.times, 3),
                "shared_locks": len(locks), "locks_taken": round(sum(locks.values()), 3)}

    def show(self, name):
        """The tables."""
        figures = self.figures()
        print(f"\n{name}: {self.times} times a {self.unit}, each {figures['accesses']} accesses")
        for words, counter in (("stores to lines that another CPU touches", self.stores),
                               ("loads of lines that another CPU stores to", self.loads)):
            print(f"  {sum(counter.values()) / self.times:9.3f} {words}")
            for (code, data), n in counter.most_common():
                if n > LISTED * self.times:
                    print(f"  {n / self.times:13.3f}  {data:<24} {code}")
        print(f"  {figures['stores_by_others']:9.3f} stores of other CPUs to lines that it loads")
        print(f"  {figures['shared_locks']:5} locks that several CPUs take, "
              f"{figures['locks_taken']} times in all")
        for which, n in self.shared_locks().items():
            print(f"  {n:13.3f}  {which}")


def measure(directory):
    """(row, work) to what was shared in it."""
    layouts, works = read_guest(f"{directory}/lines.out")
    spans = read_counts(f"{directory}/lines.counts")
    if [w[:2] for w in works] != SPANS or len(spans) != len(SPANS):
        sys.exit(f"lines.py: {len(works)} works were measured and {len(spans)} counted, "
                 f"not {SPANS}")
    places = places_of(layouts, directory)
    return {(row, name): Work(name, count, accesses, places[row])
            for (row, name, count), accesses in zip(works, spans)}


def check(figures, limits):
    """Fail where one is above its limit."""
    over = [f"{name}: {what} is {figures[name][what]}, and not at most {most}"
            for name in figures for what, most in limits[name].items()
            if figures[name][what] > most]
    if over:
        sys.exit("lines.py: " + "; ".join(over))


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: lines.py DIR LIMITS")
    works = measure(sys.argv[1])
    control = works.pop(SPANS[0]).figures()["shared_stores"]
    if not FLOOR_HOOKS <= control < FLOOR_HOOKS + 0.1:
        sys.exit(f"lines.py: each of {FLOOR_HOOKS} hooks of floor.ko stores to one shared counter, "
                 f"and {control} stores a segment were seen: the judge is blind")
    figures = {name: work.figures() for (_, name), work in works.items()}
    for (_, name), work in works.items():
        work.show(name)
    with open(f"{sys.argv[1]}/lines.json", "w", encoding="utf-8") as f:
        json.dump(figures, f, indent=1)
        f.write("\n")
    with open(sys.argv[2], encoding="utf-8") as f:
        check(figures, json.load(f))


if __name__ == "__main__":
    main()
