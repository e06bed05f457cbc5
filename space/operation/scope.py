"""Whether what is asked for lies within an authorised-operation agreement and a scenario under it.

Decides on values alone, with every reason: it is asked when a request is filed, when it is answered, and when
a grant is signed. Reading the values is :mod:`space.operation.standing`'s.

Source: 发改数据规〔2025〕27号 (data scope and catalogue list of the agreement, scenarios, term).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from policies.decision import Decision, Deny, Permit, Reason

IN_FORCE: Final = "in_force"
ADOPTED: Final = "adopted"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to use.

    Attributes:
        operator: code of the organisation that would use it.
        body: code of the implementing body it names; empty: the agreement's.
        purpose: code of the purpose.
        last: last day of use.
        items: dataset and field of each.
    """

    operator: str
    body: str
    purpose: str
    last: date
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of the agreement's catalogue list, as it was listed and as it is.

    Attributes:
        revision: listed.
        fields: of that revision.
        current: the revision in force now; 0 where the entry is published no more.
        breaks: why the step from the one to the other takes something back; empty where it does not.
    """

    revision: int
    fields: frozenset[str]
    current: int
    breaks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreementScope:
    """What an agreement allows.

    Attributes:
        number: of the agreement.
        state: of its procedure.
        operator, body: codes of its parties.
        ends_on: last day.
        purposes: codes.
        listed: its catalogue list in the version in force.
    """

    number: str
    state: str
    operator: str
    body: str
    ends_on: date
    purposes: frozenset[str]
    listed: Mapping[str, Listed]


@dataclass(frozen=True, slots=True)
class ScenarioScope:
    """What a scenario allows.

    Attributes:
        title: of the scenario.
        state: of its procedure.
        purpose: code.
        valid_to: last day.
        items: dataset and field of each, every one with its necessity.
    """

    title: str
    state: str
    purpose: str
    valid_to: date
    items: frozenset[tuple[str, str]]


def judge(
    asked: Asked, agreement: AgreementScope | None, scenario: ScenarioScope | None, on: date
) -> Decision:
    """Permit, or every reason why what is asked for lies outside.

    Args:
        asked: items, purpose, last day, and who.
        agreement: the one that was named, or None where there is none of that number.
        scenario: the one that was named, or None where the agreement has none of that title.
        on: day, Asia/Shanghai.
    """
    reasons = (*_of_agreement(asked, agreement, on), *_of_scenario(asked, agreement, scenario, on))
    return Deny(reasons) if reasons else Permit()


def _of_agreement(asked: Asked, agreement: AgreementScope | None, on: date) -> Iterator[Reason]:
    if agreement is None:
        yield Reason(
            "scope.agreement.missing",
            "no authorised-operation agreement of this number is recorded",
            "agreement",
            "have the implementing body draft it and both sides sign it (`ybz agreement`)",
        )
        return
    if agreement.state != IN_FORCE or agreement.ends_on < on:
        yield Reason(
            "scope.agreement.not_in_force",
            f"the agreement is {agreement.state}",
            "agreement",
            "only an agreement in force carries requests and grants (`ybz agreement show`)",
        )
    if asked.operator != agreement.operator or asked.body not in ("", agreement.body):
        yield Reason(
            "scope.agreement.party",
            "the agreement is between other parties",
            "agreement",
            f"implementing body {agreement.body}, operator {agreement.operator}",
        )
    if asked.last > agreement.ends_on:
        yield Reason(
            "scope.agreement.term",
            "the use would last longer than the agreement",
            "use_until",
            f"{agreement.ends_on} at most",
        )
    if asked.purpose not in agreement.purposes:
        yield Reason(
            "scope.agreement.purpose",
            "the purpose is not one of the agreement",
            "purpose",
            f"one of {', '.join(sorted(agreement.purposes))}",
        )
    yield from _of_list(asked, agreement)


def _of_list(asked: Asked, agreement: AgreementScope) -> Iterator[Reason]:
    for dataset in dict.fromkeys(dataset for dataset, _ in asked.items):
        held = agreement.listed.get(dataset)
        if held is None:
            yield Reason(
                "scope.agreement.dataset",
                "the dataset is not in the catalogue list of the agreement",
                dataset,
                "leave it out, or sign a supplement (`ybz agreement supplement`)",
            )
        elif held.breaks or not held.current:
            now = (
                f"revision {held.current} takes something back" if held.current else "it is published no more"
            )
            yield Reason(
                "scope.agreement.revision",
                f"the agreement lists revision {held.revision} of the dataset, and {now}",
                dataset,
                "sign a supplement that lists the revision in force (`ybz agreement supplement`)",
            )
    for dataset, field in asked.items:
        held = agreement.listed.get(dataset)
        if held is not None and field not in held.fields:
            yield Reason(
                "scope.agreement.item",
                f"the item is not in revision {held.revision}, which the agreement lists",
                f"{dataset}.{field}",
                "leave it out, or sign a supplement (`ybz agreement supplement`)",
            )


def _of_scenario(
    asked: Asked, agreement: AgreementScope | None, scenario: ScenarioScope | None, on: date
) -> Iterator[Reason]:
    if scenario is None:
        if agreement is not None:
            yield Reason(
                "scope.scenario.missing",
                "the agreement has no scenario of this title",
                "scenario",
                "propose it and have it adopted (`ybz scenario`)",
            )
        return
    if scenario.state != ADOPTED or scenario.valid_to < on:
        yield Reason(
            "scope.scenario.not_adopted",
            f"the scenario is {scenario.state}, until {scenario.valid_to}",
            "scenario",
            "only an adopted scenario that is not over carries requests and grants (`ybz scenario show`)",
        )
    if asked.purpose != scenario.purpose:
        yield Reason(
            "scope.scenario.purpose",
            "the purpose is not the scenario's",
            "purpose",
            f"purpose {scenario.purpose}",
        )
    if asked.last > scenario.valid_to:
        yield Reason(
            "scope.scenario.term",
            "the use would last longer than the scenario",
            "use_until",
            f"{scenario.valid_to} at most",
        )
    for dataset, field in asked.items:
        if (dataset, field) not in scenario.items:
            yield Reason(
                "scope.scenario.item",
                "the scenario states no necessity for the item",
                f"{dataset}.{field}",
                "leave it out, or have a scenario adopted that says why it is needed",
            )
