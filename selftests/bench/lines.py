#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Which memory of the module several CPUs want, from what 'bench.sh --lines' counted.

    lines.py DIR

Reads of DIR: lines.out, the lines of guest.sh; counts, of lines.c; payload/tcpledger.ko.
Prints, for each work, what is stored to a line of memory that another CPU touches too, and
what is loaded from a line that another CPU stores to, by place in the module and in memory,
and which locks the CPUs share. Writes lines.json. The module of the floor has one counter for
all CPUs: if that is not seen, the judge is blind, and fails.

Only what the module does itself is counted, in its hooks and probes and in what they call;
so a line is shared if it does this on two CPUs. What it reads of sockets and packets, and
the kernel's own work, is no part of that.
"""
import collections
import json
import sys

from layout import Layout, frames_of

LINE = 64
MODULES = 0xffffffffc0000000    # on x86-64
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
    spans = []
    with open(path, encoding="ascii") as f:
        for line in f:
            word = line.split()
            if word[0] == "span":
                spans.append([])
            elif word[0] == "access":
                spans[-1].append(Access(word))
    return spans


def read_guest(path):
    """Layouts by row, and (row, work, count) in the order of the spans."""
    layouts, works = collections.defaultdict(Layout), []
    with open(path, encoding="ascii") as f:
        for line in f:
            word = line.split()
            if word[0] == "result":
                works.append((word[2], word[3], int(word[5])))
            elif len(word) > 2:
                layouts[word[1]].add_line(word)
    return layouts, works


class Places:
    """Names for addresses, with one module loaded."""

    def __init__(self, row, layout, ko):
        self.row, self.layout, self.ko, self.known = row, layout, ko, {}

    def is_ours(self, address):
        """Is it code of the module?"""
        return self.layout.symbol(address)[1] == self.row

    def by_segments(self, access):
        """Is it what segments and sockets made the module do, and not its worker?"""
        name, _, first = self.layout.symbol(access.entry)
        return self.is_ours(access.owner) and first and name not in WORKERS

    def in_source(self, address):
        """The innermost function of the module that the instruction was compiled from."""
        if address not in self.known:
            section, offset = self.layout.section(address)
            frames = frames_of(self.ko, section, [offset])[offset]
            ours = [f for f in frames if "/module/" in f[1]] or frames[-1:]
            self.known[address] = ours[0][0]
        return self.known[address]

    def of_code(self, access):
        """The function of the module, and of the kernel if that did it."""
        inner = self.in_source(access.owner)
        if access.pc == access.owner:
            return inner
        return f"{inner} > {self.layout.symbol(access.pc)[0]}"

    def of_data(self, address):
        """The variable, if it is one of the module."""
        return self.layout.symbol(address)[0] if address >= MODULES else "allocated"


class Work:
    """What the CPUs share in one work."""

    def __init__(self, name, count, accesses, places):
        unit, many, first_only = WORKS[name]
        self.unit, self.times = unit, many * count
        self.cpus = [0] if first_only else range(4)
        self.touching = collections.defaultdict(set)
        self.storing = collections.defaultdict(set)
        ours = [a for a in accesses if places.by_segments(a)]
        for access in ours:
            self.touching[access.line] |= access.cpus()
            self.storing[access.line] |= access.cpus(stores_only=True)
        self.stores, self.loads = collections.Counter(), collections.Counter()
        self.locks = collections.defaultdict(collections.Counter)
        self.seen = 0
        for access in ours:
            self.add(access, places)

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
        print(f"  {figures['shared_locks']:5} locks that several CPUs take, "
              f"{figures['locks_taken']} times in all")
        for which, n in self.shared_locks().items():
            print(f"  {n:13.3f}  {which}")


def measure(directory):
    """(row, work) to what was shared in it."""
    layouts, works = read_guest(f"{directory}/lines.out")
    spans = read_counts(f"{directory}/counts")
    if [w[:2] for w in works] != SPANS or len(spans) != len(SPANS):
        sys.exit(f"lines.py: {len(works)} works were measured and {len(spans)} counted, "
                 f"not {SPANS}")
    places = {row: Places(row, layout, f"{directory}/payload/{row}.ko")
              for row, layout in layouts.items()}
    return {(row, name): Work(name, count, accesses, places[row])
            for (row, name, count), accesses in zip(works, spans)}


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: lines.py DIR")
    works = measure(sys.argv[1])
    control = works.pop(SPANS[0]).figures()["shared_stores"]
    if not FLOOR_HOOKS <= control < FLOOR_HOOKS + 0.1:
        sys.exit(f"lines.py: each of {FLOOR_HOOKS} hooks of floor.ko stores to one shared counter, "
                 f"and {control} stores a segment were seen: the judge is blind")
    for (_, name), work in works.items():
        work.show(name)
    with open(f"{sys.argv[1]}/lines.json", "w", encoding="utf-8") as f:
        json.dump({name: work.figures() for (_, name), work in works.items()}, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
