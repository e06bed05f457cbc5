"""Who works in the demonstration city 云州市: nobody of them lives."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from examples.demo.papers import AUTHORITY as BUREAU
from examples.demo.papers import IMPLEMENTING_BODY, STREET_BODY

AUTHORITY: Final = (IMPLEMENTING_BODY, BUREAU, "authority")
CIVIL_AFFAIRS: Final = ("11990100MA0009EX04", "云州市民政局", "department")
PLANNING: Final = ("11990100MA000LR65R", "云州市发展和改革委员会", "department")
OPERATOR: Final = ("91990100MA00107313", "云州数据运营有限公司", "operator")
STREET: Final = (STREET_BODY.code, STREET_BODY.name, "grassroots")
BASIS: Final = "云州市机构改革方案"
# Of everybody in it: a demonstration holds nothing that is anyone's.
PASSWORD: Final = "Yizhang-Ketang-2026"


@dataclass(frozen=True, slots=True)
class Member:
    """One of the staff.

    Attributes:
        login, password: of the account.
        name: of the person.
        organisation, called, kind: whom the person acts for: code, name, kind.
        role: in which role.
    """

    login: str
    password: str
    name: str
    organisation: str
    called: str
    kind: str
    role: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self)


def _member(login: str, name: str, of: tuple[str, str, str], role: str) -> Member:
    return Member(login, PASSWORD, name, *of, role)


STAFF: Final = (
    _member("xitong", "许桐", AUTHORITY, "system_admin"),
    _member("anquan", "安泉", AUTHORITY, "security_admin"),
    _member("shenji", "沈纪", AUTHORITY, "audit_admin"),
    _member("minzheng", "闵征", CIVIL_AFFAIRS, "steward"),
    _member("juzhang", "居彰", CIVIL_AFFAIRS, "department_head"),
    _member("fagai", "范恺", PLANNING, "steward"),
    _member("zhuren", "朱韧", PLANNING, "department_head"),
    _member("shujuju", "舒钧", AUTHORITY, "authority"),
    _member("dengji", "邓集", AUTHORITY, "registrar"),
    _member("shishi", "施实", AUTHORITY, "implementing_body"),
    _member("fenxi", "冯析", OPERATOR, "analyst"),
    _member("yunying", "云映", OPERATOR, "operator_admin"),
    _member("jiedao", "解道", STREET, "clerk"),
    _member("wangge", "汪格", STREET, "clerk"),
    _member("jiandu", "简督", AUTHORITY, "auditor"),
    _member("zhiban", "支班", AUTHORITY, "security"),
)
