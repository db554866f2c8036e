"""Makes scanner/bigrams.h: which pairs of letters are usual inside words.

    python bench/bigrams.py FOLDER > scanner/bigrams.h

Words are the parts of names and of prose in the .py files under FOLDER (the corpus of bench/, or any
body of ordinary code). Each different word that occurs in at least three files counts once, so that
neither one project's vocabulary nor a token that stands in a file decides. A pair is usual if it is one
of those that together make up 85 % of all pairs.
"""

import collections
import pathlib
import re
import sys

SHARE = 0.85
MIN_FILES = 3
WORD = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{2,}(?![a-z])")


def words_of(folder):
    seen_in = collections.Counter()
    for path in sorted(pathlib.Path(folder).rglob("*.py")):
        text = path.read_text("utf-8", "replace")
        seen_in.update({w.lower() for w in WORD.findall(text) if len(w) < 20})
    return [word for word, files in seen_in.items() if files >= MIN_FILES]


def main():
    pairs = collections.Counter()
    for word in words_of(sys.argv[1]):
        pairs.update(zip(word, word[1:]))
    total, sum_so_far, rows = sum(pairs.values()), 0, [0] * 26
    for (a, b), count in pairs.most_common():
        if sum_so_far >= SHARE * total:
            break
        sum_so_far += count
        rows[ord(a) - 97] |= 1 << (ord(b) - 97)
    print("/* Made by bench/bigrams.py. Bit b of row a: the letter b often follows the letter a in words. */")
    print("#ifndef KEYLIFT_SCANNER_BIGRAMS_H\n#define KEYLIFT_SCANNER_BIGRAMS_H\n\n#include <stdint.h>\n")
    print("static const uint32_t usual_pairs[26] = {")
    for i, row in enumerate(rows):
        print(f"    0x{row:07X}, /* {chr(97 + i)} */")
    print("};\n\n#endif")
    print(f"{sum(bin(r).count('1') for r in rows)} of 676 pairs", file=sys.stderr)


if __name__ == "__main__":
    main()
