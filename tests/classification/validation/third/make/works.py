"""Water and power, telecoms, rides and bicycles, urban management and the devices of a network."""

from . import values as v
from . import words
from .cells import (
    by_luhn,
    count,
    day,
    dirty,
    fill,
    join,
    kin,
    mask,
    mixed,
    nothing,
    num,
    one,
    pat,
    real,
    some,
    wide,
)
from .frame import Column as Col
from .frame import Source, Table

WATER = [
    Col("用户编号", "none", pat("0502######", "1000######"), "lookalike", "p2"),
    Col("户名", "person_name", mixed(v.name, v.name, v.name, v.name, v.firm), "mixed"),
    Col("用水地址", "address", v.short_address),
    Col("身份证", "resident_id", some(v.idn, 0.6)),
    Col("联系方式1", "mobile", v.mobile),
    Col("联系方式2", "landline", some(v.local_line, 0.4)),
    Col("表钢印号", "none", pat("18########", "2019######"), "lookalike"),
    Col("口径(mm)", "none", one("15", "20", "25", "40")),
    Col("上期表底", "none", num(20, 900)),
    Col("用水性质", "none", one("居民生活", "居民生活", "非居民", "特种行业")),
    Col("代扣银行卡", "bank_card", some(v.card, 0.6)),
    Col("微信绑定", "account", some(v.openid, 0.5), flag="p2"),
    Col("房产证", "housing_certificate", some(v.house, 0.3)),
    Col("欠费(元)", "none", real(0, 320), "", "p2"),
    Col("抄表员", "person_name", one("郭师傅", "易红兵", "高峰")),
    Col("邮编", "postcode", v.postcode),
]

POWER = [
    Col("CONS_NO", "none", pat("4205######", "03########"), "lookalike", "p2"),
    Col("CONS_NAME", "person_name", mask(v.name, 1, 1), "masked"),
    Col("ELEC_ADDR", "address", v.address),
    Col("CONTACT", "mobile", mask(v.mobile, 3, 4), "masked"),
    Col("METER_ASSET", "none", pat("4230001########0000001###"), "lookalike"),
    Col("LONGITUDE", "coordinates", v.lon, "", "n"),
    Col("LATITUDE", "coordinates", v.lat, "", "n"),
    Col("ALIPAY_UID", "account", some(pat("2088############"), 0.7)),
    Col("LOW_INCOME_FLAG", "none", one("0", "0", "0", "1"), "", "p2"),
    Col("TERMINAL_IP", "ip_address", v.ip, "", "n"),
    Col("TERMINAL_MAC", "mac_address", v.mac, "", "n"),
    Col("MEDICAL_DEVICE", "medical", some(one("家用呼吸机", "家庭透析机", "制氧机"), 0.2), "small"),
]

CALLS = [
    Col("msisdn", "mobile", v.mobile),
    Col("imsi", "none", pat("46000##########", "46001##########"), "lookalike", "p2"),
    Col("imei", "imei", v.imei),
    Col("iccid", "none", by_luhn("898600##############"), "lookalike", "p2"),
    Col("opp_number", "mobile", mixed(kin(v.mobile), kin(v.mobile), kin(v.mobile), v.landline), "mixed"),
    Col("lac_ci", "none", pat("2#### / 1########"), "", "p2"),
    Col("cell_lon", "coordinates", v.lon),
    Col("cell_lat", "coordinates", v.lat),
    Col("start_time", "none", day("%Y%m%d%H%M%S"), "", "p2"),
    Col("dur", "none", num(3, 1800), "", "p2"),
    Col("user_ip", "ip_address", v.ip),
    Col("cust_nm", "person_name", mask(v.name, 1, 0, "＊"), "masked"),
    Col("cert_nbr", "resident_id", dirty(v.idn, 0.3), "dirty"),
    Col("inst_addr", "address", v.address),
]

RIDES = [
    Col("order_id", "none", pat("42050020230######8", "2023091########012"), "lookalike"),
    Col("passenger_phone", "mobile", mask(v.mobile, 3, 4), "masked"),
    Col("dep_lng", "coordinates", v.lon),
    Col("dep_lat", "coordinates", v.lat),
    Col("dest_point", "coordinates", v.point),
    Col("dep_address", "address", v.short_address),
    Col("driver_name", "person_name", kin(v.name)),
    Col("driver_license_file", "driver_file_number", v.driver_file),
    Col("vehicle_no", "plate", v.plate),
    Col("vin", "vin", mask(v.vin, 8, 4), "masked"),
    Col("pay_account", "account", v.alipay),
    Col("fare", "none", real(6, 88), "", "p2"),
    Col("dep_time", "none", day("%Y-%m-%d %H:%M:%S"), "", "p2"),
]

FLEET = [
    Col("公司名称", "enterprise_name", v.firm),
    Col("车牌号", "plate", v.plate),
    Col("车架号", "vin", v.vin),
    Col("发动机号", "none", pat("@@######", "####@###")),
    Col("道路运输证号", "none", pat("鄂交运管宜字4205########号"), "lookalike"),
    Col("司机", "person_name", v.name),
    Col("从业资格证", "resident_id", v.idn),
    Col("驾驶证档案号", "driver_file_number", v.driver_file),
    Col("终端号(IMEI)", "imei", v.imei, "", "n"),
    Col("SIM", "none", pat("1064#########"), "lookalike"),
    Col("组织代码", "organisation_code", v.organ),
    Col("停车场坐标", "coordinates", v.point),
    Col("车队电话", "landline", v.landline),
]

