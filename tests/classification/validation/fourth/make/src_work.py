"""Sources of work and money: payroll, arbitration, loans, insurance, housing fund, registration of homes."""

from . import values as v
from . import words as w
from .tables import Col, Table

PAYROLL = [
    Table(
        "emp_salary_202505",
        "person",
        55,
        [
            Col("工号", "none", v.nums(6, "00"), of="person"),
            Col("姓名", "person_name", v.name),
            Col("岗位工资", "income", v.number(1800, 5200, 10)),
            Col("应发合计", "income", v.decimal(3200, 14800)),
            Col("代扣个税", "none", v.decimal(0, 420)),
            Col("实发工资", "income", v.decimal(2900, 12500)),
            Col("开户行", "none", v.pick(w.BANKS)),
            Col("工资卡号", "bank_card", v.messy(v.card), "dirty"),
            Col("身份证", "resident_id", v.idno),
            Col("手机号", "none", v.pick(["已登记", "未登记", "已登记"]), "heading"),
            Col("报销支付宝", "account", v.some(0.6, v.mobile, v.email), blank=0.3, grade=4),
            Col("政治身份", "political_status", v.pick(w.POLITICAL), blank=0.1),
            Col("个人编号", "social_security_number", v.nums(8, "42"), "lookalike"),
        ],
        (20, 60),
    ),
    Table(
        "attend_log",
        "person",
        60,
        [
            Col("empNo", "none", v.nums(5, "E"), of="person"),
            Col("empName", "person_name", v.name),
            Col("punchTime", "none", v.time()),
            Col("punchLng", "coordinates", v.lon(0.02, 5)),
            Col("punchLat", "coordinates", v.lat(0.02, 5)),
            Col(
                "punchPlace",
                "address",
                v.text(["荆州市沙市区{x}附近", "{x}{y}号"], x=v.pick(w.ROADS), y=v.number(1, 99)),
            ),
            Col("wifiMac", "mac_address", v.mac()),
            Col("phoneImei", "imei", v.imei, blank=0.3),
            Col("fpTemplate", "biometric", v.template(52), blank=0.1),
            Col(
                "leaveReason",
                "medical",
                v.pick(["急性肠胃炎病假", "产检", "腰椎间盘突出", "感冒发烧输液"]),
                "heading",
                0.5,
            ),
        ],
        (20, 60),
    ),
]

ARBITRATION = [
    Table(
        "ldzc_case",
        "person",
        45,
        [
            Col("案件编号", "none", v.serial("荆劳人仲案字[2025]{n:03d}号")),
            Col("申请人", "person_name", v.name),
            Col("申请人身份证号", "resident_id", v.idno),
            Col("送达地址", "address", v.address),
            Col("被申请人", "enterprise_name", v.firm),
            Col("被申请人注册号", "business_licence", v.licence, blank=0.2),
            Col("被申请人组织机构代码", "organisation_code", v.orgcode(), blank=0.3),
            Col("月平均工资", "income", v.number(2200, 9800, 10)),
            Col("社保编号", "social_security_number", v.nums(10, "10")),
            Col(
                "工伤部位",
                "medical",
                v.pick(["右手食指末节离断", "L1压缩性骨折", "左眼球挫伤", "尘肺壹期"]),
                blank=0.6,
            ),
            Col(
                "仲裁请求",
                "free_text",
                v.text(
                    ["被申请人支付{n}工资差额{x}元,账户{c}", "{n}请求确认劳动关系,款项汇入{c}"],
                    0.7,
                    ["支付加班费"],
                    x=v.number(900, 80000),
                    c=v.card,
                ),
                grade=4,
            ),
        ],
        (20, 60),
    ),
]

LOANS = [
    Table(
        "xd_customer",
        "person",
        50,
        [
            Col("cust_no", "none", v.nums(10, "9"), of="person"),
            Col("cust_nm", "person_name", v.name),
            Col("cert_id", "resident_id", v.idno),
            Col("hmt_permit", "residence_permit", v.permit, blank=0.8),
            Col("frgn_pr_card", "foreign_resident_permit", v.foreign, blank=0.7),
            Col("marr_stat", "marital_status", v.coded(v.MARITAL_CODES)),
            Col("edu_deg", "education", v.coded(v.EDUCATION_CODES)),
            Col("mth_incm", "income", v.number(2000, 30000, 100)),
            Col("work_unit", "enterprise_name", v.firm),
            Col("unit_tel", "landline", v.landline, of="thing"),
            Col("repay_acct", "bank_card", v.card),
            Col("house_no", "housing_certificate", v.estate_certificate, "heading", 0.3),
            Col("wechat", "account", v.some(0.6, v.nums(6, "a_li"), v.mobile), blank=0.3),
            Col("device_id", "imei", v.imei, "heading", 0.1),
            Col(
                "judic_rec",
                "criminal_record",
                v.pick(["无", "无", "信用卡诈骗罪", "开设赌场罪缓刑"]),
                blank=0.2,
            ),
            Col("face_score_img", "biometric", v.serial("face_live/{d:%Y%m}/{x}.jpg")),
        ],
        (21, 62),
    ),
    Table(
        "credit_query",
        "person",
        40,
        [
            Col("query_sn", "none", v.nums(20), "lookalike"),
            Col("c01", "resident_id", v.idno, "heading"),
            Col("c02", "person_name", v.name, "heading"),
            Col("c03", "bank_card", v.mask(v.card, 4, 4), "heading"),
            Col("c04", "none", v.pick(["01", "02", "08"]), "heading"),
            Col("c05", "mobile", v.mobile, "heading"),
            Col("query_ip", "ip_address", v.ip),
            Col(
                "身份证归属地",
                "none",
                v.pick(["湖北荆州", "湖南常德", "湖北宜昌", "四川南充"]),
                "lookalike",
                of="person",
            ),
        ],
    ),
]

