#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Writes compile_commands.json: how each C file of this tree is compiled.

compile_commands.py OUT [MODULE.json] <COMMANDS

COMMANDS is what 'make -wnB' prints: each command that it would run, and the folder that it
would run it in. MODULE.json is what the kernel's gen_compile_commands.py found; its files are
links in the folder where the module is built, and are told here as what they link to.
"""

import json
import os
import re
import shlex
import sys

COMPILER = re.compile(r"(.*/)?([a-z0-9_]+-)*(cc|gcc|clang)(-[0-9.]+)?$")


def commands(text):
    """Yields folder and words of each command."""
    folders = ["."]
    for line in text.replace("\\\n", " ").splitlines():
        if found := re.match(r"make(?:\[\d+\])?: Entering directory '(.*)'", line):
            folders.append(found[1])
        elif re.match(r"make(?:\[\d+\])?: Leaving directory ", line):
            folders.pop()
        else:
            try:
                yield folders[-1], shlex.split(line)
            except ValueError:
                pass  # a part of a command that a shell reads further


def entries(folder, words):
    """One for each source of a command, as if it alone were compiled."""
    if not words or not COMPILER.match(words[0]):
        return
    sources, options, skip = [], [], False
    for word in words[1:]:
        if skip:
            skip = False
        elif word == "-o":
            skip = True
        elif word.endswith(".c") and not word.startswith("-"):
            sources.append(word)
        elif not (word in ("-c", "-MMD", "-MP") or word.startswith("-l") or re.search(r"\.(o|a|so)$", word)):
            options.append(word)
    for source in sources:
        yield {
            "directory": os.path.abspath(folder),
            "file": os.path.realpath(os.path.join(folder, source)),
            "arguments": [words[0], *options, "-c", source],
        }


def main():
    out, kernel = sys.argv[1], sys.argv[2:]
    found = {}
    for path in kernel:
        with open(path, encoding="utf-8") as file:
            for entry in json.load(file):
                entry["file"] = os.path.realpath(os.path.join(entry["directory"], entry["file"]))
                if os.path.exists(entry["file"]) and not entry["file"].endswith(".mod.c"):
                    found[entry["file"]] = entry
    for folder, words in commands(sys.stdin.read()):
        for entry in entries(folder, words):
            # A make that does not say which folder it enters is called for one that does.
            if os.path.exists(entry["file"]):
                found.setdefault(entry["file"], entry)
    with open(out, "w", encoding="utf-8") as file:
        json.dump(sorted(found.values(), key=lambda entry: entry["file"]), file, indent=1)
        file.write("\n")


main()
