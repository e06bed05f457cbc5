"""A month of one street on the demonstration city, from a release to the corrected release.

Departments use ``ybz``, the clerk the pages of the desk and Excel; one round of deliveries is killed. The
same in a small town, fast: ``tests/space/wayback/test_the_whole_loop_of_a_street.py``.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from catalog.home import Home
from catalog.keys import load, row_reference
from catalog.store import open_store
from contracts.codes import canonical_id
from examples.city import police
from examples.city.generate import generate
from examples.city.places import STREET
from examples.city.planted import Correction, Planted
from examples.demo.commands import Commands
from tests.space.wayback.conftest import Town
from tests.space.wayback.desk import Clerk, clerk_of

pytestmark = pytest.mark.full

BODY, COMMUNITY = "11990100MB0000009X", "11990100MB00000109"
OLD_AGE, POPULATION, HOMES = "civil_affairs.old_age_allowance", "civil.population", "housing.properties"
SOURCES = (
    POPULATION, "civil_affairs.low_income", OLD_AGE, "disabled.subsidy", "market.enterprises", HOMES,
)  # fmt: skip
FORMS = ("YZ-MZ-01", "YZ-MZ-02", "YZ-CL-03", "YZ-SC-04")
FIELDS = {
    OLD_AGE: "id_card,name,age_band,living,monthly_amount",
    POPULATION: "id_card,name,address,phone",
    HOMES: "property_no,usage,location",
}
BASIS = "政务数据共享条例（国务院令第809号）第二十四条"
# What only the street knows, one cell a sheet: the rest is filled already.
TYPED = dict.fromkeys(FORMS, ("visited_on", "2026-10-12")) | {"YZ-MZ-02": ("checked_on", "2026-10-12")}
CLOSE, NEXT = "2026-09-30", "2026-10-31"


@dataclass
class Month:
    """What happened, for the tests to look at."""

    folder: Path
    commands: Commands
    planted: Planted
    told: dict[str, Any] = field(default_factory=dict)

    def json(self, *words: object) -> Any:
        return self.commands.json(*words)

    def run(self, *words: object) -> None:
        self.commands.run(*words)

    @property
    def town(self) -> Town:
        """The installation as the helpers of the desk take one."""
        home = Home(self.folder / "var")
        return Town(home, open_store(home), load(home), datetime.now(UTC))


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    folder = tmp_path_factory.mktemp("month")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YBZ_HOME", str(folder / "var"))
        made = Month(folder, Commands(), generate(folder / "city"))
        ledger(made)
        receive(made)
        fill(made)
        correct(made)
        made.planted = generate(folder / "city", stage=2)
        made.told["second"] = made.json("build", *SOURCES, "--as-of", NEXT)
        close(made)
        yield made


def ledger(month: Month) -> None:
    """Datasets released, places and bodies entered, three subscriptions and four forms on the list."""
    city = month.folder / "city"
    month.run("init")
    month.json("catalog", city / "contracts", "--by", "王敏")
    month.run("build", *SOURCES, "--as-of", CLOSE, "--json")
    for kind in ("divisions", "names"):
        month.run("places", "enter", kind, city / "lists" / f"{kind}.csv", "--source", "民政局")
    for code, name, area in ((BODY, "清波街道办事处", STREET), (COMMUNITY, "东升社区", f"{STREET}001")):
        month.run("backflow", "body", code, "--name", name, "--area", area)
    for body, dataset in ((BODY, OLD_AGE), (BODY, POPULATION), (BODY, HOMES), (COMMUNITY, OLD_AGE)):
        month.run(
            "backflow", "subscribe", "--body", body, "--dataset", dataset, "--fields", FIELDS[dataset],
            "--basis", BASIS, "--by", "陈静",
        )  # fmt: skip
    until = date.today() + timedelta(days=200)
    for paper in sorted((city / "forms").glob("*.yaml")):
        text = paper.read_text(encoding="utf-8").replace("validTo: 2026-12-31", f"validTo: {until}")
        paper.write_text(text, encoding="utf-8")
        if any(f"code: {form}" in text for form in FORMS):
            month.run("form", "admit", paper, "--by", "王敏")


def receive(month: Month) -> None:
    """A round of deliveries is killed over its second file; the next build brings all, one more nothing."""
    killed = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, check=False)
    assert killed.returncode == 9, killed.stderr.decode()[-2000:]
    month.run("build", HOMES, "--as-of", CLOSE)
    before = month.json("backflow", "list")
    month.run("build", HOMES, "--as-of", CLOSE)
    month.told["sent"] = before
    month.told["sent_again"] = month.json("backflow", "list")
    for one in before:
        month.run("backflow", "ack", one["id"], "--by", "陈静")
    truth = month.folder / "city" / "truth" / "housing_properties.csv"
    month.told["attribution"] = month.json("backflow", "attribution", HOMES, "--check", truth)


def fill(month: Month) -> None:
    """Four forms by Excel: one column each is typed, one cell of one sheet is corrected."""
    asked = month.planted.correction
    month.told["typed"] = 0
    for form in FORMS:
        month.run("form", "send", form, "--body", BODY, "--by", "李四")
    period = {one["form"]: one["period"] for one in month.json("form", "tasks", "--body", BODY)}
    for form in FORMS:
        book = month.folder / f"{form}.xlsx"
        month.run("form", "workbook", form, book, "--body", BODY, "--period", period[form])
        corrected = asked if form == "YZ-MZ-01" else None
        month.told["typed"] += typed_into(book, *TYPED[form], corrected)
        month.run("form", "take", book, "--by", "陈静")
    month.told["burden"] = month.json("burden", "show", "--by", "body", "--body", BODY)
    month.told["filled"] = [one["filled"] for one in month.json("form", "tasks", "--body", BODY)]


def typed_into(path: Path, item: str, text: str, corrected: Correction | None) -> int:
    """Type one column of a workbook, and correct one cell of somebody's row; how many cells were typed."""
    book = load_workbook(path)
    page = book["填报"]
    places = {cell.value: cell.column for cell in page[2]}
    rows = [row for row in range(3, page.max_row + 1) if page.cell(row, 1).value]
    for row in rows:
        page.cell(row, places[item]).value = text
    done = len(rows)
    if corrected is not None:
        masked = f"{corrected.key[:6]}********{corrected.key[-4:]}"
        row = next(row for row in rows if page.cell(row, places["id_card"]).value == masked)
        cell = page.cell(row, places[corrected.field])
        assert cell.value == corrected.old
        cell.value, page.cell(row, places["_reason"]).value = corrected.new, "入户走访"
        done += 1
    book.save(path)
    return done


