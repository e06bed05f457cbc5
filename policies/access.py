"""Roles and their acts through casbin: may this role do this act towards that organisation.

Decides by one reviewed table, ``rules/access.yaml``: roles × relations × acts, what no line names is denied.
Grants are typed values judged by our own code, never by casbin. Which door of the system does which act, and
to which organisation a thing belongs, is found in ``space.access``; here are no organisations, only how two
of them stand to each other.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Any, Final

from policies.decision import Decision, Deny, Permit, Reason


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
    AUTHORITY = "authority"  # 数据主管部门
    SECURITY = "security"  # 安全员
    STEWARD = "steward"  # 数据管理员
    DEPARTMENT_HEAD = "department_head"  # 部门负责人
    REGISTRAR = "registrar"  # 登记机构
    IMPLEMENTING_BODY = "implementing_body"  # 实施机构
    ANALYST = "analyst"  # 运营机构分析员
    OPERATOR_ADMIN = "operator_admin"  # 运营机构管理员
    CUSTOMER = "customer"  # 产品用户
    CLERK = "clerk"  # 基层工作人员
    PUBLIC = "public"  # 社会公众
    SYSTEM_ADMIN = "system_admin"  # 系统管理员
    SECURITY_ADMIN = "security_admin"  # 安全管理员
    AUDIT_ADMIN = "audit_admin"  # 审计管理员


# The three separated administrators 三员: no one person may hold two of these roles.
# Source: GB/T 22239-2019 8.1.5.1-8.1.5.3 (system, audit and security management each by its own people).
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


class Relation(StrEnum):
    """How the acting organisation stands to the organisation a thing belongs to."""

    OWN = "own"  # it is the same, under whatever name or after a merger
    PARENT = "parent"  # it stands above, in the tree or as the authority of the region
    CHILD = "child"  # it stands below
    SIBLING = "sibling"  # both stand under the same one
    FOREIGN = "foreign"  # neither


class Act(StrEnum):
    """What roles permit, as ``thing:verb``; the meaning of each is in ``rules/access.yaml``."""

    # The ledger
    CATALOGUE_READ = "catalogue:read"
    CATALOGUE_KEEP = "catalogue:keep"
    FIGURES_READ = "figures:read"
    CATALOGUE_REPORT = "catalogue:report"
    DETAIL_READ = "detail:read"
    ENTRY_SIGN = "entry:sign"
    ENTRY_REVIEW = "entry:review"
    EDITION_CLOSE = "edition:close"
    STANDARD_READ = "standard:read"
    STANDARD_KEEP = "standard:keep"
    ORGANISATION_READ = "organisation:read"
    ORGANISATION_KEEP = "organisation:keep"
    INVENTORY_KEEP = "inventory:keep"
    INVENTORY_REVIEW = "inventory:review"
    LIST_KEEP = "list:keep"
    LIST_DECIDE = "list:decide"
    SOURCE_CLAIM = "source:claim"
    SOURCE_DECIDE = "source:decide"
    CLASSIFICATION_PROPOSE = "classification:propose"
    CLASSIFICATION_DECIDE = "classification:decide"
    RECTIFICATION_ORDER = "rectification:order"
    RECTIFICATION_ANSWER = "rectification:answer"
    DEPARTMENT_EVALUATE = "department:evaluate"
    REGISTRATION_READ = "registration:read"
    REGISTRATION_FILE = "registration:file"
    REGISTRATION_OBJECT = "registration:object"
    REGISTRATION_REVIEW = "registration:review"
    REGISTRAR_NAME = "registrar:name"
    OPENING_FILE = "opening:file"
    OPENING_ASSESS = "opening:assess"
    OPENING_DECIDE = "opening:decide"
    LIBRARY_KEEP = "library:keep"
    LINK_KEEP = "link:keep"
    USAGE_READ = "usage:read"
    USAGE_IMPORT = "usage:import"
    CLOCK_READ = "clock:read"
    CLOCK_KEEP = "clock:keep"
    DATASET_BUILD = "dataset:build"
    EVIDENCE_READ = "evidence:read"
    EVIDENCE_KEEP = "evidence:keep"
    # The space
    QUERY_ASK = "query:ask"
    QUERY_EXPLAIN = "query:explain"
    QUERY_PREVIEW = "query:preview"
    VERIFICATION_ASK = "verification:ask"
    WORKSPACE_KEEP = "workspace:keep"
    STANDING_KEEP = "standing:keep"
    RECEIPT_READ = "receipt:read"
    RECEIPT_VERIFY = "receipt:verify"
    NOTICE_READ = "notice:read"
    NOTICE_TAKE = "notice:take"
    REQUEST_FILE = "request:file"
    REQUEST_DECIDE = "request:decide"
    REQUEST_ARRANGE = "request:arrange"
    DISPUTE_DECIDE = "dispute:decide"
    CONTRACT_READ = "contract:read"
    CONTRACT_NEGOTIATE = "contract:negotiate"
    GRANT_SIGN = "grant:sign"
    GRANT_REVOKE = "grant:revoke"
    GRANT_RETURN = "grant:return"
    RULE_SET = "rule:set"
    SUPPLY_TAKE = "supply:take"
    SUPPLY_MAKE = "supply:make"
    AGREEMENT_READ = "agreement:read"
    AGREEMENT_NEGOTIATE = "agreement:negotiate"
    SCENARIO_PROPOSE = "scenario:propose"
    DISCLOSURE_PUBLISH = "disclosure:publish"
    EVALUATION_READ = "evaluation:read"
    EVALUATION_REVIEW = "evaluation:review"
    EVALUATION_KEEP = "evaluation:keep"
    MONEY_READ = "money:read"
    MONEY_KEEP = "money:keep"
    VOUCHER_USE = "voucher:use"
    VOUCHER_ISSUE = "voucher:issue"
    # The way back
    SUBSCRIPTION_KEEP = "subscription:keep"
    DELIVERY_MAKE = "delivery:make"
    INBOX_READ = "inbox:read"
    INBOX_HANDLE = "inbox:handle"
    INBOX_UNMASK = "inbox:unmask"
    LEDGER_KEEP = "ledger:keep"  # the base records of one's own body 基层台账
    LEDGER_ARRANGE = "ledger:arrange"
    FORM_READ = "form:read"
    FORM_ASK = "form:ask"
    FORM_FILL = "form:fill"
    FORM_DECIDE = "form:decide"
    BURDEN_READ = "burden:read"
    DESK_CORRECT = "desk:correct"
    CORRECTION_OPEN = "correction:open"
    CORRECTION_READ = "correction:read"
    CORRECTION_ANSWER = "correction:answer"
    CORRECTION_DECIDE = "correction:decide"
    ENTITLEMENT_READ = "entitlement:read"
    ENTITLEMENT_KEEP = "entitlement:keep"
    RECALL_RUN = "recall:run"
    HOLDER_READ = "holder:read"
    # Watch, identity and operation
    ALERT_READ = "alert:read"
    ALERT_HANDLE = "alert:handle"
    INCIDENT_READ = "incident:read"
    INCIDENT_HANDLE = "incident:handle"
    SPACE_STOP = "space:stop"
    KEY_READ = "key:read"
    KEY_ROTATE = "key:rotate"
    TOKEN_ISSUE = "token:issue"  # noqa: S105  (an act, not a secret)
    SESSION_OPEN = "session:open"
    PERSON_READ = "person:read"
    PERSON_KEEP = "person:keep"
    ACCOUNT_KEEP = "account:keep"
    ACCOUNT_OWN = "account:own"
    CLIENT_KEEP = "client:keep"
    ROLE_ASSIGN = "role:assign"
    ACCESS_READ = "access:read"
    ACCESS_ENFORCE = "access:enforce"
    WEBHOOK_KEEP = "webhook:keep"
    JOB_READ = "job:read"
    LOG_READ = "log:read"
    HEALTH_READ = "health:read"
    SPACE_OPERATE = "space:operate"
    TRIAL_RUN = "trial:run"


def may(role: Role, act: Act, relation: Relation = Relation.OWN) -> Decision:
    """Whether a role permits an act towards a thing of an organisation; what no line names is denied.

    Args:
        role: the caller acts in.
        act: what it would do.
        relation: how its organisation stands to the one the thing belongs to.
    """
    if _named(role, act, relation):
        return Permit()
    if any(_named(role, act, other) for other in Relation):
        stands = _TO[relation]
        message = f"the role {role.value} permits {act.value}, but not towards one it is {stands}"
        return Deny((Reason("access.relation", message, where="organisation", allowed=who_may(act)),))
    return Deny((Reason("access.role", f"the role {role.value} does not permit {act.value}", where="role"),))


@cache
def who_may(act: Act) -> str:
    """Whose act it is towards a thing of some organisation, in words for whoever was refused.

    >>> who_may(Act.KEY_ROTATE)
    'security_admin of that organisation itself may'
    """
    said: list[str] = []
    told: set[Role] = set()
    for relation, words in _WHOSE.items():
        roles = [role for role in Role if role not in told and _named(role, act, relation)]
        told |= set(roles)
        if roles:
            names = ", ".join(role.value for role in roles[:_MOST_ROLES])
            said.append(f"{names}{' and others' if roles[_MOST_ROLES:] else ''} {words}")
    return f"{'; or '.join(said)} may"


def ever(role: Role, act: Act) -> Decision:
    """Whether a role permits an act towards any organisation at all."""
    for relation in Relation:
        decision = may(role, act, relation)
        if isinstance(decision, Permit):
            return decision
    return may(role, act)


# Roles that are named to whoever was refused; the matrix names all.
_MOST_ROLES: Final = 4
# Of which organisation whoever may do an act is; a role that may from farther away stands under the farthest.
_WHOSE = {
    Relation.FOREIGN: "of any organisation",
    Relation.PARENT: "of one above that organisation",
    Relation.OWN: "of that organisation itself",
    Relation.SIBLING: "of one beside that organisation",
    Relation.CHILD: "of one below that organisation",
}

# How an organisation stands to the one a thing belongs to, in words.
_TO = {
    Relation.OWN: "itself",
    Relation.PARENT: "above",
    Relation.CHILD: "below",
    Relation.SIBLING: "beside",
    Relation.FOREIGN: "foreign to",
}


@cache
def _named(role: Role, act: Act, relation: Relation) -> bool:
    return bool(_enforcer().enforce(role.value, relation.value, act.value))


@cache
def _enforcer() -> Any:
    from policies import access_matrix

    return access_matrix.enforcer()
