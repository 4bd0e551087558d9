"""What a terminal is shown: no codes that it obeys, no secrets in addresses."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.shown_text import masked, printable, shown

SECRET = "geheim123"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[H", "\\u001b[2J\\u001b[H"),
        ("\x1b]0;title\x07", "\\u001b]0;title\\u0007"),
        ("\x9b2J", "\\u009b2J"),
        ("10 %\r20 %\r\ndone\n", "10 %\n20 %\ndone\n"),
        ("safe\u202etxt.exe", "safe\\u202etxt.exe"),
        ("a\tb × é 字 👩\u200d🔬", "a\tb × é 字 👩\u200d🔬"),
    ],
)
def test_codes(text: str, expected: str) -> None:
    assert printable(text) == expected
    assert shown(text) == expected


@given(st.text())
def test_no_code_is_left_and_showing_twice_changes_nothing(text: str) -> None:
    once = shown(text)
    assert not [c for c in once if unicodedata.category(c) == "Cc" and c not in "\n\t"]
    assert shown(once) == once


@pytest.mark.parametrize(
    "address",
    [
        f"http://ada:{SECRET}@head:8265",
        f"https://{SECRET}@head",
        f"http://head:8265/?token={SECRET}&x=1",
        f"s3://AKIA:{SECRET}@bucket/prefix",
        f"s3://AKIA:{SECRET}/with/slashes+@bucket/prefix",
        f"abfs://container@account.dfs.core.windows.net/x?client_secret={SECRET}",
        f"abfs://:{SECRET}@account/x",
        f"file:///results?token={SECRET}",
        f"https://x.blob.core.windows.net/c?sv=2020&sig={SECRET}",
        f"s3://b/p?X-Amz-Signature={SECRET}",
        f"postgresql://u:{SECRET}@db/mlflow",
    ],
)
def test_secrets_of_addresses(address: str) -> None:
    text = f"cannot reach '{address}': refused\n    orch status --address {address}"
    assert SECRET not in masked(text)
    assert shown(text) == masked(text)
    assert re.findall(r"\*\*\*", masked(text)) == ["***", "***"]


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:8265",
        "http://head:8265/a@b",
        "s3://bucket/prefix?endpoint_override=host:9000&scheme=http&region=eu",
        "abfs://container@account.dfs.core.windows.net/x",
        "hdfs://user@host:8020/results",
        "--set training.tokens=4",
        "write to ada@example.org: key=value",
        "model.depth=1, seed=3",
    ],
)
def test_what_is_no_secret(text: str) -> None:
    assert shown(text) == text
