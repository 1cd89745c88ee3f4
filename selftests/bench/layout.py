# SPDX-License-Identifier: GPL-2.0
"""What was where in a VM's memory, for what the plugins of QEMU counted by address."""
import base64
import bisect
import gzip
import re
import subprocess


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
