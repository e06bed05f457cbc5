"""The evidence explorer in a real browser, and administrators who stay apart."""

from __future__ import annotations

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
    one.page.get_by_role("button", name="验证").click()
    one.page.get_by_text("成立", exact=True).nth(2).wait_for()
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
            said.leaf = await prove({ ...proof, leaf_hash: other }, head.public_key);
            said.place = await prove({ ...proof, position: proof.position - 1 }, head.public_key);
            const other_size = (_line, digit) => "\\n" + ((Number(digit) + 1) % 10);
            const note = proof.checkpoint.replace(/\\n(\\d)/, other_size);
            said.note = await prove({ ...proof, checkpoint: note }, head.public_key);
            return said;
        }"""
    )
    assert found["whole"] == {"able": True, "included": True, "noted": True, "signed": True}
    assert not found["leaf"]["included"]
    assert not found["place"]["included"]
    assert not found["note"]["noted"]
    assert not found["note"]["signed"]


def test_a_steward_is_not_told_what_the_log_holds(reader: Sat) -> None:
    one = reader("minzheng")
    one.go("/audit")
    assert one.page.locator(".ybz-table").count() == 0
    assert one.page.request.get(f"{one.address}/v1/evidence").status == 403


def test_one_administrator_enters_a_person_and_another_gives_the_role(reader: Sat) -> None:
    system = reader("xitong")
    system.go("/administration")
    assert system.faults() == []
    system.page.get_by_role("button", name="登记人员").click()
    system.page.get_by_label("姓名").fill("钱到")
    system.page.get_by_role("button", name="确定").click()
    system.page.get_by_role("heading", name="钱到").wait_for()
    assert system.page.get_by_role("button", name="授予任职").count() == 0
    assert system.faults() == []
    person = system.page.url.rsplit("/", 1)[-1]

    security = reader("anquan")
    security.go(f"/administration/people/{person}")
    security.page.get_by_role("button", name="授予任职").click()
    security.page.get_by_label("单位").click()
    security.page.get_by_role("option", name="云州市民政局").click()
    security.page.get_by_label("角色").click()
    security.page.get_by_role("option", name="数据管理员").click()
    security.page.get_by_role("button", name="确定").click()
    security.page.get_by_text("云州市民政局 · 数据管理员").wait_for()
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
    security.page.get_by_role("option", name="审计管理员").click()
    security.page.get_by_role("button", name="确定").click()
    security.page.get_by_role("alertdialog").wait_for()


def test_a_steward_who_knows_the_address_is_refused_by_the_service(reader: Sat) -> None:
    one = reader("minzheng")
    one.go("/administration")
    assert one.page.locator(".ybz-reasons").count() == 1
    assert one.page.locator(".ybz-table").count() == 0
