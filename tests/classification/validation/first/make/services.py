"""Held-out sources: hospitals, utilities, platforms, old files."""

# One line a column or word list reads best.
# ruff: noqa: E501

from __future__ import annotations

import base64
from random import Random
from typing import Final

from tests.classification.making import Col, Table
from tests.classification.validation.first.make import words as w
from tests.classification.validation.first.make.cells import (
    address,
    bank_card,
    between,
    birth,
    count_from,
    credit,
    day,
    either,
    firm,
    fresh,
    full_width,
    imei,
    ip,
    mac,
    mail,
    mobile,
    name,
    num,
    number,
    of,
    one,
    person,
    plate,
    written,
)

_PHONE: Final = fresh(lambda r: f"0{r.choice(('25', '571', '28', '29'))}{r.randrange(2, 9)}{num(r, 7)}")


def _template(r: Random) -> str:
    return base64.b64encode(r.randbytes(48)).decode()


HOSPITAL: Final = (
    Table("PAT_VISIT", (
        Col("PATIENT_ID", "none", number(10), "lookalike", personal=True, grade=2),
        Col("PAT_NAME", "person_name", of("name")),
        Col("ID_NO", "resident_id", of("id")),
        Col("DATE_OF_BIRTH", "date_of_birth", birth("%Y-%m-%d 00:00:00")),
        Col("NATION", "ethnic_group", one(w.PEOPLES)),
        Col("PHONE_NUMBER_HOME", "landline", _PHONE),
        Col("NEXT_OF_KIN", "person_name", fresh(name)),
        Col("DIAG_CODE", "medical", one(w.ICD)),
        Col("DIAG_DESC", "medical", one(w.DISEASES)),
        Col("CHIEF_COMPLAINT", "medical", one(w.COMPLAINTS)),
        Col("BED_LABEL", "none", fresh(lambda r: f"{r.randrange(1, 40):02d}+{r.randrange(1, 3)}")),
        Col("ADMISSION_DATE", "none", day("2025-01-01", 500), "lookalike"),
        Col("ATTENDING_DOCTOR", "person_name", fresh(name)),
    ), 40, person, persons=True),
    Table("yizhu", (
        Col("医嘱内容", "medical", one(w.DRUGS)),
        Col("检查结论", "medical", one(w.EXAMS)),
        Col("病案号", "none", number(7), personal=True, grade=2),
        Col("执行护士", "person_name", fresh(name)),
        Col("科室", "none", one(("心内科", "呼吸内科", "骨科", "急诊科", "肾内科")), "lookalike"),
        Col("收费项目单价", "none", between(2, 800, 2)),
        Col("手术史", "medical", one(("阑尾切除术后", "剖宫产史", "否认手术外伤史", "冠脉支架植入术后")), missing=0.3),
    ), 32, person, persons=True),
    Table("yaopin_ku", (
        Col("药品通用名", "none", one(("氯化钠注射液", "阿司匹林肠溶片", "板蓝根颗粒", "碘伏消毒液", "医用棉签")), "lookalike"),
        Col("生产企业", "enterprise_name", fresh(firm)),
        Col("国药准字", "none", fresh(lambda r: "H" + num(r, 8)), "lookalike"),
        Col("库存数", "none", between(0, 5000)),
        Col("有效期至", "none", day("2027-01-01", 700)),
        Col("条形码", "none", number(13, "69"), "lookalike"),
    ), 30),
    Table("menjin", (
        Col("工号", "none", fresh(lambda r: "H" + num(r, 5)), personal=True, grade=2),
        Col("人脸特征值", "biometric", fresh(_template)),
        Col("指纹模板", "biometric", fresh(lambda r: r.randbytes(40).hex())),
        Col("抓拍图片", "biometric", fresh(lambda r: f"/face/202603/{num(r, 8)}.jpg")),
        Col("开门时间", "none", day("2026-03-01", 30, "%Y-%m-%d 07:45")),
    ), 26, person, persons=True),
)  # fmt: skip

