"""Held-out sources: registers of offices."""

# One line a column or word list reads best.
# ruff: noqa: E501

from __future__ import annotations

from typing import Final

from tests.classification import digits
from tests.classification.making import Col, Table
from tests.classification.validation.first.make import words as w
from tests.classification.validation.first.make.cells import (
    address,
    bank_card,
    between,
    birth,
    child,
    count_from,
    credit,
    day,
    either,
    firm,
    fresh,
    mac,
    mail,
    mobile,
    name,
    num,
    number,
    of,
    one,
    organisation,
    person,
    plate,
    vin,
    written,
)

_LANDLINE: Final = fresh(
    lambda r: f"{r.choice(('025', '0571', '0755', '028', '029', '0532'))}-{r.randrange(2, 9)}{num(r, 7)}"
)
_OFFICE_LANE: Final = fresh(lambda r: f"{r.choice(w.CITIES)[1]}{r.choice(w.ROADS)}{r.randrange(1, 300)}号")

HOUSEHOLD: Final = (
    Table("hj_ry", (
        Col("户号", "none", number(9)),
        Col("与户主关系", "none", one(("户主", "妻", "子", "女", "父亲", "母亲", "孙子"))),
        Col("姓  名", "person_name", of("name")),
        Col("曾用名", "person_name", fresh(name), missing=0.85),
        Col("公民身份证号", "resident_id", of("id")),
        Col("性别代码", "sex", lambda r, p, i: "1" if p["sex"] == "男" else "2"),
        Col("出生日期", "date_of_birth", birth("%Y%m%d")),
        Col("民族名称", "ethnic_group", one(w.PEOPLES)),
        Col("文化程度", "education", one(w.DEGREES)),
        Col("婚姻", "marital_status", one(w.MARRIED)),
        Col("宗教信仰", "religion", one(w.FAITHS)),
        Col("户籍地详址", "address", of("address")),
        Col("籍贯", "none", one(("江苏南通", "浙江绍兴", "山东临沂", "四川达州", "河南周口")), "lookalike"),
        Col("血型", "medical", one(("A", "B", "O", "AB", "不详"))),
        Col("身高cm", "none", between(148, 190)),
        Col("迁入日期", "none", day("2001-01-01", 8000, "%Y%m%d"), "lookalike", missing=0.4),
        Col("所属派出所", "none", one(("城北派出所", "河口派出所", "五里铺派出所", "湖滨派出所"))),
        Col("户籍区划", "division_code", of("region")),
    ), 40, person, persons=True),
    Table("jzz", (
        Col("证件编号", "resident_id", of("id")),
        Col("持证人", "person_name", of("name")),
        Col("手机", "mobile", of("mobile")),
        Col("现居住地", "address", fresh(lambda r: address(r, whole=False))),
        Col("签发日", "none", day("2023-01-01", 1000, "%Y/%m/%d")),
        Col("居住事由", "none", one(("务工", "经商", "投靠亲属", "就读", "服务"))),
    ), 30, person, persons=True),
)  # fmt: skip

BORDER: Final = (
    Table("crj_apply", (
        Col("申请人中文姓名", "person_name", of("name")),
        Col("拼音姓名", "person_name", one(("WANG/XIAOMING", "LI/NA", "ZHANG/JIANGUO", "CHEN/SIYU", "ZHOU/HAO", "XU/MEILING"))),
        Col("普通护照号码", "passport", fresh(lambda r: r.choice("EG") + num(r, 8))),
        Col("港澳通行证号", "hk_macao_permit", fresh(lambda r: "C" + num(r, 8))),
        Col("台胞证", "taiwan_permit", number(8)),
        Col("受理编号", "none", count_from(3201022024000117, 13), "lookalike"),
        Col("出入境日期", "none", day("2024-01-01", 600)),
        Col("口岸", "none", one(("南京禄口机场", "罗湖", "浦东机场", "皇岗", "珠海拱北"))),
        Col("目的地", "none", one(("日本", "泰国", "香港", "澳门", "法国", "韩国"))),
    ), 34, person, persons=True),
    Table("gatjmjzz", (
        Col("居民居住证号码", "residence_permit", fresh(lambda r: digits.resident(f"{r.choice(('810000', '820000', '830000'))}{r.randrange(1950, 2004)}{r.randrange(1, 13):02d}{r.randrange(1, 28):02d}{r.randrange(1, 999):03d}"))),
        Col("回乡证", "hk_macao_permit", fresh(lambda r: r.choice("HM") + num(r, 8))),
        Col("姓名（繁体）", "person_name", one(("陳大文", "黃小琴", "葉偉強", "劉麗華", "張國榮", "鄭嘉穎", "蕭志明", "譚詠詩"))),
        Col("联系电话", "mobile", of("mobile")),
    ), 26, person, persons=True),
    Table("foreigners", (
        Col("外国人永久居留身份证", "foreign_resident_permit", fresh(lambda r: digits.resident(f"9{r.choice(('11', '31', '44', '32'))}{r.choice(('124', '840', '392', '410', '250'))}{r.randrange(1950, 2000)}{r.randrange(1, 13):02d}{r.randrange(1, 28):02d}{r.randrange(1, 999):03d}"))),
        Col("NAME", "person_name", one(w.LATIN)),
        Col("护照", "passport", fresh(lambda r: r.choice(("PA", "TK", "M", "XD")) + num(r, 7))),
        Col("国籍", "none", one(("加拿大", "美国", "日本", "韩国", "德国", "尼日利亚"))),
        Col("DOB", "date_of_birth", birth("%d/%m/%Y")),
        Col("在华住址", "address", of("address")),
        Col("E-MAIL", "email", fresh(mail)),
    ), 28, person, persons=True),
)  # fmt: skip

