"""The quality report as pages a department head reads, and prints.

Decides what stands on a page and in which order. Pages are complete in themselves: no script, no network,
every word escaped. They hold counts and names of fields, never a value of the data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from catalog.quality import wording
from catalog.quality.chart import chart
from policies.clocks import local_date

if TYPE_CHECKING:
    from jinja2 import Environment

_PAGES: Final = Path(__file__).parent / "pages"
_UNASSESSED: Final = "未评价"
# Datasets an overview names first, at most.
_ATTENTION: Final = 8

Document = Mapping[str, Any]


def page(document: Document, on: date) -> str:
    """The report of one dataset.

    Args:
        document: as :func:`catalog.quality.document.document` gives it.
        on: day of the report, Asia/Shanghai.
    """
    rules = {rule["rule"]: rule for rule in document["rules"]}
    former = _former(document)
    shown: dict[str, Any] = {
        "d": document,
        "on": on,
        "chart": chart(document["trend"]),
        "change": wording.moved(document["score"], None if former is None else former["score"]),
        "moves": {
            name: wording.moved(values["x"], None if former is None else former["dimensions"].get(name))
            for name, values in document["dimensions"].items()
        },
        "held": wording.held(document),
        "steps": wording.steps(document),
        "kind_of": {name: wording.words(rule["kind"]).name for name, rule in rules.items()},
        "faults": {
            each["field"]: "；".join(
                dict.fromkeys(wording.words(rules[name]["kind"]).fault for name in each["rules"])
            )
            for each in document["worst_fields"]
        },
        "dimension_names": wording.DIMENSIONS,
        "action_names": wording.ACTIONS,
        "subject": wording.subject,
        "moved": wording.moved,
    }
    return _environment().get_template("dataset.html").render(shown)


def overview(documents: Sequence[Document], heading: str, grades: Sequence[Document], on: date) -> str:
    """The report of many datasets, with a link to the page of each.

    Args:
        documents: of every dataset.
        heading: whose they are.
        grades: the five-grade scale, the best first: ``level`` and ``name``.
        on: day of the report, Asia/Shanghai.
    """
    lines = [_line(each) for each in documents]
    counted = [{**grade, "count": sum(line["level"] == grade["level"] for line in lines)} for grade in grades]
    counted.append({"level": 0, "name": _UNASSESSED, "count": sum(line["level"] == 0 for line in lines)})
    departments = sorted({line["department"] for line in lines})
    shown: dict[str, Any] = {
        "heading": heading,
        "lines": lines,
        "on": on,
        "grades": counted,
        "attention": _attention(lines),
        "by_department": [
            (name, sorted((m for m in lines if m["department"] == name), key=_by_score))
            for name in departments
        ],
    }
    return _environment().get_template("overview.html").render(shown)


def file_name(dataset: str) -> str:
    """Name of a dataset's page beside its overview."""
    return f"{dataset}.html"


def _line(document: Document) -> dict[str, Any]:
    former, attempt, graded = _former(document), document["attempt"], document["grade5"]
    return {
        "dataset": document["dataset"],
        "title": document["title"],
        "department": document["department"],
        "file": file_name(document["dataset"]),
        "score": document["score"],
        "grade": _UNASSESSED if graded is None else graded["name"],
        "level": 0 if graded is None else graded["level"],
        "change": wording.moved(document["score"], None if former is None else former["score"]),
        "quarantined": None if attempt is None else attempt["quarantined"],
        "broken": len(document["stops"]) + len(document["warns"]) if attempt is not None else "",
        "held": attempt is not None and attempt["state"] != "released",
        "worse": len(document["worse"]),
    }


def _attention(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Datasets a head looks at first: builds that were not let through, then the lowest grades."""
    found = []
    for line in sorted(lines, key=lambda m: (not m["held"], -m["level"], _by_score(m))):
        why = []
        if line["score"] is None:
            why.append("还没有质量结论")
        if line["held"]:
            why.append("最近一次构建没有放行")
        if line["level"] >= 4:
            why.append(f"等级为{line['grade']}")
        if line["worse"]:
            why.append(f"{line['worse']} 项检查比上次变差")
        if why:
            found.append({"title": line["title"], "file": line["file"], "why": "，".join(why)})
    return found[:_ATTENTION]


def _by_score(line: Mapping[str, Any]) -> tuple[bool, float]:
    return line["score"] is None, line["score"] or 0.0


def _former(document: Document) -> Document | None:
    """The release the newest attempt is compared with."""
    attempt = document["attempt"]
    earlier = document["trend"][:-1] if attempt and attempt["state"] == "released" else document["trend"]
    return earlier[-1] if earlier else None


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(_PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["share"] = wording.share
    made.filters["points"] = wording.points
    made.filters["day"] = lambda text: local_date(datetime.fromisoformat(text)).isoformat()
    made.filters["tone"] = lambda text: "down" if "▼" in text else "up" if "▲" in text else "soft"
    return made
