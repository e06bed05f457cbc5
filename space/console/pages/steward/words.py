"""What codes and states of the interface are called in this room, in both languages.

Decides nothing; a code nobody worded is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from space.console.language import Language

Words = Mapping[str, tuple[str, str]]

STATES: Final[Words] = {
    "compiled": ("草稿，待补充", "Draft, to be completed"),
    "checked": ("已提交，待负责人签批", "Submitted, waits for the head"),
    "signed_off": ("已签批，待主管部门审核", "Signed, waits for the authority"),
    "reviewed": ("已审核，待发布", "Reviewed, to be published"),
    "published": ("已发布", "Published"),
    "returned": ("被退回，待修改", "Returned, to be mended"),
    "refused": ("不予发布", "Refused"),
    "retracted": ("已撤回", "Taken back"),
    "withdrawn": ("已下架", "Withdrawn"),
    "new": ("新建", "New"),
}
TONES: Final[Mapping[str, str]] = {
    "published": "good", "signed_off": "calm", "reviewed": "calm", "checked": "calm", "compiled": "warn",
    "returned": "bad", "refused": "bad", "retracted": "calm", "withdrawn": "calm",
}  # fmt: skip
EVENTS: Final[Words] = {
    "compile": ("编制", "Compiled"),
    "check": ("检查通过", "Checked"),
    "sign_off": ("负责人签批", "Signed off"),
    "review": ("审核", "Reviewed"),
    "publish": ("发布", "Published"),
    "return": ("退回", "Returned"),
    "refuse": ("不予发布", "Refused"),
    "retract": ("撤回", "Taken back"),
    "withdraw": ("下架", "Withdrawn"),
    "trigger": ("应当更新", "Update owed"),
}
OFFICES: Final[Words] = {
    "steward": ("数据管理员", "Steward"),
    "head": ("部门负责人", "Head of the department"),
    "authority": ("数据主管部门", "Data authority"),
    "security": ("安全管理", "Security"),
    "department": ("数源部门", "Source department"),
    "reporter": ("提出方", "Reporter"),
    "clock": ("时限", "Clock"),
    "superior": ("上级主管部门", "Superior authority"),
    "government": ("本级政府", "Government"),
}
BUILDS: Final[Words] = {
    "released": ("已发版", "Released"),
    "stopped": ("未放行", "Stopped"),
    "failed": ("失败", "Failed"),
    "unchanged": ("无变化", "Unchanged"),
}
COLOURS: Final[Words] = {
    "red": ("红：已逾期或当天到期", "Red: overdue or due now"),
    "orange": ("橙：临近到期", "Orange: close to due"),
    "yellow": ("黄：请留意", "Yellow: keep an eye on it"),
    "green": ("绿：时间充裕", "Green: time enough"),
    "grey": ("灰：时限未定", "Grey: no last day set"),
}
COLOUR_TONES: Final[Mapping[str, str]] = {
    "red": "bad", "orange": "warn", "yellow": "warn", "green": "good", "grey": "calm",
}  # fmt: skip
TYPES: Final[Words] = {
    "string": ("文本", "Text"),
    "integer": ("整数", "Whole number"),
    "number": ("数值（小数）", "Number"),
    "date": ("日期", "Date"),
    "timestamp": ("日期时间", "Date and time"),
    "boolean": ("是/否", "Yes or no"),
}
USES: Final[Words] = {
    "never": ("不离库", "Never leaves the vault"),
    "identifier": ("标识（假名化）", "Identifier (pseudonym)"),
    "dimension": ("维度：可分组", "Dimension: to group by"),
    "measure": ("度量：可求和平均", "Measure: to sum"),
    "time": ("时间", "Time"),
    "filter": ("仅可筛选", "To filter by only"),
    "plain": ("任意使用（不含对象）", "Any use (no units)"),
    "free_text": ("自由文本，不离库", "Free text, stays"),
}
UNITS: Final[Words] = {
    "": ("不是标识", "No identifier"),
    "person": ("个人", "Person"),
    "household": ("户", "Household"),
    "enterprise": ("企业、单位", "Enterprise"),
}
CHECKS: Final[Words] = {
    "": ("不校验", "None"),
    "resident_id": ("公民身份号码", "Resident identity number"),
    "uscc": ("统一社会信用代码", "Social credit code"),
    "mobile": ("手机号码", "Mobile number"),
    "bank_card": ("银行卡号", "Bank card number"),
}
GRADES: Final[Words] = {
    "": ("未定级", "Not graded"),
    "1": ("1 级", "Grade 1"),
    "2": ("2 级", "Grade 2"),
    "3": ("3 级", "Grade 3"),
    "4": ("4 级", "Grade 4"),
}
SHARES: Final[Words] = {
    "unconditional": ("无条件共享", "Unconditional"),
    "conditional": ("有条件共享", "Conditional"),
    "withheld": ("不予共享", "Withheld"),
}
METHODS: Final[Words] = {
    "database": ("数据库", "Database"),
    "file": ("文件", "File"),
    "tables": ("库表交换", "Table exchange"),
    "interface": ("接口", "Interface"),
    "mail": ("邮件", "Mail"),
    "copy": ("拷盘", "Copied disk"),
    "medium": ("介质", "Medium"),
}
CYCLES: Final[Words] = {
    "realtime": ("实时", "Real time"),
    "daily": ("每日", "Daily"),
    "weekly": ("每周", "Weekly"),
    "ten_days": ("每旬", "Every ten days"),
    "monthly": ("每月", "Monthly"),
    "quarterly": ("每季度", "Quarterly"),
    "half_yearly": ("每半年", "Half-yearly"),
    "yearly": ("每年", "Yearly"),
    "irregular": ("不定期", "Irregular"),
}
ACTIONS: Final[Words] = {
    "quarantine": ("拒收该行", "Leave the row out"),
    "warn": ("只提示", "Only warn"),
    "stop": ("整批不放行", "Stop the release"),
}
DIMENSIONS: Final[Words] = {
    "conformity": ("规范性", "Conformity"),
    "completeness": ("完整性", "Completeness"),
    "accuracy": ("准确性", "Accuracy"),
    "consistency": ("一致性", "Consistency"),
    "timeliness": ("时效性", "Timeliness"),
    "accessibility": ("可访问性", "Accessibility"),
}
CORRECTIONS: Final[Words] = {
    "open": ("待答复", "To be answered"),
    "accepted": ("已采纳，待更正", "Accepted, to be carried out"),
    "carried": ("已更正", "Corrected"),
    "rejected": ("不采纳", "Rejected"),
    "reopened": ("未按采纳更正，重新待办", "Not carried out, open again"),
    "withdrawn": ("提出方已撤回", "Taken back"),
    "before_authority": ("申诉到主管部门", "Before the authority"),
    "before_superior": ("申诉到上级", "Before the superior"),
    "before_government": ("申诉到政府", "Before the government"),
    "upheld": ("维持原值", "Upheld"),
    "upheld_authority": ("主管部门维持", "Upheld by the authority"),
    "upheld_superior": ("上级维持", "Upheld by the superior"),
}
CLAIMS: Final[Words] = {
    "authoritative": ("权威数源", "Authoritative"),
    "contested": ("有争议", "Contested"),
    "copy": ("副本", "Copy"),
    "withdrawn": ("已撤回", "Withdrawn"),
}
DECISIONS: Final[Words] = {
    "confirm": ("确认", "Confirm"),
    "override": ("不是（否定识别结果）", "Not so (override)"),
    "raise": ("调高级别", "Raise"),
    "lower": ("调低级别", "Lower"),
    "in_force": ("生效", "In force"),
    "awaiting": ("待第二人同意", "Waits for the second signature"),
    "raised": ("已调高", "Raised"),
}
RULES: Final[Words] = {
    "required": ("必填", "Required"),
    "unique": ("不重复", "Unique"),
    "allowed": ("值域", "Allowed values"),
    "range": ("范围", "Range"),
    "length": ("长度", "Length"),
    "pattern": ("格式", "Pattern"),
    "check_digit": ("校验码", "Check digit"),
    "compare": ("字段间关系", "Comparison"),
    "coordinates": ("坐标", "Coordinates"),
    "reference": ("有对应记录", "Reference"),
    "agreement": ("与他处一致", "Agreement"),
    "order": ("先后次序", "Order"),
    "period_count": ("各期行数", "Rows per period"),
    "row_count": ("总行数", "Rows"),
    "freshness": ("按期更新", "Freshness"),
    "column": ("列齐全", "Columns delivered"),
    "type": ("类型", "Type"),
    "record": ("记录完整", "Whole records"),
}
CAUSES: Final[Words] = {
    "missing": ("缺失", "Missing"),
    "repeated": ("重复", "Repeated"),
    "not_in_list": ("不在值域", "Not in the list"),
    "out_of_range": ("超出范围", "Out of range"),
    "length": ("长度不符", "Length"),
    "pattern": ("格式不符", "Form"),
    "check_digit": ("校验不符", "Check digit"),
    "contradiction": ("字段间矛盾", "Contradiction"),
    "position": ("坐标不符", "Position"),
    "unreferenced": ("无对应记录", "Unreferenced"),
    "disagreement": ("与他处不一致", "Disagreement"),
    "order": ("时序颠倒", "Order"),
    "volume": ("数量异常", "Volume"),
    "late": ("未按期更新", "Late"),
    "unreadable": ("类型不符", "Unreadable"),
    "drift": ("结构漂移", "Drift"),
}
CASES: Final[Words] = {
    "open": ("待整改", "To be mended"),
    "sent": ("已导出，待回传", "Handed out"),
    "closed": ("已整改", "Mended"),
    "withdrawn": ("已撤销", "Withdrawn"),
}
CASE_EVENTS: Final[Words] = {
    "open": ("发现问题", "Found"),
    "send": ("下载了整改工作簿", "Workbook handed out"),
    "return": ("放回了工作簿", "Workbook taken back"),
    "close": ("已整改", "Mended"),
    "reopen": ("又发现同样的问题", "Found again"),
    "recount": ("重新核对", "Counted anew"),
    "undo": ("撤销了整改", "Corrections undone"),
    "withdraw": ("不再作为问题", "Withdrawn"),
}
# What the interface itself writes where nobody gave a reason.
REASONS: Final[Words] = {
    "contract file": ("由契约文件录入", "From a contract file"),
    "contract sent": ("已保存编目", "Entry saved"),
    "submitted again": ("重新提交", "Submitted again"),
    "returned with a complete list": ("退回要求已一次性列明", "Returned with one complete list"),
    "": ("", ""),
}
TRIGGERS: Final[Words] = {
    "law": ("法律法规变化", "Law changed"),
    "function": ("职能变化", "Function changed"),
    "system": ("信息系统变化", "System changed"),
    "structure": ("数据结构变化", "Structure changed"),
    "other": ("其他", "Other"),
}
DETECTORS: Final[Words] = {
    "resident_id": ("公民身份号码", "Resident identity number"),
    "person_name": ("姓名", "Name of a person"),
    "mobile": ("手机号码", "Mobile number"),
    "landline": ("固定电话", "Landline"),
    "bank_card": ("银行卡号", "Bank card"),
    "address": ("地址", "Address"),
    "income": ("收入金额", "Income"),
    "sex": ("性别", "Sex"),
    "date_of_birth": ("出生日期", "Date of birth"),
    "division_code": ("行政区划代码", "Division code"),
    "uscc": ("统一社会信用代码", "Social credit code"),
    "free_text": ("自由文本", "Free text"),
    "coordinates": ("经纬度", "Coordinates"),
    "plate": ("车牌号", "Number plate"),
    "email": ("电子邮箱", "E-mail"),
    "passport": ("护照号", "Passport"),
    "residence_permit": ("居住证号", "Residence permit"),
    "foreign_resident_permit": ("外国人永久居留身份证号", "Foreign permanent resident card"),
    "hk_macao_permit": ("港澳通行证号", "Hong Kong or Macao permit"),
    "taiwan_permit": ("台湾通行证号", "Taiwan permit"),
    "military_id": ("军人证件号", "Military identity"),
    "social_security_number": ("社会保障号码", "Social security number"),
    "driver_file_number": ("驾驶证档案编号", "Driver's file number"),
    "housing_certificate": ("不动产权证号", "Housing certificate"),
    "account": ("账户", "Account"),
    "imei": ("手机串号", "IMEI"),
    "mac_address": ("MAC 地址", "MAC address"),
    "ip_address": ("IP 地址", "IP address"),
    "vin": ("车辆识别代号", "Vehicle identification number"),
    "business_licence": ("营业执照号", "Business licence"),
    "organisation_code": ("组织机构代码", "Organisation code"),
    "enterprise_name": ("企业名称", "Name of an enterprise"),
    "postcode": ("邮政编码", "Postcode"),
    "minor": ("未满十四周岁未成年人", "Child under 14"),
    "marital_status": ("婚姻状况", "Marital status"),
    "ethnic_group": ("民族", "Ethnic group"),
    "religion": ("宗教信仰", "Religion"),
    "political_status": ("政治面貌", "Political status"),
    "education": ("文化程度", "Education"),
    "criminal_record": ("违法犯罪记录", "Criminal record"),
    "biometric": ("生物识别信息", "Biometric information"),
    "medical": ("医疗健康信息", "Medical information"),
    "*": ("整个信息项", "The item as such"),
}


def called(say: Language, table: Words, code: str | None) -> str:
    """What a code is called; the code itself where nobody worded it."""
    pair = table.get(code or "")
    return say(*pair) if pair else (code or "—")


def choices(say: Language, table: Words) -> dict[str, str]:
    """Every code of a table with what it is called, for a list to choose from."""
    return {code: say(*pair) for code, pair in table.items()}
