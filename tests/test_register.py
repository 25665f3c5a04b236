"""Registers: good rows go in, a bad one changes nothing, and each says what became of it."""

import pytest
from sqlalchemy import func, select

from proxy_agents import cells, staff
from proxy_agents.register import RESIDENT_COLUMNS, RESIDENT_REQUIRED, RowReport, import_residents
from proxy_agents.residents import (
    Pace,
    Resident,
    normal_number,
    plausible_number,
    residents_of_line,
)
from proxy_agents.sheets import NotARegister, Row, read_sheet, rows_of
from proxy_agents.staff import Role, Staff, check_password
from proxy_agents.staff_register import (
    AGENT_COLUMNS,
    AGENT_REQUIRED,
    STAFF_COLUMNS,
    STAFF_REQUIRED,
    import_agents,
    import_staff,
)

CHINESE = "姓名,电话,地址,楼栋,语速,免打扰时段\n王秀英,138 0013 8000,枫林三路,3栋,慢,12:00-14:30\n"


@pytest.fixture
def session(database):
    with database.write() as session:
        yield session


def residents_in(text: str) -> list[Row]:
    return rows_of(text, RESIDENT_COLUMNS, required=RESIDENT_REQUIRED)


def staff_in(text: str) -> list[Row]:
    return rows_of(text, STAFF_COLUMNS, required=STAFF_REQUIRED)


def agents_in(text: str) -> list[Row]:
    return rows_of(text, AGENT_COLUMNS, required=AGENT_REQUIRED)


def outcomes(reports: list[RowReport]) -> list[tuple[int, str]]:
    return [(report.line, report.outcome.value) for report in reports]


def test_a_chinese_sheet_becomes_residents(session, keyring, at):
    [report] = import_residents(session, keyring, residents_in(CHINESE), at)
    [wang] = residents_of_line(session, keyring, "+86 13800138000")
    assert (report.line, report.sentence) == (2, "王秀英: added")
    assert (wang.name, wang.building, wang.pace) == ("王秀英", "3栋", Pace.SLOW)
    assert (wang.phone, wang.quiet_hours) == ("13800138000", "12:00-14:30")


def test_a_household_shares_a_line(session, keyring, at):
    both = "name,phone,address\n王秀英,02155512345,A\n李大山,02155512345,A\n"
    import_residents(session, keyring, residents_in(both), at)
    found = residents_of_line(session, keyring, "021-5551-2345")
    assert [resident.name for resident in found] == ["王秀英", "李大山"]
    assert residents_of_line(session, keyring, "") == []


def test_imported_again_nothing_changes_and_what_changed_is_updated(session, keyring, at):
    import_residents(session, keyring, residents_in(CHINESE), at)
    again = import_residents(session, keyring, residents_in(CHINESE), at)
    moved = import_residents(session, keyring, residents_in(CHINESE.replace("3栋", "5栋")), at)
    assert outcomes(again) == [(2, "unchanged")]
    assert outcomes(moved) == [(2, "updated")]
    assert session.scalar(select(func.count()).select_from(Resident)) == 1


def test_a_new_number_at_the_same_address_is_the_same_person(session, keyring, at):
    import_residents(session, keyring, residents_in(CHINESE), at)
    new = CHINESE.replace("138 0013 8000", "139 0013 9000")
    assert outcomes(import_residents(session, keyring, residents_in(new), at)) == [(2, "updated")]
    assert residents_of_line(session, keyring, "13800138000") == []
    assert len(residents_of_line(session, keyring, "13900139000")) == 1


