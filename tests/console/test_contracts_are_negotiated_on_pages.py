"""Two sides draft, offer, counter, accept and sign a contract, each before its own pages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.home import Home
from catalog.keys import possession, register_party_key
from catalog.keys.signers import Algorithm, new_private_pem, signer_of_pem
from catalog.store import open_store, writing
from examples.staff.roster import CIVIL_AFFAIRS, PLANNING
from space.contracting.statements import encoded
from tests.console.conftest import Reader
from tests.servers import give_own_store

pytestmark = pytest.mark.full

Sat = Callable[..., Reader]
SIDES = {"范恺": PLANNING[0], "闵征": CIVIL_AFFAIRS[0]}
KEYS = {person: signer_of_pem(new_private_pem(Algorithm.ED25519), "a fresh key") for person in SIDES}


@pytest.fixture(scope="module")
def city(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city, where both sides have registered a key."""
    folder = tmp_path_factory.mktemp("keyed") / "home"
    shutil.copytree(city, folder)
    give_own_store(Home(folder))
    now, engine = datetime.now(UTC), open_store(Home(folder))
    with writing(engine) as connection:
        for person, code in SIDES.items():
            register_party_key(
                connection, organisation=code, holder=person, public_pem=KEYS[person].public_pem,
                proof=possession(KEYS[person], code), valid_from=now, by="张磊", now=now,
            )  # fmt: skip
    engine.dispose()
    return folder


def fill(one: Reader, label: str, text: str) -> None:
    """Write into a field, and leave it."""
    field = one.page.get_by_label(label, exact=True)
    field.fill(text)
    field.blur()


def press(one: Reader, name: str) -> None:
    """Press a button of the page, or of the dialog over it."""
    one.page.get_by_role("button", name=name, exact=True).last.click()


def confirm(one: Reader, name: str, why: str = "") -> None:
    """Press a button, give a reason where one is asked for, and press it in the dialog."""
    press(one, name)
    dialog = one.page.get_by_role("dialog")
    dialog.wait_for()
    if why:
        dialog.get_by_role("textbox").fill(why)
    dialog.get_by_role("button").first.click()
    dialog.wait_for(state="detached")
    one.settled()


def call(one: Reader, path: str, body: dict[str, Any]) -> int:
    """What the interface answers a page of this reader."""
    proof = one.page.request.get(f"{one.address}/v1/sessions/current").json()["proof"]
    told = one.page.request.post(f"{one.address}{path}", data=body, headers={"X-CSRF-Token": proof})
    return int(told.status)


def permitted(asker: Reader, owner: Reader) -> str:
    """A request of one department that the other has permitted; its id."""
    dataset = "civil_affairs.divisions"
    fields = asker.page.request.get(f"{asker.address}/v1/datasets/{dataset}").json()["fields"]
    filed = {
        "purpose": "governance.administration", "legal_basis": "中华人民共和国城乡规划法第十一条",
        "scenario": "区划核对", "scope": "本单位", "method": "query", "use_until": "2027-05-21",
        "vouched_by": "范恺", "items": [{"dataset": dataset, "fields": [one["name"] for one in fields]}],
    }  # fmt: skip
    assert call(asker, "/v1/requests", filed) == 201
    found = asker.page.request.get(f"{asker.address}/v1/requests").json()["requests"]
    request = str(next(one["id"] for one in found if one["state"] == "submitted"))
    basis = "政务数据共享条例（国务院令第809号）第二十条"
    assert call(owner, f"/v1/requests/{request}/decisions", {"permit": True, "basis": basis}) == 200
    return request