def correct(month: Month) -> None:
    """The other error is seen at the desk, in a delivered row; both departments answer."""
    town, (number, phone) = month.town, changed_phone()
    row = row_reference(town.keys.pseudonym, POPULATION, {"id_card": number})
    sent = next(one for one in month.told["sent"] if one["dataset"] == POPULATION)
    with clerk_of(town, BODY) as clerk:
        clerk.sign_in("陈静")
        path = f"/desk/deliveries/{sent['id']}/rows/{row}"
        wrong = {"field": "phone", "value": phone, "reason": "本人来电更正"}
        case = clerk.send(clerk.page(path), f"{path}/wrong", wrong)
        assert case.url.path.startswith("/desk/corrections/cor_"), case.text
        month.told["cases"] = [one["id"] for one in month.json("correct", "list", "--body", BODY)]
        for one in month.json("correct", "list"):
            month.run(
                "correct", "answer", one["id"], "--department", one["department_code"], "--accept",
                "--reason", "已核实，下月更正", "--by", "赵平",
            )  # fmt: skip
        month.told["answered"] = [seen(clerk, one) for one in month.told["cases"]]
    town.engine.dispose()


def changed_phone() -> tuple[str, str]:
    """A resident of the street whose number the second delivery corrects: identity number, new number."""
    before, after = (police.population(stage).table.cells for stage in (1, 2))
    newer = dict(zip(after[police.ID], after["联系电话"], strict=True))
    for number, phone, area in zip(before[police.ID], before["联系电话"], before["属地编码"], strict=True):
        canonical = canonical_id("person", number)
        if area.startswith(STREET) and canonical == number and newer.get(number, phone) != phone:
            return number, newer[number]
    raise AssertionError("the second delivery changes no number in the street")


