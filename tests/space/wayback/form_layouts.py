"""Workbooks as issuers of forms lay them out, drawn from a text and labelled with the truth.

A line is a row, ``|`` parts its cells; ``<`` belongs to the cell on its left, ``^`` to the one above. A line
that begins with ``!`` has no borders. What a cell is to be read as stands in it:

- ``{birth_date}`` is left blank, and the standard element that belongs there; ``{amount?}``: that, or none;
- ``{}`` is left blank, and no standard item belongs there; ``{~}`` is left blank and holds no data;
- ``{=}`` is left blank and can be computed, ``{age=}`` is an element besides;
- ``[=SUM(B3:B5)]`` is a formula of the issuer's;
- ``<<person_name>>`` within a text is a blank to be filled in place, ``<<~>>`` one that holds no data.
"""

# Rows of a sheet are lines: they are as long as they are.
# ruff: noqa: E501

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

_SLOT: Final = re.compile(r"<<([^>]*)>>")
_BLANK: Final = re.compile(r"^\{([^}]*)\}$")
_THIN: Final = Side(style="thin")


@dataclass(frozen=True, slots=True)
class Layout:
    """One sheet: what it is about, and its lines."""

    name: str
    subject: str  # person, household, enterprise, or area where it counts
    text: str
    title: str = "Sheet1"


@dataclass(frozen=True, slots=True)
class Truth:
    """What a blank is: its element, whether there may be none, whether it is computed, or holds no data."""

    element: str = ""
    optional: bool = False
    computed: bool = False
    no_data: bool = False


@dataclass
class Drawn:
    """A workbook that was drawn: where it lies, and cell → truth; a blank in a text is ``A2#1``."""

    path: Path
    layout: Layout
    truth: dict[str, Truth] = field(default_factory=dict)


def truth_of(said: str) -> Truth:
    """What stands between the braces."""
    if said == "~":
        return Truth(no_data=True)
    return Truth(said.rstrip("=?"), said.endswith("?"), said.endswith("="))


def draw(layout: Layout, folder: Path) -> Drawn:
    """Write the workbook of a layout, and say what is true of it."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = layout.title
    made = Drawn(folder / f"{layout.name}.xlsx", layout)
    lines = [line for line in layout.text.strip("\n").splitlines() if line.strip()]
    grid = [[part.strip() for part in line.lstrip("! ").split("|")] for line in lines]
    anchors = _anchors(grid)
    for row, (line, cells) in enumerate(zip(lines, grid, strict=True)):
        for column, text in enumerate(cells):
            cell = sheet.cell(row + 1, column + 1)
            if not line.startswith("!"):
                cell.border = Border(_THIN, _THIN, _THIN, _THIN)
            if anchors[row, column] == (row, column):
                _write(made, sheet, row + 1, column + 1, text)
    _merge(sheet, anchors)
    sheet.cell(1, 1).font = Font(name="方正小标宋简体", size=20, bold=True)
    sheet.print_area = f"A1:{get_column_letter(max(map(len, grid)))}{len(grid)}"
    sheet.page_setup.orientation = "landscape"
    book.save(made.path)
    return made


def _anchors(grid: list[list[str]]) -> dict[tuple[int, int], tuple[int, int]]:
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for row, cells in enumerate(grid):
        for column, text in enumerate(cells):
            if text == "<":
                found[row, column] = found[row, column - 1]
            elif text == "^":
                found[row, column] = found[row - 1, column]
            else:
                found[row, column] = (row, column)
    return found


def _merge(sheet: Worksheet, anchors: dict[tuple[int, int], tuple[int, int]]) -> None:
    ends: dict[tuple[int, int], tuple[int, int]] = {}
    for place, anchor in anchors.items():
        ends[anchor] = max(ends.get(anchor, anchor), place)
    for (top, left), (bottom, right) in ends.items():
        if (top, left) != (bottom, right):
            sheet.merge_cells(
                start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
            )


def _write(made: Drawn, sheet: Worksheet, row: int, column: int, text: str) -> None:
    cell = sheet.cell(row, column)
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    blank = _BLANK.match(text)
    if blank is not None:
        made.truth[cell.coordinate] = truth_of(blank[1])
        return
    for number, said in enumerate(_SLOT.findall(text), 1):
        made.truth[f"{cell.coordinate}#{number}"] = truth_of(said)
    text = _SLOT.sub("________", text).replace("\\n", "\n")
    cell.value = text[1:-1] if text.startswith("[=") else text or None


ELDER_ALLOWANCE = Layout(
    "高龄津贴申请审批表",
    "person",
    """
