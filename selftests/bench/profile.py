#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Where the instructions go that recording adds, from what 'bench.sh --profile' counted.

    profile.py DIR ROW

ROW is tcpledger, or one of the rows that read its live stream meanwhile. Reads of DIR: results.json; profile.out, the lines of guest.sh; counts, of profile.c;
payload/tcpledger.ko. Prints a table and writes profile.json.

An instruction of the module belongs to the innermost function of the module that it was
compiled from, inlined or not (addr2line, from the debug information); one of the kernel
to its symbol. The kernel's share is what its functions do more than with nothing loaded,
so it has whatever the module makes the kernel do, and the noise of one run. Hash keys
are random in each boot, so figures repeat to 0.1 %, and not to the instruction.
"""
import collections
import json
import os
import sys

from layout import Layout, frames_of

BASES = ("nothing", "floor")     # the rows before that of the command line
WORKS = ("connection", "round_trip")
AGREE = 0.001   # the clock's and the counters' figures differ by no more than this part
LISTED = 0.01   # functions below this part of all that is added are told as one line


def read_guest(path):
    """Layouts by row, and (row, work, clock's total, count) in the order of the spans."""
    layouts, spans = collections.defaultdict(Layout), []
    with open(path, encoding="ascii") as f:
        for line in f:
            word = line.split()
            if word[0] == "result":
                spans.append((word[2], word[3], int(word[4]), int(word[5])))
            elif len(word) > 2:
                layouts[word[1]].add_line(word)
    return layouts, spans


def read_counts(path):
    """For each span a dict: address, or 'user', to how often it was executed."""
    spans = []
    with open(path, encoding="ascii") as f:
        for line in f:
            if line == "span\n":
                spans.append({})
                continue
            where, count = line.split()
            spans[-1][where if where == "user" else int(where, 16)] = int(count)
    return spans


class Source:
    """Which function of the module's source an address is of."""

    def __init__(self, ko, layout, addresses):
        self.functions = {}
        by_section = collections.defaultdict(dict)
        for address in addresses:
            section, offset = layout.section(address)
            by_section[section][offset] = address
        for section, offsets in by_section.items():
            frames = frames_of(ko, section, sorted(offsets))
            for offset, address in offsets.items():
                self.functions[address] = frames[offset]

    def innermost(self, address):
        """(function, file): not the kernel's own inline functions, but who called them."""
        frames = self.functions[address]
        ours = [f for f in frames if "/module/" in f[1]]
        function, path = (ours or frames[-1:])[0]
        return function, os.path.basename(path)

    def outermost(self, address):
        """The function that has this address as its own."""
        function, path = self.functions[address][-1]
        return function, os.path.basename(path)


class Profile:
    """Instructions and calls by function in one span: (where, function, file) to a number."""

    def __init__(self, row, layout, counts, ko):
        module = row if row in BASES else "tcpledger"
        self.instructions, self.calls = collections.Counter(), collections.Counter()
        at = {a: layout.symbol(a) for a in counts if a != "user"}
        own = [a for a, s in at.items() if s[1] == module]
        source = Source(ko, layout, own) if row not in BASES else None
        for address, count in counts.items():
            if address == "user":
                self.instructions["kernel", "user space", ""] += count
                continue
            name, of, first = at[address]
            if of != module:
                key = caller = ("kernel", name, "")
            elif source:
                key, caller = (("module", *f(address)) for f in (source.innermost, source.outermost))
            else:
                key = caller = ("module", name, "")
            self.instructions[key] += count
            if first and not name.endswith(".cold"):
                self.calls[caller] += count


def check_total(row, work, clock, counts):
    """The clock of the VM counts instructions too, so one can tell if the other is wrong."""
    counted = sum(counts.values())
    if abs(counted - clock) > AGREE * clock:
        sys.exit(f"profile.py: {row}, {work}: {counted} instructions were counted, "
                 f"but the clock says {clock}: the profile cannot be trusted")


def added(profiles, row, work, count):
    """Functions with what they do more than with nothing loaded, each time the work is done."""
    nothing, this = profiles["nothing", work], profiles[row, work]
    functions = []
    for key in sorted(set(nothing.instructions) | set(this.instructions)):
        more = (this.instructions[key] - nothing.instructions[key]) / count
        calls = (this.calls[key] - nothing.calls[key]) / count
        if more or calls:
            functions.append({"where": key[0], "file": key[2], "function": key[1],
                              "instructions": round(more, 2), "calls": round(calls, 2)})
    return sorted(functions, key=lambda f: -f["instructions"])


def total(functions, **wanted):
    """What those add whose fields are as wanted."""
    return sum(f["instructions"] for f in functions if all(f[k] == v for k, v in wanted.items()))


def measure(directory, measured):
    """All figures, as they go into profile.json."""
    rows = (*BASES, measured)
    layouts, spans = read_guest(f"{directory}/profile.out")
    counted = read_counts(f"{directory}/counts")
    if [s[:2] for s in spans] != [(r, w) for r in rows for w in WORKS] or len(counted) != len(spans):
        sys.exit(f"profile.py: {len(spans)} spans were measured and {len(counted)} counted, "
                 f"not each of {', '.join(WORKS)} under each of {', '.join(rows)}")
    profiles, each = {}, {}
    for (row, work, clock, count), counts in zip(spans, counted):
        check_total(row, work, clock, counts)
        profiles[row, work] = Profile(row, layouts[row], counts, f"{directory}/payload/tcpledger.ko")
        each[row, work] = {"count": count, "instructions": round(sum(counts.values()) / count, 2)}
    works = {}
    for work in WORKS:
        works[work] = {"nothing": each["nothing", work]}
        for row in rows[1:]:
            functions = added(profiles, row, work, each[row, work]["count"])
            works[work][row] = {**each[row, work], "added": round(total(functions), 2),
                                "module": round(total(functions, where="module"), 2),
                                "kernel": round(total(functions, where="kernel"), 2), "functions": functions}
    with open(f"{directory}/results.json", encoding="utf-8") as f:
        about = json.load(f)
    return {"date": about["date"], "kernel": about["kernel"], "versions": about["versions"], "works": works}


def number(value):
    """1234567.8 -> '1 234 568'."""
    return format(round(value), ",").replace(",", " ")


def line(words, value, calls=None):
    """One line of the table."""
    print(f"  {words:<48}{number(value):>8}{'' if calls is None else f'{calls:>9.2f}'}".rstrip())


def lines(functions, least, indent):
    """Those that add at least so much, and the others as one."""
    listed = [f for f in functions if abs(f["instructions"]) >= least]
    for f in listed:
        line(indent + f["function"], f["instructions"], f["calls"] or None)
    rest = [f for f in functions if f not in listed]
    if rest and listed:
        line(f"{indent}the others, {len(rest)}", total(rest))


def print_work(work, figures, row):
    """The table of one work: the module by file and function, the kernel by function, the floor."""
    ours, floor = figures[row], figures["floor"]
    least = LISTED * ours["added"]
    print(f"\nInstructions that {row} adds to a {work.replace('_', ' ')}"
          f" ({number(figures['nothing']['instructions'])} by itself); calls, where not inlined\n")
    line("in the module", ours["module"])
    module = [f for f in ours["functions"] if f["where"] == "module"]
    for file in sorted({f["file"] for f in module}, key=lambda name: -total(module, file=name)):
        if total(module, file=file) < 0.5:
            continue
        line("  " + file, total(module, file=file))
        lines([f for f in module if f["file"] == file], least, "    ")
    line("in the kernel", ours["kernel"])
    lines([f for f in ours["functions"] if f["where"] == "kernel"], least, "  ")
    line("in all", ours["added"])
    line("the floor, empty hooks and an empty probe", floor["added"])
    line("  in their module", floor["module"])
    line("  in the kernel", floor["kernel"])


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: profile.py DIR ROW")
    data = measure(*sys.argv[1:])
    with open(f"{sys.argv[1]}/profile.json", "w", encoding="utf-8") as f:
        json.dump(data, f, indent=1)
        f.write("\n")
    print(f"Counted on {data['date']}, kernel {data['kernel']}")
    for work, figures in data["works"].items():
        print_work(work, figures, sys.argv[2])


if __name__ == "__main__":
    main()
