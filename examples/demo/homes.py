"""Homes with an address and no code find their street; one that no rule tells is claimed by a street.

Decides what is asked, and what share has to lie in the right street.
"""

from __future__ import annotations

from typing import Any, Final

from examples.city.planted import Planted
from examples.demo.papers import BACKFLOW_BASIS, CLAIM_REASON, HOMES, STREET_BODY
from examples.demo.story import STEWARD, Stage, outcomes_of

# Of the rows an address attributes, the share that has to lie in the right street.
RIGHT: Final = 0.98
LISTS: Final = "云州市民政局区划地名库"
DATASET, FIELDS = HOMES


def enter_lists(stage: Stage) -> None:
    """The lists rows are attributed by; before anything flows back, so that no list moves a row later."""
    for kind in ("divisions", "names"):
        file = stage.city / "lists" / f"{kind}.csv"
        stage.commands.run("places", "enter", kind, file, "--source", LISTS, "--by", STEWARD)


def attribute(stage: Stage, planted: Planted) -> None:
    """The street subscribes to the homes of its area, and is told them by their addresses."""
    with stage.steps.step("ybz backflow attribution: addresses find their street"):
        subscription = stage.commands.json(
            "backflow", "subscribe", "--body", STREET_BODY.code, "--dataset", DATASET,
            "--fields", ",".join(FIELDS), "--basis", BACKFLOW_BASIS, "--by", STREET_BODY.name,
        )["id"]  # fmt: skip
        outcomes_of(stage, DATASET, "--as-of", planted.close)
        truth = stage.city / "truth" / "housing_properties.csv"
        told = stage.commands.json("backflow", "attribution", DATASET, "--check", truth)
        _compare(stage, told, planted)
        waiting = stage.commands.json("backflow", "unattributed", subscription)
        claimed = _claim(stage, subscription, waiting["rows"])
    figures = {name: told[name] for name in ("rows", "attributed", "share")}
    shared = {"share_right": told["checked"]["share_right"]}
    stage.report.attribution = figures | shared | {"waiting": waiting["waiting"], "claimed": claimed}


def take_claimed(stage: Stage) -> None:
    """The home the street claimed came with the next build."""
    sent = stage.commands.json("backflow", "list", "--body", STREET_BODY.code)
    again = [one["counts"]["added"] for one in sent if one["dataset"] == DATASET and one["again"]]
    stage.report.expect("claimed homes delivered", again, [stage.report.attribution["claimed"]])


def _compare(stage: Stage, told: dict[str, Any], planted: Planted) -> None:
    rules, checked = [rule["by"] for rule in told["rules"]], told["checked"]
    stage.report.expect(f"{DATASET} attributed by", rules, ["1:address"])
    stage.report.expect(f"{DATASET} attributed and not", told["rows"], planted.dataset(DATASET).rows)
    stage.report.expect(f"{DATASET} compared with the truth", checked["rows"], told["rows"])
    enough = checked["share_right"] >= RIGHT
    stage.report.expect(f"{DATASET} in the right street, {RIGHT:.0%} at least", enough, True)


def _claim(stage: Stage, subscription: str, waiting: list[dict[str, Any]]) -> int:
    """The street takes one of the homes that wait."""
    stage.report.expect("homes wait for a street", bool(waiting), True)
    for row in waiting[:1]:
        stage.commands.json(
            "backflow", "claim", subscription, row["row"], "--area", STREET_BODY.area,
            "--reason", CLAIM_REASON, "--by", f"{STREET_BODY.name} 陈静",
        )  # fmt: skip
    return len(waiting[:1])
