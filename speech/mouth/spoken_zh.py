"""How Mandarin says what is written in digits, signs and Latin letters."""

import re

from speech.mouth.rules import Rule, grouped, phone_groups

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_MYRIADS = ("", "万", "亿", "万亿")
MOST = 10**12  #: beyond it digits are said one by one

#: two of these are 两个, 两天 …; two of the others 二楼, 二号, 二月
_MEASURES = (
    "个|天|位|次|年|点|小时|分钟|秒|周|元|块|角|毛|斤|公斤|千克|克|吨|米|公里|厘米|平方米|立方米|升|毫升|口|名|人|条|张|件|户|家|"
    "只|台|部|辆|趟|瓶|盒|片|粒|遍|句|份|套|间|种|倍|岁|袋|把|顿|回|双|床|颗|支|根|块钱|刻钟|万|千|亿"
)
_UNITS = {
    "kg": "公斤", "g": "克", "mg": "毫克", "km": "公里", "m": "米", "cm": "厘米", "mm": "毫米", "m²": "平方米",
    "㎡": "平方米", "m2": "平方米", "m³": "立方米", "m3": "立方米", "l": "升", "ml": "毫升", "kwh": "度", "w": "瓦",
    "kw": "千瓦", "v": "伏", "h": "小时", "min": "分钟", "s": "秒", "℃": "度", "°c": "度", "°": "度",
}  # fmt: skip
_LETTERS = {
    "a": "诶", "b": "必", "c": "西", "d": "弟", "e": "伊", "f": "艾弗", "g": "吉", "h": "艾尺", "i": "艾", "j": "杰",
    "k": "开", "l": "艾勒", "m": "艾姆", "n": "恩", "o": "欧", "p": "批", "q": "丘", "r": "阿", "s": "艾丝", "t": "替",
    "u": "优", "v": "微", "w": "达不溜", "x": "艾克斯", "y": "歪", "z": "贼",
}  # fmt: skip
_WORDS = {"wifi": "无线网", "wi-fi": "无线网", "app": "应用", "ok": "好", "email": "邮件", "e-mail": "邮件"}  # fmt: skip
_SIGNS = {"&": "和", "+": "加", "=": "等于", "×": "乘", "÷": "除以", "@": "艾特", "#": "井号", "*": "星号", "/": "，", "~": "到", "≥": "大于等于", "≤": "小于等于", ">": "大于", "<": "小于", "℃": "摄氏度", "%": "百分号", "¥": "元", "_": "，", "\\": "，", "|": "，", "^": ""}  # fmt: skip


def number(n: int) -> str:
    """Any number below MOST: 102 is 一百零二, 20000 两万.

    >>> [number(n) for n in (0, 10, 12, 102, 110, 1005, 2000, 10050, 100000)]
    ['零', '十', '十二', '一百零二', '一百一十', '一千零五', '两千', '一万零五十', '十万']
    """
    if n == 0:
        return "零"
    said, place, gap = "", 0, False
    while n:
        n, part = divmod(n, 10000)
        if part:
            joint = "零" if gap and said else ""
            said = _below_myriad(part, high=bool(n)) + _MYRIADS[place] + joint + said
        gap = part < 1000 if part else bool(said)
        place += 1
    return re.sub("^二(?=[千万亿])", "两", said.removeprefix("零").replace("零零", "零"))


def _below_myriad(part: int, *, high: bool) -> str:
    digits = f"{part:d}"
    said = ""
    for power, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        said += _DIGITS[int(digit)] + _PLACES[power] if digit != "0" else "零"
    said = re.sub("零+", "零", said).rstrip("零")
    return said[1:] if said.startswith("一十") and not high else said


def one_by_one(digits: str) -> str:
    """Telephones, rooms, codes: 102 is 幺零二."""
    return "".join("幺" if d == "1" else _DIGITS[int(d)] for d in digits)


def quantity(written: str) -> str:
    """12, 12.5, 0.05, -3; a number that begins with a zero digit by digit."""
    sign = "负" if written.startswith("-") else ""
    whole, _, part = written.lstrip("-").partition(".")
    if (whole.startswith("0") and len(whole) > 1) or int(whole) >= MOST:
        return sign + one_by_one(whole)
    after = "点" + "".join(_DIGITS[int(d)] for d in part) if part else ""
    return sign + number(int(whole)) + after


def _year(digits: str) -> str:
    return "".join(_DIGITS[int(d)] for d in digits)


def _date(m: re.Match[str]) -> str:
    return f"{_year(m[1])}年{number(int(m[2]))}月{number(int(m[3]))}号"