BICYCLES = [
    Col("uid", "none", count(5500123, 13), "", "p2"),
    Col("phone", "mobile", v.mobile),
    Col("bike_no", "none", pat("86########", "420500####"), "lookalike"),
    Col("startLoc", "coordinates", v.point),
    Col("endLoc", "coordinates", fill("[{}, {}]", v.lon, v.lat)),
    Col("track", "coordinates", join(";", v.point, v.point, v.point), "mixed"),
    Col("devMac", "mac_address", v.mac, "", "n"),
    Col("wx_openid", "account", v.openid, flag="p2"),
    Col("real_name", "person_name", v.name),
    Col("age", "none", v.age, "", "p2"),
]

CITY_CASES = [
    Col("案件编号", "none", pat("XLCG2023########")),
    Col(
        "问题描述",
        "none",
        one("夷陵大道人行道井盖破损", "果园二路占道经营", "沿江大道路灯不亮", "小区垃圾满溢，请及时清运"),
        "lookalike",
    ),
    Col(
        "举报人",
        "person_name",
        mixed(v.name, v.name, fill("{}先生", lambda r: r.p.surname), fill("{}女士", lambda r: r.p.surname)),
        "mixed",
    ),
    Col("举报人电话", "mobile", v.spaced_mobile, "dirty"),
    Col("问题位置", "none", fill("{}{}号附近", one(*words.ROADS), num(2, 180)), "lookalike"),
    Col("X", "coordinates", lambda r: f"{r.g.uniform(37520000, 37545000):.3f}", "", "n"),
    Col("Y", "coordinates", lambda r: f"{r.g.uniform(3388000, 3408000):.3f}", "", "n"),
    Col("当事人", "person_name", some(kin(v.name), 0.6)),
    Col("当事人身份证", "resident_id", some(kin(v.idn), 0.5)),
    Col("处置反馈", "free_text", fill("已联系{}（{}），现场整改完毕。", kin(v.name), kin(v.mobile))),
    Col("坐标点(监督员)", "coordinates", v.point),
    Col("采集终端", "imei", v.imei, "", "n"),
    Col("责任单位", "none", one("市城管委", "西陵区城管局", "市政处")),
]

DEVICES = [
    Col("设备编码", "none", pat("4205020000132000####", "4205030000111000####"), "lookalike"),
    Col(
        "点位名称",
        "none",
        one("夷陵广场东北角", "万达广场正门", "王家河公园", "李家湾桥头", "张家坡路口"),
        "lookalike",
    ),
    Col("IP地址", "ip_address", v.ip),
    Col("MAC", "mac_address", v.mac),
    Col("LNG", "coordinates", v.lon),
    Col("LAT", "coordinates", v.lat),
    Col(
        "厂商", "enterprise_name", one("海康威视", "浙江大华技术股份有限公司", "宇视科技", "华为技术有限公司")
    ),
    Col("序列号", "none", by_luhn("86############", "62##############"), "lookalike"),
    Col("安装日期", "none", day("%Y-%m-%d")),
    Col("维护单位电话", "landline", v.landline),
    Col("行政区划", "division_code", v.division),
    Col("人脸抓拍", "none", one("支持", "不支持", "Y", "N"), "lookalike"),
]

SIGN_INS = [
    Col("log_id", "none", count(902211)),
    Col("login_name", "account", v.login, flag="p2"),
    Col("real_name", "person_name", v.name),
    Col("client_ip", "ip_address", join(", ", v.ip, v.ip), "mixed"),
    Col("client_mac", "mac_address", v.mac),
    Col(
        "ua",
        "none",
        one(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
            "okhttp/4.9.3",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6)",
        ),
    ),
    Col("email", "email", v.masked_email, "masked"),
    Col("trace_id", "none", pat("~~~~~~~~~~~~~~~~")),
    Col("bind_wechat", "account", some(v.wechat, 0.6), flag="p2"),
    Col("dept_code", "none", pat("11420502#####")),
    Col("msg", "free_text", fill("user {} verify code sent to {} ok", v.login, v.mobile)),
    Col("ver", "none", one("10.2.1.4", "10.2.1.5", "9.8.0.12"), "lookalike"),
    Col("req_time", "none", day("%Y-%m-%dT%H:%M:%S")),
    Col("ext1", "mac_address", wide(lambda r: v.mac(r).upper()), "width"),
    Col("ext2", "ip_address", some(v.ip, 0.8), "heading"),
    Col("ext3", "none", nothing, "empty"),
]

FIREWALL = [
    Col("src", "ip_address", v.ip, "heading"),
    Col("dst", "ip_address", fill("{}:{}", v.ip, one("443", "22", "3389", "8080")), "dirty"),
    Col("smac", "mac_address", lambda r: v.mac(r).replace(":", "-").upper()),
    Col("action", "none", one("permit", "deny", "drop")),
    Col("rule_no", "none", num(1, 400)),
    Col("bytes", "none", num(60, 190000)),
]

SOURCES = [
    Source("water_company", [Table("用户档案", "person", 60, WATER)]),
    Source("power_grid", [Table("C_CONS", "person", 50, POWER)]),
    Source("telecom_cdr", [Table("cdr_202309", "person", 60, CALLS)]),
    Source(
        "moving_about",
        [
            Table("ride_order", "person", 55, RIDES),
            Table("dlyscl", "thing", 40, FLEET),
            Table("bike_trip", "person", 40, BICYCLES),
        ],
    ),
    Source(
        "urban_management", [Table("cg_case", "person", 50, CITY_CASES), Table("spjk", "thing", 45, DEVICES)]
    ),
    Source(
        "office_network", [Table("sys_login_log", "person", 50, SIGN_INS), Table("fw", "thing", 36, FIREWALL)]
    ),
]
