"""--archives: what zip, tar and gzip hold is scanned as files, within limits, and nothing is written."""

import gzip
import io
import json
import random
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

import support


def scan(keylift, project, *args, path="."):
    done = keylift("scan", "--archives", "--format", "json", *args, path, cwd=project)
    return done.returncode, json.loads(done.stdout)


def paths(report):
    return sorted(f["path"] for f in report["findings"])


def zip_of(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in files.items():
            z.writestr(name, data)
    return out.getvalue()


def tar_of(files, mode="w", how=tarfile.PAX_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=how) as t:
        for name, data in files.items():
            data = data.encode() if isinstance(data, str) else data
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


MAKERS = {
    "a.zip": zip_of,
    "stored.zip": lambda files: zip_of(files, zipfile.ZIP_STORED),
    "pkg-1.0-py3-none-any.whl": zip_of,
    "a.egg": zip_of,
    "a.jar": zip_of,
    "A.ZIP": zip_of,
    "a.tar": tar_of,
    "gnu.tar": lambda files: tar_of(files, how=tarfile.GNU_FORMAT),
    "ustar.tar": lambda files: tar_of(files, how=tarfile.USTAR_FORMAT),
    "pkg-1.0.tar.gz": lambda files: tar_of(files, "w:gz"),
    "a.tgz": lambda files: tar_of(files, "w:gz"),
    "behind a program.zip": lambda files: b"#!/bin/sh\nexit\0\n" + zip_of(files),
}


@pytest.mark.parametrize("name", MAKERS)
def test_each_member_is_a_file(keylift, project, name):
    token = support.made_stripe_key()
    project.write(name, MAKERS[name]({"pkg/a.py": f'x = "{token}"\n', "pkg/b.txt": "no\n", "pkg/c.bin": b"\0\1"}))
    status, report = scan(keylift, project)
    (found,) = report["findings"]
    assert status == 1 and found["path"] == f"{name}!pkg/a.py" and found["rule"] == "stripe-live-key"
    assert (found["line"], found["column"], found["context"]) == (1, 5, "assignment")
    assert not found["fixable"] and "archive" in found["reason"]
    stats = report["stats"]
    assert (stats["files"], stats["archives"], stats["skipped"]) == (2, 1, {"binary": 1})


def test_one_file_that_gzip_has_packed(keylift, project):
    project.write("dump.sql.gz", gzip.compress(f"-- {support.made_stripe_key()}\n".encode()))
    project.write("two.txt.gz", gzip.compress(b"one\n") + gzip.compress(support.made_stripe_key().encode()))
    assert paths(scan(keylift, project)[1]) == ["dump.sql.gz!dump.sql", "two.txt.gz!two.txt"]


def test_without_the_option_archives_are_counted(keylift, project):
    project.write("a.zip", zip_of({"a.py": f'x = "{support.made_stripe_key()}"\n'}))
    project.write("b.txt", "none\n")
    done = keylift("scan", ".", cwd=project)
    assert done.returncode == 0 and "skipped 1: 1 archive;" in done.stdout


def test_a_pointer_that_is_called_like_an_archive_is_text(keylift, project):
    project.write("a.zip", f"version https://git-lfs.example/spec/v1\n{support.made_stripe_key()}\n")
    assert paths(scan(keylift, project)[1]) == ["a.zip"]


def test_the_language_is_that_of_the_members_name(keylift, project):
    password = support.made_password()
    files = {".env": f"DB_PASSWORD={password}\n", "c.yaml": f"password: {password}\n", "a.txt": f"password = {password}\n"}
    project.write("a.zip", zip_of(files))
    assert paths(scan(keylift, project)[1]) == ["a.zip!.env", "a.zip!c.yaml"]


def test_a_test_is_one_in_an_archive_too(keylift, project):
    password = support.made_password()
    project.write("a.zip", zip_of({f"{folder}/a.py": f'password = "{password}"\n' for folder in ("tests", "src")}))
    report = scan(keylift, project)[1]
    assert [(f["path"], f["severity"]) for f in report["findings"]] == [("a.zip!src/a.py", "high"), ("a.zip!tests/a.py", "low")]


def nested(levels, text):
    data, name = text.encode(), "a.txt"
    for level in range(levels):
        data, name = zip_of({name: data}), f"{level}.zip"
    return data


def test_archives_in_archives_to_a_depth(keylift, project):
    project.write("three.zip", nested(3, support.made_stripe_key()))
    status, report = scan(keylift, project)
    assert status == 1 and paths(report) == ["three.zip!1.zip!0.zip!a.txt"]
    project.write("four.zip", nested(4, support.made_stripe_key()))
    status, report = scan(keylift, project, path="four.zip")
    assert status == 2 and report["stats"]["skipped"] == {"nested-too-deeply": 1}
    assert report["errors"][0]["path"] == "four.zip!2.zip!1.zip!0.zip"


def backwards(files):
    """The directory names the members from the last to the first."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files.items():
            z.writestr(name, data)
        z.filelist.reverse()
    return out.getvalue()


LARGE = {**{k: MAKERS[k] for k in ("a.zip", "stored.zip", "a.tar", "a.tgz")}, "backwards.zip": backwards}


@pytest.mark.parametrize("inner", LARGE)
@pytest.mark.parametrize("outer", LARGE)
def test_archives_in_archives_that_are_not_kept(keylift, project, outer, inner):
    """What is larger than 2 MB is unpacked where it is asked for: before, in and behind each archive in another one
    everything is found, in whatever order the members stand."""
    noise, data, name, expected = random.Random(1), b"", "a.bin", []
    for level, kind in enumerate((outer, inner, outer)):
        tokens = {f"{n}{level}.txt": support.made_stripe_key(10 * level + n) + "\n" for n in range(3)}
        files = {"00.bin": b"\0" * 9 + noise.randbytes(2_200_000), name: data, **tokens}
        order = [f"0{level}.txt", "00.bin", f"1{level}.txt", name, f"2{level}.txt"]
        data = LARGE[kind]({n: files[n] for n in order})
        expected = [f"{name}!{path}" for path in expected] + list(tokens)
        name = f"{level}-{kind}"
    project.write(name, data)
    status, report = scan(keylift, project)
    assert (status, report["errors"]) == (1, [])
    assert paths(report) == sorted(f"{name}!{path}" for path in expected)
    assert report["stats"]["archives"] == 3 and report["stats"]["skipped"] == {"binary": 3}


def test_an_archive_in_an_archive_may_be_damaged_behind_what_is_kept(keylift, project):
    """The packed member does not unpack to its end: what stands behind it is searched all the same."""
    inner = tar_of({"a.txt": support.made_stripe_key(1), "b.txt": random.Random(1).randbytes(2_000_000).hex()})
    data = bytearray(zip_of({"in.tar": inner, "z.txt": support.made_stripe_key(2)}))
    directory = data.find(b"PK\1\2")
    data[directory + 20 : directory + 24] = struct.pack("<I", 2_000_000)
    project.write("a.zip", bytes(data))
    status, report = scan(keylift, project)
    assert status == 2 and paths(report) == ["a.zip!z.txt"] and report["stats"]["skipped"] == {"damaged": 1}


def test_names_that_lead_elsewhere_stay_in_the_archive(keylift, project):
    token = support.made_stripe_key()
    names = ["/etc/a.txt", "../../b.txt", "c/../../d.txt", "./e//f.txt", ".."]
    for archive, make in ("a.zip", zip_of), ("a.tar", tar_of):
        project.write(archive, make({name: token for name in names}))
        found = paths(scan(keylift, project, path=archive)[1])
        assert found == sorted(f"{archive}!{n}" for n in ["etc/a.txt", "b.txt", "c/d.txt", "e/f.txt", "(no name)"])
    assert sorted(p.name for p in project.path.iterdir()) == ["a.tar", "a.zip"]


def test_long_and_foreign_names(keylift, project):
    token = support.made_stripe_key()
    names = ["d" * 90 + "/" + "e" * 90 + "/a.txt", "long/" * 80 + "a.txt", "ä/ö.txt"]
    for archive, how in ("pax.tar", tarfile.PAX_FORMAT), ("gnu.tar", tarfile.GNU_FORMAT):
        project.write(archive, tar_of({name: token for name in names}, how=how))
        assert paths(scan(keylift, project, path=archive)[1]) == sorted(f"{archive}!{name}" for name in names)


def test_links_and_devices_are_counted(keylift, project):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        for name, kind in ("a", tarfile.SYMTYPE), ("b", tarfile.LNKTYPE), ("c", tarfile.FIFOTYPE), ("d", tarfile.DIRTYPE):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            t.addfile(info)
        data = support.made_stripe_key().encode()
        info = tarfile.TarInfo("e.txt")
        info.size = len(data)
        t.addfile(info, io.BytesIO(data))
    project.write("a.tar", out.getvalue())
    link = zipfile.ZipInfo("link")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    project.write("a.zip", zip_of({link: "/etc/passwd", "folder/": ""}))
    status, report = scan(keylift, project)
    assert status == 1 and paths(report) == ["a.tar!e.txt"]
    assert report["stats"]["skipped"] == {"link": 3, "special": 1}


def encrypted(data):
    """As if with a password: the flag is set, in both places."""
    data = bytearray(data)
    for signature, at in (b"PK\3\4", 6), (b"PK\1\2", 8):
        start = data.find(signature)
        while start >= 0:
            data[start + at] |= 1
            start = data.find(signature, start + 4)
    return bytes(data)


def test_what_is_encrypted_is_told_once(keylift, project):
    project.write("a.zip", encrypted(zip_of({f"{i}.txt": "some text" for i in range(5)})))
    status, report = scan(keylift, project)
    (error,) = report["errors"]
    assert status == 2 and error["path"] == "a.zip!0.txt" and "encrypted" in error["message"] and "4 more" in error["message"]
    assert report["stats"]["skipped"] == {"encrypted": 5}


def test_what_is_packed_in_another_way_is_told(keylift, project):
    project.write("a.zip", zip_of({"a.txt": "some text"}, zipfile.ZIP_BZIP2))
    status, report = scan(keylift, project)
    assert status == 2 and report["stats"]["skipped"] == {"unknown-packing": 1}


def test_a_member_that_is_damaged_does_not_hide_the_next(keylift, project):
    noise = bytes(random.Random(1).choices(b"abcdef \n", k=5000))
    data = bytearray(zip_of({"a.txt": noise, "b.txt": support.made_stripe_key()}))
    data[60:70] = b"\xff" * 10
    project.write("a.zip", bytes(data))
    status, report = scan(keylift, project)
    assert status == 2 and paths(report) == ["a.zip!b.txt"]
    assert report["errors"] == [{"path": "a.zip!a.txt", "message": "damaged: not searched"}]


def place(found):
    return {key: found[key] for key in found if key not in ("path", "fixable", "reason", "fingerprint")}


@pytest.mark.parametrize("name", ["x.whl", "x.tar.gz", "x.tar", "n.zip"])
def test_an_archive_has_what_its_folder_has(keylift, project, name):
    """On the golden scans' files, which have every kind of place; names used in other modules aside."""
    golden = Path(__file__).parents[1] / "golden"
    cases = sorted(p for part in ("scan", "migrate") for p in (golden / part).rglob("*") if p.is_file())
    files = {str(p.relative_to(golden)): support.expand(p.read_bytes()) for p in cases}
    for path, data in files.items():
        project.write(f"folder/{path}", data)
    if name == "n.zip":
        project.write(name, zip_of({"inner.tgz": tar_of(files, "w:gz")}))
    else:
        project.write(name, MAKERS["a.zip" if name == "x.whl" else "a.tgz" if name.endswith("gz") else "a.tar"](files))
    inside = f"{name}!" if name != "n.zip" else "n.zip!inner.tgz!"
    options = ["--no-config", "--min-confidence", "0", "--fail-on", "high"]
    unpacked, packed = (scan(keylift, project, *options, path=path)[1] for path in ("folder", name))
    expected = {(f["path"].removeprefix("folder/"), json.dumps(place(f), sort_keys=True)) for f in unpacked["findings"]}
    assert {(f["path"].removeprefix(inside), json.dumps(place(f), sort_keys=True)) for f in packed["findings"]} == expected
    assert len(expected) > 30 and packed["stats"]["files"] == unpacked["stats"]["files"]
    reads = [[(r["path"].removeprefix(p), r["name"], r["line"]) for r in report["environment"]]
             for p, report in (("folder/", unpacked), (inside, packed))]  # fmt: skip
    assert reads[0] == reads[1] and len(reads[0]) > 10


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.gz"])
def test_an_archive_that_is_cut_off_is_told(keylift, project, name):
    noise = random.Random(1).randbytes(20000).hex()
    files = {"a.txt": support.made_stripe_key(), "b.txt": noise}
    whole = gzip.compress(noise.encode()) if name == "a.gz" else MAKERS.get(name, lambda f: tar_of(f, "w:gz"))(files)
    project.write(name, whole[: len(whole) * 2 // 3])
    status, report = scan(keylift, project)
    assert status == 2 and "damaged" in report["errors"][0]["message"]
    if "tar" in name:  # whose members can be had from the front
        assert paths(report) == [f"{name}!a.txt"]


def test_what_only_has_the_name_of_an_archive_is_told(keylift, project):
    for name in "a.zip", "a.tar", "a.tar.gz", "a.gz":
        project.write(name, b"\0\1\2 no archive " * 100)
    status, report = scan(keylift, project)
    assert status == 2 and report["stats"]["skipped"]["damaged"] == 4 and len(report["errors"]) >= 4


def test_a_bomb_is_not_unpacked(keylift, project):
    """A zip of 10 MB of one letter; the like in gzip; and one whose sizes lie."""
    text = b"a" * (10 << 20)
    project.write("a.zip", zip_of({"a.txt": text, "b.txt": support.made_stripe_key()}))
    project.write("b.gz", gzip.compress(text))
    lying = bytearray(zip_of({"a.txt": text}))
    directory = lying.find(b"PK\1\2")
    lying[directory + 24 : directory + 28] = struct.pack("<I", 10)
    project.write("c.zip", bytes(lying))
    status, report = scan(keylift, project)
    assert status == 2 and paths(report) == ["a.zip!b.txt"]
    assert report["stats"]["skipped"] == {"packed-too-densely": 3}
    assert all("250 times" in error["message"] for error in report["errors"])


def test_members_that_lie_in_each_other_are_not_unpacked_for_ever(keylift, project):
    """Every entry of the directory leads to the same bytes."""
    data = zip_of({"a.txt": random.Random(1).randbytes(1 << 19).hex() + "\n" + support.made_stripe_key()})
    start, end = data.find(b"PK\1\2"), data.find(b"PK\5\6")
    tail = bytearray(data[end:])
    tail[8:12], tail[12:16] = struct.pack("<HH", 40, 40), struct.pack("<I", 40 * (end - start))
    project.write("a.zip", data[:start] + data[start:end] * 40 + bytes(tail))
    status, report = scan(keylift, project, "--rules", "stripe-live-key")
    assert status == 2 and len(report["findings"]) == 1 and report["stats"]["skipped"] == {"damaged": 39}


@pytest.mark.slow
def test_an_archive_that_is_too_large_is_told(keylift, project):
    """2.2 GB of a file that is no text, which a tar unpacks to get behind it."""
    repeated = gzip.compress(random.Random(1).randbytes(3000) * 22000)
    info = tarfile.TarInfo("a.bin")
    info.size = 34 * 66_000_000
    token = tar_of({"b.txt": support.made_stripe_key()})
    project.write("a.tar.gz", gzip.compress(token[:1024] + info.tobuf()) + repeated * 34 + gzip.compress(token))
    status, report = scan(keylift, project)
    assert status == 2 and paths(report) == ["a.tar.gz!b.txt"]
    assert report["stats"]["skipped"] == {"binary": 1, "archive-too-large": 1}
    assert report["errors"][0]["message"].startswith("unpacks to more than 2 GB")


def test_more_members_than_an_archive_may_have(keylift, project):
    folder = tarfile.TarInfo("a")
    folder.type = tarfile.DIRTYPE
    project.write("a.tgz", gzip.compress(folder.tobuf() * 1000) * 101)
    status, report = scan(keylift, project)
    assert status == 2 and report["stats"]["skipped"] == {"too-many-members": 1}
    assert "100000" in report["errors"][0]["message"]


def test_a_large_text_in_an_archive_is_searched_to_its_end(keylift, project):
    noise = random.Random(1).randbytes(1 << 20).hex().encode()
    text = noise * 4 + b"\n" + support.made_stripe_key().encode() + b"\n"
    for name, make in MAKERS.items():
        project.write(name, make({"a.txt": text, "b.txt": support.made_aws_id()}))
        status, report = scan(keylift, project)
        assert (status, report["errors"]) == (1, [])
        assert [(f["path"], f["line"]) for f in report["findings"]] == [(f"{name}!a.txt", 2), (f"{name}!b.txt", 1)]
        (project.path / name).unlink()


def test_a_large_text_that_does_not_unpack_is_told_and_searched_so_far(keylift, project):
    noise = random.Random(1).randbytes(4 << 20).hex().encode()
    data = gzip.compress(support.made_stripe_key().encode() + b"\n" + noise, 1)
    project.write("a.txt.gz", data[: len(data) * 9 // 10])
    status, report = scan(keylift, project)
    assert status == 2 and paths(report) == ["a.txt.gz!a.txt"] and report["stats"]["skipped"] == {"damaged": 1}
    assert report["errors"] == [{"path": "a.txt.gz!a.txt", "message": "damaged: not searched to its end"}]


def test_an_archive_in_an_archive_that_is_too_large_is_told(keylift, project):
    noise = random.Random(1).randbytes(1 << 20)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.bin", noise * 65)
    project.write("a.tar", tar_of({"in.zip": inner.getvalue(), "b.txt": support.made_stripe_key()}))
    status, report = scan(keylift, project)
    assert status == 2 and paths(report) == ["a.tar!b.txt"]
    assert report["errors"][0]["path"] == "a.tar!in.zip" and report["stats"]["skipped"] == {"member-too-large": 1}


@pytest.mark.parametrize(
    "pattern", ["*.whl", "dist/", "a.py", "pkg/**/a.py", "dist/x.whl!pkg/sub/a.py", "/dist/x.whl/pkg/sub", "sub/"]
)
def test_exclude_goes_by_the_path_in_the_archive(keylift, project, pattern):
    project.write("dist/x.whl", zip_of({"pkg/sub/a.py": f'x = "{support.made_stripe_key()}"\n'}))
    pattern = "dist/x.whl/pkg/**/a.py" if pattern == "pkg/**/a.py" else pattern
    assert paths(scan(keylift, project)[1]) == ["dist/x.whl!pkg/sub/a.py"]
    assert paths(scan(keylift, project, "--exclude", pattern)[1]) == []
    assert paths(scan(keylift, project, "--exclude", pattern, path=str(project.path))[1]) == []


def test_silencing_works_in_archives(keylift, project):
    token = support.made_stripe_key()
    project.write("x.zip", zip_of({"a.py": f'x = "{token}"  # keylift: ignore\n', "b/c.py": f'x = "{token}"\n'}))
    report = scan(keylift, project)[1]
    assert {f["path"]: f["suppressed"] for f in report["findings"]} == {"x.zip!b/c.py": None}
    for glob in "b/", "x.zip!b/c.py", "x.zip":
        project.write("keylift.toml", f'[[ignore]]\npath = "{glob}"\n')
        assert scan(keylift, project)[1]["findings"] == []


def test_a_baseline_knows_members(keylift, project):
    old = f'x = "{support.made_stripe_key()}"\n'
    project.write("x.zip", zip_of({"a.py": old}))
    done = keylift("baseline", "--archives", "--accept-all", "--reason", "r", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert scan(keylift, project)[0] == 0
    project.write("x.zip", zip_of({"a.py": old, "b.py": f'y = "{support.made_stripe_key()}"\n'}))
    assert paths(scan(keylift, project)[1]) == ["x.zip!b.py"]


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "sarif", "csv", "junit", "gitlab", "github", "html"])
def test_every_format_names_the_member(keylift, project, form):
    token = support.made_stripe_key()
    project.write("x.zip", zip_of({"a.py": f'x = "{token}"\n'}))
    done = keylift("scan", "--archives", "--format", form, ".", cwd=project)
    assert done.returncode == 1 and token not in done.stdout
    assert "x.zip!a.py" in done.stdout or "x.zip%21a.py" in done.stdout


def test_migrate_leaves_what_is_in_an_archive(keylift, project):
    password = support.made_password()
    code = f'import os\npassword = "{password}"\nx = os.environ["API_TOKEN"]\n'
    project.write("x.zip", zip_of({"a.py": code}))
    before = (project / "x.zip").read_bytes()
    for command in ["plan"], ["migrate", "--yes"], ["migrate", "--yes", "--env-reads", "all"]:
        done = keylift(*command, "--archives", "--to", "dotenv", ".", cwd=project)
        assert done.returncode == 1 and "in an archive" in done.stdout, done.stdout + done.stderr
        assert password not in done.stdout + done.stderr
    assert (project / "x.zip").read_bytes() == before and not (project / ".env").exists()


def test_what_is_staged_and_what_was_committed(keylift, project):
    project.git_init()
    project.write("x.zip", zip_of({"a.py": f'x = "{support.made_stripe_key()}"\n'}))
    project.git("add", "x.zip")
    assert paths(scan(keylift, project, "--staged")[1]) == ["x.zip!a.py"]
    project.commit()
    (found,) = scan(keylift, project, "--history")[1]["findings"]
    assert found["path"] == "x.zip!a.py" and found["commit"]


def test_standard_input_may_be_an_archive(keylift, project):
    data = zip_of({"a.py": f'x = "{support.made_stripe_key()}"\n'})
    done = keylift("scan", "--archives", "--format", "json", "--stdin-filename", "x.zip", "-", cwd=project, input=data)
    assert paths(json.loads(done.stdout)) == ["x.zip!a.py"]


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz"])
def test_bytes_that_are_wrong_never_end_the_program(keylift, project, name):
    chance = random.Random(name)
    whole = MAKERS[name]({f"{i}.txt": support.made_stripe_key() for i in range(4)} | {"n.zip": nested(2, "x")})
    for _ in range(support.times(60)):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        project.write(name, bytes(data[: chance.choice([len(data), chance.randrange(len(data))])]))
        status, report = scan(keylift, project)
        assert status in (0, 1, 2) and report["stats"]["files"] <= 8
