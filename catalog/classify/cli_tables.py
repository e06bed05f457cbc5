"""Tables that ``ybz classify`` prints on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from catalog.cli_tables import console_of

_CASES = 15


def print_dataset(document: Mapping[str, Any]) -> None:
    """Every field of a dataset and how its grade comes about."""
    console = console_of()
    console.print(f"{document['name']}  {document['title']}: grade {document['grade']}", highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("field", "declared", "found", "missed at most", "inherited", "decided", "grade"):
        table.add_column(heading)
    for each in document["fields"]:
        table.add_row(
            each["field"],
            _level(each["declared"]),
            "\n".join(_found(f) for f in each["found"]),
            "\n".join(_bound(f["missed_at_most"]) for f in each["found"]),
            _level(each["inherited"]) if each["inherited"]["grade"] > 1 else "",
            "\n".join(_decided(d) for d in each["decided"]),
            _level(each["effective"]),
        )
    console.print(table)
    if any(f["beyond_declared"] and not f["covered"] for each in document["fields"] for f in each["found"]):
        console.print(
            "! found beyond what is declared: declare it, or decide with `ybz classify confirm|override`"
        )
    if document["merges"]:
        state = document["review"]["state"] if document["review"] else "not yet raised"
        console.print(f"merges personal information of {', '.join(document['merges'])}; review: {state}")


def print_evaluation(document: Mapping[str, Any]) -> None:
    """The table of classes and the figures over all of them."""
    table = Table(title=f"classification of {document['columns']} labelled columns ({document['split']})")
    for heading in ("class", "precision", "recall", "F1", "columns"):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    for kind, c in document["by_class"].items():
        table.add_row(kind, *(f"{c[part]:.3f}" for part in ("precision", "recall", "f1")), str(c["support"]))
    console = console_of()
    console.print(table)
    console.print(f"weighted F1 {document['weighted_f1']:.4f}, macro F1 {document['macro_f1']:.4f}")
    low, sensitive = document["under_classified"], document["sensitive_columns"]
    console.print(
        f"sensitive columns judged too low: {document['under_classified_by_rules_alone']:.2%} of {sensitive} "
        f"by rules alone, {low:.2%} once a person confirms what is rightly presumed"
    )
    console.print(
        f"presumed to be sensitive, to be confirmed: {document['presumed']}, "
        f"{document['presumed_rightly']} of them rightly; "
        f"{document['sensitive_precision']:.1%} of what is called sensitive is so"
    )
    console.print(document["how"])
    for line in document["coverage"]:
        console.print(
            f"at confidence {line['confidence']:.2f}: {line['coverage']:.1%} of columns, "
            f"{line['accuracy']:.1%} of them right"
        )
    if "wrong" not in document:
        console.print("which columns these are is not told: this part is judged in totals alone")
        return
    _cases(console, "judged too low", document["too_low"])
    _cases(console, "judged wrong, the surest first", document["wrong"])


def _cases(console: Console, title: str, cases: list[dict[str, Any]]) -> None:
    if not cases:
        return
    table = Table(title=f"{title}: {len(cases)}" + (f", {_CASES} shown" if len(cases) > _CASES else ""))
    for heading in ("column", "true", "said", "grade", "said", "score"):
        table.add_column(heading)
    for c in cases[:_CASES]:
        grades = (str(c["grade"]), str(c["said_grade"]))
        table.add_row(c["column"], c["true"], c["said"], *grades, f"{c['score']:.2f}")
    console.print(table)


def _level(level: Mapping[str, Any]) -> str:
    flag = " sensitive" if level["sensitive"] else " personal" if level["personal"] else ""
    return f"{level['grade']}{flag}"


def _found(found: Mapping[str, Any]) -> str:
    if found["kind"] == "presumed":
        mark = " (decided)" if found["covered"] else " !" if found["beyond_declared"] else ""
        like = [f", {key} {value:.2f}" for key, value in found["evidence"].items() if "resembles" in key]
        return (
            f"presumed {_level(found)}, likeness {found['score']:.2f}{''.join(like)}, to be confirmed{mark}"
        )
    mark = " (decided)" if found["covered"] else " !" if found["beyond_declared"] else ""
    return f"{found['kind']} {_level(found)}, score {found['score']:.2f}{mark}"


def _decided(decision: Mapping[str, Any]) -> str:
    """A decision in few words; ``*`` is the field as such."""
    kind = "" if decision["kind"] == "*" else f"{decision['kind']} "
    return f"{decision['act']} {kind}→ {decision['grade']}"


def _bound(share: float | None) -> str:
    return "" if share is None else f"{share:.2%}"
