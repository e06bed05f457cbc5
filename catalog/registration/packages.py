"""The registration package 登记材料包: what is handed to the national platform, signed.

Decides what is in it: the form as canonical JSON and as a sheet, digests of the attachments, one
signature over both. It holds no data, and of attachments only their digests. The same application gives
the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, select

from catalog.clocks.place import place_on
from catalog.keys import Ring, Signer
from catalog.keys.encoding import of_base64
from catalog.registration import filing, rows, rulings, sheet
from catalog.registration.errors import PackageTrouble
from catalog.registration.rows import Application, Registration
from catalog.registration.rulings import OBJECT_TITLES, TITLES, Kind, Object
from catalog.store.tables.ledger import entries
from contracts.canonical import canonical
from policies.clocks import local_date

FORMAT: Final = "ybz-registration-package/1"
FORM_FILE: Final = "registration.json"
SHEET_FILE: Final = "registration.xlsx"
SIGNATURE_FILE: Final = "signature.json"
# Before what is signed: no other signature of ours reads so.
_PREFIX: Final = b"ybz registration package\n"
# Far above what a package of text can be; a larger member is not read.
_LARGEST: Final = 16 << 20  # bytes


def build(connection: Connection, named: str, signer: Signer) -> Mapping[str, bytes]:
    """The files of the package of an application, by name.

    Args:
        connection: to read with.
        named: the application, or what it is about.
        signer: of the installation.

    Raises:
        PackageTrouble: the application is incomplete.
    """
    case = rows.application(connection, named)
    of = rows.registration(connection, case.registration_id)
    missing = filing.missing_now(connection, case, of, local_date(case.filed_at))
    if missing:
        raise PackageTrouble(f"{case.id} is incomplete, there is no package of it: {'; '.join(missing)}")
    document = _document(connection, case, of)
    head = [
        ("申请编号", case.id),
        ("登记类型", document["application"]["kind_title"]),
        ("登记对象", document["registration"]["object_title"]),
        ("对象名称", of.name),
        ("资源目录代码", document["registration"]["catalogue_code"] or "—"),
        ("登记编码", document["registration"]["code"] or "—"),
    ]
    if document["application"]["ground"]:
        head.append(("注销情形", document["application"]["ground"]))
    answers = [(row["title"], _words(row["answer"])) for row in document["form"]]
    content = canonical(document)
    page = sheet.write(head, answers, document["attachments"])
    return {
        FORM_FILE: content,
        SHEET_FILE: page,
        SIGNATURE_FILE: _signature({FORM_FILE: content, SHEET_FILE: page}, signer),
    }


def save(package: Mapping[str, bytes], out: Path) -> None:
    """Write a package: one ZIP where the name ends so, else a folder.

    Raises:
        PackageTrouble: the place cannot be written to.
    """
    try:
        if out.suffix.lower() == ".zip":
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_bytes(sheet.zipped(dict(package)))
            return
        out.mkdir(parents=True, exist_ok=True)
        for name, content in package.items():
            (out / name).write_bytes(content)
    except OSError as error:
        raise PackageTrouble(f"{out}: cannot be written: {error.strerror}") from error


def verify(path: Path, public: bytes | Ring) -> dict[str, Any]:
    """Check that a package is what an installation signed.

    Args:
        path: ZIP or folder.
        public: that installation's public key, or every key it signed with.

    Returns:
        The form it holds.

    Raises:
        PackageTrouble: a file is missing, changed or added, or the signature is not of that key.
    """
    files = _opened(path)
    if sorted(files) != sorted((FORM_FILE, SHEET_FILE, SIGNATURE_FILE)):
        raise PackageTrouble(f"{path}: a package has {FORM_FILE}, {SHEET_FILE} and {SIGNATURE_FILE} only")
    try:
        stated = json.loads(files[SIGNATURE_FILE])
        signature = of_base64(stated["signature"])
        digests, signed_by = dict(stated["digests"]), stated["key_id"]
    except (ValueError, KeyError, TypeError) as error:
        raise PackageTrouble(f"{path}: {SIGNATURE_FILE} cannot be read") from error
    for name in (FORM_FILE, SHEET_FILE):
        if digests.get(name) != hashlib.sha256(files[name]).hexdigest():
            raise PackageTrouble(f"{path}: {name} is not what was signed")
    ring = Ring.around(public)
    if ring.of(str(signed_by)) is None:
        raise PackageTrouble(
            f"{path}: signed with the key {str(signed_by)[:16]}, not {ring.keys[-1].key_id} — give the"
            " signing installation's public key"
        )
    if not ring.signed(_PREFIX + canonical(digests), signature):
        raise PackageTrouble(f"{path}: the signature does not hold")
    found: dict[str, Any] = json.loads(files[FORM_FILE])
    return found


def _document(connection: Connection, case: Application, of: Registration) -> dict[str, Any]:
    on, what, kind = local_date(case.filed_at), Object(of.object), Kind(case.kind)
    place = place_on(connection, on)
    asked = rulings.materials(what, kind, on, place)
    grounds = rulings.deregistration_grounds(on, place)
    ground = "" if case.ground is None else grounds[case.ground].words
    catalogue_code = connection.execute(
        select(entries.c.code).where(entries.c.name == of.name)
    ).scalar_one_or_none()
    titles = {each.key: each.title for each in asked}
    return {
        "format": FORMAT,
        "application": {
            "id": case.id,
            "kind": case.kind,
            "kind_title": TITLES[kind],
            "filed_on": on.isoformat(),
            "applicant_name": case.applicant_name,
            "applicant_code": case.applicant_code,
            "ground": "；".join(part for part in (ground, case.ground_citation) if part),
        },
        "registration": {
            "id": of.id,
            "object": of.object,
            "object_title": OBJECT_TITLES[what],
            "name": of.name,
            "catalogue_code": catalogue_code,
            # A first application has none: what is given later does not change what was handed in.
            "code": None if kind is Kind.FIRST else of.code,
        },
        "form": [
            {"key": each.key, "title": each.title, "answer": case.values[each.key]}
            for each in asked
            if each.form != "file"
        ],
        "attachments": sorted(
            (
                {
                    "role": each["role"],
                    "title": titles[each["role"]],
                    "name": each["name"],
                    "sha256": each["digest"],
                    "size_bytes": each["size_bytes"],
                }
                for each in rows.files_of(connection, case.id)
                if each["role"] in titles
            ),
            key=lambda each: (each["role"], each["sha256"], each["name"]),
        ),
    }


def _signature(files: Mapping[str, bytes], signer: Signer) -> bytes:
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    signature = signer.sign(_PREFIX + canonical(digests))
    return canonical(
        {"digests": digests, "key_id": signer.key_id, "signature": base64.b64encode(signature).decode()}
    )


def _words(answer: Any) -> str:
    return "、".join(answer) if isinstance(answer, list) else str(answer)


def _opened(path: Path) -> dict[str, bytes]:
    try:
        if path.is_dir():
            return {each.name: _bounded(each.stat().st_size, each) for each in sorted(path.iterdir())}
        with zipfile.ZipFile(io.BytesIO(_bounded(path.stat().st_size, path))) as given:
            infos = given.infolist()
            if any(info.file_size > _LARGEST for info in infos) or len(infos) > 8:
                raise PackageTrouble(f"{path}: is larger than any package of ours")
            if len({info.filename for info in infos}) < len(infos):
                raise PackageTrouble(f"{path}: has a file twice")
            return {info.filename: given.read(info) for info in infos}
    except (OSError, zipfile.BadZipFile, RuntimeError) as error:
        raise PackageTrouble(f"{path}: is no package — name a ZIP or folder written by us") from error


def _bounded(size: int, path: Path) -> bytes:
    if size > _LARGEST:
        raise PackageTrouble(f"{path}: is larger than any package of ours")
    return path.read_bytes()
