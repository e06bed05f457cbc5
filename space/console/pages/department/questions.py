"""The questions of the guided request, each with what the service finds missing below it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from nicegui import ui

from policies.access import Role
from space.console.pages.department import words
from space.console.pages.department.around import para, rests
from space.console.pages.department.drafting import STEP_OF, Draft, worded
from space.console.parts.words import Words, facts
from space.console.seats import Seat

# What is typed is sent on after a pause, in milliseconds.
_PAUSE_MS: Final = 500


class Questions:
    """Fields of a draft, bound to it."""

    def __init__(
        self,
        seat: Seat,
        draft: Draft,
        vocabulary: Mapping[str, Any],
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._seat, self._draft, self._vocabulary, self._changed = seat, draft, vocabulary, changed
        self._told: dict[str, ui.element] = {}
        # What is missing stands in red only where somebody was, or went past.
        self._seen: set[str] = set()
        # An operator asks under its agreement; a department on the basis of its duties.
        self._operator = seat.role is Role.OPERATOR_ADMIN

    def basis(self) -> None:
        """What for, and on which basis."""
        say = self._seat.say
        purposes = {
            one["code"]: words.purpose(say, self._vocabulary, one["code"])
            for one in self._vocabulary["purposes"]
        }
        self._choice("purpose", say("用途", "Purpose"), purposes)
        self._rule = ui.element("div").props('aria-live="polite"')
        self._text(
            "scenario", say("办什么事（使用场景）", "What is done (scenario)"),
            say("例如：低保对象价格补贴发放核对", "Such as: checking who is due a price subsidy"), long=True,
        )  # fmt: skip
        if self._operator:
            self._text("implementing_body", say("实施机构代码", "Implementing body"), "")
            self._text("agreement", say("授权运营协议编号", "Number of the agreement"), "")
            return
        self._text(
            "legal_basis", say("使用依据", "Legal basis"),
            say("法律、法规或者“三定”规定的名称和条款", "Name and article of the law or duty"), long=True,
        )  # fmt: skip

    def use(self) -> None:
        """How it is used, until when, in which way it is delivered, who vouches."""
        say = self._seat.say
        if not self._operator:
            self._text(
                "scope", say("使用范围", "Scope"),
                say("谁用、用在哪里，例如：本单位价格科内部使用", "Who uses it and where"), long=True,
            )  # fmt: skip
            methods = {
                code: words.method(say, self._vocabulary, code) for code in self._vocabulary["methods"]
            }
            self._choice("method", say("提供方式", "Way of delivery"), methods)
            self._differences(methods)
        self._day("use_until", say("用到哪一天", "Last day of use"))
        self._text(
            "vouched_by", say("承诺人（登记的姓名或账号）", "Who vouches (registered name or login)"),
            say("本单位对真实、合法、必要负责的人", "Answers for truth, legality and necessity"),
        )  # fmt: skip
        para(
            say(
                "承诺人对真实、合法、必要负责；写的是别人的，要等他签字，申请才受理。",
                "Who vouches answers for truth, legality and need; somebody else signs before it is filed.",
            ),
            fine=True,
        )

    def _differences(self, methods: Mapping[str, str]) -> None:
        """What each way of delivery means for whoever asks."""
        say = self._seat.say
        with ui.element("details").classes("ybz-more"):
            Words("summary", say("这几种方式有什么不同", "How these ways differ"))
            meant = [(methods[code], say(*words.MEANT[code])) for code in methods if code in words.MEANT]
            facts(meant)
            para(
                say(
                    "一件申请选一种。既要数据又要核对个别记录的，写进使用范围，签发授权时可以一并开放核验。",
                    "One request names one way. Who needs both, says so in the scope: the authority may open "
                    "verification beside it.",
                ),
                fine=True,
            )

    def past(self, step: int) -> None:
        """Somebody went on from a step: what they left out may stand in red now."""
        self._seen |= {key for key, of in STEP_OF.items() if of <= step}
        self.told()

    def told(self) -> None:
        """Show beside each field what the service finds missing of it."""
        self._rules()
        for key, place in self._told.items():
            lines = self._draft.lacks(key) if key in self._seen else []
            place.clear()
            with place:
                for line in lines:
                    Words("span", worded(self._seat.say, line)).classes("ybz-lack")

    def _rules(self) -> None:
        """What the purpose that was chosen rests on."""
        chosen = self._draft.stated.get("purpose")
        found = next((one for one in self._vocabulary["purposes"] if one["code"] == chosen), None)
        self._rule.clear()
        if found is not None:
            say = self._seat.say
            charged = (
                say("可以收费", "may be charged") if found["charged"] else say("不收费", "free of charge")
            )
            with self._rule:
                para(f"{charged} · {rests(say, found['rests'])}", fine=True)

    def _text(self, key: str, label: str, hint: str, *, long: bool = False) -> None:
        kind = ui.textarea if long else ui.input
        made = kind(label, value=self._draft.stated.get(key, ""), on_change=lambda e: self._set(key, e.value))
        made.props(f"outlined stack-label debounce={_PAUSE_MS}" + (" rows=2 autogrow" if long else ""))
        if hint:
            made.props(f'placeholder="{hint}"')
        self._below(key, made)

    def _choice(self, key: str, label: str, choices: Mapping[str, str]) -> None:
        value = self._draft.stated.get(key)
        made = ui.select(
            dict(choices), label=label, value=value if value in choices else None,
            on_change=lambda e: self._set(key, e.value),
        )  # fmt: skip
        self._below(key, made.props("outlined stack-label"))

    def _day(self, key: str, label: str) -> None:
        made = ui.input(
            label, value=self._draft.stated.get(key, ""), on_change=lambda e: self._set(key, e.value)
        )
        self._below(key, made.props("outlined stack-label type=date"))

    def _below(self, key: str, made: ui.element) -> None:
        made.classes("ybz-wide")
        self._told[key] = ui.element("p").classes("ybz-lack-line")

    async def _set(self, key: str, value: Any) -> None:
        self._seen.add(key)
        self._draft.stated[key] = str(value or "")
        await self._changed()