SCHOOL: Final = (
    Table("xs_jbxx", (
        Col("全国学籍号", "resident_id", lambda r, p, i: "G" + p["id"]),
        Col("学生", "person_name", of("name")),
        Col("性别", "sex", of("sex")),
        Col("出生年月日", "minor", birth("%Y年%m月%d日")),
        Col("班级", "none", one(("一（1）班", "二（3）班", "三（2）班", "四（4）班", "五（1）班"))),
        Col("监护人一", "person_name", of("guardian")),
        Col("监护人电话", "mobile", of("mobile")),
        Col("家庭住址", "address", fresh(lambda r: address(r, whole=False))),
        Col("过敏史", "medical", one(("青霉素过敏", "花生过敏", "无", "海鲜过敏", "哮喘史")), missing=0.3),
        Col("入学日期", "none", one(("2024-09-01", "2023-09-01", "2022-09-01", "2021-09-01"))),
        Col("是否住校", "none", one(("是", "否"))),
    ), 36, child, persons=True, children=True),
    Table("jzgl", (
        Col("幼儿姓名", "person_name", of("name")),
        Col("周岁", "minor", fresh(lambda r: r.choice("3456"))),
        Col("接种疫苗", "medical", one(("麻腮风疫苗", "百白破疫苗第4剂", "流感疫苗", "水痘疫苗", "乙脑减毒活疫苗"))),
        Col("接种日期", "none", day("2025-01-01", 500)),
        Col("批号", "none", fresh(lambda r: "A" + num(r, 8))),
        Col("母亲手机号码", "mobile", of("mobile")),
    ), 30, child, persons=True, children=True),
    Table("js_xx", (
        Col("教师姓名", "person_name", of("name")),
        Col("学历", "education", one(("本科", "硕士", "专科", "博士"))),
        Col("任教学科", "none", one(("语文", "数学", "英语", "体育", "科学"))),
        Col("教师资格证号", "none", number(17, "20"), "lookalike", personal=True, grade=2),
        Col("办公电话", "landline", _LANDLINE),
        Col("月工资", "income", between(4200, 13800, 2)),
        Col("政治面貌", "political_status", one(w.POLITICS)),
    ), 30, person, persons=True),
    Table("xuexiao", (
        Col("学校名称", "none", lambda r, p, i: f"{r.choice(w.CITIES)[2]}{r.choice(w.SCHOOLS)}", "lookalike"),
        Col("校址", "address", _OFFICE_LANE),
        Col("在校生数", "none", between(200, 3000)),
        Col("校长室电话", "landline", _LANDLINE),
        Col("邮编", "postcode", number(6)),
        Col("统一社会信用代码", "uscc", fresh(lambda r: digits.credit("12" + r.choice(w.REGIONS) + organisation(r)))),
    ), 25),
)  # fmt: skip

