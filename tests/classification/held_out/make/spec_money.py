"""Market, taxes, customs, subsidies, housing."""

TEXT = r"""
@ shichang_dengji
# zt_jb org 60
主体全称 | enterprise_name | firm
曾用名 | enterprise_name | firm2 | b60
统一信用码 | uscc | uscc | ws
注册号(旧15位) | business_licence | licence | b20
组织码 | organisation_code | org dash
法人 | person_name | name
法人证 | resident_id | id
法人电话 | mobile | mobile mixed | ~mixed
办公座机 | landline | tel ext
经营地 | address | seat
注册资金(万元) | none | num 3 5000
经营范围 | none | pick 日用百货销售;餐饮服务;建筑劳务分包;软件开发
区划 | division_code | div
邮政 | postcode | post fw | fw
企业邮箱 | email | email org
自编号 | uscc | orgmix | ~mixed
# gth person 40
zihao | enterprise_name | firm
jyz | person_name | name
jyz_sfzh | resident_id | id dirty | ~dirty
zch | business_licence | licence
jyz_zz | address | home
jycs | address | seat | np
sk_code | account | account pay | s4
zzmm | political_status | pick 01;02;03;13
jyz_minzu | ethnic_group | w ETHNIC
# shixin person 40
被列入人 | person_name | name mask | ~masked
身份标识 | resident_id | id mask | ~masked
列入事由 | criminal_record | pick 销售假药;生产有毒食品;虚假宣传;传销
行政制裁 | criminal_record | pick 终身禁业;罚款5万元;没收违法所得;吊销许可
任职企业 | enterprise_name | firm
任职企业营业执照 | business_licence | licence
@ shuiwu_zrr
# grsds person 55
NSRMC | person_name | name
NSRSBH | resident_id | id | ~lookalike
SRZE | income | num 30000 800000 2
YNSSDE | income | num 0 700000 2
TSJE | none | num -3000 12000 2
TS_YHZH | bank_card | bank
KJYWR | enterprise_name | firm
KJYWR_SBH | uscc | uscc
YHKH | none | pick 1;0;1;9 | ~heading
SJDQ | none | day m
DZYJ | email | email
GJDQ | none | pick 156 中国;704 越南;752 瑞典
YJDZ | address | home | b30
JSZN_SL | none | pick 0;1;2
DJXH | none | serial 1011###############
# qiye_kaipiao org 40
购方 | enterprise_name | firm
购方税号 | uscc | uscc
销方 | enterprise_name | firm2
销方税号 | uscc | uscc2
开户行及账号 | bank_card | bank org
地址电话 | address | seat
价税合计 | none | num 100 90000 2 c
开票人 | person_name | name
受票邮箱 | email | email org | b20
发票号码 | none | serial 2536########%
# chuan_piao org 36
taxNo | uscc | uscc fw | fw
oldTaxNo | business_licence | licence
orgNo | organisation_code | org
contact | person_name | name2
faxNo | landline | tel paren
bankAcc | bank_card | bank org
lodgeIp | ip_address | ip
hostMac | mac_address | mac
zipCode | postcode | post
@ gangkou_haishi
# chuanyuan person 44
crewName | person_name | name pinyin
crewBook | none | serial A########
passportOrSeafarer | passport | passport
dob | date_of_birth | birth id | ~dirty
rank | none | pick 船长;大副;水手;轮机长;厨工
bloodGroup | medical | pick A;B;O;AB
drugTest | medical | pick negative;negative;positive
wageUSD | income | num 900 9000
wageIban | bank_card | bank
taiwanDoc | taiwan_permit | tw | b40
hkDoc | hk_macao_permit | hk | b40
shipCompany | enterprise_name | firm 船务
aisTrack | coordinates | place track
@ bdc_chanquan
# qlr person 60
权利人 | person_name | name multi | ~mixed
权利人证 | resident_id | id
共有 | none | pick 单独所有;共同共有;按份共有50%
不动产权证 | housing_certificate | house
原房产证 | housing_certificate | house old | b40
坐落 | address | home
建面 | none | num 42 180 2
抵押银行 | enterprise_name | w BANKS
成交价(万) | none | num 30 320 1
婚姻状态 | marital_status | w MARRIAGE
收件人电话 | mobile | mobile
单元号 | none | serial 360403######GB#####F########
贷款扣款卡 | bank_card | bank
# qiye_bdc org 34
产权单位 | enterprise_name | firm
产证 | housing_certificate | house both
厂房坐落 | address | seat
用途 | none | pick 工业;商服;仓储
中心点 | coordinates | place
登记机构码 | organisation_code | org
@ gongzufang_shenqing
# gzf_sq person 55
sqr | person_name | name
sqr_zj | resident_id | id
jtrk | none | num 1 6
jtcy | person_name | name multi
yue_sr | income | num 800 5200
dbz | income | pick 0;520;640;780
canji | medical | w DISABLED | b60
xianzhu | address | home
sfzjlb | none | pick 居民身份证;户口簿;护照;军官证 | ~lookalike
fczh | housing_certificate | house | b30
fczh_ext | housing_certificate | house old | ~heading b20
lxfs | mobile | mobile multi | ~mixed
hyzk_dm | marital_status | pick 10;20;21;30;40
whcd | education | w SCHOOLING
shfk | free_text | free bank | s4
zujin_kk | account | account ewallet | s4
zfgjj | none | serial 3604######## | ~lookalike
"""
