"""Whether triples of letters tell random text from words better than pairs do.

    python bench/ngrams.py FOLDER [SEED]

One half of the packages below FOLDER gives the tables, the words and names of the other half are what must not
be called random, and made-up texts are what must. Each table scores a text by the share of its pairs or triples
that are usual (make up 85 % of all in words, as in bench/bigrams.py), or by their mean logarithm. Printed is the
share of random texts that pass for words, where one in a hundred, and one in a thousand, of the names is called random.
"""

import base64
import collections
import math
import random
import re
import string
import sys
from pathlib import Path

SHARE = 0.85
NAME = re.compile(r"[A-Za-z_][A-Za-z_]{7,39}")
LOWER, LETTERS = string.ascii_lowercase, string.ascii_letters


def grams(text, n):
    """Those of letters that stand together; others part them."""
    return [run[i : i + n] for run in re.findall("[a-z]+", text.lower()) for i in range(len(run) - n + 1)]


def names_of(packages):
    seen = collections.Counter()
    for package in packages:
        here = set()
        for path in package.rglob("*.py"):
            here.update(NAME.findall(path.read_text("utf-8", "replace")))
        seen.update(here)
    return sorted(seen)


def usual_score(counts, n):
    total, so_far, usual = sum(counts.values()), 0, set()
    for gram, count in counts.most_common():
        if so_far >= SHARE * total:
            break
        so_far += count
        usual.add(gram)

    def score(text):
        all_of = grams(text, n)
        return sum(g in usual for g in all_of) / len(all_of) if all_of else 0.0

    return score, len(usual)


def likely_score(counts, n):
    total, kinds = sum(counts.values()), 26**n

    def score(text):
        all_of = grams(text, n)
        return sum(math.log((counts[g] + 1) / (total + kinds)) for g in all_of) / len(all_of) if all_of else -99.0

    return score, kinds


def made_up(rng, length):
    def of(alphabet):
        return "".join(rng.choice(alphabet) for _ in range(length))

    return {
        "lower": of(LOWER),
        "mixed": of(LETTERS),
        "base64": base64.b64encode(rng.randbytes(length)).decode()[:length],
        "base32": base64.b32encode(rng.randbytes(length)).decode()[:length],
    }


def main():
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    packages = sorted(p for p in Path(sys.argv[1]).iterdir() if p.is_dir())
    rng.shuffle(packages)
    half = len(packages) // 2
    learned, other = names_of(packages[:half]), names_of(packages[half:])
    known = set(learned)
    other = [name for name in other if name not in known]
    scores = {}
    for n, label in ((2, "pairs"), (3, "triples")):
        counts = collections.Counter(g for name in learned for g in grams(name, n))
        scores[f"{label}, usual"] = usual_score(counts, n)
        scores[f"{label}, likely"] = likely_score(counts, n)
    sample = rng.sample(other, min(50_000, len(other)))
    print(f"{half} packages learned, {len(packages) - half} others with {len(other)} new names")
    for label, (score, size) in scores.items():
        print(f"{label}: {size} entries")
    for length in (8, 12, 16, 20, 32):
        near = [name for name in sample if abs(len(name) - length) <= 2]
        texts = [made_up(rng, length) for _ in range(2000)]
        for label, (score, _) in scores.items():
            of_names = sorted(map(score, near))
            row = []
            for kind in texts[0]:
                of_random = [score(t[kind]) for t in texts]
                for rate in (0.01, 0.001):
                    limit = of_names[int(rate * len(of_names))]
                    row.append(100 * sum(s >= limit for s in of_random) / len(of_random))
            print(f"{length:>3} {label:<16}" + "".join(f"{v:>8.1f}" for v in row))


if __name__ == "__main__":
    main()
