"""Roles and permissions through casbin: may this role do this act.

Decides some dozens of rules in ``rules/roles.csv``. Grants are typed values judged by our own code,
never by casbin (it slows down steeply with the number of policies).
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Any

from policies.decision import Decision, Deny, Permit, Reason
from policies.rulebook import RULES


class Caller(StrEnum):
    """Where an organisation stands towards the administration."""

    ADMINISTRATION = "administration"
    OUTSIDE = "outside"


class OrganisationKind(StrEnum):
    """Kinds of organisations 主体类型 in the space."""

    DEPARTMENT = "department"  # 政务部门
    AUTHORITY = "authority"  # 数据主管部门, 实施机构
    GRASSROOTS = "grassroots"  # 街道、乡镇、社区、村
    OPERATOR = "operator"  # 运营机构

    @property
    def caller(self) -> Caller:
        """Operators stand outside the administration, every other kind inside."""
        return Caller.OUTSIDE if self is OrganisationKind.OPERATOR else Caller.ADMINISTRATION


class Role(StrEnum):
    """Roles a token or a person acts in."""

    READER = "reader"
    CLIENT = "client"
    AUDITOR = "auditor"
    PROVIDER = "provider"
    AUTHORITY = "authority"
    SECURITY = "security"  # 安全员


class Act(StrEnum):
    """What roles permit, as ``thing:verb``."""

    CATALOGUE_READ = "catalogue:read"
    EVIDENCE_READ = "evidence:read"
    QUERY_ASK = "query:ask"
    QUERY_EXPLAIN = "query:explain"
    RECEIPT_READ = "receipt:read"
    MONEY_READ = "money:read"
    VOUCHER_USE = "voucher:use"
    REQUEST_DECIDE = "request:decide"
    GRANT_SIGN = "grant:sign"
    GRANT_REVOKE = "grant:revoke"
    CONTRACT_READ = "contract:read"
    CONTRACT_NEGOTIATE = "contract:negotiate"
    SPACE_STOP = "space:stop"
    REQUEST_FILE = "request:file"
    AGREEMENT_READ = "agreement:read"
    AGREEMENT_NEGOTIATE = "agreement:negotiate"
    LEDGER_KEEP = "ledger:keep"  # the base records of one's own body 基层台账
    EVALUATION_REVIEW = "evaluation:review"
    FORM_READ = "form:read"
    FORM_ASK = "form:ask"
    FORM_FILL = "form:fill"
    FORM_DECIDE = "form:decide"
    TOKEN_ISSUE = "token:issue"  # noqa: S105  (an act, not a secret)


def may(role: Role, act: Act) -> Decision:
    """Whether a role permits an act; what no rule names is denied."""
    if _enforcer().enforce(role.value, act.value):
        return Permit()
    return Deny((Reason("access.role", f"the role {role.value} does not permit {act.value}", where="role"),))


@cache
def _enforcer() -> Any:
    import casbin

    return casbin.Enforcer(str(RULES / "model.conf"), str(RULES / "roles.csv"))
