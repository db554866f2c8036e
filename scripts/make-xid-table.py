#!/usr/bin/env python3
"""Writes scanner/unicode_xid.inc: which code points CPython takes in identifiers.

Asks the running CPython itself (str.isidentifier), so run it with the newest
one: each release follows a newer Unicode, which only ever adds characters.

    python3.13 scripts/make-xid-table.py > scanner/unicode_xid.inc
"""

import sys
import unicodedata

START, CONTINUE = 2, 1


def kind(code_point: int) -> int:
    if 0xD800 <= code_point < 0xE000:
        return 0
    char = chr(code_point)
    if char.isidentifier():
        return START
    return CONTINUE if ("a" + char).isidentifier() else 0


def main() -> None:
    ranges: list[list[int]] = []
    for code_point in range(0x80, 0x110000):
        k = kind(code_point)
        if k == 0:
            continue
        if ranges and ranges[-1][1] == code_point - 1 and ranges[-1][2] == k:
            ranges[-1][1] = code_point
        else:
            ranges.append([code_point, code_point, k])
    version = ".".join(map(str, sys.version_info[:2]))
    print(f"/* Made by scripts/make-xid-table.py with CPython {version}: Unicode {unicodedata.unidata_version}. */")
    print("/* first, last, 1 if an identifier may begin with it */")
    line = ""
    for first, last, k in ranges:
        item = f"{{0x{first:x}, 0x{last:x}, {k - 1}}}, "
        if len(line) + len(item) > 110:
            print(line.rstrip())
            line = ""
        line += item
    print(line.rstrip())


main()
