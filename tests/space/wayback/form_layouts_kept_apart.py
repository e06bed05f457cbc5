"""Layouts that were not looked at while the rules of the compiler were made; they only measure it.

Their headings follow forms that local governments publish: the house check of a county's special aid, its house visit,
a county's subsidy for disabled persons, a city's low-income check, a city's registration of residence, the
basic table of units of the statistics, a monthly report on safety.
"""

# Rows of a sheet are lines: they are as long as they are.
# ruff: noqa: E501

from __future__ import annotations

from typing import Final

from tests.space.wayback.form_layouts import Layout

SPECIAL_AID = Layout(
    "特困供养人员入户核查表",
    "household",
    """
!特困供养人员入户核查表 | < | < | < | < | < | < | <
!村（社区）：<<community_name>> | < | < | < | < |        年    月    日 | < | <
户主姓名 | {person_name} | < | 家庭\\n人口 | {person_count=} | 保障人口 | {person_count?} | <
是否是建档立卡户 | 是 □  否 □ | < | 村级公示 | 有□  无□ | 供养方式 | 集中供养□ 分散供养□ | <
残疾种类 | {disability_category} | < | 残疾\\n等级 | 一□ 二□ 三□ 四□ | 护理人员 | {} | <
自理能力 | 完全自理□ 半失能□ 完全失能□ | < | < | < | < | < | <
家庭成员 | 姓  名 | 与户主\\n关系 | 年龄 | 健康状况 | 职业状况 | 年收入(元) | <
^ | {person_name} | {family_relation} | {age=} | {health_status} | {} | {amount?} | <
^ | {person_name} | {family_relation} | {age=} | {health_status} | {} | {amount?} | <
^ | {person_name} | {family_relation} | {age=} | {health_status} | {} | {amount?} | <
^ | {person_name} | {family_relation} | {age=} | {health_status} | {} | {amount?} | <
家庭财产情况 | 住房情况 | 租房居住□ 自建□ 还建□ 寄居□ | < | < | 交通工具 | 有□  无□ | <
^ | 经济来源 | 有□  无□ | < | < | 法定赡抚养人能力 | 有□  无□ | <
是否符合特困供养人员条件 | {} | < | < | < | < | < | <
!入户人员签字：          村（社区）签字：           户主签字（手印）： | < | < | < | < | < | < | <
""",
)

HOUSE_VISIT = Layout(
    "入户调查登记表",
    "household",
    """
!入 户 调 查 登 记 表 | < | < | < | < | < | <
!镇（街道）：<<street_name>>     村（社区）：<<community_name>>      日期：<<calendar_date?>> | < | < | < | < | < | <
户主姓名 | {person_name} | 性 别 | {sex} | 年 龄 | {age=} | <
家庭人口 | {person_count=} | 子女情况 | {} | < | < | <
家\\n庭\\n成\\n员 | 姓 名 | 身份证号 | 与户主\\n关系 | 健康状况 | 职业状况 | 年收入（元）
^ | {person_name} | {resident_id} | 户主 | {health_status} | {} | {amount?}
^ | {person_name} | {resident_id} | {family_relation} | {health_status} | {} | {amount?}
^ | {person_name} | {resident_id} | {family_relation} | {health_status} | {} | {amount?}
^ | {person_name} | {resident_id} | {family_relation} | {health_status} | {} | {amount?}
致贫原因 | □残疾 □重病 □孤寡老人 □单亲家庭 □受灾户 □孤儿 □其他 | < | < | < | < | <
家庭收入 | {amount?} | < | 年人均收入 | {=} | < | <
赡、抚（扶）养义务人情况 | 姓 名 | 年 龄 | 与户主关系 | 健康状况 | 职业状况 | 年收入（元）
^ | {person_name} | {age} | {family_relation} | {health_status} | {} | {amount?}
^ | {person_name} | {age} | {family_relation} | {health_status} | {} | {amount?}
是否符合低保 | 是□ 否□ | < | 原因 | {} | < | <
!户主签名：             调查人员签名： | < | < | < | < | < | <
""",
)

