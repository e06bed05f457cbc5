"""Names of persons 姓名: a known surname, one or two characters more that are in use in given names.

Many words begin like a surname, and so do many places. Without a telling heading nearly all values must
match, most of their other characters be those of given names, their endings vary (places end in 区 or 村,
firms in 店), and none be a division or a well-known mountain or lake.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from ruamel.yaml import YAML

from catalog.classify.column import Column
from catalog.classify.kinds import Kind, scoring, vocabulary
from catalog.classify.support import Support

_LEAST_DISTINCT: Final = 0.1
_MOST_SAME_ENDING: Final = 0.25
_LEAST_GIVEN: Final = 0.75
_MOST_PLACES: Final = 0.15
# How telling names are that differ and end as given names do.
_SURE: Final = 0.92
_SMALL: Final = 20
# Beside persons: so many different names, so many of them of characters in use, or in capital letters.
_FEWEST: Final = 3
_LEAST_GIVEN_BESIDE: Final = 0.75
_MOST_LATIN: Final = 0.8
_LONGEST_LATIN: Final = 60
_MASKED: Final = r"^(?:\p{Han}[*＊xX某○Ｏ×]{1,3}\p{Han}?|[*＊×]{1,2}\p{Han}{1,2}|\p{Han}某某?)$"
_LETTER: Final = r"A-Za-zÀ-ÖØ-öø-ž"
_FOREIGN: Final = rf"^[{_LETTER}][{_LETTER}'.\-]+(?:[ ,·/]{{1,2}}[{_LETTER}][{_LETTER}'.\-]*){{1,4}}$"
# Latin names without a heading: every part of one begins with a capital, as in passports.
_CAPITALS: Final = r"^[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÖØ-öø-ž'\-]+(?: [A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÖØ-öø-ž'\-]+){1,3}$"
_GIVEN_ONLY: Final = r"^[A-Z][a-z]{1,14}$"
_HAN_AND_LATIN: Final = r"^\p{Han}{2,4}\s*[(（/][A-Za-z ]+[)）]?$"
_ADDRESSED: Final = r"(?:先生|女士|小姐|同志|师傅|大爷|大妈|阿姨|某某|某)$"
_TITLED: Final = r"(?:先生|女士|小姐|医生|老师|同志|主任|师傅)$"
# What several persons in one cell are parted by.
_PARTED: Final = r"[、,，;；/ ].*$"


def detect(column: Column, kind: Kind) -> Support | None:
    """What the values say for names of persons."""
    if not column.is_text or column.longest < 2:
        return None
    named = column.meaning.strength(kind.name)
    masked = column.share_of(_MASKED)
    if not named and column.longest > 60:
        return None
    hits = column.matching(_expression(), raw=True)
    if named >= scoring().initials:
        texts = pc.replace_substring_regex(column.texts, rf"{_TITLED}|{_PARTED}", "")
        hits = texts.filter(pc.match_substring_regex(texts, _expression()))
    share = len(hits) / column.sample
    details: dict[str, float | int | bool] = {"surname_share": round(share, 3)}
    if masked:
        details["masked_share"] = round(masked, 3)
    if named >= scoring().initials:
        foreign = column.share_of(rf"{_FOREIGN}|{_GIVEN_ONLY}") + column.share_of(_HAN_AND_LATIN)
        foreign += column.share_of(rf"^{surname_class()}{_ADDRESSED}")
        return Support(min(1.0, share + foreign + masked * scoring().masked), details)
    addressed = column.share_of(rf"^{surname_class()}{_ADDRESSED}")
    if addressed >= column.limits.share:
        return Support(addressed * scoring().masked, details)
    if share >= column.limits.share:
        details["given_share"] = round(_given_share(hits), 3)
    if masked >= column.limits.share:
        return Support(masked * scoring().masked, details)
    if share < column.limits.share and (mixed := _among_firms(column, hits)):
        return Support(mixed, details)
    if share < column.limits.share or not _like_names(column, hits, details["given_share"]):
        return None
    alone = _SURE if details["given_share"] >= 0.85 and len(pc.unique(hits)) > 0.5 * len(hits) else None
    return Support(share, details, alone=alone)


def foreign(column: Column) -> bool:
    """Whether a column whose heading allows names holds names in Latin letters, alone or among others."""
    if not column.meaning.strength("person_name"):
        return False
    latin = column.share_of(_FOREIGN)
    return latin > 0 and latin + column.share_of(_expression()) >= column.limits.share


def beside_persons(column: Column) -> bool:
    """Whether a column of a table of persons, under a heading that says nothing, holds names.

    Staff are few and come back in many rows: each name counts once.

    Args:
        column: nothing was found in it by itself.
    """
    if column.meaning.decided or not column.is_text:
        return False
    names = pc.unique(column.texts)
    if len(names) < _FEWEST or pc.max(pc.utf8_length(names)).as_py() > _LONGEST_LATIN:
        return False
    if (pc.sum(pc.match_substring_regex(names, _CAPITALS)).as_py() or 0) >= _MOST_LATIN * len(names):
        return True
    hits = names.filter(pc.match_substring_regex(names, _expression()))
    if len(hits) < max(_FEWEST, column.limits.share * len(names)):
        return False
    places = (pc.sum(pc.is_in(hits, _places().cast(hits.type))).as_py() or 0) / len(hits)
    return places <= _MOST_PLACES and _given_share(hits) >= _LEAST_GIVEN_BESIDE


def _like_names(column: Column, hits: pa.Array, given: float) -> bool:
    places = (pc.sum(pc.is_in(hits, _places().cast(hits.type))).as_py() or 0) / len(hits)
    distinct = len(pc.unique(hits)) / len(hits)
    endings = pc.max(pc.value_counts(pc.utf8_slice_codeunits(hits, -1)).field("counts")).as_py()
    most = max(_MOST_SAME_ENDING, 2.01 / len(hits)) if len(hits) < _SMALL else _MOST_SAME_ENDING
    least = column.limits.share_without_name if given < 0.85 else column.limits.share
    return (
        given >= _LEAST_GIVEN
        and places <= _MOST_PLACES
        and distinct >= _LEAST_DISTINCT
        and endings / len(hits) <= most
        and len(hits) / column.sample >= least
    )


def _among_firms(column: Column, hits: pa.Array) -> float:
    """The share of a column that holds names of persons, or of firms where the customer is one; else 0."""
    if len(hits) < column.limits.share_with_name * column.sample:
        return 0.0
    words = vocabulary("organisations")
    firms = column.share_of(rf"(?:{words['firm']}|{words['public']})")
    both = firms + len(hits) / column.sample
    return both if firms and both >= column.limits.share and _given_share(hits) >= _LEAST_GIVEN else 0.0


def _given_share(hits: pa.Array) -> float:
    """Part of the values all of whose last characters are in use in given names."""
    given = pc.replace_substring_regex(hits, r"^(?:.*·|" + _double() + r"|.)", "")
    return (pc.sum(pc.match_substring_regex(given, _given())).as_py() or 0) / len(hits)


@cache
def _given() -> str:
    return "^[*" + "".join(sorted(set(vocabulary("given_characters")["text"]))) + "]{1,2}$"


@cache
def _places() -> pa.Array:
    divisions = vocabulary("divisions")
    return pa.array(sorted({*divisions["provinces"], *divisions["cities"].split()}), pa.string())


@cache
def _surnames() -> tuple[str, str]:
    lists = YAML(typ="safe").load(Path(__file__).with_name("surnames.yaml").read_text(encoding="utf-8"))
    written = (lists[name] for name in ("single", "classic", "further", "traditional"))
    single = re.sub(r"\s", "", "".join(written))
    return "".join(dict.fromkeys(single)), "|".join(lists["double"])


def surname_class() -> str:
    """An RE2 class of one surname."""
    single, double = _surnames()
    return f"(?:{double}|[{single}])"


def _double() -> str:
    return _surnames()[1]


@cache
def _expression() -> str:
    single, double = _surnames()
    # Names of several ethnic groups join their parts by a middle dot.
    joined = r"\p{Han}{1,10}(?:[·•．.]\p{Han}{1,10})+"
    return rf"^(?:(?:{double}|[{single}])[\p{{Han}}*＊]{{1,2}}|[{single}][{single}]\p{{Han}}{{2}}|{joined})$"