HOTLINE: Final = (
    Table("gongdan", (
        Col("工单流水", "none", count_from(202603011234500017, 29), "lookalike"),
        Col("市民称呼", "person_name", lambda r, p, i: p["name"][0] + r.choice(("先生", "女士", "阿姨"))),
        Col("主叫", "mobile", either(of("mobile"), _PHONE, weights=(9, 1)), "mixed"),
        Col("诉求描述", "free_text", lambda r, p, i: f"市民来电：{r.choice(w.TALK)}。{p['address']}，联系人{p['name']}，电话{p['mobile']}。"),
        Col("诉求要点", "none", one(w.TALK), "lookalike"),
        Col("事发地址", "address", fresh(lambda r: address(r, whole=False))),
        Col("承办单位", "none", one(("区城管局", "河口镇人民政府", "市水务集团", "区住建局")), "lookalike"),
        Col("涉及企业", "enterprise_name", fresh(firm), missing=0.6),
        Col("受理坐席", "none", number(4, "80")),
        Col("回访满意度", "none", one(("非常满意", "满意", "基本满意", "不满意"))),
        Col("服务热线", "none", one(("12345", "12315", "12333", "96889")), "lookalike"),
    ), 40, person, persons=True),
)  # fmt: skip

WATER: Final = (
    Table("yonghu", (
        Col("户号", "none", number(10, "10"), "lookalike", personal=True, grade=2),
        Col("户名", "person_name", of("name")),
        Col("装表地址", "address", fresh(lambda r: address(r, whole=False))),
        Col("联络电话1", "mobile", of("mobile")),
        Col("联络电话2", "landline", _PHONE, missing=0.5),
        Col("表具编号", "none", number(14, "0025"), "lookalike"),
        Col("本期抄见", "none", between(10, 3000)),
        Col("代扣卡号", "bank_card", fresh(bank_card), missing=0.3),
        Col("抄表员", "person_name", one(("张海涛", "林秀英", "顾建明", "尹小军"))),
        Col("起始日", "none", day("2026-01-01", 60, "%Y%m%d")),
    ), 36, person, persons=True),
    Table("guanwang", (
        Col("管段编码", "none", fresh(lambda r: f"GW-{num(r, 6)}")),
        Col("材质", "none", one(("球墨铸铁", "PE", "钢管", "PVC"))),
        Col("X坐标", "coordinates", between(366000, 389000, 3)),
        Col("Y坐标", "coordinates", between(3540000, 3561000, 3)),
        Col("埋深", "none", between(0.6, 3.2, 2)),
        Col("敷设路名", "none", one(w.ROADS), "lookalike"),
    ), 30),
)  # fmt: skip

GRID: Final = (
    Table("renkou_zoufang", (
        Col("网格编码", "none", number(15, "320102"), "lookalike"),
        Col("受访人", "person_name", either(of("name"), one(w.MINORITY), weights=(8, 2))),
        Col("身份证", "resident_id", of("id"), "dirty", missing=0.25),
        Col("党员否", "political_status", one(("党员", "群众", "预备党员"))),
        Col("信教情况", "religion", one(w.FAITHS)),
        Col("健康状况", "medical", one(("健康", "精神残疾二级", "高血压、糖尿病", "肢体残疾", "长期卧床"))),
        Col("车牌号码", "plate", fresh(plate), missing=0.5),
        Col("微信号", "account", fresh(lambda r: r.choice(("wx", "abc_", "li", "happy")) + num(r, 7))),
        Col("QQ", "account", number(9)),
        Col("家庭年收入", "income", between(18000, 300000)),
        Col("走访情况", "free_text", lambda r, p, i: f"{p['name']}（{p['id']}）在家，{r.choice(('无异常', '需帮扶', '外出务工'))}"),
        Col("网格长", "person_name", fresh(name)),
        Col("上报时间", "none", day("2026-02-01", 90, "%Y/%m/%d %H:%M")),
    ), 38, person, persons=True),
    Table("fangwu", (
        Col("房屋编码", "none", number(19, "3201020010"), "lookalike"),
        Col("坐落", "address", of("address")),
        Col("产权证号", "housing_certificate", fresh(lambda r: f"苏(202{r.randrange(6)})南京市不动产权第{num(r, 7)}号")),
        Col("老房产证", "housing_certificate", fresh(lambda r: f"宁房权证玄转字第{num(r, 6)}号"), missing=0.4),
        Col("权利人", "person_name", of("name")),
        Col("共有人证件", "resident_id", of("id")),
        Col("面积㎡", "none", between(38, 180, 2)),
        Col("总层数", "none", between(5, 33)),
    ), 32, person, persons=True),
)  # fmt: skip