DISABLED = Layout(
    "困难残疾人生活补贴申请审批表",
    "person",
    """
!困难残疾人生活补贴申请审批表 | < | < | < | < | < | <
!申请人（或监护人）：                      申请时间：    年   月   日 | < | < | < | < | < | <
姓名\\n（享受人） | {person_name} | 性别 | {sex} | 出生\\n年月 | {birth_date} | 一寸免冠照片
残疾\\n证号 | {disability_certificate} | < | < | < | < | ^
残疾类别 | {disability_category} | 残疾等级 | {disability_level} | 民族 | {ethnic_group} | ^
身份证号码 | {resident_id} | < | < | 联系电话 | {contact_phone} | <
是否低保对象 | {} | 低保类别 | {aid_kind?} | 是否领取工伤保险生活护理费 | {} | <
开户银行 | {bank_name} | 户名 | {} | 领取本补贴银行账号 | {bank_card} | <
户籍地址 | {home_address} | < | < | 居住地址 | {home_address} | <
监护人\\n情况 | 监护人姓名 | {person_name} | 监护人身份证号 | {resident_id} | 监护人电话 | {contact_phone}
申请原因 | {} | < | < | < | < | <
乡（镇）民政所审核意见 | 签名：            时间： | < | < | < | < | <
乡（镇）人民政府审定意见 | {~} | < | < | < | < | <
!注：1．本表原件由民政部门保存。2．享受孤儿基本生活保障政策的残疾儿童不享受困难残疾人生活补贴。 | < | < | < | < | < | <
""",
)

INCOME = Layout(
    "家庭经济状况核查表",
    "household",
    """
!附件6
!最低生活保障家庭经济状况核查表 | < | < | < | < | < | < | <
!所属地区：<<region_name?>>区（县）<<street_name>>乡镇（街道）<<community_name>>村（居）委会 | < | < | < | < | < | < | <
申请保障类型 | 城市低保□  农村低保□ | < | < | 户籍性质 | {household_nature} | 申请日期 | {}
申请人 | {person_name} | 公民身份号码 | {resident_id} | < | < | 联系电话 | {contact_phone}
家庭收入（元/年） | 姓 名 | 合计 | 工资性收入 | 种植养殖收入 | 财产租赁收入 | 养老保险金 | 其它收入
^ | {person_name} | {=} | {amount?} | {amount?} | {amount?} | {amount?} | {amount?}
^ | {person_name} | {=} | {amount?} | {amount?} | {amount?} | {amount?} | {amount?}
^ | {person_name} | {=} | {amount?} | {amount?} | {amount?} | {amount?} | {amount?}
^ | 总收入 | {=} | {=} | {=} | {=} | {=} | {=}
家庭住房 | 产权登记人 | {} | 建筑面积 | {building_area} | 地址 | {address} | <
机动车辆 | 类型 | {} | 号牌号码 | {vehicle_plate} | 购置价格（万元） | {amount_10k?} | <
调查核实情况 | {~} | < | < | < | < | < | <
!说明：1、“户籍性质”填列城市或农村；2、“与申请人关系”填列申请人、配偶、父子、母子等。 | < | < | < | < | < | < | <
""",
)

RESIDENCE = Layout(
    "居住登记申请表",
    "person",
    """
!居住登记申请表 | < | < | < | < | <
房屋地址 | {address} | < | < | 房屋编码 | {real_estate_unit?}
申报业务类型 | □入住 □搬离 | < | 入住/搬离时间 | {} | <
姓名 | {person_name} | 身份证件种类 | {id_document_type} | 证件号码 | {resident_id}
性别 | {sex} | 出生日期 | {birth_date} | 婚姻状况 | {marital_status}
文化程度 | {education} | 政治面貌 | {political_status} | 职业 | {occupation}
户籍地址 | {home_address} | < | < | 户籍地址类型 | {}
服务处所 | {} | < | < | 移动电话 | {mobile}
户主姓名 | {person_name} | 户主证件号码 | {resident_id} | 与户主关系 | {family_relation}
紧急联系人 | {person_name} | 紧急联系电话 | {contact_phone} | 来本地事由 | {}
申报义务人 | {~} | < | 承办人 | {~} | <
!填表说明：1、本表格应填写完整。2、如本人为户主，勾选“本人”即可。 | < | < | < | < | <
""",
)

