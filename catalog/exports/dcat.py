"""One published dataset as DCAT-AP 3 nodes, in JSON-LD.

Decides how an entry's public view reads in DCAT: what is a dataset, a distribution, a record of the
catalogue. Pure; which entries a page holds is :mod:`catalog.exports.harvest`'s matter. Figures of rows
and hashes of content are left out: no harvester needs them.

Source: W3C DCAT 3; SEMIC DCAT-AP 3.0.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from catalog.exports.identity import Identity
from contracts.model import Contract
from policies.rulebook import rule

# Terms used below; written here whole, so that nobody has to fetch a context.
CONTEXT: Final[Mapping[str, Any]] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "adms": "http://www.w3.org/ns/adms#",
    "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "hydra": "http://www.w3.org/ns/hydra/core#",
}
_LANGUAGE: Final = "zh"
# What became of an entry since it was last harvested.
_STATUS: Final = "http://publications.europa.eu/resource/authority/concept-status/"
# What an open file is. Source: IANA media types, RFC 4180.
_CSV: Final = "https://www.iana.org/assignments/media-types/text/csv"

# Said of every dataset: shapes ask for the wider class too, and a harvester need not know that one follows.
_DATASET: Final = ("dcat:Dataset", "dcat:Resource")

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """A published entry, as far as DCAT tells of it.

    Attributes:
        code: resource code.
        contract: in force.
        revision: its number.
        issued: when the entry was first published.
        modified: when its contract or its release last changed.
        released: when its current release was published, or None.
        inputs: resource codes of the datasets it is made from.
        licence: IRI of the licence under which it is open, or empty.
        download: where its open file is, or empty.
    """

    code: str
    contract: Contract
    revision: int
    issued: datetime
    modified: datetime
    released: datetime | None
    inputs: tuple[str, ...] = ()
    licence: str = ""
    download: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An entry that is no longer in the catalogue: its record says so, and nothing else of it is told.

    Attributes:
        code: resource code.
        modified: when it was withdrawn.
    """

    code: str
    modified: datetime


def dataset_nodes(entry: Listed, said: Identity, on: date) -> list[Node]:
    """The dataset, its distribution, its catalogue record and its publisher.

    Args:
        entry: what is told.
        said: how the catalogue calls itself.
        on: day whose vocabulary applies.
    """
    contract = entry.contract
    dataset = _reference(said, "dataset", entry.code)
    node: Node = {
        **dataset,
        "@type": list(_DATASET),
        "dct:title": _text(contract.title),
        "dct:description": _text(contract.summary or contract.title),
        "dct:identifier": entry.code,
        "dct:publisher": _reference(said, "agent", contract.department.code or contract.department.name),
        "dct:issued": instant(entry.issued),
        "dct:modified": instant(entry.modified),
        "dct:language": _language(on),
        "dct:accrualPeriodicity": _typed(
            rule("dcat", "frequencies", on).value[contract.update_cycle.value], "dct:Frequency"
        ),
        "dct:accessRights": _typed(
            rule("dcat", "access_rights", on).value[_access(contract)], "dct:RightsStatement"
        ),
        "dcat:version": contract.version,
        "adms:versionNotes": _text(f"目录版本 {entry.revision}"),
        "dcat:keyword": [_text(word) for word in dict.fromkeys((*contract.tags, contract.domain)) if word],
        "dcat:theme": [_reference(said, "theme", contract.classification)] if contract.classification else [],
        "dct:source": [_reference(said, "dataset", code) for code in entry.inputs],
    }
    if entry.released is not None:
        node["dcat:distribution"] = _reference(said, "distribution", entry.code)
    nodes = [_without_nothing(node), _publisher(contract, said)]
    if entry.released is not None:
        nodes.append(_distribution(entry, said, entry.released, on))
    if contract.classification:
        nodes.append(_theme(contract.classification, said))
    return [*nodes, _record(entry.code, said, entry.modified, "CURRENT")]


def withdrawn_nodes(entry: Withdrawn, said: Identity) -> list[Node]:
    """The record of an entry that left the catalogue, and a dataset that says no more than that."""
    gone = {
        **_reference(said, "dataset", entry.code),
        "@type": list(_DATASET),
        "dct:title": _text(entry.code),
        "dct:description": _text("已撤销 (withdrawn)"),
        "dct:identifier": entry.code,
    }
    return [gone, _record(entry.code, said, entry.modified, "WITHDRAWN")]


def instant(when: datetime) -> Node:
    """An instant as a typed literal."""
    return {"@type": "xsd:dateTime", "@value": when.strftime("%Y-%m-%dT%H:%M:%SZ")}


def _access(contract: Contract) -> str:
    return "open" if contract.open else contract.sharing.type.value


def _distribution(entry: Listed, said: Identity, released: datetime, on: date) -> Node:
    methods = "、".join(method.value for method in entry.contract.sharing.methods) or "request"
    return _without_nothing(
        {
            **_reference(said, "distribution", entry.code),
            "@type": "dcat:Distribution",
            "dct:title": _text(entry.contract.title),
            "dct:description": _text(f"共享方式 {methods}"),
            "dcat:accessURL": _reference(said, "access", entry.code),
            "dcat:downloadURL": _iri(entry.download) if entry.download else [],
            "dcat:mediaType": _typed(_CSV, "dct:MediaType") if entry.download else [],
            "dct:license": _typed(entry.licence, "dct:LicenseDocument") if entry.licence else [],
            "dct:modified": instant(released),
            "dct:language": _language(on),
        }
    )


def _publisher(contract: Contract, said: Identity) -> Node:
    department = contract.department
    return {
        **_reference(said, "agent", department.code or department.name),
        "@type": "foaf:Agent",
        "foaf:name": _text(department.name),
    }


def _theme(classification: str, said: Identity) -> Node:
    return {
        **_reference(said, "theme", classification),
        "@type": "skos:Concept",
        "skos:prefLabel": _text(classification),
    }


def _record(code: str, said: Identity, modified: datetime, status: str) -> Node:
    return {
        **_reference(said, "record", code),
        "@type": "dcat:CatalogRecord",
        "foaf:primaryTopic": _reference(said, "dataset", code),
        "dct:modified": instant(modified),
        "adms:status": _typed(f"{_STATUS}{status}", "skos:Concept")
        | {"skos:prefLabel": _text(status.lower())},
    }


def _text(words: str) -> Node:
    return {"@language": _LANGUAGE, "@value": words}


def _language(on: date) -> Node:
    return _typed(rule("dcat", "languages", on).value[_LANGUAGE], "dct:LinguisticSystem")


def _typed(iri: str, kind: str) -> Node:
    """A reference that says what it is, so that a harvester need not look it up."""
    return {"@id": iri, "@type": kind}


def _iri(iri: str) -> Node:
    return {"@id": iri}


def _reference(said: Identity, kind: str, key: str) -> Node:
    return _iri(said.iri(kind, key))


def _without_nothing(node: Node) -> Node:
    return {name: value for name, value in node.items() if value != []}
