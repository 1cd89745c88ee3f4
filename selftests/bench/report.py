#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tables and a chart of what 'make bench' measured.

    report.py RESULTS.json CHART.svg

Prints the tables and writes the chart: what each row of the scene 'loopback' adds
to a connection and to a round trip.
"""
import json
import sys
from xml.sax.saxutils import escape

ROWS = {
    "nothing": "nothing loaded",
    "floor": "empty hooks and probe",
    "tcpledger": "tcpledger, recording",
    "tcpdump": "tcpdump -w, SYN/FIN/RST filter",
    "tcpconnlat": "tcpconnlat",
    "tcplife": "tcplife",
    "tcptracer": "tcptracer",
    "tcpstates": "tcpstates",
    "nf_conntrack": "nf_conntrack, no reader",
    "conntrack": "conntrack -E",
    "held_1000": "tcpledger, 1 000 records held",
    "held_100000": "tcpledger, 100 000 held",
    "held_1000000": "tcpledger, 1 000 000 held",
    "connections": "cat /proc/net/tcpledger/connections",
    "tcpledger_list": "tcpledger list",
    "proc_tcp": "cat /proc/net/tcp",
    "ss": "ss -tanH",
    "conntrack_list": "conntrack -L",
    "proc_nf_conntrack": "cat /proc/net/nf_conntrack",
    "open": "of an open connection",
    "ended": "of one that has ended",
}

WORKS = {
    "connection": "a connection",
    "round_trip": "a round trip",
    "gso_demux_1": "GSO",
    "gro_demux_1": "GRO",
    "plain_demux_1": "neither",
    "gso_demux_0": "no demux: GSO",
    "gro_demux_0": "GRO",
    "plain_demux_0": "neither",
    "line": "a line",
    "record": "a record",
    "one_cpu": "on one CPU",
    "two_cpus": "on two CPUs",
}

SCENES = {
    "loopback": "Both ends on 127.0.0.1: instructions, and what is added to 'nothing loaded'",
    "veth": "Over veth, an end in each of two namespaces: instructions",
    "bulk": "Bulk transfer over veth: instructions a data segment as TCP gets it, made large by the\n"
            "sender (GSO), by the receiver (GRO), or not at all; with and without early demux",
    "held": "Recording while many records are held: instructions",
    "list": "Listing 100 000 endpoints (nf_conntrack: 50 000 connections): instructions a line",
    "memory": "Memory: bytes a record, whole slabs",
    "cpus": "Real time on two CPUs under multi-threaded TCG: ns a connection, good for ratios only",
}

COMPARED = ("loopback", "veth", "bulk", "held")  # what is added to 'nothing loaded' is shown


def number(value, sign=""):
    """1234567.8 -> '1 234 568'."""
    return format(round(value), sign + ",").replace(",", " ")


def align(lines):
    """Rows of cells to text: the first column to the left, the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*lines)]
    for line in lines:
        first, *rest = [cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths))]
        yield "  " + "  ".join([first] + rest).rstrip()


def table(results, compared):
    """The results of one scene: a line for each row, a column or two for each work."""
    works = list(dict.fromkeys(r["work"] for r in results))
    rows = list(dict.fromkeys(r["row"] for r in results))
    cell = {(r["row"], r["work"]): r for r in results}
    lines = [[""]]
    for work in works:
        lines[0] += [WORKS[work]] + (["added"] if compared else [])
    for row in rows:
        line = [ROWS[row]]
        for work in works:
            r = cell[row, work]
            line.append(number(r["each"]))
            if compared:
                line.append("" if row == "nothing" else number(r["added"], "+"))
        lines.append(line)
    return lines


def gain(results):
    """The sentence that the scene 'cpus' is measured for."""
    each = {(r["row"], r["work"]): r["each"] for r in results}
    for row in ("nothing", "tcpledger"):
        times = each[row, "one_cpu"] / each[row, "two_cpus"]
        yield f"  {ROWS[row]}: the second CPU makes it {times:.2f} times as many connections a second"


def print_tables(data):
    print(f"Measured on {data['date']}, kernel {data['kernel']},",
          ", ".join(f"{name} {version}" for name, version in data["versions"].items()))
    for scene, title in SCENES.items():
        results = [r for r in data["results"] if r["scene"] == scene]
        if not results:
            continue
        print(f"\n{title}\n")
        print("\n".join(align(table(results, scene in COMPARED))))
        if scene == "cpus":
            print("\n".join(gain(results)))


STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #1f2328; }
    .small { font-size: 11px; fill: #59636e; }
    .head { font-weight: 600; }
    .bar { fill: #9aa4af; }
    .ours { fill: #0969da; }
    .axis { stroke: #9aa4af; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .small { fill: #9198a1; }
      .bar { fill: #656c76; }
      .ours { fill: #4493f8; }
      .axis { stroke: #656c76; }
    }"""

LINE, TOP, LABELS, WIDE, GAP = 26, 62, 210, 190, 90


def text(x, y, words, css="", anchor="start"):
    return f'<text x="{x}" y="{y}" class="{css}" text-anchor="{anchor}">{escape(words)}</text>'


def panel(x, title, values):
    """Bars from x on, one for each value, the largest WIDE long."""
    largest = max(values.values())
    yield text(x, TOP - 14, title, "head")
    yield f'<line x1="{x}" y1="{TOP - 4}" x2="{x}" y2="{TOP + LINE * len(values) - 4}" class="axis"/>'
    for i, (row, value) in enumerate(values.items()):
        y, length = TOP + i * LINE, max(0, value) / largest * WIDE
        css = "ours" if row.startswith("tcpledger") else "bar"
        yield f'<rect x="{x}" y="{y}" width="{length:.1f}" height="{LINE - 9}" rx="2" class="{css}"/>'
        yield text(round(x + length + 6), y + 13, number(value, "+"))


def chart(data):
    """An SVG with no background of its own: it is drawn on the page's, light or dark."""
    added = {}
    for r in data["results"]:
        if r["scene"] == "loopback" and r["row"] != "nothing":
            added.setdefault(r["row"], {})[r["work"]] = r["added"]
    order = sorted(added, key=lambda row: added[row]["connection"])
    height = TOP + LINE * len(order) + 24
    width = LABELS + 2 * (WIDE + GAP)
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="title">')
    yield '<title id="title">What watching TCP costs, in instructions</title>'
    yield f"<style>{STYLE}\n</style>"
    yield text(0, 18, "Instructions added by what watches, both ends on one host", "head")
    for i, row in enumerate(order):
        yield text(0, TOP + i * LINE + 13, ROWS[row], "head" if row.startswith("tcpledger") else "")
    for x, work, title in ((LABELS, "connection", "to a connection"),
                           (LABELS + WIDE + GAP, "round_trip", "to a round trip of 64 bytes")):
        yield from panel(x, title, {row: added[row][work] for row in order})
    nothing = {r["work"]: number(r["each"]) for r in data["results"]
               if r["scene"] == "loopback" and r["row"] == "nothing"}
    yield text(0, height - 6, f"By themselves they take {nothing['connection']} and {nothing['round_trip']}. "
               f"QEMU's instruction counter, kernel {data['kernel']}, {data['date']}.", "small")
    yield "</svg>"


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: report.py RESULTS.json CHART.svg")
    with open(sys.argv[1], encoding="utf-8") as f:
        data = json.load(f)
    print_tables(data)
    with open(sys.argv[2], "w", encoding="utf-8") as f:
        f.write("\n".join(chart(data)) + "\n")


if __name__ == "__main__":
    main()