UNITS = Layout(
    "单位基本情况",
    "enterprise",
    """
!表    号：101-2表 | < | < | < | < | <
!单位基本情况 | < | < | < | < | <
01 统一社会信用代码 | {uscc} | < | 02 单位详细名称 | {organisation_name} | <
03 法定代表人（单位负责人） | {legal_representative} | < | 04 成立时间 | {establishment_date} | <
05 联系方式 | 固定电话 | {landline} | 移动电话 | {mobile} | <
^ | 传真号码 | {landline} | 电子邮箱 | {email} | <
^ | 邮政编码 | {postcode} | 网址 | {website} | <
06 行业类别 | 主要业务活动 | {business_scope?} | 行业代码（GB/T 4754-2017） | {industry_code} | <
07 登记注册类型 | {statistical_registration_type} | < | 08 机构类型 | {institution_type} | <
09 控股情况 | {holding_status} | < | 10 单位规模 | {enterprise_scale} | <
11 从业人员期末人数（人） | {employees} | < | 其中：女性 | {} | <
12 单位所在地 | {address} | < | < | 行政区划代码 | {region}
!单位负责人：      统计负责人：      填表人：      报出日期：20  年  月  日 | < | < | < | < | <
""",
)

SAFETY = Layout(
    "安全隐患排查月报",
    "area",
    """
!安全生产隐患排查整治情况月报表 | < | < | < | < | < | <
!填报街道（章）：                                       填报时间： | < | < | < | < | < | <
行业领域 | 检查单位数（家） | 排查隐患（处） | < | 已整改隐患（处） | < | 整改率（%）
^ | ^ | 一般隐患 | 重大隐患 | 一般隐患 | 重大隐患 | ^
危险化学品 | {} | {} | {} | {} | {} | {=}
建筑施工 | {} | {} | {} | {} | {} | {=}
消防 | {} | {} | {} | {} | {} | {=}
总计 | {=} | {=} | {=} | {=} | {=} | {=}
!审签人：           填表人：          联系电话： | < | < | < | < | < | <
""",
)

FIRST_APART: Final = (SPECIAL_AID, HOUSE_VISIT, DISABLED, INCOME, RESIDENCE, UNITS, SAFETY)

# Written when the rules had been mended by what the first ones showed, and never used to mend anything.

VETERAN = Layout(
    "退役军人信息采集表",
    "person",
    """
!退役军人和其他优抚对象信息采集表 | < | < | < | < | < | <
!采集单位：<<=>> | < | < | < | 采集时间：    年   月   日 | < | <
基本信息 | 姓名 | {person_name} | 性别 | {sex} | 民族 | {ethnic_group}
^ | 身份证号码 | {resident_id} | < | < | 政治面貌 | {political_status}
^ | 文化程度 | {education} | 婚姻状况 | {marital_status} | 健康状况 | {health_status}
^ | 户籍地详细地址 | {home_address} | < | < | 户口性质 | {household_nature}
^ | 常住地址 | {home_address} | < | < | 手机号码 | {mobile}
服役信息 | 入伍时间 | {} | 退役时间 | {} | 退役时军衔 | {}
^ | 原部队代号 | {} | < | < | 服役年限（年） | {}
就业情况 | 就业状态 | {employment_status} | 工作单位 | {employer_name} | 职务 | {position_name}
社会保险 | 参保险种 | {insurance_kind} | 社保卡号 | {social_security_card} | 参保状态 | {insurance_status}
银行信息 | 开户行 | {bank_name} | < | 银行卡号 | {bank_card} | <
主要家庭成员 | 姓名 | 与本人关系 | 身份证号 | < | 联系电话 | 工作单位
^ | {person_name} | {family_relation} | {resident_id} | < | {contact_phone} | {employer_name}
^ | {person_name} | {family_relation} | {resident_id} | < | {contact_phone} | {employer_name}
本人签名 | {~} | < | < | 采集人签名 | {~} | <
""",
)