def _time(m: re.Match[str]) -> str:
    hour = "两" if int(m[1]) == 2 else number(int(m[1]))
    minutes = int(m[2])
    past = {0: "", 30: "半"}.get(minutes, f"{'零' if minutes < 10 else ''}{number(minutes)}分")
    if m[3] and int(m[3]):
        past = (past if minutes not in {0, 30} else f"{number(minutes)}分") + f"{quantity(m[3])}秒"
    return f"{hour}点{past}"


def _phone(m: re.Match[str]) -> str:
    country = "加八六，" if m[0].startswith("+") else ""
    groups = phone_groups(re.sub(r"^\+86[- ]?", "", m[0]))
    return country + "，".join(one_by_one(group) for group in groups)


def _money(whole: str, part: str, unit: str = "元") -> str:
    """12.5 is 十二元五角, 12.05 十二元零五分."""
    jiao, fen = int(part[0]), int((part + "0")[1])
    small = f"{_DIGITS[jiao]}角" if jiao else ""
    small += f"{'' if jiao else '零'}{_DIGITS[fen]}分" if fen else ""
    coins = small.lstrip("零") if int(whole) == 0 and small else small
    notes = f"{_counted(whole)}{unit}" if int(whole) or not small else ""
    return notes + coins


def _counted(written: str) -> str:
    return "两" if written == "2" else quantity(written)


def _room(m: re.Match[str]) -> str:
    """Rooms and houses of three digits and more are said digit by digit."""
    return (one_by_one(m[1]) if len(m[1]) >= 3 else quantity(m[1])) + m[2]


def _long(m: re.Match[str]) -> str:
    """An identity card as 6, 8 and 4; other long numbers so that no single digit is left."""
    size = 3 if len(m[1]) % 3 == 0 and len(m[1]) != 12 else 4
    sizes = (3, 3, 4) if len(m[0]) == 18 else (size,)
    return "，".join(one_by_one(group) for group in grouped(m[1], sizes)) + m[2]


def _spelt(m: re.Match[str]) -> str:
    word = m[0].lower()
    return _WORDS.get(word) or "".join(_LETTERS.get(c, "") for c in word)


_N = r"(?<![\d.])(\d+(?:\.\d+)?)"
_NOT_COUNTED = rf"(?!\s*(?:{_MEASURES}|平|度|%|‰|\d|\.\d))"
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))