def test_an_empty_cell_leaves_what_is_known(session, keyring, at):
    import_residents(session, keyring, residents_in(CHINESE), at)
    sparse = "姓名,电话,地址,语速\n王秀英,,枫林三路,\n王秀英,13800138000,枫林三路,\n"
    reports = import_residents(session, keyring, residents_in(sparse), at)
    assert outcomes(reports) == [(2, "added"), (3, "unchanged")]  # line 2 names no building
    assert residents_of_line(session, keyring, "13800138000")[0].pace is Pace.SLOW


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (",13800138000,A,,,", "nobody: the name is missing"),
        ("Li,12ab,A,,,", "Li: the phone '12ab' is no telephone number of 7 digits or more"),
        ("Li,1.38E+10,A,,,", "Li: the phone '1.38E+10' is no telephone number"),
        ("Li,110,A,,,", "Li: the phone '110' is no telephone number"),
        ("Li,,,,,", "Li: the address is missing"),
        ("Li,,A,klingon,,", "Li: the language 'klingon' is not one of zh"),
        ("Li,,A,,nobody,", "Li: no proxy agent has the login 'nobody'"),
        ("Li,,A,,,25:00-26:00", "Li: the quiet hours '25:00-26:00' are not written like"),
        ("Li,,A,,,,surplus", "Li: there are more cells than columns"),
        ('Li,,"A\nB",,,', "Li: the address holds a line break"),
    ],
)
def test_a_bad_row_is_refused_with_a_sentence_and_good_rows_go_in(
    session, keyring, at, row, sentence
):
    sheet = f"name,phone,address,language,agent,quiet_hours\n{row}\n王秀英,,枫林三路,,,\n"
    bad, good = import_residents(session, keyring, residents_in(sheet), at)
    assert (bad.line, bad.outcome) == (2, "refused")
    assert bad.sentence.startswith(sentence)
    assert good.outcome == "added"
    assert [resident.name for resident in session.scalars(select(Resident))] == ["王秀英"]


def test_a_bad_update_leaves_the_resident_as_they_were(session, keyring, at):
    import_residents(session, keyring, residents_in(CHINESE), at)
    worse = CHINESE.replace("3栋", "9栋").replace("12:00-14:30", "noon")
    assert outcomes(import_residents(session, keyring, residents_in(worse), at)) == [(2, "refused")]
    assert residents_of_line(session, keyring, "13800138000")[0].building == "3栋"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "，"])
def test_sheets_come_in_every_hand(tmp_path, encoding, separator):
    file = tmp_path / "residents.csv"
    text = CHINESE.replace(",", separator).replace("\n", "\r\n") + "\r\n\r\n"
    file.write_bytes(text.encode(encoding))
    [row] = read_sheet(file, RESIDENT_COLUMNS, required=RESIDENT_REQUIRED)
    assert (row.line, row.cells["name"], row.cells["building"]) == (2, "王秀英", "3栋")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "missing: name"),
        (b"name,phone\n", r"missing: address \(地址/住址\)"),
        (b"name,adress\n", "no column is called 'adress'"),
        ("name,姓名,address\n".encode(), "two columns are for 'name'"),
        (b"PK\x03\x04rest", "is a workbook"),
        (b"\xff\xfen\x00a\x00", "neither UTF-8 nor GB18030"),
        (b'name,address\n"Li,A\nWang,B\n', "line 2: .* quotation mark"),
    ],
)
def test_a_file_that_is_no_register_is_refused_as_a_whole(tmp_path, content, sentence):
    file = tmp_path / "residents.csv"
    file.write_bytes(content)
    with pytest.raises(NotARegister, match=sentence):
        read_sheet(file, RESIDENT_COLUMNS, required=RESIDENT_REQUIRED)


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(NotARegister, match="No such file"):
        read_sheet(tmp_path / "none.csv", RESIDENT_COLUMNS, required=RESIDENT_REQUIRED)


def test_new_staff_get_a_password_shown_once(session, keyring, at):
    sheet = "登录名,姓名,角色,部门\nWuye,物业,部门,property\n"
    [report] = import_staff(session, keyring, staff_in(sheet), at)
    [again] = import_staff(session, keyring, staff_in(sheet), at)
    assert (again.outcome, again.password) == ("unchanged", None)
    assert report.password
    assert report.password not in report.sentence
    found = check_password(session, " WUYE ", report.password)
    assert found
    assert (found.role, found.department) == (Role.DEPARTMENT, "property")