PAYMENTS: Final = (
    Table("txn", (
        Col("order_no", "none", number(18, "2026"), "lookalike"),
        Col("pan", "bank_card", fresh(bank_card)),
        Col("payer_acct", "account", fresh(lambda r: r.choice((mobile(r), mail(r)))), "mixed", sensitive=True, grade=4),
        Col("client_ip", "ip_address", fresh(ip)),
        Col("device_imei", "imei", fresh(imei)),
        Col("wifi_mac", "mac_address", fresh(mac)),
        Col("merchant", "enterprise_name", fresh(firm)),
        Col("amount", "none", between(1, 5000, 2)),
        Col("trade_time", "none", day("2026-01-01", 90, "%Y-%m-%d %H:%M:%S")),
        Col("sign", "none", fresh(lambda r: r.randbytes(16).hex()), "lookalike"),
    ), 40, person),
    Table("riders", (
        Col("card", "none", number(16, "2100"), "lookalike", personal=True, grade=2),
        Col("on_lng", "coordinates", between(118.6, 119.0, 5), personal=True, sensitive=True, grade=4),
        Col("on_lat", "coordinates", between(31.9, 32.2, 5), personal=True, sensitive=True, grade=4),
        Col("route", "none", one(("31路", "游1", "D12", "地铁3号线"))),
        Col("phone_masked", "mobile", lambda r, p, i: p["mobile"][:3] + "****" + p["mobile"][-4:], "masked"),
        Col("name_masked", "person_name", lambda r, p, i: p["name"][0] + "*" * (len(p["name"]) - 1), "masked"),
        Col("id_masked", "resident_id", lambda r, p, i: p["id"][:6] + "********" + p["id"][-4:], "masked"),
    ), 34, person, persons=True),
)  # fmt: skip

STAFF: Final = (
    Table("employees", (
        Col("emp_no", "none", number(6), personal=True, grade=2),
        Col("full_name", "person_name", of("name")),
        Col("gender", "sex", lambda r, p, i: "M" if p["sex"] == "男" else "F"),
        Col("birthday", "date_of_birth", birth("%m/%d/%Y")),
        Col("work_mail", "email", fresh(lambda r: f"{r.choice(('zhang', 'li', 'zhou'))}.{r.choice(('wei', 'min', 'tao'))}{r.randrange(99)}@linjiang-water.com.cn")),
        Col("cell", "mobile", lambda r, p, i: f"{p['mobile'][:3]}-{p['mobile'][3:7]}-{p['mobile'][7:]}"),
        Col("home_addr", "address", of("address")),
        Col("bank_acct", "bank_card", fresh(bank_card)),
        Col("base_salary", "income", between(3900, 18000, 2)),
        Col("degree", "education", one(("Bachelor", "Master", "Associate", "High school", "PhD"))),
        Col("marital", "marital_status", one(("Single", "Married", "Divorced", "Widowed"))),
        Col("job_title", "none", one(w.POSTS), "lookalike"),
        Col("hire_date", "none", day("2005-01-01", 7000), "lookalike"),
        Col("dept_name", "none", one(("Finance", "IT", "Customer Service", "Network Ops"))),
        Col("login", "account", fresh(lambda r: r.choice(("zw", "lm", "ht", "xq")) + num(r, 4))),
        Col("pc_ip", "ip_address", fresh(lambda r: f"10.{r.randrange(20)}.{r.randrange(256)}.{r.randrange(2, 250)}")),
    ), 36, person, persons=True),
    Table("vendors", (
        Col("vendor_name", "enterprise_name", fresh(firm)),
        Col("tax_id", "uscc", fresh(credit)),
        Col("contact", "person_name", fresh(name)),
        Col("tel", "mobile", fresh(mobile), personal=True),
        Col("website", "none", fresh(lambda r: f"www.{r.choice(('huading', 'ruifeng', 'xinda'))}{r.randrange(99)}.com")),
        Col("po_number", "none", fresh(lambda r: f"PO{num(r, 10)}")),
        Col("zip", "postcode", number(6, "21")),
        Col("fax", "landline", _PHONE),
        Col("material", "none", one(("闸阀DN200", "球墨铸铁管", "加药泵", "次氯酸钠"))),
    ), 30),
)  # fmt: skip

