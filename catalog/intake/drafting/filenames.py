"""What names and titles say: period 账期, area 属地, subject, and which of several versions a file is.

Decides only from text (file stem, sheet name, title line). Whether the family needs the finding is
decided in :mod:`catalog.intake.drafting.families`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from catalog.intake.drafting.words import vocabulary

_YEAR = r"(?P<y>19[5-9]\d|20\d\d)"
_MONTH = r"(?P<m>1[0-2]|0?[1-9])"
_DAY = r"(?P<d>3[01]|[12]\d|0?[1-9])"
# Most exact first; a shorter form is tried only where no longer one is found.
_PERIODS: Final = tuple(
    re.compile(p)
    for p in (
        rf"(?<!\d){_YEAR}\s*年\s*{_MONTH}\s*月\s*{_DAY}\s*日",
        rf"(?<!\d){_YEAR}([-_.])(?P<m>1[0-2]|0[1-9])\2(?P<d>3[01]|[12]\d|0[1-9])(?!\d)",
        rf"(?<!\d){_YEAR}(?P<m>1[0-2]|0[1-9])(?P<d>3[01]|[12]\d|0[1-9])(?!\d)",
        rf"(?<!\d){_YEAR}\s*年?\s*[-_ ]?(?:[Qq]|第)?(?P<q>[1-4一二三四])(?:季度?)",
        rf"(?<!\d){_YEAR}\s*年?\s*[-_ ]?[Qq](?P<q>[1-4])(?!\d)",
        rf"(?<!\d){_YEAR}\s*年?\s*[-_ ]?(?P<h>[上下])半年",
        rf"(?<!\d){_YEAR}\s*年\s*{_MONTH}\s*月",
        rf"(?<!\d){_YEAR}[-_.](?P<m>1[0-2]|0[1-9])(?!\d)",
        rf"(?<!\d){_YEAR}(?P<m>1[0-2]|0[1-9])(?!\d)",
        rf"(?<!\d){_YEAR}\s*年",
        rf"(?<![\dA-Za-z]){_YEAR}(?![\d])",
    )
)
_BARE_MONTH = re.compile(rf"(?<!\d){_MONTH}\s*月(?!\s*\d)")
_SPAN = re.compile(
    r"(from|since|自|从|(?<!截)至|到)[ _-]*(19|20)\d\d|(19|20)\d\d[ _年-]*(to|至|到|以来)", re.IGNORECASE
)
_ORDINAL: Final = {"一": "1", "二": "2", "三": "3", "四": "4"}

_COUNT = re.compile(r"[（(]\s*(?:共\s*)?(\d+)\s*[个所家人户条项名座处]?\s*[)）]$")
_COPY = re.compile(r"(?:[ _-]*(?:副本|复件|拷贝|备份|copy)(?: ?of)?|\s*[（(]\d{1,2}[)）])", re.IGNORECASE)
_VERSION = re.compile(
    r"[ _-]*(?P<word>最终版?|终版|终稿|定稿|修订版?|修改版?|更新版?|正式版?"
    r"|(?<![A-Za-z])(?:final|rev|ver|v(?=\d)))"
    r"[ ._-]?(?P<number>\d{1,2}(?:\.\d+)?)?(?=$|[ _.()（）-])",
    re.IGNORECASE,
)
_FINAL: Final = ("最终", "终", "定", "正式", "final")
# A province, city and district may stand before the place itself: 云州市城东区新河镇.
_ABOVE = r"^(?:.{2,4}?省)?(?:.{2,8}?(?:自治州|市))?"
_AREA = re.compile(
    rf"{_ABOVE}(?:.{{1,5}}?[区县旗])?(?P<area>[\u4e00-\u9fff]{{1,6}}?(?:街道|社区|镇|乡|村|苏木))"
)
_DISTRICT = re.compile(rf"{_ABOVE}(?P<area>[\u4e00-\u9fff]{{1,4}}?(?<![地小社园景校厂])[区县旗])$")
# Words that end like a place and are none: 城乡居民, 农村公路, 各乡镇, 行政村名录, 示范社区.
_NO_PLACE: Final = re.compile(
    r"城乡|城镇(?!街道|镇|乡|村|社区)|(?:乡镇|农村|乡村)(?!街道|镇|乡|村|社区)"
    r"|(?:行政|自然|建制|城中|空心|传统|特色|重点|示范|试点|智慧|老旧|易地搬迁)(?:街道|社区|镇|乡|村)"
)
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """How late a version a name claims to be; larger is later.

    Attributes:
        final: whether it says final 最终.
        number: the number after the word.
        original: whether it is not marked as a copy 副本.
    """

    final: bool
    number: float
    original: bool


def period_in(text: str, year: str | None = None) -> str | None:
    """The one period a text names, in ISO form, or None where it names none or a span of time.

    Args:
        text: a file stem, sheet name or title.
        year: year to complete a bare month (``3月``) with.

    Returns:
        ``2024``, ``2024-H1``, ``2024-Q1``, ``2024-03`` or ``2024-03-05``.

    >>> period_in("低保名单2024年3月"), period_in("2013-2017年"), period_in("3月", "2024")
    ('2024-03', None, '2024-03')
    """
    if _SPAN.search(text):
        return None
    for pattern in _PERIODS:
        found = {_iso(m) for m in pattern.finditer(text)}
        if len(found) > 1:
            return None
        if found:
            return found.pop() if not _part_of_span(text, pattern) else None
    months = {int(m["m"]) for m in _BARE_MONTH.finditer(text)}
    if year and len(months) == 1:
        return f"{year}-{months.pop():02d}"
    return None


def area_in(text: str) -> str | None:
    """The street, town, village or district a text names, or None.

    >>> area_in("云州市城东街道低保名单"), area_in("低保名单_新河镇"), area_in("低保名单")
    ('城东街道', '新河镇', None)
    >>> area_in("行政村名录"), area_in("示范社区助餐点名单")
    (None, None)
    """
    for run in _HAN_RUN.findall(text):
        for piece in _pieces(run):
            found = _AREA.search(piece) or _DISTRICT.search(piece)
            if found:
                return found["area"]
    return None


def spans_of(stem: str) -> list[tuple[int, int]]:
    """Where in a stem its period and its area stand, in order, without overlaps.

    >>> [("低保_城东街道_202403"[a:b]) for a, b in spans_of("低保_城东街道_202403")]
    ['城东街道', '202403']
    """
    found: list[tuple[int, int]] = []
    if period_in(stem):
        pattern = next(p for p in _PERIODS if p.search(stem))
        found += [m.span() for m in pattern.finditer(stem)]
    area = area_in(stem)
    if area:
        at = stem.index(area)
        found.append((at, at + len(area)))
    found.sort()
    return [s for i, s in enumerate(found) if not i or s[0] >= found[i - 1][1]]


def subject_of(stem: str) -> str:
    """What a file is about: its stem without period, area, version and copy marks.

    >>> subject_of("城东街道低保名单2024年3月-副本 (1)"), subject_of("低保名单最终版2")
    ('低保名单', '低保名单')
    """
    text = _VERSION.sub("", _COPY.sub("", stem))
    for pattern in _PERIODS:
        text = pattern.sub("", text)
    text = _BARE_MONTH.sub("", text)
    area = area_in(text)
    if area:
        text = text.replace(area, "")
    return re.sub(r"^[\s_.·-]+|[\s_.·-]+$|[（(][\s_-]*[)）]", "", text)


def version_of(stem: str) -> Version:
    """How late a version a stem claims to be."""
    marks = list(_VERSION.finditer(_COPY.sub("", stem)))
    final = any(m["word"].lower().startswith(_FINAL) for m in marks)
    number = max((float(m["number"] or 1) for m in marks), default=0.0)
    return Version(final, number, original=not _COPY.search(stem))


def is_marked(stem: str) -> bool:
    """Whether a stem carries a copy or version mark."""
    return bool(_COPY.search(stem) or _VERSION.search(stem))


def without_count(label: str) -> str:
    """A sub-heading without the count printed after it.

    >>> without_count("北京市（92所）")
    '北京市'
    """
    return _COUNT.sub("", label.strip()).strip()


def count_in(label: str) -> int | None:
    """The count printed after a sub-heading, or None."""
    match = _COUNT.search(label.strip())
    return int(match[1]) if match else None


def _iso(match: re.Match[str]) -> str:
    parts = match.groupdict()
    year = parts["y"]
    if parts.get("q"):
        return f"{year}-Q{_ORDINAL.get(parts['q'], parts['q'])}"
    if parts.get("h"):
        return f"{year}-H{1 if parts['h'] == '上' else 2}"
    if parts.get("d"):
        return f"{year}-{int(parts['m']):02d}-{int(parts['d']):02d}"
    if parts.get("m"):
        return f"{year}-{int(parts['m']):02d}"
    return year


def _part_of_span(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether the one period found is an end of a span such as ``2013-2017年`` or ``1-3月``."""
    match = pattern.search(text)
    assert match is not None, "called with a pattern that was found"
    before, after = text[: match.start()], text[match.end() :]
    return bool(
        re.search(r"(?<!\d)(19|20)\d\d年?\s*[-—~～至]\s*$", before)
        or re.match(r"\s*\d*\s*月?\s*[-—~～至]\s*\d+\s*[年月]", after)
    )


def _pieces(run: str) -> list[str]:
    """A run of Chinese, cut at the words that name subjects or kinds of place and not places."""
    cutters = vocabulary().subject_pattern
    return [p for part in _NO_PLACE.split(run) for p in cutters.split(part) if p]
