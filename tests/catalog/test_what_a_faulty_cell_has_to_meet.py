"""What a faulty cell has to meet is said in Chinese, with the values and bounds a description leaves out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from catalog.rectification.causes import allowed, sentence
from contracts.model import Contract
from contracts.odcs.files import read

CONTRACTS = Path(__file__).resolve().parents[2] / "examples" / "city" / "contracts"


def described(name: str, rule: str, text: str) -> Contract:
    """A contract of the demonstration city whose rule is described otherwise."""
    contract = read(CONTRACTS / f"{name}.yaml")
    rules = tuple(replace(one, description=text) if one.id == rule else one for one in contract.rules)
    return replace(contract, rules=rules)


def test_a_description_is_followed_by_the_values_it_does_not_list() -> None:
    contract = read(CONTRACTS / "civil_affairs_low_income.yaml")
    said = sentence(contract, "q_category_allowed", "category")
    assert said.startswith("救助类别不在目录内的记录隔离。“救助类别”只能取：")
    assert all(one in said for one in allowed(contract, "q_category_allowed"))
    assert allowed(contract, "q_id_card_check_digit") == ()


def test_a_description_without_a_chinese_word_gives_way_to_ours() -> None:
    contract = described("civil_affairs_low_income", "q_category_allowed", "the category is in the list")
    assert sentence(contract, "q_category_allowed", "category").startswith("“救助类别”只能取：")


def test_what_is_exact_already_is_not_said_twice() -> None:
    contract = read(CONTRACTS / "civil_affairs_low_income.yaml")
    said = sentence(contract, "q_id_card_check_digit", "id_card")
    assert said == "公民身份号码校验位不符的记录隔离，退回数源部门核对。"