INSURANCE = [
    Table(
        "claim",
        "person",
        50,
        [
            Col("赔案号", "none", v.nums(18, "RDAA"), "lookalike"),
            Col("被保险人", "person_name", v.name),
            Col("驾驶员档案号", "driver_file_number", v.nums(8, "4210"), blank=0.1),
            Col("车架号", "vin", v.wide(v.vin, 0.25), "width"),
            Col("标的车牌", "plate", v.plate),
            Col(
                "伤情诊断", "medical", v.pick(["左桡骨骨折", "脑震荡", "软组织挫伤", "肋骨骨折3根", "无人伤"])
            ),
            Col("寄送邮编", "postcode", v.county(2), blank=0.2),
            Col("医疗费", "none", v.decimal(0, 48000)),
            Col("收款账户", "bank_card", v.join(v.card, v.name, by=" "), "dirty"),
            Col(
                "查勘描述",
                "free_text",
                v.text(
                    ["{n}驾驶{p}追尾{p2},对方司机{n2}{m2}", "标的车驾驶人{n}({i})陈述避让行人"],
                    p=v.plate,
                    p2=v.plate,
                ),
                grade=3,
            ),
            Col("事故点经度", "coordinates", v.lon(), of="person"),
            Col("事故点纬度", "coordinates", v.lat(), of="person"),
        ],
        (20, 66),
    ),
]

HOUSING = [
    Table(
        "gjj_account",
        "person",
        55,
        [
            Col("GRZH", "none", v.nums(12, "4210"), "lookalike", of="person"),
            Col("XINGMING", "person_name", v.name),
            Col("ZJHM", "resident_id", v.some(0.9, v.idno, v.soldier)),
            Col("JZZHM", "residence_permit", v.permit, blank=0.85),
            Col("JRZJ", "military_id", v.soldier, blank=0.8),
            Col("DWMC", "enterprise_name", v.firm),
            Col("DWDM", "organisation_code", v.orgcode(False)),
            Col("GRJCJS", "income", v.decimal(2010, 24500)),
            Col("YHKH", "none", v.pick(["已绑定", "未绑定"]), "heading"),
            Col("GRZHYE", "none", v.decimal(0, 200000)),
            Col("SJHM", "mobile", v.mobile),
            Col("ZHIYE", "none", v.const(""), "empty"),
            Col("HYZK", "marital_status", v.coded(v.MARITAL_CODES, "{0}-{1}")),
        ],
        (20, 60),
    ),
    Table(
        "bdc_dengji",
        "person",
        45,
        [
            Col(
                "不动产单元号",
                "none",
                v.text(["{c}001007GB{x}F00{y}"], c=v.county(0), x=v.nums(5), y=v.nums(6)),
                "lookalike",
            ),
            Col("权利人", "person_name", v.name),
            Col("证件种类", "none", v.pick(["身份证", "身份证", "护照", "港澳台居住证"])),
            Col("证件号", "resident_id", v.some(0.75, v.idno, v.some(0.5, v.passport, v.permit)), "mixed"),
            Col("权证号", "housing_certificate", v.estate_certificate),
            Col("坐落", "address", v.address),
            Col("共有人", "person_name", v.name2, blank=0.5),
            Col("交易价格(万元)", "none", v.decimal(18, 190)),
            Col("原房产证", "housing_certificate", v.nums(8, "荆州房权证荆字第"), blank=0.4),
            Col("永居证号", "foreign_resident_permit", v.foreign, "small", 0.9),
        ],
    ),
]

SOURCES = {
    "payroll_attendance": PAYROLL,
    "labour_arbitration": ARBITRATION,
    "small_loans_credit": LOANS,
    "insurance": INSURANCE,
    "housing_fund_registry": HOUSING,
}
