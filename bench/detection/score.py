"""Counts: which plants a report hits, what else it holds, and what was judged by hand of that."""

import collections
from pathlib import Path

VERDICTS = ("true", "test", "false")


class Judged:
    """bench/detect-judged.txt: what keylift reports on the corpus, looked at by a person. A line is

        fingerprint verdict path  # why

    true: a credential, or a default that works; test: made for a test or an example of documentation; false: none."""

    def __init__(self, file):
        self.file = Path(file)
        self.verdicts = {}
        for line in self.file.read_text("utf-8").splitlines() if self.file.exists() else []:
            words = line.split("#")[0].split()
            if len(words) == 3 and words[1] in VERDICTS:
                self.verdicts[words[0], words[2]] = words[1]

    def of(self, path, finding):
        return self.verdicts.get((finding["fingerprint"], path))


class Hits:
    """Which plants of a set a report has found, and which of its lines are at none."""

    def __init__(self, planted, reports):
        self.planted = planted
        by_path = collections.defaultdict(list)
        for i, plant in enumerate(planted.plants):
            by_path[plant.path].append((plant.first, plant.last, i))
        self.found = {}  # index of the plant -> the severities and findings there
        self.elsewhere = []
        for report in reports:
            path, first, last = report[:3]
            at = [i for a, b, i in by_path.get(path, []) if first <= b and last >= a]
            for i in at:
                self.found.setdefault(i, []).append(report)
            if not at:
                self.elsewhere.append(report)

    def recall(self, wanted, least=None):
        """(found, of how many), of the plants for which wanted(plant) holds."""
        all_of = [i for i, plant in enumerate(self.planted.plants) if wanted(plant)]
        hit = [i for i in all_of if i in self.found and (not least or any(r[3] in least for r in self.found[i]))]
        return len(hit), len(all_of)

    def false_alarms(self, originals):
        """Reports on code that nothing was planted in, but for those judged to be credentials there."""
        wrong = 0
        for path, first, last, *_ in self.elsewhere:
            source = self.planted.sources.get(path)
            lines = {self.planted.original_line(path, n) for n in range(first, last + 1)}
            wrong += not any((source, n) in originals for n in lines)
        return wrong


def f1(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


BINS = (0.0, 0.45, 0.6, 0.75, 0.88, 0.93, 1.01)


def calibration(reports, judged):
    """[(from, to, mean confidence, reports, share that is true or of a test)] of what was judged."""
    rows = []
    for low, high in zip(BINS, BINS[1:]):
        seen = []
        for path, _, _, _, finding in reports:
            verdict = judged.of(path, finding)
            if verdict and low <= finding["confidence"] < high:
                seen.append((finding["confidence"], verdict != "false"))
        if seen:
            mean = sum(c for c, _ in seen) / len(seen)
            rows.append((low, min(high, 1.0), mean, len(seen), sum(good for _, good in seen) / len(seen)))
    return rows
