"""Rows of the lists of the space; see :mod:`tests.space.api.long_lists`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from catalog.store.tables.entitlements import entitlement_comparisons
from catalog.store.tables.evaluation import evaluations
from catalog.store.tables.forms import corrections
from catalog.store.tables.forms import forms as admitted
from catalog.store.tables.forms_filling import form_demands, form_drafts
from catalog.store.tables.grassroots import base_task_moves, base_tasks
from catalog.store.tables.money import invoices, voucher_batches, vouchers
from contracts.model import UpdateCycle
from space.wayback.forms.definition import Form, to_document
from tests.space.bureau import DEPARTMENT, OTHER, TODAY

STREET: Final = "street"
_DAY: Final = timedelta(days=1)


def money(put: Any, n: int, evidence: str, at: Any) -> None:
    """An invoice, a batch and a voucher; every third is the department's."""
    payer = (DEPARTMENT if n % 3 == 0 else OTHER)["code"]
    put(
        invoices,
        {
            "number": f"N-{n:03d}", "kind": "invoice", "issuer": "x", "payer": payer, "month": "2026-08",
            "year": 2026, "place": n, "statement_id": f"stm_{payer}", "document": "{}", "digest": "0",
            "signature": "x", "total_fen": 1, "credited_fen": 0, "voucher_fen": 0, "issued_by": "x",
            "issued_at": at, "evidence_id": evidence,
        },
    )  # fmt: skip
    put(
        voucher_batches,
        {
            "id": f"vcb_{n:03d}", "title": "x", "issuer": "x", "budget_fen": 1, "cap_fen": 1,
            "claim_from": TODAY, "claim_to": TODAY, "spend_to": TODAY, "products": [], "datasets": [],
            "basis": "x", "unissued_fen": 0, "unclaimed_fen": 0, "unspent_fen": 1, "spent_fen": 0,
            "expired_fen": 0, "share_percent": 50, "opened_by": "x", "opened_at": at, "evidence_id": evidence,
        },
    )  # fmt: skip
    put(
        vouchers,
        {
            "id": f"vch_{n:03d}", "batch_id": f"vcb_{n:03d}", "firm": payer, "state": "claimed",
            "face_fen": 1, "left_fen": 1, "spent_fen": 0, "ended_fen": 0, "issued_at": at,
        },
    )  # fmt: skip


def forms(put: Any, n: int, evidence: str, at: Any) -> None:
    """A form, a demand for it and two versions of a draft."""
    issuer = (DEPARTMENT if n % 3 == 0 else OTHER)["code"]
    form = Form(
        f"f{n:03d}",
        "表",
        "发展改革委",
        "x",
        UpdateCycle.MONTHLY,
        "person",
        (),
        TODAY,
        date(2027, 1, 1),
        issuer,
    )
    put(
        admitted,
        {
            "code": form.code, "title": "表", "issuer": "x", "basis": "x", "period": "monthly",
            "subject_kind": "person", "items": [], "valid_from": TODAY, "valid_to": form.valid_to,
            "admitted_by": "x", "admitted_at": at, "evidence_id": evidence,
            "ended_on": TODAY if n % 5 == 2 else None,
        },
    )  # fmt: skip
    put(
        form_demands,
        {
            "id": f"fdm_{n:03d}", "code": form.code, "title": "表", "issuer": "x", "temporary": False,
            "definition": to_document(form), "overlap": {}, "state": "refused" if n % 4 == 3 else "asked",
            "reason": "x", "asked_by": "x", "asked_at": at, "due_on": TODAY, "due_provisional": False,
            "evidence_id": evidence,
        },
    )  # fmt: skip
    for version in (1, 2):
        put(
            form_drafts,
            {
                "id": f"fdr_{n:03d}_{version}", "form": form.code, "period": "2026-09", "body": STREET,
                "subject": f"s{n}", "version": version, "subject_id": f"person-{n}", "values": {},
                "reasons": {}, "saved_by": "x", "saved_at": at, "evidence_id": evidence,
            },
        )  # fmt: skip


def compared(put: Any, n: int, name: str, code: str, evidence: str, at: Any) -> None:
    """A comparison of a department and an evaluation."""
    put(
        entitlement_comparisons,
        {
            "id": f"ecm_{n:03d}", "entitlement": "x", "dataset": "x", "register": "x", "others": {},
            "department": name, "department_code": code, "purpose": "x", "basis": "x", "grants": {},
            "opened_by": "x", "opened_at": at, "evidence_id": evidence,
        },
    )  # fmt: skip
    put(
        evaluations,
        {
            "id": f"evl_{n:03d}", "scheme": "x", "scheme_on": TODAY, "subject_kind": "grant", "subject": "x",
            "party": code, "period": "2026Q3", "first_on": TODAY, "last_on": TODAY,
            "state": "open" if n % 3 else "published", "version": 0, "opened_at": at,
        },
    )  # fmt: skip


def tasks(put: Any, n: int, evidence: str, at: Any) -> None:
    """A task of the street."""
    put(
        base_tasks,
        {
            "id": f"btk_{n:03d}", "body": STREET, "kind": "visit", "subject": "x", "title": "x",
            "due_on": TODAY - _DAY * (n % 3), "state": "done" if n % 4 == 3 else "open", "opened_by": "x",
            "opened_at": at, "evidence_id": evidence,
        },
    )  # fmt: skip
    put(
        base_task_moves,
        {
            "task_id": f"btk_{n:03d}", "number": 1, "person": "x", "first_on": TODAY, "reason": "x",
            "moved_by": "x", "moved_at": at, "evidence_id": evidence,
        },
    )  # fmt: skip


def challenged(put: Any, n: int, release: str, code: str, evidence: str, at: Any) -> None:
    """A challenge of a value, every other one before the authority."""
    put(
        corrections,
        {
            "id": f"cor_{n:03d}", "asker": (DEPARTMENT if n % 3 == 0 else OTHER)["code"],
            "dataset": "market.firms", "release_id": release, "row": str(n), "field": "industry",
            "row_key": {}, "new_value": "x", "reason": "x", "department": "x", "department_code": code,
            "state": "open", "opened_by": "x", "opened_at": at, "due_on": TODAY, "due_provisional": False,
            "due_rule": "x", "evidence_id": evidence, "level": "authority" if n % 2 else None,
        },
    )  # fmt: skip
