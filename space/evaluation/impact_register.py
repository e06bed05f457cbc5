"""The register of impact assessments 个人信息保护影响评估: each the ledger knows, how long it is kept.

Decides which acts hold an assessment: the check of an entry, the property of its contract, the decision on a
merge of personal sources, the opening to the public, a scenario's risk assessment. Nothing is
dropped: acts stay.

Source: 个人信息保护法 第55—56条; ``policies/rules/evaluation.yaml`` (``impact_kept``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from catalog.cataloging.acts import CHECK
from catalog.cataloging.admission import assessment_of
from catalog.revisions import parsed
from catalog.store.tables.cataloging import entry_acts
from catalog.store.tables.classification import merge_reviews
from catalog.store.tables.ledger import entries, revisions
from catalog.store.tables.opening import opening_steps, openings
from catalog.store.tables.operation import operation_scenarios
from policies.clocks import local_date
from policies.evaluation import FILE
from policies.operation import years_after
from policies.rulebook import rule
from space.evaluation.important_data import published

_NONE: Final = "none recorded"


def compose(connection: Connection, *, at: datetime) -> dict[str, Any]:
    """The register as of an instant.

    Args:
        connection: to read with.
        at: aware instant, not in the future.
    """
    day = local_date(at)
    kept = rule(FILE, "impact_kept", day)
    told = []
    for each in (*_checked(connection, at), *_merged(connection, at), *_opened(connection, at),
                 *_scenarios(connection, at)):  # fmt: skip
        made = local_date(each.pop("at"))
        until = years_after(made, int(kept.value))
        told.append({
            **each, "made_on": made.isoformat(), "keep_until": until.isoformat(), "term_over": until < day,
        })  # fmt: skip
    told.sort(key=lambda each: (each["made_on"], each["kind"], each["subject"]))
    lacking = unassessed(connection, at)
    return {
        "kind": "impact-register",
        "as_of": at.isoformat(),
        "source": kept.source,
        "kept_years": kept.value,
        "figures": [
            {"code": "assessments", "title": "影响评估", "value": len(told), "unit": "件",
             "definition": "截止时刻账本所知的影响评估：编目审核、数据融合、开放和应用场景所附"},
            {"code": "within_term", "title": "保存期内", "unit": "件",
             "value": sum(not each["term_over"] for each in told),
             "definition": f"其中自作出之日起未满{kept.value}年的"},
            {"code": "unassessed", "title": "缺影响评估的数据集", "value": len(lacking), "unit": "个",
             "definition": "含个人信息的已发布数据集中未见影响评估编号的"},
        ],
        "assessments": told,
        "unassessed": lacking,
    }  # fmt: skip


def unassessed(connection: Connection, at: datetime) -> list[dict[str, Any]]:
    """Published datasets with personal information for which no assessment is known."""
    assessed = {each["subject"] for each in _checked(connection, at)}
    return [
        {
            "dataset": made.name, "department": made.contract.department.name,
            "sensitive": any(each.sensitive for each in made.contract.fields),
        }
        for made in published(connection, at)
        if any(each.personal or each.sensitive for each in made.contract.fields)
        and made.name not in assessed
    ]  # fmt: skip


def _entry(kind: str, subject: str, reference: str, by: str, at: datetime, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "subject": subject, "reference": reference, "by": by, "at": at, **more}


def _checked(connection: Connection, at: datetime) -> Iterator[dict[str, Any]]:
    """What an entry was checked with, or what its contract refers to."""
    a, e, r = entry_acts.c, entries.c, revisions.c
    query = (
        select(e.name, a.revision, a.actor, a.made_at, a.details, r.contract)
        .join(entry_acts, a.entry_id == e.id)
        .join(revisions, (r.entry_id == e.id) & (r.number == a.revision))
        .where(a.event == CHECK, a.made_at <= at)
        .order_by(e.name, a.place)
    )
    for row in connection.execute(query):
        given = str(row.details.get("assessment", ""))
        reference = assessment_of(parsed(row.contract)) if given in ("", _NONE) else given
        if reference:
            yield _entry("entry", row.name, reference, row.actor, row.made_at, revision=row.revision)


def _merged(connection: Connection, at: datetime) -> Iterator[dict[str, Any]]:
    """Decided merges of personal sources; the basis names the assessment."""
    m = merge_reviews.c
    query = select(merge_reviews).where(m.decided_at <= at, m.basis.is_not(None)).order_by(m.dataset)
    for row in connection.execute(query):
        by = str(row.decided_by or "")
        yield _entry("merge", row.dataset, row.basis, by, row.decided_at, outcome=row.state)


def _opened(connection: Connection, at: datetime) -> Iterator[dict[str, Any]]:
    """Assessments of openings to the public."""
    o, s = openings.c, opening_steps.c
    query = (
        select(o.dataset, o.id, o.assessed_by, s.at)
        .join(opening_steps, s.opening_id == o.id)
        .where(s.event == "assess", s.at <= at, o.assessment.is_not(None))
        .order_by(o.dataset, s.number)
    )
    for row in connection.execute(query):
        yield _entry("opening", row.dataset, row.id, str(row.assessed_by or ""), row.at)


def _scenarios(connection: Connection, at: datetime) -> Iterator[dict[str, Any]]:
    """Risk assessments of scenarios, dated by the day they state."""
    s = operation_scenarios.c
    for row in connection.execute(select(operation_scenarios).where(s.proposed_at <= at).order_by(s.id)):
        risk = row.risk
        yield _entry(
            "scenario", row.title, row.id, str(risk["assessed_by"]), row.proposed_at,
            assessed_on=str(risk["assessed_on"]), level=risk["level"], findings=risk["findings"],
            measures=risk["measures"], state=row.state, purpose=row.purpose,
        )  # fmt: skip