def test_a_given_password_is_taken_and_can_be_changed(session, keyring, at):
    sheet = "login,name,role,password\nchen,Chen,supervisor,correct horse\n"
    [report] = import_staff(session, keyring, staff_in(sheet), at)
    import_staff(session, keyring, staff_in(sheet.replace("horse", "battery")), at)
    assert report.password is None
    assert check_password(session, "chen", "correct battery")
    assert not check_password(session, "chen", "correct horse")


@pytest.mark.parametrize("login", ["nobody", "gone"])
def test_an_unknown_or_inactive_login_costs_as_much_as_a_known_one(session, keyring, at, login):
    sheet = "login,name,role,password,active\ngone,Gone,operator,password1,no\n"
    import_staff(session, keyring, staff_in(sheet), at)
    assert check_password(session, login, "password1") is None
    assert not staff.HASHER.check_needs_rehash(staff.NOBODY)


def test_passwords_are_kept_as_argon2id(session):
    person = Staff()
    person.set_password("secret one")
    assert person.password_hash.startswith("$argon2id$")
    assert staff.matches(person.password_hash, "secret one")
    assert not staff.matches("no hash", "secret one")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("x,X,agent,", "the login 'x' must be 2 to 64 letters"),
        ("xx,X,king,", "the role 'king' is not one of supervisor"),
        ("xx,X,department,", "whoever works for a department needs its name"),
        ("xx,X,department,moon", "the department 'moon' is not in the catalogue"),
        ("xx,,agent,", "the name is missing"),
    ],
)
def test_bad_staff_are_refused(session, keyring, at, row, sentence):
    rows = staff_in(f"login,name,role,department\n{row}\n")
    [report] = import_staff(session, keyring, rows, at, departments={"物业": "property"})
    assert report.outcome == "refused"
    assert sentence in report.sentence
    assert session.scalars(select(Staff)).all() == []


def test_a_department_may_be_written_by_its_name(session, keyring, at):
    rows = staff_in("login,name,role,department\nxx,X,部门,物业\n")
    import_staff(session, keyring, rows, at, departments={"物业": "property"})
    assert session.scalars(select(Staff.department)).one() == "property"


def test_agents_are_imported_and_residents_find_theirs(session, keyring, at):
    agents = agents_in("账号,姓名,电话\nZhang,张阿姨,13700137000\n")
    [report] = import_agents(session, keyring, agents, at)
    import_residents(session, keyring, residents_in("姓名,地址,代理人\n王秀英,A,zhang\n"), at)
    resident = session.scalars(select(Resident)).one()
    assert report.outcome == "added"
    assert (resident.agent.name, resident.agent.role) == ("张阿姨", Role.AGENT)


def test_a_short_password_is_refused():
    with pytest.raises(cells.BadCell, match="shorter"):
        cells.read_password("1234567")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800138000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("0086 138 0013 8000", "13800138000"),
        ("（021）5551 2345", "02155512345"),
        ("１３８００１３８０００", "13800138000"),
        ("幺三八零零幺三八零零零", "13800138000"),
        ("一三八，〇〇一三，八〇〇〇", "13800138000"),
        ("+44 20 7946 0018", "442079460018"),
        ("119", "119"),
        ("12", ""),
        ("1" * 16, ""),
        ("anonymous", ""),
        ("sip:alice@example.org", ""),
        ("138 0013 800x", ""),
        ("²³⁴", "234"),
        ("", ""),
    ],
)
def test_numbers_are_brought_to_digits(text, number):
    assert normal_number(text) == number
    assert plausible_number(text) == (len(number) >= 7)


def test_the_area_the_hours_and_the_load_of_an_agent_are_taken_over(database, keyring, at):
    text = "登录名,姓名,片区,工作时间,最多件数\nchen,陈静,和平里、胜利花园,8：30-17：30,5\nzhao,赵刚,,白天,五\n"
    rows = rows_of(text, AGENT_COLUMNS, required=AGENT_REQUIRED)
    with database.write() as session:
        good, bad = import_agents(session, keyring, rows, at)
        chen = session.scalars(select(Staff).where(Staff.login == "chen")).one()
        assert (chen.area, chen.hours, chen.most) == ("和平里、胜利花园", "8:30-17:30", 5)
    assert good.outcome == "added"
    assert "working hours" in bad.sentence