RULES: tuple[Rule, ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), said)
    for pattern, said in (
        (r"(?:No|№)\.?\s*(\d+)(?=\s*[路号])", lambda m: m[1]),
        (r"(?:No|№)\.?\s*(\d+)", lambda m: f"{quantity(m[1])}号"),
        # dates
        (r"(?<!\d)(\d{4})[-/.](1[0-2]|0?[1-9])[-/.](3[01]|[12]\d|0?[1-9])(?!\d)", _date),
        (r"(?<!\d)((?:19|20)\d\d)(1[0-2]|0[1-9])(3[01]|[12]\d|0[1-9])(?!\d)", _date),
        (r"(?<!\d)((?:19|20)\d\d)[-/](1[0-2]|0?[1-9])(?![\d/-])", lambda m: f"{_year(m[1])}年{number(int(m[2]))}月"),
        (r"(?<!\d)(\d{4})\s*年?\s*[-~]\s*(?=\d{4}\s*年)", lambda m: f"{_year(m[1])}到"),
        (r"(?<!\d)(\d{4})(?=\s*年)", lambda m: _year(m[1])),
        (r"(?<!\d)(\d\d)(?=\s*年\s*\d+\s*月)", lambda m: _year(m[1])),
        (r"(\d+)\s*月\s*(\d+)\s*[日号](?![楼线])", lambda m: f"{number(int(m[1]))}月{number(int(m[2]))}号"),
        # times
        (r"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?![\d:])", _time),
        # telephones
        (r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d|\.\d)", _phone),
        (r"(?<![\d.])0\d{2,3}[- ]?[2-9]\d{2,3}[- ]?\d{4}(?!\d)", _phone),
        (r"(?<![\d.])[48]00[- ]?\d{3}[- ]?\d{4}(?!\d)", lambda m: "，".join(map(one_by_one, re.findall(r"^\d{3}|\d{3}(?=[- ]?\d{4}$)|\d{4}$", m[0])))),
        (rf"(?<![\d.])[2-9]\d{{3}}[- ]?\d{{4}}(?!\d|\.\d){_NOT_COUNTED}", _phone),
        (r"(?:(?<=转)|(?<=[尾编工单账卡]号)|(?<=号码)|(?<=证码)|(?<=密码)|(?<=代码))(\s*(?:[:：]|是|为)?\s*)(\d{2,6})(?!\d)", lambda m: m[1] + one_by_one(m[2])),
        (rf"(?<![\d.第¥$-])(?:11[0249]|12[02]|123\d\d|9[56]\d{{3,4}}|100(?:10|86|00|01))(?!\d|[-~]\d){_NOT_COUNTED}(?![栋幢座室号路])", lambda m: one_by_one(m[0])),
        (r"(?:(?<=拨打)|(?<=拨)|(?<=电话)|(?<=热线)|(?<=请打))\s*[:：]?\s*(\d{3,8})(?!\d)", lambda m: "，".join(map(one_by_one, phone_groups(m[1])))),
        # addresses
        (r"(?<![\d-])(\d+)-(\d+)-(\d{2,5})(?![\d-])", lambda m: f"{quantity(m[1])}杠{quantity(m[2])}杠{one_by_one(m[3])}"),
        (r"(\d+)\s*#\s*楼?", lambda m: f"{quantity(m[1])}号楼"),
        (r"(?<![\d.])(\d+)\s*(栋|幢|号楼|座|单元|门|排)", lambda m: quantity(m[1]) + m[2]),
        (r"(?<=[栋幢座楼元门])\s*-?\s*(\d{3,5})(?!\d)", lambda m: one_by_one(m[1])),
        (r"(?<![\d.第])(\d+)\s*(室|房间|房|号(?!线)|弄|路(?!人)|信箱|床)", _room),
        # money, shares, temperatures
        (r"[¥$]\s*(\d+)\.(\d\d?)(?![\d万亿])", lambda m: _money(m[1], m[2])),
        (r"[¥]\s*(\d+(?:\.\d+)?)\s*([万亿]?)", lambda m: f"{_counted(m[1])}{m[2]}元"),
        (rf"{_N}\s*%\s*[-~]\s*(\d+(?:\.\d+)?)%", lambda m: f"百分之{quantity(m[1])}到百分之{quantity(m[2])}"),
        (rf"{_N}\s*%", lambda m: f"百分之{quantity(m[1])}"),
        (rf"{_N}\s*‰", lambda m: f"千分之{quantity(m[1])}"),
        (r"(?<![\d.])(\d+)\.(\d\d?)\s*(元|块)(?!\d)", lambda m: _money(m[1], m[2], m[3])),
        (r"(?<![\d\w])-(\d+(?:\.\d+)?)\s*(?:℃|°C|度)", lambda m: f"零下{quantity(m[1])}度"),
        # ranges, then units
        (rf"(?<=\d)(\s*(?:{_UNIT})?)\s*(?:-|~|—+)\s*(?=\d)", r"\1到"),
        (rf"(?<=[点半分号月元块天度个万岁层楼栋])\s*[-~—]+\s*(?=[\d{_DIGITS}十百两幺])", "到"),
        (rf"{_N}\s*({_UNIT})(?![A-Za-z])", lambda m: _counted(m[1]) + _UNITS[m[2].lower()]),
        (r"(?<=[元块角分度斤])/(?=[次天日月年个人吨斤小周平度])", "每"),
        # what is counted, and every other number
        (r"第\s*(\d+)", lambda m: f"第{quantity(m[1])}"),
        (r"\d+(?:\.\d+){2,}", lambda m: "点".join(quantity(part) for part in m[0].split("."))),
        (r"(?<![\d.])(\d{9,})(X?)(?!\d|\.\d|\s*[万亿元个])", _long),
        (r"(?<![\d/])([1-9])/(10|[2-9])(?![\d/])", lambda m: f"{quantity(m[2])}分之{quantity(m[1])}"),
        (r"(?<![\d:])(\d+)\s*:\s*(\d+)(?![\d:])", lambda m: f"{quantity(m[1])}比{quantity(m[2])}"),
        (rf"(?<![\d.])2(?=(?:{_MEASURES}))", "两"),
        (r"(?<![\w.])-(?=\d)", "负"),
        (_N, lambda m: quantity(m[1])),
        (r"\d+", lambda m: one_by_one(m[0])),
        # letters and signs
        (r"[A-Za-z]+(?:-[A-Za-z]+)?", _spelt),
        (r"[&+=×÷@#*/~≥≤><℃%¥_\\|^]", lambda m: _SIGNS[m[0]]),
    )
)  # fmt: skip
