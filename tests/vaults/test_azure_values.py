"""What keylift writes the SDK reads, and the other way round, byte for byte."""

import random

import pytest

import support
from vaults.support_azure import azure, azure_service  # noqa: F401

LIMIT = 25600


def text_of_plane(plane, source, count=40):
    """Characters of one Unicode plane, unassigned ones too, but no surrogates and no NUL."""
    picked = [source.randrange(plane << 16, (plane + 1) << 16) for _ in range(count)]
    return "".join(chr(c) for c in picked if c and not 0xD800 <= c <= 0xDFFF)


def table():
    source = random.Random(5)
    values = ["x", " ", "  leading", "trailing  ", "\n", "a\nb\r\nc\r", "\ttab", '"', "'", '\\"', "\\", "\\u0041", "\\n"]
    values += ["{}", "null", "0", "<a href='x'>&amp;</a>", "${HOME}", "`id`", "%2F%00", "\x7f", "\u2028\u2029\ufeff"]
    values += ["".join(map(chr, range(1, 32))), "\ufffe\uffff", "e\u0301", "\u00e9", "🔑", "a" * 255, "a" * 4096]
    values += [text_of_plane(plane, source) for plane in range(17)]
    values += ["".join(source.choice(support.ALNUM) for _ in range(n)) for n in (2, 3, 63, 64, 65, 1000, LIMIT - 1, LIMIT)]
    values += ["ä" * (LIMIT // 2), "€" * (LIMIT // 3) + "x", "🔑" * (LIMIT // 4), '"' * LIMIT, "\x01" * LIMIT]
    return values


VALUES = table()


def test_the_sdk_reads_what_keylift_wrote(azure, home):  # noqa: F811
    env = azure.base(home, **azure.with_secret())
    with azure.tool(env, run_id="run-7") as vault, azure.sdk(env) as client:
        for i, value in enumerate(VALUES):
            done = vault.put(f"VALUE_{i}", value)
            assert done.ok, (i, done)
            read = client.get_secret(f"VALUE-{i}")
            assert read.value == value, i
            assert client.get_secret(f"VALUE-{i}", done.version).value == value
            assert read.properties.tags == {"managed-by": "keylift", "keylift-run": "run-7"}
            assert read.properties.content_type == "text/plain"


def test_keylift_reads_what_the_sdk_wrote(azure, home):  # noqa: F811
    env = azure.base(home, **azure.with_secret())
    with azure.tool(env) as vault, azure.sdk(env) as client:
        for i, value in enumerate(VALUES):
            made = client.set_secret(f"value-{i}", value)
            for version in (None, made.properties.version):
                read = vault.get(f"VALUE_{i}", version)
                assert read.ok and read.value.decode() == value, (i, read)
                assert read.version == made.properties.version


@pytest.mark.parametrize("value", [
    "", "nul\0inside", b"\xff\xfe", b"\xed\xa0\x80", "x" * (LIMIT + 1), "ä" * (LIMIT // 2) + "x", "🔑" * (LIMIT // 4) + "x",
])  # fmt: skip
def test_a_value_that_the_vault_cannot_hold_is_refused_by_name_before_anything_is_sent(azure, home, value):  # noqa: F811
    with azure.tool(azure.base(home, **azure.with_secret())) as vault:
        assert vault.accepts("BAD_VALUE", value).status in ("unsupported", "limit")
        assert "BAD_VALUE" in vault.accepts("BAD_VALUE", value).message
    assert azure.vault.requests == [] and azure.authority.requests == []


def test_put_itself_sends_no_value_that_the_vault_cannot_hold(azure, home):  # noqa: F811
    with azure.tool(azure.base(home, **azure.with_secret())) as vault:
        for value in ("", "x" * (LIMIT + 1), b"\xff"):
            assert vault.put("BAD_VALUE", value).status in ("unsupported", "limit")
    assert not [r for r in azure.vault.requests if r[0] == "PUT"] and not azure.vault.secrets


NAMES = [
    ("API_KEY", "API-KEY"), ("A", "A"), ("_", "-"), ("__A__B_", "--A--B-"), ("A1", "A1"), ("A_1", "A-1"), ("1", "1"),
    ("X" * 127, "X" * 127),
]  # fmt: skip


def test_names_map_one_to_one(azure, home):  # noqa: F811
    with azure.tool(azure.base(home, **azure.with_secret())) as vault:
        for name, stored in NAMES:
            assert vault.map(name).stored == stored
            assert vault.put(name, f"value-of-{name}").ok
        assert sorted(vault.list().names) == sorted(name for name, _ in NAMES)
        for name, _ in NAMES:
            assert vault.get(name).value.decode() == f"value-of-{name}"
        for name, reason in [
            ("api_key", "API_KEY"), ("Api_Key", "API_KEY"), ("API-KEY", "API_KEY"), ("A.B", "letters, digits"),
            ("", "empty"), ("X" * 128, "at most 127"), ("Ä", "letters, digits"), ("A/../B", "letters, digits"),
        ]:  # fmt: skip
            refused = vault.map(name)
            assert refused.status == "unsupported" and reason in refused.message, name


def test_a_prefix_stands_before_every_name(azure, home):  # noqa: F811
    env = azure.base(home, **azure.with_secret())
    azure.vault.store("shop-OTHER", "value-other")
    azure.vault.store("elsewhere", "value-elsewhere")
    with azure.tool(env, prefix="shop_") as vault:
        assert vault.put("API_KEY", "value-one").ok
        assert vault.map("API_KEY").stored == "shop-API-KEY"
        assert sorted(vault.list().names) == ["API_KEY", "OTHER"]
        assert vault.map("X" * 122).ok and vault.map("X" * 123).status == "unsupported"
    assert "shop-api-key" in azure.vault.secrets
    with azure.tool(env, prefix="shop/") as vault:
        assert vault.opened.status == "usage" and "--prefix" in vault.opened.message
