"""The encoding of a text file is decided in a fixed order."""

from __future__ import annotations

import pytest

from catalog.intake.encoding import decide, decode

TEXT = "街道,人数\n城东街道,12\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"a,b\n1,2\n", "utf-8"),
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("gb18030"), "gb18030"),
        ("𠮷野家,㐂\n".encode("gb18030"), "gb18030"),
        (TEXT.encode("utf-16"), "utf-16"),
        ("name,count\n".encode("utf-16-le"), "utf-16-le"),
        ("name,count\n".encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_the_encoding_is_found_and_reads_back(data: bytes, encoding: str) -> None:
    decided = decide(data)
    assert decided.encoding == encoding
    assert not decided.damaged
    assert decide(data).reason
    text, lost = decode(data, encoding)
    assert not lost
    assert not text.startswith("\ufeff")


def test_a_mark_is_no_part_of_the_first_heading_whatever_the_contract_says() -> None:
    assert decode("甲".encode("utf-8-sig"), "utf-8") == ("甲", False)


def test_a_utf_8_file_with_a_broken_byte_is_not_taken_for_gb18030() -> None:
    decided = decide(TEXT.encode() * 20 + b"\xe5\x9f\n")
    assert decided.encoding == "utf-8"
    assert decided.damaged


def test_bytes_that_fit_nothing_are_reported() -> None:
    assert decide(TEXT.encode("gb18030") * 20 + b"\xff\xff\n").damaged