!高龄津贴申请审批表 | < | < | < | < | < | <
!填报单位（盖章）：<<~>> | < | < | < | 填表日期：    年  月  日 | < | <
姓  名 | {person_name} | 性别 | {sex} | 出生年月 | {birth_date} | 照片
公民身份号码 | {resident_id} | < | < | 年龄 | {age=} | ^
民族 | {ethnic_group} | 婚姻状况 | {marital_status} | 文化程度 | {education} | ^
户籍地址 | {home_address} | < | < | 联系电话 | {contact_phone} | <
现居住地址 | {home_address} | < | < | 居住方式 | {} | <
开户银行 | {bank_name} | < | < | 银行账号 | {bank_card} | <
津贴标准（元/月） | {benefit_amount?} | < | < | 享受起始年月 | {start_date?} | <
监护人（代理人）姓名 | {person_name} | 与申请人关系 | {family_relation} | 联系电话 | {contact_phone} | <
健康状况 | □健康 □一般 □失能 | < | < | < | < | <
本人申请 | 本人承诺所填内容真实有效。\\n\\n申请人（签字）：          年   月   日 | < | < | < | < | <
社区（村）意见 | 经办人：        （盖章）\\n      年   月   日 | < | < | < | < | <
街道（乡镇）审核意见 | {~} | < | < | < | < | <
!注：1．本表一式三份，社区、街道、区民政局各存一份。2．年满80周岁的老年人填写本表。 | < | < | < | < | < | <
""",
)

LOW_INCOME = Layout(
    "低保家庭核查表",
    "household",
    """
!云州市最低生活保障家庭经济状况核查表 | < | < | < | < | < | < | <
!街道（乡镇）：<<street_name>>    社区（村）：<<community_name>>    核查日期：    年   月   日 | < | < | < | < | < | < | <
户主姓名 | {person_name} | 身份证号 | {resident_id} | < | < | 联系电话 | {contact_phone}
家庭住址 | {home_address} | < | < | 户口性质 | {household_nature} | 家庭人口 | {person_count=}
保障类别 | {aid_kind} | 保障人数 | {person_count?} | 月保障金额（元） | {benefit_amount} | 批准日期 | {approval_date}
家庭成员情况 | 姓名 | 与户主关系 | 性别 | 身份证号码 | 劳动能力 | 健康状况 | 月收入（元）
^ | {person_name} | {family_relation} | {sex} | {resident_id} | {} | {health_status} | {amount?}
^ | {person_name} | {family_relation} | {sex} | {resident_id} | {} | {health_status} | {amount?}
^ | {person_name} | {family_relation} | {sex} | {resident_id} | {} | {health_status} | {amount?}
^ | {person_name} | {family_relation} | {sex} | {resident_id} | {} | {health_status} | {amount?}
家庭月总收入（元） | {=} | < | 人均月收入（元） | {=} | < | 致贫原因 | {}
住房情况 | {} | < | < | 机动车辆 | {} | < | <
核查人意见 | 核查人（两人以上签字）：\\n\\n    年   月   日 | < | < | < | < | < | <
!填表人：<<~>>      负责人：<<~>>      填表日期：    年  月  日 | < | < | < | < | < | < | <
""",
)

MONTHLY = Layout(
    "民政对象月报汇总表",
    "area",
    """