def test_a_contract_goes_to_and_fro_until_both_sides_have_signed(reader: Sat, tmp_path: Path) -> None:
    ours, theirs = reader("fagai"), reader("minzheng")
    request = permitted(ours, theirs)
    ours.go(f"/department/contracts/new?request={request}")
    ours.page.get_by_label("获同意的申请").wait_for()
    fill(ours, "提供方负责人", "闵征")
    fill(ours, "使用方负责人", "范恺")
    fill(ours, "做什么用（对方会看到）", "区划核对")
    assert ours.faults() == []
    press(ours, "起草")
    ours.page.get_by_text("我方起草中").wait_for()
    confirm(ours, "发出要约", "请过目")
    ours.page.get_by_text("我方已要约，等对方答复").wait_for()
    assert ours.page.get_by_role("link", name="还价（改条款）").count() == 0
    where = ours.page.url.rpartition("/")[2]

    theirs.go("/department")
    theirs.page.get_by_text("份合约等我方答复或签署", exact=False).wait_for()
    theirs.page.get_by_text("有要约等我方答复：请过目").wait_for()
    theirs.go("/department/contracts")
    theirs.page.get_by_text("对方已要约，等我方答复").first.wait_for()
    theirs.go(f"/department/contracts/{where}")
    theirs.page.get_by_role("link", name="还价（改条款）").click()
    theirs.page.get_by_text("还没有改动。").wait_for()
    fill(theirs, "调用次数（整个期限）", "many")
    fill(theirs, "调用频率", "often")
    press(theirs, "还价")
    theirs.page.get_by_text("请写明为什么这样改。").wait_for()
    fill(theirs, "为什么这样改（对方会看到）", "次数要能管得住")
    press(theirs, "还价")
    theirs.page.get_by_text("有一项条款填得不对", exact=False).wait_for()
    fill(theirs, "调用次数（整个期限）", "200")
    fill(theirs, "调用频率", "60/minute")
    theirs.page.get_by_text("调用频率：增加 每分钟 60 次").wait_for()
    assert theirs.faults() == []
    theirs.picture("contract-countered")
    press(theirs, "还价")
    theirs.page.get_by_role("heading", name="第 2 次要约").wait_for()
    assert theirs.page.get_by_text("调用次数（整个期限）：由 1,000 改为 200").count() == 1

    ours.go(f"/department/contracts/{where}")
    assert ours.page.get_by_text("调用次数（整个期限）：由 1,000 改为 200").count() == 1
    confirm(ours, "承诺第 2 次要约")
    ours.page.get_by_text("已达成一致，待双方签署").wait_for()
    for one, person in ((ours, "范恺"), (theirs, "闵征")):
        one.go(f"/department/contracts/{where}")
        sign(one, KEYS[person], tmp_path)
    theirs.page.get_by_text("双方已签，等平台见证").wait_for()
    assert theirs.faults() == []
    theirs.picture("contract-signed")


def sign(one: Reader, key: Any, folder: Path) -> None:
    """Sign what waits on the page, with a registered key of the side."""
    with one.page.expect_download() as taken:
        press(one, "下载待签的文字")
    statement = Path(taken.value.path()).read_bytes()
    zone = one.page.locator("input[type=file]")
    nothing = folder / "other.json"
    nothing.write_text("{}", encoding="utf-8")
    zone.set_input_files(nothing)
    one.page.get_by_text("这不是 ybz contract seal 写出的文件。").wait_for()
    sealed = folder / "sealed.json"
    sealed.write_text(json.dumps({"key": key.key_id, "signature": encoded(key.sign(statement))}))
    zone.set_input_files(sealed)
    one.page.wait_for_function(
        f"[...document.querySelectorAll('input')].some(i => i.value === '{key.key_id}')"
    )
    press(one, "提交签名")
    one.page.get_by_text("我方已签，等对方签").or_(one.page.get_by_text("双方已签，等平台见证")).wait_for()


def test_the_terms_fit_a_phone_and_an_analyst_negotiates_nothing(reader: Sat) -> None:
    one = reader("yunying", phone=True)
    one.go("/operator/contracts")
    one.page.get_by_role("link", name="常住人口登记信息").first.click()
    one.page.get_by_role("heading", name="第 1 次要约").wait_for()
    assert one.fits()
    assert one.faults() == []
    where = one.page.url.rpartition("/")[2]
    one.go(f"/operator/contracts/{where}/terms")
    one.page.get_by_text("现在不能改条款").wait_for()
    other = reader("fenxi")
    other.go(f"/operator/contracts/{where}")
    other.page.get_by_role("heading", name="第 1 次要约").wait_for()
    assert other.page.get_by_role("button", name="解除").count() == 0
    assert call(other, f"/v1/contracts/{where}/termination", {"why": "w"}) == 403
