"""The form of an agreement, for drafts and supplements: parties, term, datasets, purposes, products, clauses.

Decides nothing: what lacks is told by the interface, all at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from nicegui import ui

from policies.clocks import local_date
from policies.purpose import purposes
from policies.rulebook import rule
from space.console.pages.implementing import words
from space.console.parts.asking import Question, asked_field
from space.console.parts.words import Words, heading
from space.console.seats import Seat

_FOUND: Final = 8
_PAUSE_MS: Final = 400
_PRODUCT: Final = (
    ("name", "名称", "Name"), ("kind", "类别（如 report、api）", "Kind, such as report or api"),
    ("standard", "技术标准", "Technical standard"),
)  # fmt: skip


class Paper:
    """The fields of an agreement, filled from one that is there or empty."""

    def __init__(self, seat: Seat, stated: Mapping[str, Any]) -> None:
        self._seat, self._stated = seat, stated
        self._fields: dict[str, Any] = {}
        self._clauses: dict[str, Any] = {}
        self._products: list[dict[str, Any]] = []
        # Dataset → revision; None where it is listed as it is now.
        self._listed: dict[str, int | None] = {
            one["dataset"]: one["revision"] for one in stated.get("catalogue", ())
        }

    # -- Parts of the form -----------------------------------------------------------------------------------

    def parties(self) -> None:
        """Number and parties; an agreement that was signed keeps them."""
        say, body, operator = self._seat.say, self._party("body"), self._party("operator")
        with ui.element("section").classes("ybz-panel ybz-op-form"):
            heading(say("双方", "Parties"))
            self._ask("number", say("协议编号", "Number of the agreement"), self._stated.get("number"))
            self._ask(
                "body_person",
                say(f"实施机构负责人（{self._seat.called}）", f"In charge at {self._seat.called}"),
                body.get("person"),
            )
            self._ask("operator_name", say("运营机构名称", "Operator"), operator.get("name"))
            code = say("运营机构统一社会信用代码", "Unified social credit code of the operator")
            self._ask("operator_code", code, operator.get("code"))
            self._ask(
                "operator_person",
                say("运营机构负责人", "In charge at the operator"),
                operator.get("person"),
            )
            self._ask("starts_on", say("起始日", "First day"), self._stated.get("starts_on"), day=True)

    def terms(self) -> None:
        """Mode, last day, purposes."""
        say, today = self._seat.say, local_date(datetime.now(UTC))
        modes = rule("operation", "modes", today).value
        years = rule("operation", "longest_term", today).value
        with ui.element("section").classes("ybz-panel ybz-op-form"):
            heading(say("怎样授权", "What is authorised"))
            self._ask(
                "mode", say("授权方式", "Authorised"), self._stated.get("mode") or next(iter(modes)),
                choices={code: words.mode(say, code, str(zh)) for code, zh in modes.items()},
            )  # fmt: skip
            self._ask(
                "ends_on", say("终止日", "Last day"), self._stated.get("ends_on"), day=True,
                hint=say(f"期限最长 {years} 年", f"{years} years at most"),
            )  # fmt: skip
            known = purposes(today)
            self._fields["purposes"] = (
                ui.select(
                    {code: say(one.title, one.title_en) for code, one in known.items()},
                    label=say("用途（可多选）", "Purposes, one or more"), multiple=True,
                    value=list(self._stated.get("purposes", ())),
                )
                .props("outlined stack-label use-chips")
                .classes("ybz-wide")
            )  # fmt: skip

    async def datasets(self) -> None:
        """The catalogue list: search, add, take off."""
        say = self._seat.say
        with ui.element("section").classes("ybz-panel ybz-op-form"):
            heading(say("目录清单", "Catalogue list"))
            text = say(
                "按加入时生效的目录版本列入；目录以后有变更性修订的，用补充协议换版。",
                "Each is listed in the revision in force when it is added; a supplement lists a later one.",
            )
            Words("p", text).classes("ybz-fine")
            search = ui.input(
                say("找数据集", "Find a dataset"),
                on_change=lambda e: self._find(str(e.value or "").strip()),
            ).props(f"outlined stack-label clearable debounce={_PAUSE_MS} type=search")
            self._search = search.classes("ybz-wide")
            self._hits = ui.element("ul").classes("ybz-adds").props('aria-live="polite"')
            self._chosen = ui.element("ul").classes("ybz-lines")
            for name, revision in self._listed.items():
                self._line(name, await self._title(name), revision)

    def products(self) -> None:
        """A line a product or service."""
        say = self._seat.say
        with ui.element("section").classes("ybz-panel ybz-op-form"):
            heading(say("产品和服务", "Products and services"))
            self._rows = ui.element("div")
            known: list[dict[str, Any]] = list(self._stated.get("products") or [{}])
            for one in known:
                self._product(one)
            ui.button(say("再加一项", "Add another"), icon="add", on_click=lambda: self._product({})).props(
                "flat"
            )

    def clauses(self) -> None:
        """Every clause an agreement holds at least."""
        say = self._seat.say
        known = rule("operation", "agreement_clauses", local_date(datetime.now(UTC))).value
        stated = self._stated.get("clauses", {})
        with ui.element("section").classes("ybz-panel ybz-op-form"):
            heading(say(f"条款（{len(known)} 项都要写明）", f"Clauses ({len(known)}, all needed)"))
            for code, zh in known.items():
                one = Question(
                    code, words.clause(say, code, str(zh)), long=True, value=str(stated.get(code, ""))
                )
                self._clauses[code] = asked_field(one, say).props("autogrow rows=1")

    # -- What was filled in ----------------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        """The whole, as it is drafted."""
        code = self._seat.organisation
        return {
            "number": self._said("number"),
            "body": {"code": code, "name": self._seat.called, "person": self._said("body_person")},
            "operator": {
                name: self._said(f"operator_{name}") for name in ("code", "name", "person")
            },
            "starts_on": self._said("starts_on"),
            **self._anew(),
            "clauses": self._written(),
            "catalogue": [
                name if revision is None else {"dataset": name, "revision": revision}
                for name, revision in self._listed.items()
            ],
        }  # fmt: skip

    def changes(self) -> dict[str, Any]:
        """What a supplement changes of the agreement the form was filled from."""
        before = {one["dataset"]: one["revision"] for one in self._stated["catalogue"]}
        anew = {name: value for name, value in self._anew().items() if value != self._stated[name]}
        clauses = {
            code: text
            for code, text in self._written().items()
            if text != str(self._stated["clauses"].get(code, ""))
        }
        changed: dict[str, Any] = {
            **anew,
            "clauses": clauses,
            "add": [
                name for name, revision in self._listed.items() if revision is None or name not in before
            ],
            "remove": [name for name in before if name not in self._listed],
        }
        return {name: value for name, value in changed.items() if value}

    def _anew(self) -> dict[str, Any]:
        products = [
            {name: str(made.value or "").strip() for name, made in row.items()} for row in self._products
        ]
        return {
            "mode": self._said("mode"),
            "ends_on": self._said("ends_on"),
            "purposes": sorted(self._fields["purposes"].value or ()),
            "products": [one for one in products if any(one.values())],
        }

    def _written(self) -> dict[str, str]:
        return {code: str(made.value or "").strip() for code, made in self._clauses.items()}

    def _said(self, name: str) -> str:
        return str(self._fields[name].value or "").strip()

    # -- Lines of the form -----------------------------------------------------------------------------------

    def _party(self, side: str) -> Mapping[str, Any]:
        party: Mapping[str, Any] = self._stated.get(side, {})
        return party

    def _ask(
        self, name: str, label: str, value: Any, *, day: bool = False, hint: str = "",
        choices: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        one = Question(name, label, hint=hint, value=str(value or ""), day=day, choices=choices or {})
        self._fields[name] = asked_field(one, self._seat.say)

    async def _title(self, name: str) -> str:
        found = (await self._seat.calls.get("/v1/search", q=name, limit=_FOUND))["datasets"]
        return next((str(one["title"]) for one in found if one["name"] == name), name)

    async def _find(self, wanted: str) -> None:
        say, found = self._seat.say, []
        if wanted:
            found = (await self._seat.calls.get("/v1/search", q=wanted, limit=_FOUND))["datasets"]
        self._hits.clear()
        with self._hits:
            if wanted and not found:
                Words("li", say(f"没有找到“{wanted}”。", f"Nothing is called “{wanted}”."))
            for one in found:
                if one["name"] not in self._listed:
                    with ui.element("li"):
                        ui.button(
                            say(f"加上 {one['title']}", f"Add {one['title']}"), icon="add",
                            on_click=lambda one=one: self._take(one),
                        ).props("flat dense no-caps align=left")  # fmt: skip
                        Words("span", one["department"]).classes("ybz-fine")

    def _take(self, one: Mapping[str, Any]) -> None:
        self._hits.clear()
        self._search.set_value("")
        if one["name"] not in self._listed:
            self._listed[one["name"]] = None
            self._line(one["name"], one["title"], None)

    def _line(self, name: str, title: str, revision: int | None) -> None:
        say = self._seat.say
        with self._chosen, ui.element("li") as line:
            listed = say("现行版", "as it is now") if revision is None else say(
                f"第 {revision} 版", f"revision {revision}"
            )  # fmt: skip
            said = Words("span", f"{title} · {listed}")
            if revision is not None:
                newest = ui.button(say("换成现行版", "List it as it is now"))
                newest.props("flat dense").on_click(lambda: self._renew(name, title, said, newest))
            away = ui.button(icon="close", on_click=lambda: self._drop(name, line)).props("flat round dense")
            away.props["aria-label"] = f"{say('去掉', 'Take off')}: {title}"

    def _renew(self, name: str, title: str, said: Words, button: ui.button) -> None:
        self._listed[name] = None
        said.set_text(f"{title} · {self._seat.say('现行版', 'as it is now')}")
        button.delete()

    def _drop(self, name: str, line: ui.element) -> None:
        self._listed.pop(name, None)
        line.delete()

    def _product(self, stated: Mapping[str, Any]) -> None:
        say = self._seat.say
        row: dict[str, Any] = {}
        with self._rows, ui.element("div").classes("ybz-grid ybz-impl-product") as line:
            for name, zh, en in _PRODUCT:
                one = Question(name, say(zh, en), needed=False, value=str(stated.get(name, "")))
                row[name] = asked_field(one, say)
            away = ui.button(say("去掉这项", "Take it off"), icon="close").props("flat dense")
            away.on_click(lambda: self._without(row, line))
        self._products.append(row)

    def _without(self, row: dict[str, Any], line: ui.element) -> None:
        self._products.remove(row)
        line.delete()
