"""How each tool's report is read: [(path, first line, last line, severity, finding)], paths relative to the folder.
The severity and the finding are keylift's alone."""

import json
import os
import re


def relative(path, folder):
    return os.path.relpath(os.path.join(folder, path), folder)


def read_keylift(text, folder):
    return [
        (relative(f["path"], folder), f["line"], f["end_line"], f["severity"], f)
        for f in json.loads(text)["findings"]
    ]


def read_gitleaks(text, folder):
    return [(relative(f["File"], folder), f["StartLine"], f["EndLine"], "", None) for f in json.loads(text or "[]")]


def read_betterleaks(text, folder):
    places = [f["location"] for f in json.loads(text)["findings"]]
    return [(relative(p["path"], folder), p["start_line"], p["end_line"], "", None) for p in places]


def read_kingfisher(text, folder):
    """Of its lines of JSON, those that are findings."""
    out = []
    for line in text.splitlines():
        try:
            f = json.loads(line)["finding"]
            out.append((relative(f["path"], folder), f["line"], f["line"], "", None))
        except (ValueError, KeyError, TypeError):
            continue
    return out


def read_detect_secrets(text, folder):
    found = json.loads(text)["results"]
    return [(relative(p, folder), f["line_number"], f["line_number"], "", None) for p, all_of in found.items() for f in all_of]


def read_bandit(text, folder):
    found = json.loads(text)["results"]
    return [(relative(f["filename"], folder), f["line_number"], f["line_range"][-1], "", None) for f in found]


def read_ruff(text, folder):
    found = json.loads(text)
    return [(relative(f["filename"], folder), f["location"]["row"], f["end_location"]["row"], "", None) for f in found]


def read_ripsecrets(text, folder):
    found = re.findall(r"^(.+?):(\d+):", text, re.MULTILINE)
    return [(relative(path, folder), int(line), int(line), "", None) for path, line in found]


def read_credsweeper(text, folder):
    return [
        (relative(row["path"], folder), row["line_num"], row["line_num"], "", None)
        for f in json.loads(text)
        for row in f["line_data_list"]
    ]
