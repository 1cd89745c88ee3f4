#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""How long the module keeps interrupts off, from what 'bench.sh --off' counted.

    off.py DIR LIMITS

Reads of DIR: off.out, the lines of guest.sh; off.counts, of lines.c; payload/tcpledger.ko.
Prints for each work the places that put interrupts off for longest, in instructions, the
kernel's functions that they call included. Writes off.json. Fails where that is longer than
the file LIMITS says.
"""
import json
import sys

from layout import places_of, read_guest, read_spans

LISTED = 8


def read_counts(path):
    """For each span (owner, how often, at most)."""
    return read_spans(path, "off", lambda word: (int(word[1], 16), int(word[2]), int(word[3])))


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: off.py DIR LIMITS")
    layouts, works = read_guest(f"{sys.argv[1]}/off.out")
    spans = read_counts(f"{sys.argv[1]}/off.counts")
    if not works or len(works) != len(spans):
        sys.exit(f"off.py: {len(works)} works were measured and {len(spans)} counted")
    places = places_of(layouts, sys.argv[1])
    longest = {}
    for (row, name, count), offs in zip(works, spans):
        ours = sorted((o for o in offs if places[row].is_ours(o[0])), key=lambda o: -o[2])
        if not ours:
            sys.exit(f"off.py: {name}: interrupts were never off, so the judge is blind")
        longest[name] = ours[0][2]
        places[row].learn(o[0] for o in ours)
        print(f"\n{name}, {count} times: interrupts off for so many instructions at most")
        for owner, n, most in ours[:LISTED]:
            print(f"  {most:8} {n:8} times  {places[row].layout.symbol(owner)[0]}, "
                  f"{places[row].in_source(owner)}")
    with open(f"{sys.argv[1]}/off.json", "w", encoding="utf-8") as f:
        json.dump(longest, f, indent=1)
        f.write("\n")
    with open(sys.argv[2], encoding="utf-8") as f:
        most = json.load(f)["interrupts_off"]
    if max(longest.values()) > most:
        sys.exit(f"off.py: interrupts were off for {max(longest.values())} instructions, "
                 f"and not at most {most}")


if __name__ == "__main__":
    main()
