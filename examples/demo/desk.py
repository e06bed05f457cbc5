"""What waits on the street's desk when the story ends: a form to fill, a correction under way, rows to count.

Decides nothing of the story's figures: it is what a clerk who signs in finds to do.
"""

from __future__ import annotations

from typing import Any, Final

from examples.demo import papers
from examples.demo.papers import BODIES, HOMES, STREET_BODY
from examples.demo.story import Stage

# Of the first home delivered as a dwelling the street knows better.
ITEM, SAID, KNOWN = "usage", "住宅", "商业"
SEEN: Final = "网格员上门核对，一楼已改为便利店"
CLERK: Final = f"{STREET_BODY.name} 陈静"


def leave_work(stage: Stage) -> None:
    """Send the street a form with a roster, report a home, count back what came first."""
    with stage.steps.step("ybz form send, ybz correct open: what waits on the street's desk"):
        stage.commands.run("form", "admit", stage.paper("roster.json", papers.roster_form(stage.today)))
        (task,) = stage.commands.json(
            "form", "send", papers.ROSTER_FORM, "--body", STREET_BODY.code, "--by", papers.ISSUER
        )
        stage.report.expect("sheets the street is asked for", task["subjects"] > 0, True)
        homes = _count_back(stage)
        case = _report(stage, homes)
        stage.report.expect("correction under way", case["state"], "open")


def _count_back(stage: Stage) -> dict[str, Any]:
    """Count back what each body received first; what was sent again waits. Gives the first homes."""
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for body in BODIES:
        for made in stage.commands.json("backflow", "list", "--body", body.code):
            first.setdefault((body.code, made["dataset"]), made)
    for (code, _), made in first.items():
        by = next(body.name for body in BODIES if body.code == code)
        done = stage.commands.json("backflow", "ack", made["id"], "--by", by)
        stage.report.expect("first delivery counted back", done["state"], "acknowledged")
    return first[STREET_BODY.code, HOMES[0]]


def _report(stage: Stage, homes: dict[str, Any]) -> dict[str, Any]:
    """The street says that a home is used otherwise."""
    rows = stage.commands.json("backflow", "show", homes["id"], "--limit", 500)
    row = next(each["_row"] for each in rows if each[ITEM] == SAID)
    case: dict[str, Any] = stage.commands.json(
        "correct", "open", "--body", STREET_BODY.code, "--dataset", HOMES[0], "--row", row, "--field", ITEM,
        "--value", KNOWN, "--reason", SEEN, "--origin", homes["id"], "--by", CLERK,
    )  # fmt: skip
    return case