MARKET: Final = (
    Table("qy_zhuce", (
        Col("市场主体名称", "enterprise_name", fresh(firm)),
        Col("统一代码", "uscc", fresh(credit)),
        Col("旧注册号", "business_licence", fresh(lambda r: digits.licence(r.choice(w.REGIONS) + num(r, 8)))),
        Col("机构代码", "organisation_code", fresh(organisation)),
        Col("法人", "person_name", fresh(name)),
        Col("住所（经营场所）", "address", _OFFICE_LANE),
        Col("注册资金(万元)", "none", between(3, 8000, 2)),
        Col("行业门类", "none", one(tuple("ABCDEFGHIKLMN"))),
        Col("成立日期", "none", day("1998-01-01", 9000), "lookalike"),
        Col("经营范围", "none", one(("日用百货销售；食品经营", "建筑劳务分包；室内外装饰装修", "计算机软硬件开发", "道路普通货物运输", "中型餐饮（不含凉菜）")), "lookalike"),
        Col("核准机关", "none", one(("市市场监督管理局", "高新区行政审批局", "玄武区市场监管局"))),
    ), 40),
    Table("geti", (
        Col("字号名称", "enterprise_name", fresh(lambda r: f"{r.choice(w.CITIES)[2]}{name(r)}{r.choice(w.SHOPS)}"), "lookalike"),
        Col("经营者", "person_name", fresh(name)),
        Col("经营者身份证件号码", "resident_id", of("id")),
        Col("信用代码", "uscc", fresh(lambda r: digits.credit("92" + r.choice(w.REGIONS) + organisation(r)))),
        Col("联系方式", "mobile", either(fresh(mobile), _LANDLINE, weights=(8, 2)), "mixed", personal=True),
        Col("从业人数", "none", between(1, 12)),
    ), 34, person),
    Table("tsjb", (
        Col("举报标题", "none", one(("关于某超市销售过期食品的举报", "预付卡退费纠纷", "价格欺诈投诉", "广告宣传虚假"))),
        Col("举报内容", "free_text", lambda r, p, i: f"本人{p['name']}，{r.choice(w.TALK)}，请回电{p['mobile']}，{r.choice(('谢谢', '盼复', '急'))}。"),
        Col("被举报单位", "enterprise_name", fresh(firm)),
        Col("登记编号", "none", count_from(132010220240000170, 11), "lookalike"),
    ), 30, person),
)  # fmt: skip

TAX: Final = (
    Table("dj_nsr", (
        Col("NSRSBH", "uscc", fresh(credit), "heading"),
        Col("NSRMC", "enterprise_name", fresh(firm), "heading"),
        Col("FDDBRXM", "person_name", fresh(name), "heading"),
        Col("FDDBRSFZJHM", "resident_id", of("id"), "heading"),
        Col("BSRYDDH", "mobile", of("mobile"), "heading"),
        Col("ZCDZ", "address", _OFFICE_LANE, "heading"),
        Col("KHYHZH", "none", number(17, "32"), "heading"),
        Col("DJRQ", "none", day("2010-01-01", 5000, "%Y%m%d"), "heading"),
        Col("ZGSWJG_DM", "none", fresh(lambda r: "1" + r.choice(w.REGIONS) + "0000"), "heading"),
    ), 36, person),
    Table("fp_mx", (
        Col("发票代码", "none", number(12, "0320"), "lookalike"),
        Col("发票号码", "none", number(20, "24"), "lookalike"),
        Col("购方税号", "uscc", fresh(credit)),
        Col("价税合计", "none", between(20, 90000, 2)),
        Col("税率", "none", one(("0.13", "0.06", "0.03", "0.09"))),
        Col("开票人", "person_name", fresh(name)),
    ), 34),
    Table("grsds", (
        Col("纳税人姓名", "person_name", of("name")),
        Col("纳税人识别号", "resident_id", of("id")),
        Col("综合所得收入额", "income", between(36000, 480000, 2)),
        Col("应补退税额", "none", between(-3000, 9000, 2), personal=True, grade=3),
        Col("退税银行账号", "bank_card", fresh(bank_card)),
        Col("所属年度", "none", one(("2023", "2024"))),
    ), 30, person, persons=True),
)  # fmt: skip

TRAFFIC: Final = (
    Table("vio", (
        Col("HPHM", "plate", fresh(plate), "heading"),
        Col("号牌种类", "none", one(("02", "01", "52", "51"))),
        Col("车辆识别代号", "vin", fresh(vin)),
        Col("发动机号", "none", fresh(lambda r: r.choice("ABGH") + num(r, 6))),
        Col("当事人", "person_name", of("name")),
        Col("驾驶证号", "resident_id", of("id")),
        Col("驾驶证档案编号", "driver_file_number", fresh(lambda r: r.choice(w.REGIONS)[:4] + num(r, 8))),
        Col("违法地点", "address", fresh(lambda r: f"{r.choice(w.ROADS)}与{r.choice(w.ROADS)}交叉口"), personal=False, grade=1),
        Col("违法时间", "none", day("2025-01-01", 500, "%Y-%m-%d 08:15:00"), "lookalike"),
        Col("罚款金额", "none", one(("50", "100", "150", "200"))),
        Col("记分", "none", one(("0", "1", "3", "6", "12"))),
        Col("决定书编号", "none", number(16, "3201"), "lookalike"),
    ), 38, person),
    Table("kakou", (
        Col("车牌", "plate", fresh(plate)),
        Col("过车时间", "none", day("2026-03-01", 30, "%Y-%m-%dT07:21:09")),
        Col("经度", "coordinates", between(118.70, 118.90, 6), personal=True, sensitive=True, grade=4),
        Col("纬度", "coordinates", between(31.95, 32.15, 6), personal=True, sensitive=True, grade=4),
        Col("卡口编号", "none", number(18, "320102"), "lookalike"),
    ), 36),
)  # fmt: skip