OLD: Final = (
    Table("RSDA", (
        Col("XM", "person_name", of("name"), "heading"),
        Col("XB", "sex", of("sex"), "heading"),
        Col("CSNY", "date_of_birth", birth("%Y%m"), "heading"),
        Col("SFZH", "resident_id", lambda r, p, i: p["id"][:6] + p["id"][8:17] if r.random() < 0.6 else p["id"], "mixed"),
        Col("MZ", "ethnic_group", one(w.PEOPLES), "heading"),
        Col("WHCD", "education", one(w.DEGREES), "heading"),
        Col("ZZMM", "political_status", one(w.POLITICS), "heading"),
        Col("HYZK", "marital_status", one(w.MARRIED), "heading"),
        Col("JTZZ", "address", of("address"), "heading"),
        Col("DWMC", "enterprise_name", fresh(firm), "heading"),
        Col("ZW", "none", one(w.POSTS), "heading"),
        Col("GZ", "income", between(500, 5200, 2), "heading"),
        Col("BZ", "none", one(("", "借调", "已调出", "退休返聘")), "heading", missing=0.6),
        Col("XH", "none", count_from(1), "heading"),
        Col("RDSJ", "none", day("1985-01-01", 9000, "%Y%m"), "heading"),
    ), 40, person, persons=True),
    Table("DACX", (
        Col("姓　名", "person_name", of("name"), "width"),
        Col("证件号码", "resident_id", full_width(of("id")), "width"),
        Col("电　话", "mobile", full_width(of("mobile")), "width"),
        Col("出　生", "date_of_birth", full_width(birth("%Y-%m-%d")), "width"),
        Col("档号", "none", full_width(fresh(lambda r: f"J{num(r, 3)}-{num(r, 2)}-{num(r, 4)}")), "width"),
        Col("住　址", "address", full_width(of("address")), "width"),
        Col("卡号", "bank_card", written(fresh(bank_card), "{} "), "dirty"),
    ), 28, person, persons=True),
)  # fmt: skip

OPEN: Final = (
    Table("bus_stations", (
        Col("站点名称", "none", one(("中山门", "孝陵卫", "马群", "油坊桥", "张府园", "迈皋桥", "常府街", "王家湾")), "lookalike"),
        Col("线路", "none", one(("5路", "55路", "D8路", "夜间3"))),
        Col("LNG", "coordinates", between(118.6, 119.0, 6)),
        Col("LAT", "coordinates", between(31.9, 32.2, 6)),
        Col("行政区", "none", one(("玄武区", "西湖区", "武昌区")), "lookalike"),
        Col("行政区划代码", "division_code", one(w.REGIONS)),
        Col("更新时间", "none", day("2026-01-01", 100)),
    ), 40),
    Table("parks", (
        Col("公园名", "none", one(("白马公园", "李公堤湿地公园", "黄泥塘公园", "林则徐纪念公园", "鲁迅公园")), "lookalike"),
        Col("地址", "address", fresh(lambda r: f"{r.choice(w.CITIES)[2]}{r.choice(w.ROADS)}{r.randrange(1, 200)}号")),
        Col("联系电话", "landline", _PHONE),
        Col("占地面积（公顷）", "none", between(1, 300, 1)),
        Col("经纬度", "coordinates", fresh(lambda r: f"{r.uniform(118.6, 119):.5f},{r.uniform(31.9, 32.2):.5f}")),
        Col("开放时间", "none", one(("06:00-21:00", "全天", "08:30-17:00"))),
        Col("官网邮箱", "email", one(("service@njpark.gov.cn", "yuanlin@xw.gov.cn", "gongyuan@wuhan.gov.cn")), personal=False, grade=1),
    ), 30),
    Table("permits", (
        Col("项目名称", "none", fresh(lambda r: f"{r.choice(w.ESTATES)}二期{r.choice(('住宅楼', '地下车库', '配套幼儿园'))}工程"), "lookalike"),
        Col("建设单位", "enterprise_name", fresh(firm)),
        Col("许可证号", "none", number(18, "320102"), "lookalike"),
        Col("项目代码", "none", fresh(lambda r: f"2026-{r.choice(w.REGIONS)}-47-01-{num(r, 6)}"), "lookalike"),
        Col("总投资", "none", between(100, 90000, 2)),
        Col("发证日期", "none", day("2025-01-01", 400)),
        Col("建设地点", "address", fresh(lambda r: f"{r.choice(w.CITIES)[2]}{r.choice(w.ROADS)}以南、{r.choice(w.ROADS)}以东")),
    ), 30),
    Table("air", (
        Col("监测点", "none", one(("玄武湖", "草场门", "迈皋桥", "仙林大学城", "中华门")), "lookalike"),
        Col("PM2.5", "none", between(5, 180)),
        Col("AQI", "none", between(20, 240)),
        Col("首要污染物", "none", one(("PM2.5", "O3", "NO2", "—"))),
        Col("发布日", "none", day("2026-01-01", 200, "%Y%m%d"), "lookalike"),
    ), 40),
)  # fmt: skip

SOURCES: Final = {
    "hospital": HOSPITAL,
    "hotline": HOTLINE,
    "water_company": WATER,
    "community_grid": GRID,
    "payment_platform": PAYMENTS,
    "staff_system": STAFF,
    "personnel_archive": OLD,
    "open_portal": OPEN,
}
