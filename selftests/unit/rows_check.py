#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""rows_check.py RECORDS ROWS [KEY]: the rows are what the records' JSON says.

RECORDS has the output of 'list --json', ROWS that of 'follow --rows' of the same moment, KEY is
the join key. Each row is made anew from the JSON, and must be equal in every column.
"""
import base64
import calendar
import hashlib
import hmac
import ipaddress
import json
import re
import struct
import sys

STATES = """ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK
LISTEN CLOSING""".split()
# Where null is no word, and so becomes the empty one.
WORDS = {"comm", "role", "kind", "first", "reset_by", "error", "exit", "zeek_state"}


def nanoseconds(moment):
    """Of 2026-11-23T02:11:09.123456789Z, without a float in between."""
    match = re.fullmatch(r"(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)\.(\d{9})Z", moment)
    numbers = [int(text) for text in match.groups()]
    return calendar.timegm(tuple(numbers[:6])) * 10**9 + numbers[6]


def community_id(record):
    """As its specification says, with the seed 0."""
    ends = sorted((ipaddress.ip_address(record[side]).packed, record[side[0] + "port"])
                  for side in ("local", "remote"))
    data = b"\0\0" + ends[0][0] + ends[1][0] + b"\6\0" + struct.pack("!HH", ends[0][1], ends[1][1])
    return "1:" + base64.b64encode(hashlib.sha1(data).digest()).decode()


# Two that its authors published, so that this file and the command do not err alike.
PUBLISHED = [
    ("128.232.110.120", 34855, "66.35.250.204", 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
    ("10.0.0.1", 10, "10.0.0.2", 11569, "1:SXBGMX1lBOwhhoDrZynfROxnhnM="),
]


def check_published():
    """Whether community_id() is what it should be, from both ends."""
    for local, lport, remote, rport, word in PUBLISHED:
        one = {"local": local, "lport": lport, "remote": remote, "rport": rport}
        other = {"local": remote, "lport": rport, "remote": local, "rport": lport}
        if community_id(one) != word or community_id(other) != word:
            sys.exit(f"the published {word} is not found")


def isn(record, side, direction):
    """Of a record without a socket only its log knows it."""
    if record["open"][side] is not None:
        return record["open"][side]
    for entry in record["log"]:
        if entry["type"] == "segment" and entry["dir"] == direction and "SYN" in entry["flags"]:
            return entry["seq"]
    return None


def join_key(record, key):
    """HMAC-SHA256 of both ISNs, the lower one first, 128 bits of it."""
    numbers = [isn(record, "local_isn", "out"), isn(record, "remote_isn", "in")]
    if not key or None in numbers:
        return ""
    return hmac.new(key, struct.pack("!II", *sorted(numbers)), hashlib.sha256).hexdigest()[:32]


def flat(column, value):
    """A value as a column has it."""
    if isinstance(value, bool):
        return int(value)
    if value is None and column in WORDS:
        return ""
    return value


def log_columns(log):
    """The log as arrays side by side."""
    def array(value):
        return [value(entry) for entry in log]

    def of_segment(key, other=0):
        return array(lambda e: e.get(key, other) if e["type"] == "segment" else other)

    def word(key):
        return array(lambda e: e.get(key) or "")

    return {
        "log_t_ns": array(lambda e: e["t_ns"]), "log_type": array(lambda e: e["type"]),
        "log_dir": word("dir"), "log_flags": array(lambda e: ",".join(e.get("flags", []))),
        "log_win": of_segment("win"), "log_len": of_segment("len"), "log_ttl": of_segment("ttl"),
        "log_retransmit": array(lambda e: int(e.get("retransmit", False))),
        "log_origin": word("origin"),
        "log_accepted": array(lambda e: -1 if e.get("accepted") is None else int(e["accepted"])),
        "log_from": word("from"), "log_to": word("to"), "log_cause": word("cause"),
        "log_tag": word("tag"),
        "log_segment": array(lambda e: -1 if e.get("segment") is None else e["segment"]),
        "log_seq": of_segment("seq"), "log_ack": of_segment("ack"),
    }


def make_row(record, key):
    """The row of a record, without what only the stream knows."""
    row = {"community_id": community_id(record), "join_key": join_key(record, key)}
    for name, value in record.items():
        if name in ("owner", "open", "close"):
            row.update((f"{name}_{k}", flat(k, v)) for k, v in value.items())
        elif name in ("closer", "time_wait"):
            # Of an object that is null the columns are those of a record without it.
            row.update((f"{name}_{k}", flat(k, v)) for k, v in (value or {}).items())
        elif name == "residence_ns":
            row.update((f"residence_{s.lower()}_ns", value.get(s)) for s in STATES)
        elif name in ("opened_at", "ended_at"):
            row[name] = nanoseconds(value) // 10**9 if value else 0
        elif name == "log":
            row.update(log_columns(value))
        elif name == "peer_id":
            row[name] = value or 0
        else:
            row[name] = flat(name, value)
    row["opened_at_ns"] = nanoseconds(record["opened_at"]) if record["opened_at"] else None
    if record["closer"] is None:
        row.update(closer_pid=None, closer_comm="")
    if record["time_wait"] is None:
        row.update({f"time_wait_{k}": v for k, v in {
            "entered_ns": None, "nominal_ns": None, "restarts": 0, "fin_reacks": 0,
            "old_duplicates": 0, "remaining_ns": None, "residence_ns": None,
            "residence_exact": 0, "exit": ""}.items()})
    return row


def main():
    """Print what is different; status 1 if anything is."""
    check_published()
    records = {(r["netns"], r["id"]): r for r in map(json.loads, open(sys.argv[1], encoding="utf-8"))}
    rows = {(r["netns"], r["id"]): r for r in map(json.loads, open(sys.argv[2], encoding="utf-8"))}
    key = open(sys.argv[3], "rb").read().rstrip(b"\n") if len(sys.argv) > 3 else b""
    wrong = [] if records else ["no records"]
    if records.keys() != rows.keys():
        wrong.append(f"rows of {sorted(rows)}, records of {sorted(records)}")
    for name in records.keys() & rows.keys():
        want, got = make_row(records[name], key), rows[name]
        for column in ("host", "boot_id", "load_id", "version", "told_at"):
            if column not in got:
                wrong.append(f"{name} has no {column}")
            got.pop(column, None)
        for column in sorted(want.keys() | got.keys()):
            if want.get(column, "no column") != got.get(column, "no column"):
                wrong.append(f"{name} {column}: got {got.get(column, 'no column')!r}, "
                             f"want {want.get(column, 'no column')!r}")
    print("\n".join(wrong[:20]))
    sys.exit(bool(wrong))


main()
