"""The encoding of a text file is decided in a fixed order."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.intake.reading.encoding import decide, decode, text_of

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


TRADITIONAL = "鄉鎮市區,戶數,負責人\n" + "中正區,12,陳怡君\n大安區,8,林淑芬\n板橋區,5,黃國華\n"
JAPANESE = "市町村,世帯数,担当\n" + "さいたま市,12,田中\nつくば市,8,山本\n横浜市,5,高橋\n"
HONG_KONG = "屋邨,戶數,地址\n" + "彩虹邨,12,九龍觀塘道\n深水埗邨,8,啲嘢喺晒呢度\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(TRADITIONAL, "big5"), (TRADITIONAL, "cp950"), (HONG_KONG, "big5hkscs"), (JAPANESE, "shift_jis")],
)
def test_big5_and_shift_jis_do_not_pass_for_gb18030(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    decided = decide(data)
    assert decode(data, decided.encoding) == (text, False)
    assert not decided.unsure
    assert "reads as" in decided.reason


@pytest.mark.parametrize(
    "text", [TEXT * 3, TRADITIONAL, "𠮷野家,㐂\n" * 3, "龑喆翀,犇骉\n" * 9, "é,ü\n" * 20]
)
def test_what_is_gb18030_stays_gb18030_also_with_rare_or_traditional_characters(text: str) -> None:
    decided = decide(text.encode("gb18030"))
    assert (decided.encoding, decided.damaged) == ("gb18030", False)


def test_a_few_characters_of_big5_are_read_and_a_person_is_asked_to_look() -> None:
    decided = decide("鄉鎮,人數\n中正,12\n".encode("big5"))
    assert decided.encoding == "big5"
    assert decided.unsure


def test_gb18030_of_which_most_is_rarely_written_is_doubted_and_not_refused() -> None:
    decided = decide(("龘靐齉,爩鱻麤\n" * 9).encode("gb18030"))
    assert (decided.encoding, decided.damaged, decided.unsure) == ("gb18030", False, True)


def test_big5_with_a_rare_name_of_a_houses_own_is_big5_and_told_to_be_damaged() -> None:
    decided = decide((TRADITIONAL * 20).encode("big5") + b"\xfa\x40\xff,1\n")
    assert decided.encoding.startswith("big5")
    assert decided.damaged


def test_an_encoding_a_person_names_holds_unless_the_file_is_utf_8() -> None:
    data = "鄉鎮,1\n".encode("big5")
    assert decide(data, "gb18030").encoding == "gb18030"
    assert decide(TEXT.encode(), "gb18030").encoding == "utf-8"


def test_a_list_in_big5_is_read_and_one_in_no_encoding_is_not() -> None:
    assert text_of(TRADITIONAL.encode("big5")) == TRADITIONAL
    assert text_of(TEXT.encode("gb18030") * 20 + b"\xff\xff\n") is None


@pytest.mark.realdata
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_every_real_file_keeps_its_encoding_line_by_line_and_as_a_whole(
    encoding: str, real_data: Path
) -> None:
    for path in sorted(real_data.rglob("*.csv")):
        data = path.read_bytes()
        whole = text_of(data)
        assert whole is not None, path
        lines = whole[:200_000]
        if not lines.isascii():
            for piece in (lines, lines[:600], lines[-600:]):
                expected = "utf-8" if piece.isascii() else encoding
                assert decide(piece.encode(encoding)).encoding == expected, path
