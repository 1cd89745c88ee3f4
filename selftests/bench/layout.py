# SPDX-License-Identifier: GPL-2.0
"""What was where in a VM's memory, for what the plugins of QEMU counted by address."""
import base64
import bisect
import collections
import gzip
import re
import subprocess

MODULES = 0xffffffffc0000000    # on x86-64


class Layout:
    """What was where in the VM's memory while a row was measured."""

    def __init__(self):
        self.sections = []
        self.starts, self.names, self.modules = [], [], []

    def add_line(self, word):
        """A line of guest.sh, of these or of another kind."""
        if word[0] == "symbols":
            self.add_symbols(gzip.decompress(base64.b64decode(word[2])).decode())
        elif word[0] == "section":
            self.sections.append((int(word[3], 16), word[2]))

    def add_symbols(self, text):
        """The lines of /proc/kallsyms; of names for one address the first one counts."""
        symbols = {}
        for line in text.splitlines():
            address, kind, name, *module = line.split()
            rank = (kind not in "TW", len(name), name)
            old = symbols.get(int(address, 16))
            if not old or rank < old[0]:
                symbols[int(address, 16)] = (rank, name, module[0].strip("[]") if module else "")
        self.starts = sorted(symbols)
        self.names = [symbols[a][1] for a in self.starts]
        self.modules = [symbols[a][2] for a in self.starts]

    def symbol(self, address):
        """(name, module or '', is this its first instruction?)"""
        i = bisect.bisect_right(self.starts, address) - 1
        if i < 0:
            return "?", "", False
        return self.names[i], self.modules[i], self.starts[i] == address

    def section(self, address):
        """(name of the module's section, offset in it)"""
        base, name = max(s for s in self.sections if s[0] <= address)
        return name, address - base


def frames_of(ko, section, offsets):
    """For each offset the (function, path) it was compiled from, innermost first."""
    if not offsets:
        return {}
    asked = "".join(f"{o:#x}\n" for o in offsets)
    told = subprocess.run(["addr2line", "-e", ko, "-j", section, "-a", "-i", "-f"],
                          input=asked, capture_output=True, text=True, check=True).stdout
    frames = {}
    for part in re.split(r"^0x", told, flags=re.M)[1:]:
        offset, *lines = part.splitlines()
        frames[int(offset, 16)] = list(zip(lines[0::2], (path.split(":")[0] for path in lines[1::2])))
    return frames


def read_spans(path, kind, entry):
    """For each span of a plugin's file what @entry makes of its lines of that kind."""
    spans = []
    with open(path, encoding="ascii") as f:
        for line in f:
            word = line.split()
            if word[0] == "span":
                spans.append([])
            elif word[0] == kind:
                spans[-1].append(entry(word))
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

    def learn(self, addresses):
        """What in_source() tells of these: all at once, as addr2line takes its time to begin."""
        by_section = collections.defaultdict(dict)
        for address in set(addresses) - set(self.known):
            section, offset = self.layout.section(address)
            by_section[section][offset] = address
        for section, offsets in by_section.items():
            for offset, frames in frames_of(self.ko, section, sorted(offsets)).items():
                ours = [f for f in frames if "/module/" in f[1]] or frames[-1:]
                self.known[offsets[offset]] = ours[0][0]

    def in_source(self, address):
        """The innermost function of the module that the instruction was compiled from."""
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


def places_of(layouts, directory):
    """Names for addresses, by row."""
    return {row: Places(row, layout, f"{directory}/payload/{row}.ko")
            for row, layout in layouts.items()}
