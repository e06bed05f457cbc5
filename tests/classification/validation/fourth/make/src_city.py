"""Sources of city life: culture, metro and bikes, parking, property, lifts, gates."""

from . import values as v
from . import words as w
from .tables import Col, Table

CULTURE = [
    Table(
        "lib_reader",
        "person",
        50,
        [
            Col("RDID", "none", v.nums(10, "0716"), "lookalike", of="person"),
            Col("RDNAME", "person_name", v.name),
            Col("RDCERTIFY", "resident_id", v.some(0.9, v.idno, v.permit)),
            Col("RDSORT", "none", v.pick(["普通", "少儿", "军人优待", "视障"])),
            Col("RD_OFFICER_NO", "military_id", v.soldier, blank=0.75),
            Col("RDBORNDATE", "date_of_birth", v.birth("%Y-%m-%d 00:00:00")),
            Col("RDHMPASS", "hk_macao_permit", v.hkm, "small", 0.85),
            Col("RDTWPASS", "taiwan_permit", v.nums(8), "small", 0.85),
            Col("RDPRCARD", "foreign_resident_permit", v.foreign, "small", 0.85),
            Col("RDEMAIL", "email", v.email, blank=0.4),
            Col("RDLOGINID", "mobile", v.mobile, "heading"),
            Col("RDFACE", "biometric", v.serial("/data/face/rd/{x}.feat"), blank=0.3),
            Col("RDCFSTATE", "none", v.pick([1, 1, 3, 4])),
            Col("alipay_account", "account", v.some(0.5, v.email, v.mobile), blank=0.4, grade=4),
        ],
        (15, 75),
    ),
    Table(
        "museum_ticket",
        "person",
        50,
        [
            Col("orderNo", "none", v.nums(19, "MT"), "lookalike"),
            Col("visitorName", "person_name", v.mask(v.name, 1, 0), "masked"),
            Col("certType", "none", v.pick([1, 1, 1, 2, 3, 5])),
            Col(
                "certNo",
                "resident_id",
                v.some(0.55, v.idno, v.some(0.5, v.passport, v.some(0.5, v.hkm, v.nums(8)))),
                "mixed",
            ),
            Col("hkMacaoCert", "hk_macao_permit", v.hkm, blank=0.5),
            Col("mobilePhone", "mobile", v.mask(v.mobile, 3, 4), "masked"),
            Col("openId", "account", v.text(["oX5k{x}Q{y}"], x=v.nums(9), y=v.nums(11)), blank=0.1),
            Col("passportNo", "none", v.const(""), "empty"),
            Col("refundAccount", "account", v.some(0.5, v.nums(12, "2088"), v.mobile), blank=0.4, grade=4),
            Col("entryTime", "none", v.time()),
            Col("soldierCard", "military_id", v.soldier, blank=0.6),
        ],
        (15, 75),
    ),
]

MOBILITY = [
    Table(
        "metro_card_user",
        "person",
        50,
        [
            Col("card_no", "none", v.nums(13, "421"), "lookalike", of="person"),
            Col("user_name", "person_name", v.name),
            Col("cert_no", "residence_permit", v.permit),
            Col("bind_bank_card", "bank_card", v.card, blank=0.2),
            Col("pay_id", "account", v.nums(14, "2088"), blank=0.2, grade=4),
            Col("face_id", "biometric", v.serial("faceset01/{x}{n:04d}"), blank=0.3),
            Col("balance", "none", v.decimal(0, 180)),
            Col("tel", "mobile", v.mobile),
        ],
    ),
    Table(
        "bike_ride",
        "person",
        70,
        [
            Col("rideId", "none", v.nums(16, "R")),
            Col("userPhone", "mobile", v.mask(v.mobile, 3, 4, "#"), "masked"),
            Col("bikeNo", "none", v.nums(10, "86"), "lookalike"),
            Col("startLng", "coordinates", v.lon()),
            Col("startLat", "coordinates", v.lat()),
            Col("endLng", "coordinates", v.lon()),
            Col("endLat", "coordinates", v.lat()),
            Col("startTime", "none", v.time()),
            Col("deviceImei", "imei", v.imei),
            Col("payAccount", "account", v.nums(12, "2088"), blank=0.05, grade=4),
            Col("lockMac", "mac_address", v.mac(), of="thing"),
            Col("fare", "none", v.pick([1.5, 2.0, 2.5, 3.0])),
        ],
    ),
    Table(
        "bike_station",
        "thing",
        35,
        [
            Col("站点名称", "none", v.text(["{x}{y}号站"], x=v.pick(w.ROADS), y=v.number(1, 30))),
            Col("站点经度", "coordinates", v.lon()),
            Col("站点纬度", "coordinates", v.lat(0.05, 4)),
            Col("桩位数", "none", v.number(10, 40)),
            Col("控制器MAC", "mac_address", v.mac("-")),
            Col("控制器IP", "ip_address", v.ip),
            Col("服务热线", "landline", v.pick(["0716-8850011", "0716-4310255", "12345", "0716-8269110"])),
            Col("区划", "division_code", v.county(0)),
        ],
    ),
]

