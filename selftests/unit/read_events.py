#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A second reader of the live stream, made of <linux/tcpledger.h> and nothing else.

read_events.py HEADER FILE           a line for each frame of FILE, and for each entry in it
read_events.py HEADER FILE RECORDS   checks: events are numbered without a gap, and what FILE
                                     tells of each record that ended is what the file RECORDS,
                                     which was read later, has of it

Members, their widths and the words for enumerations are taken from the text of the header.
A file of the other byte order is turned round.
"""
import re
import struct
import sys

WIDTH = {"__u8": "B", "__s8": "b", "char": "B", "__u16": "H", "__s16": "h", "__u32": "I",
         "__s32": "i", "__u64": "Q", "__s64": "q"}
START = "version record_size entry_size netns hz epoch monotonic_ns realtime_ns".split()
ENTRY = "t_ns seq ack len win type flags ttl bits from to cause tag segment".split()
RECORD = """id netns lport rport state role outcome kind first reset_by tw_exit error opened_at
base_ns ended_ns anomalies local_isn remote_isn log_n""".split()
# What follows struct tcpledger_frame.
STRUCTURES = {"start": "frame_start", "record": "frame_record", "open": "frame_record",
              "end": "frame_record", "entry": "frame_entry", "amend": "frame_entry",
              "gone": "frame_gone", "lost": "frame_count", "filtered": "frame_count",
              "sync": "frame_sync", "entries": "frame_entries"}


class Header:
    """What the header's text says."""

    def __init__(self, source):
        source = re.sub(r"/\*.*?\*/", "", source, flags=re.S)
        self.constants = dict(re.findall(r"#define TCPLEDGER_(\w+)\s+(0x\w+|\d+)", source))
        self.frames = re.findall(r'X\(\w+, "(\S+)"\)', re.search(
            r"#define TCPLEDGER_FRAMES\(X\)(?:.*\\\n)+.*", source).group())
        self.members = {
            name: re.findall(r"([\w ]+?)\s+(\w+)(?:\[(\w+)\])?;", body) for name, body in
            re.findall(r"struct tcpledger_(\w+) {\n(.*?)\n};", source, re.S)}

    def number(self, word):
        """A constant by its name, or a number as it stands."""
        return int(self.constants.get(word.removeprefix("TCPLEDGER_"), word).rstrip("UL"), 0)


class Reader:
    """Structures out of the bytes of a file."""

    def __init__(self, header, data):
        self.header, self.data = header, data
        # The first number of a file is small, or has letters that can be read.
        magics = [header.number("MAGIC"), header.number("FILE_MAGIC")]
        self.order = next(o for o in "<>" if
                          struct.unpack_from(o + "Q", data)[0] in magics or
                          struct.unpack_from(o + "H", data)[0] == header.frames.index("start"))
        self.has_header = struct.unpack_from(self.order + "Q", data)[0] in magics

    def read(self, name, at, limit=None):
        """A structure, as a dictionary, and where it ends. Nothing is padded.

        Members from limit on are not there: what is signed is -1 then, other numbers 0."""
        values = {}
        for kind, member, count in self.header.members[name]:
            if kind.strip().startswith("struct "):
                values[member], at = self.read(kind.split()[-1].removeprefix("tcpledger_"), at,
                                               limit)
                continue
            width = WIDTH[kind.strip()]
            n = self.header.number(count) if count else 1
            form = f"{self.order}{n}{'s' if count and width == 'B' else width}"
            there = limit is None or at < limit
            value = struct.unpack_from(form, self.data, at) if there else \
                (-1 if width.islower() else 0,) * n
            values[member] = value if count and width != "B" else value[0]
            at += struct.calcsize(form)
        return values, at

    def log(self, record, at, end):
        """The entries behind a record; none if they are told elsewhere."""
        entries = []
        if end <= at and record["log_n"]:
            return entries
        for _ in range(record["log_n"]):
            entry, at = self.read("entry", at)
            entries.append(entry)
        return entries

    def begin(self):
        """Where the first frame or record is."""
        return self.read("header", 0)[0]["header_size"] if self.has_header else 0

    def each_frame(self):
        """Each frame: the word for its type, its structure, its record's log."""
        at = self.begin()
        while at < len(self.data):
            frame, _ = self.read("frame", at)
            if frame["size"] % 8 or not 16 <= frame["size"] <= len(self.data) - at:
                sys.exit(f"byte {at}: a frame of {frame['size']} bytes")
            known = frame["type"] < len(self.header.frames)
            word = self.header.frames[frame["type"]] if known else str(frame["type"])
            limit = at + frame["size"]
            own, end = self.read(STRUCTURES.get(word, "frame"), at, limit)
            own = own if "frame" in own else {"frame": own}
            if word == "entries":
                own["entries"] = [self.short(e) for e in range(end, limit, self.size("short"))]
            yield word, own, self.log(own["record"], end, limit) if "record" in own else []
            at = limit

    def size(self, name):
        """Bytes of a structure."""
        return self.read(name, 0)[1]

    def short(self, at):
        """An entry in the short form: the frame that it stands for."""
        e, _ = self.read("short", at)
        entry = dict.fromkeys(ENTRY, 0)
        # What was read without a sign is turned into what has one.
        entry["t_ns"] = (e["when"] >> 8) - (e["when"] >> 63 << 56)
        entry["type"], entry["segment"] = e["when"] & 3, -1
        if entry["type"] in (1, 2):
            entry.update({name: e[name] for name in "seq ack len win flags ttl".split()})
            entry["bits"] = e["when"] >> 2 & 0x3f
        else:
            entry["segment"] = (e["ack"] & 0xffff) - ((e["ack"] & 0x8000) << 1)
        if entry["type"] == 0:
            entry["from"], entry["to"] = e["seq"] & 0xff, e["seq"] >> 8 & 0xff
            entry["cause"] = e["seq"] >> 16 & 0xff
        if entry["type"] == 3:
            entry["tag"] = e["seq"] & 0xff
        word = self.header.frames[e["of"] & 0xff]
        return word, {"id": e["of"] >> 16, "n": e["of"] >> 8 & 0xff, "entry": entry}

    def each_record(self):
        """Each record of a records file, and its log."""
        at = self.begin()
        while at < len(self.data):
            record, end = self.read("record", at)
            yield record, self.log(record, end, at + record["size"])
            at += record["size"]