DANGEROUS_HOUSE = Layout(
    "农村危房改造农户档案表",
    "household",
    """
!农村危房改造农户纸质档案表 | < | < | < | < | <
!户编号：<<household_number>>      建档日期：<<calendar_date?>> | < | < | < | < | <
户主姓名 | {person_name} | 性别 | {sex} | 民族 | {ethnic_group}
身份证号 | {resident_id} | < | < | 联系电话 | {contact_phone}
家庭人数 | {person_count=} | 农户类型 | □低保户 □分散供养特困人员 □残疾人家庭 □其他 | < | <
家庭住址 | {home_address} | < | < | < | <
房屋现状 | 建造年代 | 结构类型 | 建筑面积（平方米） | 危险等级 | 备注
^ | {} | {house_structure} | {building_area} | {} | {remark}
改造情况 | 改造方式 | □新建 □修缮加固 | 开工日期 | {start_date} | {~}
^ | 总投资（万元） | {amount_10k} | 其中：补助资金（万元） | {} | {~}
^ | 补助资金占总投资比例（%） | {=} | 竣工日期 | {end_date?} | {~}
村民委员会评议意见 | （盖章）         年   月   日 | < | < | < | <
乡镇人民政府审核意见 | {~} | < | < | < | <
""",
)

SCHOOL_AID = Layout(
    "学生资助申请花名册",
    "person",
    """
!义务教育家庭经济困难学生生活补助申请汇总表 | < | < | < | < | < | < | < | <
!学校（盖章）：<<~>> | < | < | < | < | 单位：元 | < | < | <
序号 | 学生信息 | < | < | < | 家庭信息 | < | 补助金额 | 备注
^ | 学生姓名 | 身份证号 | 学籍号 | 就读年级 | 家长姓名 | 联系电话 | ^ | ^
1 | {person_name} | {resident_id} | {student_number} | {} | {person_name} | {contact_phone} | {benefit_amount} | {remark}
2 | {person_name} | {resident_id} | {student_number} | {} | {person_name} | {contact_phone} | {benefit_amount} | {remark}
3 | {person_name} | {resident_id} | {student_number} | {} | {person_name} | {contact_phone} | {benefit_amount} | {remark}
合计 | < | < | < | < | < | < | {=} |
!校长（签字）：<<~>>     填表人：<<~>>     填表时间：   年   月   日 | < | < | < | < | < | < | < | <
""",
)

VENUES = Layout(
    "人员密集场所消防检查台账",
    "enterprise",
    """
!人员密集场所消防安全检查台账 | < | < | < | < | < | <
单位名称 | {organisation_name} | < | 社会信用代码 | {uscc} | < | <
场所地址 | {address} | < | < | 建筑面积（㎡） | {building_area} | <
消防安全责任人 | {person_name} | 联系电话 | {contact_phone} | 从业人数 | {employees} | <
检查日期 | 检查人 | 隐患数（处） | 已整改数（处） | 整改率（%） | 是否复查 | 复查日期
{calendar_date?} | {~} | {} | {} | {=} | {} | {calendar_date?}
{calendar_date?} | {~} | {} | {} | {=} | {} | {calendar_date?}
合计 | < | {=} | {=} | {=} |  |
!备注：隐患整改完成后三日内复查。 | < | < | < | < | < | <
""",
)

SECOND_APART: Final = (VETERAN, DANGEROUS_HOUSE, SCHOOL_AID, VENUES)
