"""What codes and states of this room are called, in both languages; those of entries are the steward's.

Decides nothing; a code nobody worded is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Words = Mapping[str, tuple[str, str]]

KINDS: Final[Words] = {
    "entry": ("编目签批", "Entry to sign"),
    "conflict": ("数源争议", "Source conflict"),
    "classification": ("定级决定", "Grading"),
    "merge": ("汇聚审查", "Merged sources"),
    "registration": ("登记申请", "Registration"),
    "demand": ("数据需求", "Demand"),
    "form": ("报表申请", "Form"),
    "opening": ("开放申请", "Opening"),
    "request": ("用数申请", "Request"),
}
APPLICATIONS: Final[Words] = {
    "applied": ("待受理", "To be accepted"),
    "returned": ("已退回补正", "Returned"),
    "supplemented": ("已补正，待受理", "Supplemented"),
    "accepted": ("已受理，待审核", "Accepted, to be reviewed"),
    "reviewed": ("审核通过，待公示", "Reviewed, to be noticed"),
    "noticed": ("公示中，待赋码", "On public notice"),
    "contested": ("有异议，待处理", "Contested"),
    "coded": ("已赋码", "Coded"),
    "refused": ("不予登记", "Refused"),
    "withdrawn": ("已撤回", "Withdrawn"),
    "dropped": ("已终止", "Dropped"),
}
APPLICATION_KINDS: Final[Words] = {
    "first": ("首次登记", "First registration"),
    "change": ("变更登记", "Change"),
    "amendment": ("更正登记", "Amendment"),
    "deregistration": ("注销登记", "Deregistration"),
    "renewal": ("续展登记", "Renewal"),
}
DEMANDS: Final[Words] = {
    "raised": ("待确认", "To be confirmed"),
    "confirmed": ("已确认，待编目", "Confirmed, to be catalogued"),
    "catalogued": ("已编目", "Catalogued"),
    "refused": ("不予满足", "Refused"),
    "withdrawn": ("已撤回", "Withdrawn"),
}
OPENINGS: Final[Words] = {
    "checked": ("安全核验通过，待决定", "Checked, to be decided"),
    "approved": ("已同意，待发布", "Approved, to be published"),
}
DECIDED: Final[Words] = {
    "in_force": ("已生效", "In force"),
    "refused": ("不同意", "Refused"),
    "withdrawn": ("已撤回", "Withdrawn"),
    "lapsed": ("已失效", "Lapsed"),
    "ended": ("已结束", "Ended"),
}
# Steps of the registrar: the path of each, and what it is called.
STEPS: Final[Words] = {
    "acceptance": ("受理", "Accept"),
    "return": ("退回补正", "Return"),
    "review": ("形式审核通过", "Pass the review"),
    "notice": ("开始公示", "Begin the notice"),
    "refusal": ("不予登记", "Refuse"),
}
ACTS: Final[Words] = {
    "apply": ("申请", "Applied"),
    "accept": ("受理", "Accepted"),
    "return": ("退回补正", "Returned"),
    "supplement": ("补正", "Supplemented"),
    "review": ("形式审核", "Reviewed"),
    "notice": ("公示", "Noticed"),
    "object": ("提出异议", "Objected"),
    "decide": ("处理异议", "Decided an objection"),
    "settle": ("异议不成立", "Objection settled"),
    "uphold": ("异议成立", "Objection upheld"),
    "code": ("赋码", "Coded"),
    "refuse": ("不予登记", "Refused"),
    "withdraw": ("撤回", "Withdrawn"),
    "drop": ("终止", "Dropped"),
}
# What the form of a registration asks, and the files that go with it.
FORM: Final[Words] = {
    "agent_name": ("经办人", "Agent"),
    "agent_contact": ("经办人联系方式", "Contact of the agent"),
    "data_name": ("数据名称", "Name of the data"),
    "data_type": ("数据类型", "Type of the data"),
    "data_format": ("数据格式", "Format"),
    "evidence_reference": ("存证编号", "Reference of the evidence"),
    "registrant_name": ("登记主体", "Registrant"),
    "registrant_code": ("统一社会信用代码", "Code of the registrant"),
    "resource_situation": ("资源情况", "About the resource"),
    "scenario": ("应用场景", "Scenario of use"),
    "source_legality": ("来源合法性", "Lawfulness of the source"),
    "storage_place": ("存储地点", "Where it is kept"),
    "storage_way": ("存储方式", "How it is kept"),
}
MATERIALS: Final[Words] = {
    "commitment": ("登记承诺书", "Commitment"),
    "explanation": ("情况说明", "Explanation"),
    "risk_assessment": ("安全风险评估", "Risk assessment"),
    "proof": ("赋码证明", "Proof of the code"),
    "objection": ("异议证据", "Evidence of an objection"),
}
OWNERS: Final[Words] = {
    "data authority": ("数据主管部门", "Data authority"),
    "registrar": ("登记机构", "Registrar"),
}
