"""What the most used operations answer, field by field, as the description of the interface tells it.

Decides nothing of an answer: rooms make it. A line is a field and its kind; ``?`` after the kind: it may be
null; ``*``: a list of it; ``~`` before the field: it is not always there. A capital letter begins another
shape. Fields may be added in later versions, none is taken away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_KINDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "text": {"type": "string"},
    "instant": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
    "count": {"type": "integer"},
    "number": {"type": "number"},
    "flag": {"type": "boolean"},
    "object": {"type": "object", "additionalProperties": True},
    "any": {},
}
_FIELD: Final = re.compile(r"^(~?)(\w+) (\w+)([?*]?)$")

_REQUEST: Final = """
    id text, kind text, applicant text, purpose text, statement object, use_until day?, share_type text,
    state text, missing text*, received_at instant, due_on day?, due_provisional flag, due_rule text,
    answered_at instant?, basis text?, answered_by text?, items Item*, cases Case*,
    ~applicant_name text, ~datasets object, ~next any"""
_GRANT: Final = """
    id text, kind text, request text, grantor text, grantee text, purpose text, mode text,
    analyses text*, state text, valid_from text, valid_to text, calls object, rho any, charged_fen count,
    terms_digest text, agreement object, signature text, signed_by text, signed_at instant,
    end_reason text?"""
_CASE: Final = """
    id text, asker text, dataset text, row text, field text, department text, department_code text,
    state text, opened_at instant, due_on day, due_provisional flag, answer text?, answered_at instant?,
    late flag?, checked_release text?, origin text, level text, not_carried count"""
# Shape → what it is, and its fields.
SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    "Listed": ("A dataset as the catalogue lists it.", """
        name text, code text, title text, summary text, department text, sharing text, condition text?,
        update_cycle text?, unit_kinds text*, grade count?, released_on text?, rows any, rows_withheld flag,
        quality number?, dimensions object, live any"""),
    "Found": ("Datasets that were found, the best first.", "total count, facets object, datasets Listed*"),
    "Dataset": ("A published dataset, as anyone may see it.", """
        name text, code text, title text, summary text, department text, department_code text,
        sharing text, condition text?, basis text?, open flag, classification text, update_cycle text?,
        unit_kinds text*, grade count?, released_on text?, release text?, revision count, rows any,
        rows_withheld flag, quality number?, dimensions object, live any, tags text*, fields object*,
        joins object*"""),
    "Column": ("A column, with what may be asked of it before any grant.", """
        name text, title text, type text, use text, may text, unit object?, values any, minimum any,
        maximum any, grain any, required flag, element any, description text"""),
    "Dictionary": ("The columns of a dataset.", """
        name text, title text, units object*, kinds text*, modes object, columns Column*, unique_keys any,
        joins object*"""),
    "Entry": ("An entry of the ledger, as the list shows it.", """
        name text, code text, title text, department text, state text, revision count, pending any"""),
    "EntryHistory": ("An entry with every act on it.", """
        name text, code text, title text, department text, state text, revision count, pending any,
        acts object*, findings any, triggers any, clocks any"""),
    "Item": ("One item asked for, and its answer.", """
        dataset text, field text, share_type text, case_id text?, answer text?, ground text?, basis text?,
        ~title text"""),
    "Case": ("What one owner answers of a request.", """
        id text, request text, number count, owner text, owner_code text, share_type text, rule text,
        chain object*, state text, lacks text*, given text*, disputed text*, opened_at instant,
        answered_at instant?, items text*, ~clock object?, ~waits_for any, ~answered_by text*,
        ~next any"""),
    "Request": ("A request for data.", _REQUEST),
    "RequestShown": ("A request with its steps.", f"{_REQUEST}, steps object*, next_step count?"),
    "Grant": ("A signed grant, with what its datasets are called.", f"{_GRANT}, datasets object*"),
    "GrantShown": (
        "A grant with its terms, and what is left of its limits now.", f"{_GRANT}, terms object, left object",
    ),
    "Contract": ("A digital contract.", """
        id text, kind text, request text?, provider text, consumer text, state text, offers count,
        grant text?, agreement_digest text?, agreement object?, in_charge object, drafted_at instant,
        changed_at instant, open text*, ~provider_name text, ~consumer_name text"""),
    "Proof": ("A receipt to keep.", "id text, jws text"),
    "Answer": ("The answer of a query, with how near it is to the truth and its receipt.", """
        columns object*, rows object*, mode text, accuracy object*, repeated flag, cost object,
        receipt Proof"""),
    "Explained": ("What would be done and what it would cost.", """
        decision text, mode text, releases text*, cost object, left object, ~audit object?, plan object"""),
    "Verified": ("Whether each record matches, in the order they were sent.", """
        outcomes text*, mode text, repeated flag, cost object, receipt Proof"""),
    "Receipt": ("A receipt, and what it states.", "id text, jws text, states object"),
    "Notice": ("What waits for one.", "id text, kind text, subject text, message text, at instant"),
    "Inbox": ("What flowed back to a body.", """
        deliveries object*, notices object*, tasks object*, next text?"""),
    "Delivery": ("Rows of a delivery, with the notes beside it.", """
        delivery object, total count, rows object*, before object, notes object*"""),
    "Form": ("A form of the admission list.", """
        code text, title text, issuer text, basis text, period text, subjectKind text, items object*,
        validFrom day, validTo day, ~issuerCode text, ~roster object, ~rules object*, ~temporary flag,
        ~assessment text, ~answerWorkdays count"""),
    "FormTask": ("What a body has to fill; the counts are its own alone.", """
        id text, form text, period text, body text, state text, ~subjects count?, ~filled count, due_on day,
        due_provisional flag, made_by text, made_at instant"""),
    "Correction": ("A challenge of a value, and where it stands.", _CASE),
    "Corrections": ("Cases one reported, and those one answers for.", """
        reported Correction*, to_answer Correction*, next text?"""),
    "CorrectionShown": (
        "A case with its steps and its evidence.",
        f"{_CASE}, proposed text?, steps object*, evidence object*, forms_with_the_old_value text*",
    ),
    "Duty": ("Something that is owed.", """
        what text, subject text, owner text, owner_code text, due_on day?, provisional flag, rule text,
        source text, colour text, days_left count?, overdue flag, dataset text, field text, count count?,
        title text, item text"""),
    "Measured": ("The quality of a dataset, as the list shows it.", """
        dataset text, title text, department text, score number?, grade5 any, state text?, reason text?"""),
    "Quality": ("The quality of a dataset, indicator by indicator.", """
        dataset text, title text, department text, release object?, attempt object?, score number?,
        grade5 any, minimum_quality number?, quarantine_limit number?, dimensions object,
        indicators object, rules any, stops any, warns any, worse any, worst_fields any, trend any"""),
    "Reach": ("What lies above or below, a part of it.", """
        total count, offset count, next_offset count?, datasets object*, columns object*, edges object*"""),
    "Lineage": ("Where a dataset comes from and where it goes.", """
        name text, field text?, up Reach?, down Reach?, titles object,
        departments object"""),
    "Edition": ("A closed period of the ledger.", """
        id text, period text, number count, closed_at instant, digest text, signature text,
        versions object"""),
    "Checkpoint": ("A signed state of the evidence log.", """
        size count, root text, checkpoint text, public_key text"""),
    "Inclusion": ("The proof that an entry is in the log.", """
        entry text, leaf_hash text, position count, path text*, size count, root text, checkpoint text"""),
    "Job": ("Long work that was asked for.", """
        id text, kind text, state text, progress object, result object?, file text?, problem object?,
        asked_by text, asked_at instant, started_at instant?, ended_at instant?, cancelling flag"""),
}  # fmt: skip
# Operation → shape of its answer.
ONES: Final[Mapping[tuple[str, str], str]] = {
    ("get", "/v1/search"): "Found",
    ("get", "/v1/datasets/{name}"): "Dataset",
    ("get", "/v1/datasets/{name}/dictionary"): "Dictionary",
    ("get", "/v1/entries/{name}"): "EntryHistory",
    ("get", "/v1/requests/{request}"): "RequestShown",
    ("get", "/v1/grants/{grant_id}"): "GrantShown",
    ("post", "/v1/queries"): "Answer",
    ("post", "/v1/queries/explain"): "Explained",
    ("post", "/v1/verifications"): "Verified",
    ("get", "/v1/receipts/{receipt_id}"): "Receipt",
    ("get", "/v1/inbox"): "Inbox",
    ("get", "/v1/inbox/deliveries/{delivery}"): "Delivery",
    ("get", "/v1/corrections"): "Corrections",
    ("get", "/v1/corrections/{case}"): "CorrectionShown",
    ("get", "/v1/quality/{name}"): "Quality",
    ("get", "/v1/lineage/{name}"): "Lineage",
    ("get", "/v1/evidence/checkpoint"): "Checkpoint",
    ("get", "/v1/evidence/{entry_id}"): "Inclusion",
    ("get", "/v1/jobs/{job}"): "Job",
}
# List → what its rows are called in JSON, and their shape.
PAGES: Final[Mapping[str, tuple[str, str]]] = {
    "/v1/entries": ("entries", "Entry"),
    "/v1/requests": ("requests", "Request"),
    "/v1/grants": ("grants", "Grant"),
    "/v1/contracts": ("contracts", "Contract"),
    "/v1/notices": ("notices", "Notice"),
    "/v1/forms": ("forms", "Form"),
    "/v1/forms/tasks": ("tasks", "FormTask"),
    "/v1/due": ("items", "Duty"),
    "/v1/quality": ("datasets", "Measured"),
    "/v1/editions": ("editions", "Edition"),
    "/v1/jobs": ("jobs", "Job"),
}


def schemas() -> dict[str, dict[str, Any]]:
    """Every shape as a component of the description."""
    return {component(name): _schema(name, *told) for name, told in SHAPES.items()}


def component(name: str) -> str:
    """What a shape is called among the components: an answer, never what is sent."""
    return f"Told{name}"


def reference(name: str) -> dict[str, str]:
    """Where a shape stands in the description."""
    return {"$ref": f"#/components/schemas/{component(name)}"}


def page(path: str) -> dict[str, Any] | None:
    """The answer of a list; None where no shape of its rows is known."""
    known = PAGES.get(path)
    if known is None:
        return None
    name, shape = known
    following = {"type": ["string", "null"], "description": "Cursor of the next page."}
    return {
        "title": f"Page of {name}", "type": "object", "required": [name, "next"],
        "properties": {name: {"type": "array", "items": reference(shape)}, "next": following},
        "additionalProperties": True,
    }  # fmt: skip


def _schema(name: str, words: str, fields: str) -> dict[str, Any]:
    read = [_FIELD.match(" ".join(one.split())) for one in fields.split(",")]
    found = [one.groups() for one in read if one is not None]
    assert len(found) == len(read), f"{name}: a field is written `name kind`"
    return {
        "title": component(name), "description": words, "type": "object",
        "required": [field for maybe, field, _, _ in found if not maybe],
        "properties": {field: _kind(kind, many) for _, field, kind, many in found},
        "additionalProperties": True,
    }  # fmt: skip


def _kind(kind: str, many: str) -> dict[str, Any]:
    one: dict[str, Any] = dict(_KINDS[kind]) if kind in _KINDS else dict(reference(kind))
    if many == "*":
        return {"type": "array", "items": one}
    return {"anyOf": [one, {"type": "null"}]} if many == "?" else one