JUSTICE: Final = (
    Table("zxaj", (
        Col("案号", "none", fresh(lambda r: f"（2024）苏0102执{r.randrange(100, 9000)}号")),
        Col("被执行人", "person_name", of("name")),
        Col("罪名", "criminal_record", one(w.CRIMES)),
        Col("刑期", "criminal_record", one(("有期徒刑六个月", "拘役二个月缓刑三个月", "有期徒刑三年", "管制一年", "罚金二千元"))),
        Col("承办法官", "person_name", fresh(name)),
        Col("立案日期", "none", day("2024-01-01", 365)),
    ), 30, person, persons=True),
    Table("sqjz", (
        Col("矫正对象", "person_name", of("name")),
        Col("身份号码", "resident_id", of("id")),
        Col("前科情况", "criminal_record", one(("曾因盗窃被判刑", "有吸毒史", "2016年因故意伤害服刑", "无", "劳教一次"))),
        Col("监管等级", "none", one(("普管", "严管", "宽管"))),
        Col("手环MAC", "mac_address", fresh(lambda r: mac(r, "-"))),
    ), 28, person, persons=True),
)  # fmt: skip

VETERANS: Final = (
    Table("tyjr", (
        Col("退役人员", "person_name", of("name")),
        Col("军官证号", "military_id", fresh(lambda r: f"军字第{num(r, 7)}号")),
        Col("士兵证", "military_id", fresh(lambda r: f"士字第{num(r, 8)}号"), missing=0.3),
        Col("优抚金开户账号", "bank_card", fresh(bank_card)),
        Col("月优抚金", "income", between(600, 3900, 2)),
        Col("伤残等级", "medical", one(("六级", "八级", "十级", "七级")), missing=0.2),
        Col("通讯地址", "address", of("address")),
        Col("退役时间", "none", day("1990-01-01", 11000, "%Y.%m"), "lookalike"),
    ), 30, person, persons=True),
)  # fmt: skip

FAITH: Final = (
    Table("zj_jzry", (
        Col("教职人员", "person_name", of("name")),
        Col("法名", "none", one(("释明心", "释慧远", "道玄子", "释觉尘")), personal=True, grade=2),
        Col("教派", "religion", one(("汉传佛教", "正一派", "天主教", "伊斯兰教", "基督教", "全真派"))),
        Col("所在场所", "none", one(("灵谷寺", "清真寺（净觉寺）", "圣保罗堂", "紫霞观", "石鼓路天主堂")), "lookalike"),
        Col("族别", "ethnic_group", one(w.PEOPLES)),
        Col("手机号", "mobile", of("mobile")),
    ), 26, person, persons=True),
)  # fmt: skip

INSURED: Final = (
    Table("ac01", (
        Col("AAC001", "none", number(10, "32"), "heading", personal=True, grade=2),
        Col("AAC002", "resident_id", of("id"), "heading"),
        Col("AAC003", "person_name", of("name"), "heading"),
        Col("AAC004", "sex", lambda r, p, i: "1" if p["sex"] == "男" else "2", "heading"),
        Col("AAC006", "date_of_birth", birth("%Y-%m-%d"), "heading"),
        Col("AAE005", "mobile", of("mobile"), "heading"),
        Col("AAE006", "address", of("address"), "heading"),
        Col("AAB004", "enterprise_name", fresh(firm), "heading"),
        Col("AAC040", "income", between(3500, 21000), "heading"),
        Col("AAE010", "bank_card", fresh(bank_card), "heading"),
    ), 36, person, persons=True),
    Table("kaxx", (
        Col("社保卡号", "social_security_number", fresh(lambda r: r.choice("ABHKM") + num(r, 8))),
        Col("社会保障号码", "resident_id", of("id")),
        Col("领卡人", "person_name", of("name")),
        Col("制卡批次", "none", number(8, "2024"), "lookalike"),
        Col("应急联系方式", "mobile", written(fresh(mobile), "+86 {}")),
    ), 28, person, persons=True),
    Table("yljs", (
        Col("病种", "medical", one(w.DISEASES)),
        Col("统筹支付", "none", between(100, 9000, 2), personal=True, grade=2),
        Col("就医机构", "none", one(("市第一人民医院", "鼓楼医院", "中医院", "河口镇卫生院")), "lookalike"),
        Col("结算流水", "none", count_from(2024113000012345, 7), "lookalike"),
    ), 30, person, persons=True),
)  # fmt: skip

SOURCES: Final = {
    "household_police": HOUSEHOLD,
    "border": BORDER,
    "schools": SCHOOL,
    "market_office": MARKET,
    "tax_office": TAX,
    "traffic_police": TRAFFIC,
    "justice": JUSTICE,
    "veterans": VETERANS,
    "religious_affairs": FAITH,
    "insured_persons": INSURED,
}