def seen(clerk: Clerk, case: str) -> str:
    return clerk.page(f"/desk/corrections/{case}")


def close(month: Month) -> None:
    """What was accepted is looked for in the new releases; whoever holds the old value has the new one."""
    month.told["checked"] = month.json("correct", "check")
    month.run("build", HOMES, "--as-of", NEXT)
    for one in month.json("backflow", "list"):
        if one["state"] == "sent":
            month.run("backflow", "ack", one["id"], "--by", "陈静")
    month.told["recalls"] = {case: month.json("recall", case) for case in month.told["cases"]}
    month.told["balance"] = month.json("backflow", "balance")
    month.told["deliveries"] = month.json("backflow", "list")


KILLED = textwrap.dedent(
    """
    import os
    from datetime import UTC, datetime
    import pipelines.backflow.sending as sending
    from catalog.home import Home
    from catalog.store import open_store
    from pipelines.backflow.delivering import deliver_due

    real, files = sending.put, []

    def die(part, path):
        if files:
            os._exit(9)
        real(part, path)
        files.append(path)

    sending.put = die
    home = Home.find()
    deliver_due(home, open_store(home), datetime.now(UTC))
    """
)


def test_01_a_killed_and_a_repeated_round_bring_every_delivery_once(month: Month) -> None:
    assert len(month.told["sent"]) == 4
    assert [one["id"] for one in month.told["sent_again"]] == [one["id"] for one in month.told["sent"]]


def test_02_homes_without_a_code_are_attributed_rightly_by_their_addresses(month: Month) -> None:
    told = month.told["attribution"]
    assert told["share"] >= 0.85
    assert told["checked"]["share_right"] >= 0.98


def test_03_four_forms_cost_a_tenth_of_the_cells(month: Month) -> None:
    (told,) = month.told["burden"]
    cells = told["prefilled"] + told["computed"] + told["typed"]
    assert told["typed"] == month.told["typed"]
    assert told["typed"] / cells <= 0.1
    assert told["forms"] == sum(month.told["filled"]) > 100


def test_04_both_errors_are_answered_and_the_next_releases_carry_them(month: Month) -> None:
    assert len(month.told["cases"]) == 2
    assert all("已采纳" in page for page in month.told["answered"])
    assert [one["outcome"] for one in month.told["checked"]] == ["carried", "carried"]
    assert {one["dataset"] for one in month.told["checked"]} == {OLD_AGE, POPULATION}


def test_05_every_holder_is_told_and_what_is_delivered_anew_closes_its_notice(month: Month) -> None:
    for recall in month.told["recalls"].values():
        assert recall["outcome"] == "carried"
        assert recall["receivers"] == recall["notified"] + recall["unreachable"] > 0
        by_backflow = [one for one in recall["told"] if one["ways"] == ["backflow"]]
        assert all(one["closed"] == "redelivered" for one in by_backflow)


def test_06_counts_agree_on_both_sides_to_the_end(month: Month) -> None:
    assert len(month.told["balance"]) == len(month.told["deliveries"]) >= 7
    for one in month.told["balance"]:
        assert one["changed"] == one["delivered"] + one["unattributed"] + one["other_areas"]
        assert one["balanced"]
    assert {one["state"] for one in month.told["deliveries"]} == {"acknowledged"}
    flow = month.planted.dataset(OLD_AGE).flow(STREET)
    newest = [one for one in month.told["balance"] if one["area"] == STREET][-3:]
    assert flow.delivered in {one["delivered"] for one in newest}
