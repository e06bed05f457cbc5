"""Reading a log line by line into counts: dataset × organisation × day × kind × outcome.

Decides what becomes of every line: counted, of a resource outside the ledger, or unreadable for a stated
reason; their sum is the number of lines. Memory grows with the counts, not with the lines. Nothing of a
line is kept but these counts and the ids of resources and jobs, shortened where they could name a person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from catalog.usage.lines import lines
from catalog.usage.mapping import SUCCEEDED, LogMapping, UsageError, is_organisation
from policies.clocks import ZONE
from policies.rulebook import rule

_UTC: Final = timezone(timedelta(0))
_DAY: Final = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?$", re.ASCII)
# An id that can be kept: ASCII words; six digits in a row could be a person's number or date.
_ID: Final = re.compile(r"^[A-Za-z0-9_./:{}-]{1,120}$")
_MANY_DIGITS: Final = re.compile(r"\d{6}")
# Distinct ids a cache of lookups may hold.
_REMEMBERED: Final = 100_000


@dataclass(slots=True)
class Tally:
    """Counts of a log.

    Attributes:
        lines: every line of data.
        counted: lines of datasets of the ledger.
        counts: (day, dataset, organisation or empty, kind, outcome) → ``[count, bytes]``.
        outside: shortened id of a resource the ledger does not have, or empty → lines.
        unreadable: reason → lines.
        jobs: (job, day) → ``[succeeded, failed]``.
        days: days of readable lines.
    """

    lines: int = 0
    counted: int = 0
    counts: dict[tuple[date, str, str, str, str], list[int]] = field(default_factory=dict)
    outside: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)
    jobs: dict[tuple[str, date], list[int]] = field(default_factory=dict)
    days: set[date] = field(default_factory=set)

    def cannot_read(self, why: str) -> None:
        """Count a line that is no line of data."""
        self.lines += 1
        self.unreadable[why] += 1


def tally(files: Iterable[Path], mapping: LogMapping, names: Mapping[str, str], today: date) -> Tally:
    """Count the lines of a log.

    Args:
        files: of one platform, plain or gzip.
        mapping: how they are read.
        names: name or code of an entry → its name.
        today: a later day is unreadable.

    Raises:
        UsageError: a file lacks a mapped column, or too many lines are unreadable.
    """
    found = Tally()
    parts = int(rule("usage", "path_parts", today).value)
    most = int(rule("usage", "line_chars", today).value)
    day_of = _days(mapping.time)
    dataset_of = _resources(mapping, names)
    organisation_of, outcome_of = _consumers(mapping), _outcomes(mapping)
    for path in files:
        for line in lines(path, mapping, most, found.cannot_read):
            found.lines += 1
            resource, moment, consumer, outcome, kind, size, many, job = line
            day = day_of(moment)
            if day is None or day > today:
                found.unreadable["its time is missing, malformed or in the future"] += 1
                continue
            how = mapping.kinds.get(kind) if kind is not None and mapping.kinds else mapping.kind
            count, bytes_ = _number(many, 1), _number(size, 0)
            if how is None or count is None or bytes_ is None:
                found.unreadable["its kind or a number is not as mapped"] += 1
                continue
            found.days.add(day)
            ended = outcome_of(outcome)
            if job:
                runs = found.jobs.setdefault((shortened(job, parts), day), [0, 0])
                runs[ended != SUCCEEDED] += count
            dataset = dataset_of(resource)
            if dataset is None:
                found.outside[shortened(resource or "", parts)] += 1
                continue
            found.counted += 1
            cell = found.counts.setdefault((day, dataset, organisation_of(consumer), how, ended), [0, 0])
            cell[0] += count
            cell[1] += bytes_
    _check(found, today)
    return found


def shortened(resource: str, parts: int) -> str:
    """An id as it may be kept: without parameters, to its first parts; empty where it could name a person.

    >>> [shortened(each, 3) for each in ("/gateway/person/query/王小明?id=1", "API-0007", "13800001111")]
    ['/gateway/person/query', 'API-0007', '']
    """
    text = re.split(r"[?#;]", resource.strip(), maxsplit=1)[0]
    if "/" in text:
        steps = [step for step in text.split("/") if step][:parts]
        text = "/" + "/".join(steps)
    return text if _ID.match(text) and not _MANY_DIGITS.search(text) else ""


def _check(found: Tally, on: date) -> None:
    if not found.days:
        raise UsageError("no line could be read: nothing is imported — correct the mapping")
    most = float(rule("usage", "unreadable_share", on).value)
    bad = found.unreadable.total()
    if bad > most * found.lines:
        why, _ = found.unreadable.most_common(1)[0]
        raise UsageError(
            f"{bad:,} of {found.lines:,} lines cannot be read, mostly: {why} — nothing is imported; correct "
            "the mapping"
        )


def _days(form: str) -> Callable[[str | None], date | None]:
    """Time of a line → its day in Asia/Shanghai; None where there is none."""
    known: dict[str, date | None] = {}

    def day(text: str | None) -> date | None:
        if not text:
            return None
        if form == "iso" and (match := _DAY.match(text)):
            # Without an offset it is local time already: the day is all that is read, and days repeat.
            written = match[1]
            if written not in known:
                known[written] = _parsed(written, form)
            return known[written]
        return _parsed(text, form)

    return day


def _parsed(text: str, form: str) -> date | None:
    try:
        if form in ("epoch_s", "epoch_ms"):
            seconds = int(text) / (1000 if form == "epoch_ms" else 1)
            return datetime.fromtimestamp(seconds, _UTC).astimezone(ZONE).date()
        moment = datetime.fromisoformat(text.strip()) if form == "iso" else datetime.strptime(text, form)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.date() if moment.tzinfo is None else moment.astimezone(ZONE).date()


def _resources(mapping: LogMapping, names: Mapping[str, str]) -> Callable[[str | None], str | None]:
    exact = {k: v for k, v in mapping.resources.items() if not k.endswith("*")}
    starts = sorted(
        ((k[:-1], v) for k, v in mapping.resources.items() if k.endswith("*")), key=lambda e: -len(e[0])
    )
    unknown = sorted({value for value in mapping.resources.values() if value not in names})
    if unknown:
        raise UsageError(f"resources: {', '.join(unknown[:5])} is not in the ledger — correct the mapping")
    known: dict[str | None, str | None] = {}

    def dataset(resource: str | None) -> str | None:
        if resource in known:
            return known[resource]
        text = (resource or "").strip()
        told = exact.get(text) or next((name for start, name in starts if text.startswith(start)), text)
        answer = names.get(told)
        if len(known) < _REMEMBERED:
            known[resource] = answer
        return answer

    return dataset


def _consumers(mapping: LogMapping) -> Callable[[str | None], str]:
    """Consumer of a line → an organisation's code; empty where it names none. Its own text is not kept."""
    known: dict[str | None, str] = {}

    def organisation(consumer: str | None) -> str:
        if consumer not in known:
            told = (consumer or "").strip()
            code = mapping.consumers.get(told, told)
            answer = code if is_organisation(code) else ""
            if len(known) >= _REMEMBERED:
                return answer
            known[consumer] = answer
        return known[consumer]

    return organisation


def _outcomes(mapping: LogMapping) -> Callable[[str | None], str]:
    if "outcome" not in mapping.columns:
        return lambda _word: SUCCEEDED
    if mapping.outcomes:
        return lambda word: mapping.outcomes.get(word or "", "failed")
    return _by_status


def _by_status(word: str | None) -> str:
    """Outcome of an HTTP status code."""
    code = word or ""
    if code.startswith("2") and len(code) == 3:
        return SUCCEEDED
    return "refused" if code in ("401", "403", "429") else "failed"


def _number(text: str | None, otherwise: int) -> int | None:
    if not text:
        return otherwise
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