!民政服务对象及资金发放情况月报表 | < | < | < | < | < | < | <
!填报单位：<<=>> | < | < |  |  |  | 单位：人、万元 | <
社区（村） | 高龄津贴 | < | 最低生活保障 | < | < | 合计 | <
^ | 人数 | 金额 | 户数 | 人数 | 金额 | 人数 | 金额
清波社区 | {person_count} | {amount_10k} | {household_count} | {person_count} | {amount_10k} | {=} | {=}
柳浪社区 | {person_count} | {amount_10k} | {household_count} | {person_count} | {amount_10k} | {=} | {=}
涌金社区 | {person_count} | {amount_10k} | {household_count} | {person_count} | {amount_10k} | {=} | {=}
合  计 | [=SUM(B5:B7)] | [=SUM(C5:C7)] | {=} | {=} | {=} | {=} | {=}
!单位负责人：<<~>>     审核人：<<~>>     制表人：<<~>>     联系电话：<<contact_phone?>> | < | < | < | < | < | < | <
!说明：本表由社区于每月5日前报送街道。 | < | < | < | < | < | < | <
""",
    "月报",
)

HOUSEHOLD = Layout(
    "户情况登记表",
    "household",
    """
!居民户情况登记表 | < | < | < | < | < | < | <
!网格编号：<<grid_code>> | < | < | < | 登记日期：    年   月   日 | < | < | <
一、户基本情况 | < | < | < | < | < | < | <
户编号 | {household_number} | 户主 | {person_name} | 户别 | {household_type} | 户籍人口数（人） | {person_count=}
详细地址 | {address} | < | < | < | < | 邮政编码 | {postcode}
二、家庭成员 | < | < | < | < | < | < | <
序号 | 姓名 | 性别 | 出生日期 | 与户主关系 | 文化程度 | 婚姻状况 | 工作单位
1 | {person_name} | {sex} | {birth_date} | {family_relation} | {education} | {marital_status} | {employer_name}
2 | {person_name} | {sex} | {birth_date} | {family_relation} | {education} | {marital_status} | {employer_name}
3 | {person_name} | {sex} | {birth_date} | {family_relation} | {education} | {marital_status} | {employer_name}
三、住房情况 | < | < | < | < | < | < | <
房屋坐落 | < | 不动产权证号 | < | 建筑面积（㎡） | 房屋用途 | 房屋结构 | 是否出租
{address} | < | {real_estate_certificate} | < | {building_area} | {house_use} | {house_structure} | {}
{address} | < | {real_estate_certificate} | < | {building_area} | {house_use} | {house_structure} | {}
备注 | {remark} | < | < | < | < | < | <
!户主签名：<<~>>            登记人：<<~>> | < | < | < | < | < | < | <
""",
)

ENTERPRISE = Layout(
    "企业走访表",
    "enterprise",
    """
!规上企业走访服务情况表 | < | < | < | < | <
! | | | | 金额单位：万元 | <
企业名称 | {organisation_name} | < | 统一社会信用代码 | {uscc} | <
法定代表人 | {legal_representative} | 联系电话 | {contact_phone} | 成立日期 | {establishment_date}
注册资本 | {registered_capital} | 企业类型 | {market_entity_type} | 登记状态 | {registration_status}
注册地址 | {address} | < | 实际经营地址 | {address} | <
所属行业 | {industry_code} | 经营范围 | {business_scope} | < | <
从业人员数（人） | {employees} | 其中：高校毕业生 | {} | 占比（%） | {=}
上年营业收入 | {} | 上年纳税额 | {} | 研发投入 | {}
是否享受过助企政策 | □是 □否 | 企业规模 | □大型 □中型 □小型 □微型 | < | <
存在的困难和问题 | {} | < | < | < | <
意见建议 | {} | < | < | < | <
走访人员 | {~} | < | 走访日期 | {calendar_date?} | <
!注：金额保留两位小数。 | < | < | < | < | <
""",
    "走访表",
)

ROSTER = Layout(
    "高龄津贴发放花名册",
    "person",
    """
