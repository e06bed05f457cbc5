"""The registration package: the same bytes for the same application, signed, nothing of the data in it."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from openpyxl import load_workbook

from catalog.keys import Ed25519Signer, load
from catalog.registration import examining, filing, packages
from catalog.registration.eligibility import Filing
from catalog.registration.errors import PackageTrouble
from catalog.registration.rulings import Kind, Object
from catalog.store import reading, writing
from tests.catalog.registration.bureau import CLERK, FORM, NOW, STEWARD, Bureau


@pytest.fixture
def package(bureau: Bureau, tmp_path: Path) -> Path:
    """A package of a complete application, as a ZIP."""
    with writing(bureau.engine) as connection:
        case = bureau.apply(connection, "civil.people", form=FORM | {"scenario": "=1+1 信贷核验"})
        files = packages.build(connection, case.id, load(bureau.home).signer)
    out = tmp_path / "package.zip"
    packages.save(files, out)
    return out


def own(bureau: Bureau) -> bytes:
    return load(bureau.home).signer.public_raw


def test_a_package_is_the_form_the_sheet_and_a_signature(bureau: Bureau, package: Path) -> None:
    document = packages.verify(package, own(bureau))
    assert document["application"]["kind_title"] == "首次登记"
    answers = {row["key"]: row["answer"] for row in document["form"]}
    assert answers["storage_place"] == FORM["storage_place"]
    assert [each["role"] for each in document["attachments"]] == [
        "commitment", "explanation", "risk_assessment",
    ]  # fmt: skip
    assert all(len(each["sha256"]) == 64 for each in document["attachments"])
    with zipfile.ZipFile(package) as given:
        page = load_workbook(io.BytesIO(given.read("registration.xlsx")))["公共数据资源登记申请表"]
    cells = {row[0].value: row[1] for row in page.iter_rows(min_row=2)}
    assert cells["登记主体名称"].value == "云州市公安局"
    # An answer that begins like a formula is text.
    assert (cells["应用场景信息"].value, cells["应用场景信息"].data_type) == ("=1+1 信贷核验", "s")


def test_the_same_application_gives_the_same_bytes_whatever_became_of_it(
    bureau: Bureau, package: Path
) -> None:
    signer = load(bureau.home).signer
    with writing(bureau.engine) as connection:
        first = packages.build(connection, "civil.people", signer)
        case = bureau.to_notice(connection, filing.rows.application(connection, "civil.people"), NOW)
        bureau.object(connection, case)
        again = packages.build(connection, case.id, signer)
    assert first == again
    again_at = package.with_name("again.zip")
    packages.save(again, again_at)
    assert again_at.read_bytes() == package.read_bytes()


def test_a_folder_says_what_the_zip_says(bureau: Bureau, package: Path, tmp_path: Path) -> None:
    with reading(bureau.engine) as connection:
        packages.save(packages.build(connection, "civil.people", load(bureau.home).signer), tmp_path / "out")
    assert packages.verify(tmp_path / "out", own(bureau)) == packages.verify(package, own(bureau))


@pytest.mark.parametrize("name", ["registration.json", "registration.xlsx", "signature.json"])
def test_any_changed_byte_breaks_a_package(bureau: Bureau, package: Path, name: str, tmp_path: Path) -> None:
    shutil.unpack_archive(package, tmp_path / "open")
    target = tmp_path / "open" / name
    content = bytearray(target.read_bytes())
    content[len(content) // 2] ^= 1
    target.write_bytes(bytes(content))
    with pytest.raises(PackageTrouble):
        packages.verify(tmp_path / "open", own(bureau))


def test_a_package_has_no_file_more_and_none_less(bureau: Bureau, package: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(package, tmp_path / "open")
    (tmp_path / "open" / "more.txt").write_text("x")
    with pytest.raises(PackageTrouble, match="only"):
        packages.verify(tmp_path / "open", own(bureau))
    (tmp_path / "open" / "more.txt").unlink()
    (tmp_path / "open" / "registration.xlsx").unlink()
    with pytest.raises(PackageTrouble, match="only"):
        packages.verify(tmp_path / "open", own(bureau))


def test_another_installation_s_signature_is_told_apart(bureau: Bureau, package: Path) -> None:
    other = Ed25519Signer.of(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    with pytest.raises(PackageTrouble, match="signed with the key"):
        packages.verify(package, other.public_raw)


def test_what_is_signed_is_what_a_stranger_cannot_sign(bureau: Bureau, package: Path, tmp_path: Path) -> None:
    """A stranger who repacks with an own key but our key's name is found out."""
    shutil.unpack_archive(package, tmp_path / "open")
    stated = json.loads((tmp_path / "open" / "signature.json").read_text())
    other = Ed25519Signer.of(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    document = json.loads((tmp_path / "open" / "registration.json").read_text())
    document["registration"]["name"] = "civil.homes"
    content = json.dumps(document).encode()
    (tmp_path / "open" / "registration.json").write_bytes(content)
    forged = json.loads(packages._signature({"registration.json": content}, other))
    forged["digests"]["registration.xlsx"] = stated["digests"]["registration.xlsx"]
    forged["key_id"] = stated["key_id"]
    (tmp_path / "open" / "signature.json").write_text(json.dumps(forged))
    with pytest.raises(PackageTrouble, match="does not hold"):
        packages.verify(tmp_path / "open", own(bureau))


def test_no_package_is_made_of_an_incomplete_application(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        given = Filing(Kind.FIRST, Object.RESOURCE, "civil.people", {"data_name": "人口"})
        case = filing.apply(connection, given, STEWARD, NOW).application
        with pytest.raises(PackageTrouble, match="scenario 应用场景信息: is not stated"):
            packages.build(connection, case.id, load(bureau.home).signer)
        examining.send_back(connection, case.id, [], CLERK, now=NOW)
        form = {key: value for key, value in FORM.items() if key != "data_name"}
        later = NOW + timedelta(days=1)
        filing.supplement(connection, case.id, form, bureau.attachments(), STEWARD, later)
        assert packages.build(connection, case.id, load(bureau.home).signer)


def test_what_is_no_package_is_said_to_be_none(bureau: Bureau, tmp_path: Path) -> None:
    stray = tmp_path / "stray.zip"
    stray.write_bytes(b"PK")
    with pytest.raises(PackageTrouble, match="is no package"):
        packages.verify(stray, own(bureau))
