"""The evidence explorer in a real browser, and administrators who stay apart."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.console.conftest import Reader

pytestmark = pytest.mark.full

Sat = Callable[..., Reader]


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_an_auditor_proves_an_entry_in_the_browser(reader: Sat, phone: bool) -> None:
    one = reader("jiandu", phone=phone)
    one.go("/audit")
    assert one.faults() == []
    assert one.fits()
    one.picture("audit" + ("-phone" if phone else ""))
    one.page.locator(".ybz-table a").first.click()
    one.settled()
    one.page.get_by_role("heading", name="所记内容").wait_for()
    one.page.get_by_role("button", name="验证").click()
    one.page.get_by_text("成立", exact=True).nth(3).wait_for()
    assert one.page.get_by_text("不成立").count() == 0
    assert one.faults() == []
    assert one.fits()


def test_a_proof_that_was_changed_does_not_hold(reader: Sat) -> None:
    one = reader("jiandu")
    one.go("/audit")
    one.page.locator(".ybz-table a").first.click()
    one.settled()
    found = one.page.evaluate(
        """async () => {
            const { prove } = await import("/console/assets/proving.js");
            const entry = location.pathname.split("/").at(-1);
            const proof = await (await fetch(`/v1/evidence/${entry}`)).json();
            const head = await (await fetch("/v1/evidence/checkpoint")).json();
            const said = { whole: await prove(proof, head.public_key) };
            const other = proof.leaf_hash.replace(/./, (first) => (first === "0" ? "1" : "0"));
            const told = await (await fetch(`/v1/evidence/${entry}/statement`)).json();
            said.says = (await prove(proof, head.public_key, told.leaf)).said;
            said.others = (await prove(proof, head.public_key, told.leaf.replace("{", "{ "))).said;
            said.leaf = await prove({ ...proof, leaf_hash: other }, head.public_key);
            said.place = await prove({ ...proof, position: proof.position - 1 }, head.public_key);
            const other_size = (_line, digit) => "\\n" + ((Number(digit) + 1) % 10);
            const note = proof.checkpoint.replace(/\\n(\\d)/, other_size);
            said.note = await prove({ ...proof, checkpoint: note }, head.public_key);
            return said;
        }"""
    )
    whole = {"able": True, "said": None, "included": True, "noted": True, "signed": True}
    assert found["whole"] == whole
    assert (found["says"], found["others"]) == (True, False)
    assert not found["leaf"]["included"]
    assert not found["place"]["included"]
    assert not found["note"]["noted"]
    assert not found["note"]["signed"]


def test_an_earlier_head_tells_whether_the_log_was_changed(reader: Sat) -> None:
    one = reader("jiandu")
    one.go("/audit")
    kept = one.page.request.get(f"{one.address}/v1/evidence/checkpoint").json()
    reader("jiandu")  # signing in is recorded: the log has grown since
    one.go("/audit")
    for root, told in ((kept["root"], "成立"), ("0" * 64, "不成立")):
        one.page.get_by_role("button", name="核对以前的账头").click()
        dialog = one.page.get_by_role("dialog")
        dialog.get_by_label("当时的记录数").fill(str(kept["size"]))
        dialog.get_by_label("当时的根摘要").fill(root)
        dialog.get_by_role("button", name="核对", exact=True).click()
        one.page.get_by_text(told, exact=True).nth(1).wait_for()
    assert one.faults() == []


def test_the_list_says_in_names_what_was_done_to_what_with_the_id_in_small_print(reader: Sat) -> None:
    one = reader("jiandu")
    one.go("/audit?kind=rectification:case")
    first = one.page.locator(".ybz-table tbody tr").first
    first.wait_for()
    about = first.locator("td").nth(3)
    assert about.get_by_role("link").inner_text().count(" · ") <= 1
    assert not about.get_by_role("link").inner_text().startswith("cas_")
    assert about.locator(".ybz-fine").inner_text().startswith("cas_")
    first.get_by_role("link").first.click()
    one.page.get_by_role("heading", name="所记内容").wait_for()
    facts = one.page.locator(".ybz-facts").first.inner_text()
    assert re.search(r"部门\s+云州市", facts)
    assert one.faults() == []


def test_the_log_is_narrowed_down_to_what_one_person_did(reader: Sat) -> None:
    one = reader("jiandu")
    one.go("/audit")
    one.page.get_by_role("link", name="简督", exact=True).first.click()
    one.settled()
    one.page.get_by_text("只看：简督").wait_for()
    by = one.page.locator(".ybz-table tbody tr td:nth-child(3) .ybz-cell").all_inner_texts()
    assert by
    assert set(by) == {"简督"}


def test_the_yearly_disclosure_says_when_the_next_is_due(reader: Sat) -> None:
    one = reader("jiandu", phone=True)
    one.go("/audit/disclosure")
    one.page.get_by_text("还没有公布过年度披露").wait_for()
    assert one.page.get_by_text("03-31 前公布").count() == 1
    assert one.faults() == []
    assert one.fits()


def test_a_steward_is_not_told_what_the_log_holds(reader: Sat) -> None:
    one = reader("minzheng")
    one.go("/audit")
    assert one.page.locator(".ybz-table").count() == 0
    assert one.page.request.get(f"{one.address}/v1/evidence").status == 403
    one.go("/audit/disclosure")
    one.page.get_by_text("还没有公布过年度披露").wait_for()


def test_one_administrator_enters_a_person_and_another_gives_the_role(reader: Sat) -> None:
    system = reader("xitong")
    system.go("/administration")
    assert system.faults() == []
    system.page.get_by_role("button", name="登记人员").click()
    system.page.get_by_role("dialog").get_by_label("姓名").fill("钱到")
    system.page.get_by_role("dialog").get_by_role("button", name="登记", exact=True).click()
    system.page.get_by_role("heading", name="钱到").wait_for()
    assert system.page.get_by_role("button", name="授予任职").count() == 0
    system.page.get_by_role("button", name="开账号").click()
    dialog = system.page.get_by_role("dialog")
    dialog.get_by_label("账号").fill("Qian Dao")
    dialog.get_by_role("button", name="开账号").click()
    dialog.get_by_text("账号不合要求").wait_for()
    assert dialog.get_by_label("账号").input_value() == "Qian Dao"
    dialog.get_by_label("账号").fill("qian.dao")
    dialog.get_by_role("button", name="开账号").click()
    system.page.get_by_role("button", name="已交给本人").click()
    system.page.get_by_text("qian.dao").wait_for()
    assert system.faults() == []
    person = system.page.url.rsplit("/", 1)[-1]

    security = reader("anquan")
    security.go("/administration")
    waits = security.page.locator("tr").filter(has_text="钱到")
    waits.get_by_text("等授予任职").wait_for()
    security.go(f"/administration/people/{person}")
    security.page.get_by_role("button", name="授予任职").click()
    security.page.get_by_label("单位").click()
    security.page.get_by_role("option", name="云州市民政局").click()
    security.page.get_by_label("角色").click()
    security.page.get_by_role("option", name="数据管理员：").click()
    security.page.get_by_label("任职到哪天").fill("2099-12-31")
    security.page.get_by_role("button", name="授予", exact=True).click()
    security.page.get_by_text("云州市民政局 · 数据管理员").wait_for()
    security.page.get_by_text(" 至 2099-12-31").wait_for()
    assert security.faults() == []
    security.picture("administration")


def test_nobody_is_made_two_of_the_three_administrators(reader: Sat) -> None:
    security = reader("anquan")
    security.go("/administration")
    security.page.get_by_role("link", name="许桐").click()
    security.settled()
    security.page.get_by_role("button", name="授予任职").click()
    security.page.get_by_label("单位").click()
    security.page.get_by_role("option", name="云州市数据局").click()
    security.page.get_by_label("角色").click()
    refused = security.page.get_by_role("option", name="审计管理员：")
    assert "与现有任职冲突" in refused.inner_text()  # told before it is asked for
    refused.click()
    security.page.get_by_role("button", name="授予", exact=True).click()
    security.page.get_by_role("dialog").get_by_text("不能兼任系统、安全、审计三个管理员中的两个").wait_for()


def test_a_steward_who_knows_the_address_is_refused_by_the_service(reader: Sat) -> None:
    one = reader("minzheng")
    one.go("/administration")
    assert one.page.locator(".ybz-reasons").count() == 1
    assert one.page.locator(".ybz-table").count() == 0


def test_an_auditor_has_the_whole_log_derived_anew(reader: Sat) -> None:
    one = reader("jiandu")
    one.go("/audit")
    one.page.get_by_role("button", name="重算整本存证").click()
    one.page.get_by_text("整本存证重算一致。").wait_for()
    assert not one.page.get_by_text("重算没有通过").count()
