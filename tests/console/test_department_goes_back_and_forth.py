"""A request is kept, completed, returned, refused in part, disputed; who has no right is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.console.conftest import Reader
from tests.console.department import choose, interface

pytestmark = pytest.mark.full

Sat = Callable[..., Reader]
STATED = {
    "purpose": "governance.administration",
    "legal_basis": "社会救助暂行办法第五十八条",
    "scenario": "民生价格监测",
    "scope": "本委价格科",
    "method": "query",
    "vouched_by": "范恺",
    "use_until": "2027-05-01",
}


def test_an_incomplete_request_is_kept_completed_and_taken_back(reader: Sat) -> None:
    one = reader("fagai")
    page = one.page
    one.go("/department/request?dataset=eco.air_readings")
    choose(page, "用途", "公共治理：依法履职")
    page.get_by_role("button", name="2 要哪些数据项").click()
    page.get_by_role("button", name="全部勾选").locator("visible=true").first.click()
    page.get_by_role("button", name="4 核对并提交").click()
    page.get_by_role("button", name="先存下，以后补齐").click()
    page.wait_for_url("**/department/requests/req_*")
    one.settled()
    page.get_by_text("还缺这些，补齐才受理").wait_for()
    page.get_by_role("button", name="继续补齐").click()
    page.wait_for_url("**/department/request?continue=*")
    one.settled()
    page.get_by_label("办什么事（使用场景）").fill("空气质量月报")
    page.get_by_label("使用依据").fill("大气污染防治法第二十三条")
    page.get_by_role("button", name="3 怎么用").click()
    page.get_by_label("使用范围").fill("本委环资科")
    choose(page, "提供方式", "查询服务（可用不可见）")
    page.get_by_label("用到哪一天").fill("2027-05-01")
    page.get_by_text("都齐了，可以提交。").wait_for()
    page.get_by_role("button", name="4 核对并提交").click()
    page.get_by_role("button", name="提交申请").click()
    page.get_by_role("button", name="撤回申请").click()
    page.get_by_label("为什么撤回").fill("改用公开数据")
    page.get_by_role("button", name="撤回", exact=True).click()
    page.get_by_text("已撤回").first.wait_for()
    assert page.get_by_role("button", name="撤回申请").count() == 0
    one.picture("department-withdrawn")


def test_a_case_is_returned_completed_refused_in_part_and_disputed(reader: Sat, console: str) -> None:
    applicant, provider = reader("fagai"), reader("minzheng")
    request = _filed(applicant, [{"dataset": "civil_affairs.divisions", "fields": ["code", "name"]}])
    page = provider.page
    provider.go(f"/department/requests/{request}")
    page.get_by_role("radio", name="退回补正").click()
    page.get_by_label("还缺什么，一行一项").fill("说明更新频率\n附使用人名单")
    page.get_by_role("button", name="办理", exact=True).click()
    page.get_by_text("下一步：等申请方补正。").wait_for()
    _complete(applicant, request)
    _refuse_one(provider, request)
    _dispute(applicant, request)
    provider.go("/department/approvals")
    page.get_by_role("link", name=re.compile("云州市发展和改革委员会")).click()
    provider.settled()
    page.get_by_role("button", name="改为同意").click()
    page.get_by_label("依据").last.fill("协商一致，政务数据共享条例第二十七条")
    page.get_by_role("dialog").get_by_role("button", name="改为同意").click()
    applicant.page.wait_for_timeout(300)
    applicant.go(f"/department/requests/{request}")
    applicant.page.get_by_text("提供方改为同意").wait_for()
    assert applicant.page.get_by_text("不予共享", exact=True).count() <= 1
    applicant.picture("department-dispute-settled")


def _complete(one: Reader, request: str) -> None:
    page = one.page
    one.go("/department?state=mine")
    assert page.get_by_text("退回补正").count() >= 1
    one.go(f"/department/requests/{request}")
    page.get_by_text("计时暂停", exact=False).wait_for()
    page.get_by_role("button", name="补正").click()
    page.get_by_label("说明更新频率").fill("每月")
    page.get_by_label("附使用人名单").fill("价格科三人")
    page.get_by_role("button", name="提交补正").click()
    page.get_by_text("价格科三人").first.wait_for()


def _refuse_one(one: Reader, request: str) -> None:
    page = one.page
    one.go(f"/department/requests/{request}")
    page.get_by_role("checkbox", name="区划名称").click()
    page.get_by_role("button", name="办理", exact=True).click()
    assert page.get_by_text("请填写").count() == 2, "the basis and the ground are asked for in their places"
    page.get_by_label("依据").first.fill("政务数据共享条例第二十条")
    choose(page, "拒绝的理由（清单内）", "超出申请方履行职责所需")
    page.get_by_text("拒绝理由：超出申请方履行职责所需", exact=False).wait_for()
    one.picture("department-decide-by-item")
    page.get_by_role("button", name="办理", exact=True).click()
    page.get_by_text("超出申请方履行职责所需；政务数据共享条例第二十条").wait_for()


def _dispute(one: Reader, request: str) -> None:
    page = one.page
    one.go(f"/department/requests/{request}")
    page.get_by_text("超出申请方履行职责所需", exact=False).first.wait_for()
    page.get_by_role("button", name="有异议，提请协商").click()
    page.get_by_label("为什么应当共享").fill("名称用于对照")
    page.get_by_role("button", name="提出", exact=True).click()
    page.get_by_text("争议协商中").first.wait_for()


def test_what_another_answered_meanwhile_is_told_case_by_case(reader: Sat) -> None:
    applicant, first = reader("fagai"), reader("minzheng")
    asked = [
        _filed(applicant, [{"dataset": "civil_affairs.divisions", "fields": [f]}])
        for f in ("level", "parent")
    ]
    first.go("/department/approvals")
    first.page.get_by_role("checkbox", name="全选").click()
    _permitted(reader("juzhang"), asked[0])
    first.page.get_by_label("依据").first.fill("政务数据共享条例第二十条")
    first.page.get_by_role("button", name=re.compile("办理所选")).click()
    first.page.get_by_text("没有办成 1 件", exact=False).wait_for()
    assert first.page.locator(".ybz-results .ybz-reason").count() == 1
    first.picture("department-batch-told")


def test_what_was_not_sent_is_there_again_and_gone_once_it_is_left(reader: Sat) -> None:
    one = reader("fagai")
    page = one.page
    one.go("/department/request")
    page.get_by_label("办什么事（使用场景）").fill("高龄老人补贴方案")
    page.get_by_text("写明使用场景", exact=False).wait_for(state="hidden")
    one.go("/department")
    one.go("/department/request")
    page.get_by_text("上次有一件没写完：高龄老人补贴方案").wait_for()
    assert one.faults() == []
    page.get_by_role("button", name="接着写").click()
    page.locator("textarea").first.wait_for()
    page.wait_for_function("[...document.querySelectorAll('textarea')].some(t => t.value.includes('高龄'))")
    one.go("/department/request")
    page.get_by_role("button", name="不要了").click()
    page.get_by_text("上次有一件没写完", exact=False).wait_for(state="hidden")
    one.go("/department/request")
    page.get_by_text("选一种提供方式").wait_for()
    page.wait_for_timeout(500)
    assert page.get_by_text("上次有一件没写完", exact=False).count() == 0


def test_the_head_names_who_stands_in_and_a_steward_only_reads_it(reader: Sat) -> None:
    head, steward = reader("juzhang"), reader("minzheng")
    page = head.page
    head.go("/department/approvals")
    page.get_by_role("link", name="审批人不在？看谁代理").click()
    head.settled()
    page.get_by_role("button", name="指定代理人").click()
    page.get_by_label("谁不在（审批人）").fill("闵征")
    page.get_by_label("由谁代理").fill("居彰")
    page.get_by_label("到哪一天").fill("2099-12-31")
    page.get_by_label("理由").fill("出差")
    page.get_by_role("button", name="指定", exact=True).click()
    page.get_by_text("居彰 代 闵征").wait_for()
    assert head.faults() == []
    steward.go("/department/standing-in")
    steward.page.get_by_text("居彰 代 闵征").wait_for()
    assert steward.page.get_by_role("button", name="指定代理人").count() == 0
    with interface(steward) as client:
        body = {"person": "甲", "to": "乙", "until": "2099-12-31", "reason": "x", "by": ""}
        assert client.post("/v1/delegations", json=body).status_code == 403
        assert client.get("/v1/requests/ungranted").status_code == 403
    page.get_by_role("button", name="收回").click()
    page.get_by_role("dialog").get_by_role("button", name="收回代理").click()
    page.get_by_text("已结束").wait_for()


def test_who_has_no_right_is_refused_by_the_service(reader: Sat) -> None:
    request = _filed(reader("fagai"), [{"dataset": "civil_affairs.divisions", "fields": ["code"]}])
    for login in ("jiedao", "fenxi", "jiandu"):
        other = reader(login)
        for path in (f"/department/requests/{request}", "/department/request", "/department/data"):
            other.go(path)
            other.page.locator(".ybz-reasons").first.wait_for()
        with interface(other) as client:
            body = {"permit": True, "basis": "x", "by": ""}
            assert client.post(f"/v1/requests/{request}/decisions", json=body).status_code in (403, 404)
            assert client.post("/v1/requests/checks", json={"items": []}).status_code == 403
    auditor = reader("jiandu")
    auditor.go("/department/approvals")
    auditor.page.locator(".ybz-reasons").first.wait_for()


@pytest.mark.parametrize("login", ["fagai", "minzheng"])
def test_the_room_fits_a_phone(reader: Sat, login: str) -> None:
    request = _filed(reader("fagai"), [{"dataset": "civil_affairs.low_income", "fields": ["category"]}])
    one = reader(login, phone=True)
    paths = (
        "",
        "/request?dataset=civil_affairs.low_income",
        "/approvals",
        "/standing-in",
        "/data",
        "/verification",
        f"/requests/{request}",
    )
    for path in paths:
        one.go(f"/department{path}")
        assert one.fits(), path
        assert one.faults() == [], path
        one.picture(
            f"department-phone-{login}-{path.strip('/').partition('?')[0].partition('/')[0] or 'landing'}"
        )


def _filed(one: Reader, items: list[dict[str, Any]]) -> str:
    """A complete request of whoever sits there, filed as a program would."""
    with interface(one) as client:
        answer = client.post("/v1/requests", json={**STATED, "items": items})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


def _permitted(one: Reader, request: str) -> None:
    with interface(one) as client:
        body = {"permit": True, "basis": "政务数据共享条例第二十条", "by": ""}
        assert client.post(f"/v1/requests/{request}/decisions", json=body).status_code == 200