PARKING = [
    Table(
        "park_monthly",
        "person",
        50,
        [
            Col("cph", "plate", v.join(v.plate, v.pick(["", "", "/鄂D" + "7K6" + "21"]), by=""), "dirty"),
            Col("czxm", "person_name", v.name),
            Col("czdh", "mobile", v.mobile),
            Col("czh", "none", v.text(["B2-{x}"], x=v.nums(3))),
            Col(
                "fh",
                "address",
                v.text(["{x}{y}栋{z}室"], x=v.pick(w.ESTATES), y=v.number(1, 20), z=v.nums(3, "1")),
            ),
            Col("kssj", "none", v.day("short")),
            Col("jssj", "none", v.later(30, 360, "short")),
            Col("je", "none", v.pick([150, 260, 300])),
            Col("vin_no", "vin", v.vin, blank=0.6),
            Col("zfb", "account", v.some(0.6, v.mobile, v.email), blank=0.3, grade=4),
        ],
    ),
    Table(
        "park_inout",
        "person",
        60,
        [
            Col("flow", "none", v.nums(18), "lookalike"),
            Col("车牌", "plate", v.some(0.93, v.plate, v.pick(["无牌车", "鄂D_____"]))),
            Col("入场图片", "none", v.serial("/img/{d:%Y%m%d}/in_{x}.jpg"), "lookalike"),
            Col("入场时间", "none", v.time()),
            Col("岗亭IP", "ip_address", v.ip, of="thing"),
            Col("收费员", "person_name", v.name2),
            Col("ETC付款账号", "account", v.nums(16, "4201"), blank=0.3, grade=4),
        ],
    ),
]

PROPERTY = [
    Table(
        "业主信息",
        "person",
        55,
        [
            Col(
                "楼栋房号",
                "address",
                v.text(["{x}-{y}-{z}"], x=v.number(1, 26), y=v.number(1, 3), z=v.nums(3, "1")),
            ),
            Col("业主", "person_name", v.some(0.85, v.name, v.join(v.name, v.name2, by="、")), "dirty"),
            Col("业主身份证", "resident_id", v.idno, blank=0.3),
            Col("产权证号", "housing_certificate", v.estate_certificate, blank=0.3),
            Col("电话1", "mobile", v.mobile),
            Col("电话2", "landline", v.landline, blank=0.6),
            Col("车牌号", "plate", v.plate, blank=0.4),
            Col("面积㎡", "none", v.decimal(58, 168)),
            Col("门禁人脸", "biometric", v.text(["MEGV_{x}.dat"], x=v.nums(9)), blank=0.2),
            Col("养犬", "none", v.pick(["无"] * 4 + w.PETS), of="person"),
            Col(
                "沟通记录",
                "free_text",
                v.text(
                    ["{n}反映楼上漏水,电话{m}", "租客{n2}{m2}代缴", "{n2}转达{n}不同意换门"],
                    0.5,
                    ["已催缴", "", "满意"],
                ),
            ),
        ],
    ),
    Table(
        "elevator",
        "thing",
        40,
        [
            Col("设备注册代码", "none", v.nums(16, "3110"), "lookalike"),
            Col("使用单位", "enterprise_name", v.firm),
            Col("使用单位代码", "organisation_code", v.orgcode()),
            Col("安装地址", "address", v.address),
            Col("维保单位信用代码", "uscc", v.uscc),
            Col("安全员", "person_name", v.name2),
            Col("安全员手机", "mobile", v.mobile2, of="person"),
            Col("位置", "coordinates", v.join(v.lon(), v.lat(), by=" ")),
            Col("物联终端IMEI", "imei", v.imei),
            Col("下次检验", "none", v.later(60, 400, "%Y-%m")),
        ],
    ),
    Table(
        "door_event",
        "person",
        60,
        [
            Col("evt", "none", v.serial("{n:07d}")),
            Col("person_uuid", "none", v.text(["{x}-4f1a-{y}"], x=v.nums(8), y=v.nums(12)), of="person"),
            Col("cap_face_url", "biometric", v.serial("https://cdn.example.cn/face/{d:%m%d}/{x}.jpg")),
            Col("similarity", "none", v.decimal(0.71, 0.99, 4)),
            Col("temperature", "medical", v.decimal(36.1, 37.6, 1)),
            Col("dev_mac", "mac_address", v.mac("", False), of="thing"),
            Col("dev_ip", "ip_address", v.ip, of="thing"),
            Col("tm", "none", v.time()),
        ],
    ),
]

SOURCES = {
    "library_museum": CULTURE,
    "metro_bikes": MOBILITY,
    "parking": PARKING,
    "property_lifts": PROPERTY,
}
