"""An act of two waits on the first page of its second person, and is done when that person signs there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.console.conftest import Reader
from tests.console.department import interface

pytestmark = pytest.mark.full

STATED = {
    "purpose": "governance.administration", "legal_basis": "社会救助暂行办法第五十八条",
    "scenario": "民生价格监测", "scope": "本委价格科", "method": "query", "vouched_by": "范恺",
    "use_until": "2027-05-01", "items": [{"dataset": "civil_affairs.low_income", "fields": ["category"]}],
}  # fmt: skip


def test_the_authority_consents_to_more_time_and_the_provider_signs(reader: Callable[..., Reader]) -> None:
    with interface(reader("fagai")) as client:
        filed = client.post("/v1/requests", json=STATED).json()
    authority, provider = reader("shujuju"), reader("minzheng")
    case = f"/v1/requests/{filed['id']}/cases/{filed['cases'][0]['id']}"
    body = {"by": "闵征", "reason": "要核对三年的数据", "approved_by": ""}
    with interface(authority) as client:
        waits = client.post(f"{case}/extension", json=body)
        assert waits.status_code == 202, waits.text
    authority.go("/")
    assert authority.page.get_by_text("待我签字").count() == 0

    page = provider.page
    provider.go("/")
    box = page.get_by_role("region", name="待我签字")
    box.get_by_text("答复延期 · 舒钧提出").wait_for()
    box.get_by_text("理由：要核对三年的数据").wait_for()
    assert provider.faults() == []
    provider.picture("home-second-signature")
    box.get_by_role("button", name="同意并签字").click()
    page.get_by_role("dialog").get_by_role("button", name="签字", exact=True).click()
    page.get_by_text("待我签字").first.wait_for(state="hidden")
    assert _due(provider, filed["id"]) > filed["due_on"]


def test_who_does_not_agree_says_why_and_nothing_is_done(reader: Callable[..., Reader]) -> None:
    with interface(reader("fagai")) as client:
        filed = client.post("/v1/requests", json=STATED).json()
    provider = reader("minzheng")
    case = f"/v1/requests/{filed['id']}/cases/{filed['cases'][0]['id']}"
    body = {"by": "", "reason": "要核对", "approved_by": "舒钧"}
    with interface(provider) as client:
        waits = client.post(f"{case}/extension", json=body).json()
    authority = reader("shujuju")
    authority.go("/")
    authority.page.get_by_role("button", name="不同意").click()
    authority.page.get_by_label("理由").fill("时间足够")
    authority.page.get_by_role("dialog").get_by_role("button", name="不同意").click()
    authority.page.get_by_text("待我签字").first.wait_for(state="hidden")
    with interface(provider) as client:
        told = client.get(f"/v1/second-signatures/{waits['id']}").json()
    assert (told["state"], told["reason"]) == ("refused", "时间足够")
    assert _due(provider, filed["id"]) == filed["due_on"]


def _due(one: Reader, request: str) -> Any:
    with interface(one) as client:
        return client.get(f"/v1/requests/{request}/answering").json()["due_on"]