def show(names, values):
    """Members in the order of the names."""
    return " ".join(f"{name}={values[name]}" for name in names)


def word_of(data):
    """A name as people read it."""
    return data.split(b"\0")[0].decode("latin-1")


def print_frame(header, word, own, log):
    """One frame in a line, its log in lines of their own."""
    numbered = own["frame"]["flags"] & header.number("FRAME_NUMBERED")
    parts = [str(own["frame"]["seq"]), word, "event" if numbered else "-"]
    if word == "start":
        parts += [show(START, own), own["load_id"].hex(), word_of(own["host"])]
    elif "entry" in own:
        parts += [show(["id", "n"], own), show(ENTRY, own["entry"])]
    elif "record" in own:
        record = own["record"]
        parts += [show(["monotonic_ns"], own), show(RECORD, record), record["local"].hex(),
                  record["remote"].hex(), word_of(record["comm"])]
    elif "first" in own:
        parts += [show(["first", "n"], own)]
    elif "id" in own:
        parts += [show(["id"], own)]
    print(" ".join(parts))
    for event, short in own.get("entries", []):
        print(f"\t{event} {show(['id', 'n'], short)} {show(ENTRY, short['entry'])}")
    for n, entry in enumerate(log):
        print(f"\t{n} {show(ENTRY, entry)}")


class Ledger:
    """What a stream tells, put together."""

    def __init__(self, header):
        self.header, self.records, self.logs = header, {}, {}
        self.ended, self.next, self.wrong = set(), None, []

    def number(self, word, own):
        """Events are numbered without a gap, and all other frames name the next one."""
        frame = own["frame"]
        if word == "start":
            self.next = frame["seq"]
        elif word == "lost":
            if own["first"] != self.next:
                self.wrong.append(f"LOST from {own['first']}, but {self.next} is next")
            self.next = own["first"] + own["n"]
        if frame["seq"] != self.next:
            self.wrong.append(f"{word} {frame['seq']}, but {self.next} is next")
        if frame["flags"] & self.header.number("FRAME_NUMBERED"):
            self.next += len(own.get("entries", [0]))

    def take(self, word, own, log):
        """What a frame says of its record."""
        self.number(word, own)
        if "record" in own:
            key = own["record"]["id"]
            self.records[key] = own["record"]
            self.logs.setdefault(key, {}).update(enumerate(log))
            if word == "end":
                self.ended.add(key)
        elif "entry" in own:
            self.take_entry(word, own)
        elif "entries" in own:
            for event, short in own["entries"]:
                self.take_entry(event, short)
        elif word == "gone":
            for told in self.records, self.logs:
                told.pop(own["id"], None)
            self.ended.discard(own["id"])

    def take_entry(self, word, own):
        """What is told of one entry of a log."""
        known = self.logs.setdefault(own["id"], {})
        if word == "amend" and own["n"] not in known:
            self.wrong.append(f"AMEND of {own['id']}/{own['n']}, which was not told")
        known[own["n"]] = own["entry"]

    def compare(self, record, log):
        """Does the stream tell this of a record that ended?"""
        key, changing = record["id"], ("tw_remaining_ns", "state_age_ns", "size")
        mine = [self.logs[key].get(n) for n in range(len(log))]
        if mine != log or len(self.logs[key]) != len(log):
            self.wrong.append(f"record {key} has another log:\n\t{mine}\n\t{log}")
        for member in record:
            if member not in changing and self.records[key][member] != record[member]:
                self.wrong.append(f"record {key}: {member} is {self.records[key][member]}, "
                                  f"then {record[member]}")


def main():
    """See the head."""
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        header = Header(file.read())
    files = []
    for name in sys.argv[2:]:
        with open(name, "rb") as file:
            files.append(Reader(header, file.read()))
    if len(files) == 1:
        for word, own, log in files[0].each_frame():
            print_frame(header, word, own, log)
        return
    ledger, compared = Ledger(header), 0
    for word, own, log in files[0].each_frame():
        ledger.take(word, own, log)
    for record, log in files[1].each_record():
        if record["id"] in ledger.ended:
            ledger.compare(record, log)
            compared += 1
    print("\n".join(ledger.wrong + [f"{compared} records compared, {len(ledger.wrong)} wrong"]))
    sys.exit(bool(ledger.wrong) or not compared)


if __name__ == "__main__":
    main()