!2026年    月高龄津贴发放花名册 | < | < | < | < | < | < | <
!街道（盖章）：<<~>> | < | < | < | 单位：元 | < | < | <
序号 | 姓名 | 身份证号码 | 年龄 | 所在社区 | 发放金额 | 银行卡号 | 备注
1 | {person_name} | {resident_id} | {age=} | {community_name} | {benefit_amount} | {bank_card} | {remark}
2 | {person_name} | {resident_id} | {age=} | {community_name} | {benefit_amount} | {bank_card} | {remark}
3 | {person_name} | {resident_id} | {age=} | {community_name} | {benefit_amount} | {bank_card} | {remark}
4 | {person_name} | {resident_id} | {age=} | {community_name} | {benefit_amount} | {bank_card} | {remark}
合计 | < | < | < | < | [=SUM(F4:F7)] |  |
!经办人：<<~>>        审核人：<<~>>        分管领导：<<~>> | < | < | < | < | < | < | <
""",
    "花名册",
)

TENANTS = Layout(
    "流动人口登记表",
    "person",
    """
!流动人口居住登记表 | < | < | < | < | <
姓名 | {person_name} | 曾用名 | {former_name} | 性别 | {sex}
证件类型 | {id_document_type} | 证件号码 | {resident_id} | < | <
国籍 | {nationality} | 民族 | {ethnic_group} | 政治面貌 | {political_status}
户籍所在地 | {home_address} | < | < | 户口性质 | {household_nature}
现居住地址 | {home_address} | < | < | 手机号码 | {mobile}
来本地日期 | {} | 居住事由 | {} | 拟居住时间 | {}
房屋信息 | 房主姓名 | {person_name} | 房主电话 | {contact_phone} | <
^ | 房屋类型 | {house_ownership} | 月租金（元） | {} | <
就业信息 | 工作单位 | {employer_name} | 职业 | {occupation} | <
^ | 从业状况 | {employment_status} | 是否参加社会保险 | {} | <
同住人员 | 姓名 | 与本人关系 | 公民身份号码 | < | 联系方式
^ | {person_name} | {family_relation} | {resident_id} | < | {contact_phone}
^ | {person_name} | {family_relation} | {resident_id} | < | {contact_phone}
登记单位意见 | （盖章）\\n   年  月  日 | < | < | < | <
""",
)

SHOPS = Layout(
    "沿街商铺台账",
    "enterprise",
    """
!沿街商铺基本信息台账 | < | < | < | < | < | < | < | <
序号 | 店铺信息 | < | < | 经营者信息 | < | 从业人数 | 营业面积（平方米） | 是否连锁
^ | 商户名称 | 统一社会信用代码 | 经营地址 | 法定代表人 | 联系电话 | ^ | ^ | ^
1 | {organisation_name} | {uscc} | {address} | {legal_representative} | {contact_phone} | {employees} | {} | {}
2 | {organisation_name} | {uscc} | {address} | {legal_representative} | {contact_phone} | {employees} | {} | {}
3 | {organisation_name} | {uscc} | {address} | {legal_representative} | {contact_phone} | {employees} | {} | {}
!填报人：<<~>>      填报日期：      年   月   日 | < | < | < | < | < | < | < | <
""",
)

COMMUNITY = Layout(
    "社区基本情况统计表",
    "area",
    """
!社区基本情况统计表 | < | < | < | < | <
社区名称 | {community_name} | 辖区面积（平方公里） | {land_area} | 网格数（个） | {}
总户数 | {household_count} | 常住人口 | {person_count} | 流动人口占比（%） | {percentage?}
社区书记 | {} | 办公电话 | {landline} | 办公地址 | {address}
分类 | 60周岁以上 | 80周岁以上 | 残疾人 | 低保对象 | 小计
男 | {} | {} | {} | {} | {=}
女 | {} | {} | {} | {} | {=}
合计 | {=} | {=} | {=} | {=} | {=}
""",
)

MADE_FOR_RULES: Final = (
    ELDER_ALLOWANCE, LOW_INCOME, MONTHLY, HOUSEHOLD, ENTERPRISE, ROSTER, TENANTS, SHOPS, COMMUNITY,
)  # fmt: skip
