# SPDX-License-Identifier: Apache-2.0
# test_office_files: what offices send, as they have it: spreadsheets over HTTP and in the watched folder, and what
# is refused of them.
import concurrent.futures
import csv
import datetime
import io
import json
import os
import shutil
import time
import urllib.parse

import pytest

from bus import replay
from city import ROOT, City, wait_until
from people import check_digit, person_row
from view import field_name, profile, subject_of

DEPARTMENT = "social-insurance"
HEADER = ("身份证号", "险种", "所属期", "缴费基数", "缴费方式")
STABLE_S = 2


@pytest.fixture(scope="module")
def city():
    """A city whose social insurance does not wait quite as long for a file to stand still."""
    made = City().start()
    made.stop()
    made.own_settings(DEPARTMENT, watch_stable_s=STABLE_S)
    made.start()
    yield made
    made.close()


# --- lists ----------------------------------------------------------------------------------------

def table(rows, header=HEADER, separator=","):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def month_rows(people, month, base="4494.50", insurance="养老保险"):
    return [(person.id_number, insurance, month, base, "正常") for person in people]


def ask(city, what, kind, content, department=DEPARTMENT, content_type="text/csv", **query):
    body = content if isinstance(content, bytes) else content.encode()
    path = f"/v1/{what}/{kind}" + ("?" + urllib.parse.urlencode(query) if query else "")
    return city.ask(department, "POST", path, body, {"Content-Type": content_type})


def send(city, rows, kind="contribution", **query):
    """Sends a list that is taken, at least in part; returns what was answered."""
    answer = ask(city, "rows", kind, rows if isinstance(rows, (str, bytes)) else table(rows), **query)
    assert answer.code == 202, answer.body
    return answer.json


def counts(answer):
    return answer["accepted"], answer["unchanged"], answer["stale"], answer["quarantined"]


def sequence(city, department=DEPARTMENT):
    return city.status(department)["sequence"]


def months_of(city, person, year, insurance="pension"):
    """Of the profile: month -> base in fen."""
    city.settle()
    facts, _ = profile(city, person.id_number)
    name = field_name(DEPARTMENT, "contribution", f"{insurance}|{year}")
    return {entry[0]: entry[1] for entry in facts[name].body[2]} if name in facts else {}


def assert_problem(answer, code, name):
    assert answer.code == code, answer.body
    assert answer.json["code"] == name
    assert answer.json["detail"] and answer.json["detail_zh"]


# --- spreadsheets over HTTP -----------------------------------------------------------------------

def test_one_export_in_any_encoding_is_the_same_events_once(city):
    people = city.people.several(30)
    text = table(month_rows(people, "2001-03"))
    assert counts(send(city, text)) == (30, 0, 0, 0)
    before = sequence(city)
    for encoding in ("utf-8-sig", "utf-16", "utf-16-be", "gb18030"):
        content = text.encode(encoding)
        if encoding == "utf-16-be":
            content = b"\xfe\xff" + content
        answer = send(city, content)
        assert counts(answer) == (0, 30, 0, 0), encoding
        assert "first_sequence" not in answer
    assert sequence(city) == before
    assert months_of(city, people[0], 2001) == {3: 449450}


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_rare_name_is_read_in_every_encoding(city, encoding):
    person = city.people.one()
    person.name = "䶮" + person.name
    city.people.names.add(person.name)
    text = table([(person.id_number, person.name, person.sex, person.birth_date)], ("身份证号", "姓名", "性别", "出生日期"))
    answer = ask(city, "rows", "person", text.encode(encoding), "public-security")
    assert answer.json["accepted"] == 1, answer.body
    city.settle()
    facts, _ = profile(city, person.id_number)
    assert facts[field_name("public-security", "person")].body[1] == person.name


@pytest.mark.parametrize("header, separator", [
    (("居民身份证号码", "险种类型", "缴费年月", "月缴费基数", "缴费类型"), ","),
    (("sfzh", "xzlx", "ssq", "jfjs", "缴纳类型"), ";"),
    (("id_number", "insurance", "period", "base", "payment"), "\t"),
    (("　身份证号 ", "险种*", " 所属期", "缴费基数", "缴费方式"), ",")])
def test_headers_are_known_by_their_aliases_and_columns_by_any_separator(city, header, separator):
    people = city.people.several(3)
    assert counts(send(city, table(month_rows(people, "2001-04"), header, separator))) == (3, 0, 0, 0)


def test_columns_come_in_any_order_and_unknown_ones_are_dropped_and_listed(city):
    person = city.people.one()
    answer = send(city, table([("正常", "张三\n的备注", "2001-05", "5000", "养老保险", person.id_number)],
                              ("缴费方式", "备注", "所属期", "缴费基数", "险种", "身份证号")))
    assert counts(answer) == (1, 0, 0, 0)
    assert answer["encoding"] == "UTF-8"
    assert {column["header"]: column["field"] for column in answer["columns"]}["备注"] is None
    assert [column["field"] for column in answer["columns"]].count(None) == 1


def test_dates_are_read_in_all_their_forms(city):
    header = ("身份证号", "姓名", "性别", "出生日期")
    forms = (lambda day: f"{day:%Y-%m-%d}", lambda day: f"{day.year}/{day.month}/{day.day}",
             lambda day: f"{day:%Y%m%d}", lambda day: f"{day.year}年{day.month}月{day.day}日",
             lambda day: str((day - datetime.date(1899, 12, 30)).days), lambda day: f"{day:%Y%m%d}.0",
             lambda day: f"{day.year}.{day.month}.{day.day}", lambda day: f"{day:%Y-%m-%d} 00:00:00")
    people = city.people.several(len(forms))
    rows = [(person.id_number, person.name, person.sex, form(datetime.date.fromisoformat(person.birth_date)))
            for person, form in zip(people, forms)]
    answer = ask(city, "rows", "person", table(rows, header), "public-security").json
    assert counts(answer) == (len(forms), 0, 0, 0), answer
    assert city.push("public-security", "person", [person_row(person) for person in people])["unchanged"] == len(forms)


def test_what_excel_adds_is_taken_off(city):
    person = city.people.one()
    wide = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
    number = person.id_number
    rows = [("'" + number, "养老保险", "'200106", "5000.0", "正常"), (number + "\t", "养老保险", "200107.0", "5,000.00", "正常"),
            (number.translate(wide), "养老保险", "２００１年８月", "￥5000", "正常"),
            (f'="{number}"', "养老保险", "2001/9", "5000元", "正常")]
    answer = send(city, rows)
    assert counts(answer) == (4, 0, 0, 0), answer
    assert months_of(city, person, 2001) == {6: 500000, 7: 500000, 8: 500000, 9: 500000}


@pytest.mark.parametrize("damage", [lambda number: f"{float(number[:17] + '0'):.5E}",
                                    lambda number: number[:15] + "000"])
def test_an_id_number_that_excel_damaged_has_its_own_error_and_hint(city, damage):
    person = city.people.one()
    while check_digit(person.id_number[:15] + "00") == "0":  # else the damage cannot be seen
        person = city.people.one()
    answer = send(city, [(damage(person.id_number), "养老保险", "2001-06", "5000", "正常")])
    assert counts(answer) == (0, 0, 0, 1)
    problem = answer["problems"][0]
    assert (problem["code"], problem["row"], problem["field"]) == ("excel_damage", 2, "id_number")
    assert "Excel" in problem["en"] + problem["hint_en"] and "文本" in problem["hint_zh"]


def test_a_line_break_inside_quotes_breaks_no_row_and_no_line_number(city):
    people = city.people.several(2)
    text = (f'身份证号,险种,所属期,备注\n{people[0].id_number},养老保险,2001-07,"一\n二\n""三"""\n'
            f'{people[1].id_number},养老保险,2001-13,x\n')
    answer = send(city, text)
    assert counts(answer) == (1, 0, 0, 1)
    assert answer["problems"][0]["row"] == 5


def test_bad_rows_stay_behind_and_the_good_ones_beside_them_go_on(city):
    people = city.people.several(3)
    rows = [*month_rows(people[:1], "2001-08"), (people[1].id_number, "养老保险", "2001-08", "五千", "正常"),
            ("a", "b", "c", "d", "e", "f", "g"), *month_rows(people[2:], "2001-08")]
    answer = send(city, rows)
    assert counts(answer) == (2, 0, 0, 2)
    assert [problem["row"] for problem in answer["problems"]] == [3, 4]
    assert [problem["code"] for problem in answer["problems"]] == ["number_form", "row_form"]


@pytest.mark.parametrize("content, name, told", [
    ("身份证号,所属期\n1,2\n", "missing_column", "险种"),
    ("身份证号,险种,所属期\n", None, None),
    ("", "unreadable", "表头"), ("\n\n", "unreadable", "表头"),
    ("PK\x03\x04 workbook", "unreadable", "工作簿"), ("," * 300 + "\n", "unreadable", "表头"),
    (b"\xff\xff\xff\xff", "unreadable", "编码")])
def test_a_list_that_cannot_be_read_is_refused_whole_with_the_reason(city, content, name, told):
    before = sequence(city), city.status(DEPARTMENT)["quarantined"]
    answer = ask(city, "rows", "contribution", content)
    if name is None:
        assert answer.code == 202 and counts(answer.json) == (0, 0, 0, 0)
    else:
        assert_problem(answer, 422, name)
        assert told in answer.body.decode()
    assert (sequence(city), city.status(DEPARTMENT)["quarantined"]) == before


def test_a_workbook_is_called_one(city):
    answer = ask(city, "rows", "contribution", b"PK\x03\x04" + b"\x00" * 60)
    assert_problem(answer, 422, "unreadable")
    assert "Excel workbook" in answer.json["detail"]


def test_a_column_too_many_is_one_bad_row_and_too_many_columns_are_refused(city):
    person = city.people.one()
    header = [*HEADER, *(f"x{i}" for i in range(252))]
    assert_problem(ask(city, "rows", "contribution", table([], header)), 422, "unreadable")
    row = [*month_rows([person], "2001-09")[0], *("1" for _ in range(251))]
    assert counts(send(city, table([row], header[:256]))) == (1, 0, 0, 0)


# --- modes ----------------------------------------------------------------------------------------

def test_changes_say_what_is_to_be_done_and_an_older_one_is_stale(city):
    people = city.people.several(2)
    header = ("操作类型", *HEADER, "更新时间")
    row = month_rows(people[:1], "2002-01")[0]
    other = month_rows(people[1:], "2002-01")[0]
    answer = send(city, table([("新增", *row, "2026-01-01 08:00:00"),
                               ("修改", *row[:3], "6000", "正常", "2026-01-03 08:00:00"),
                               ("修改", *row[:3], "7000", "正常", "2026-01-02 08:00:00"),
                               ("新增", *other, "2026-01-01 08:00:00"), ("删除", *other, "2026-01-02 08:00:00"),
                               ("或许", *other, "")], header), mode="changes")
    assert counts(answer) == (4, 0, 1, 1)
    assert months_of(city, people[0], 2002) == {1: 600000}
    assert months_of(city, people[1], 2002) == {}
    answer = ask(city, "rows", "contribution", table([row]), mode="changes")
    assert_problem(answer, 422, "missing_column")


def test_a_full_list_of_a_month_withdraws_what_it_leaves_out_of_that_month(city):
    people = city.people.several(40)
    send(city, month_rows(people, "2003-01"))
    send(city, month_rows(people, "2003-02"))
    answer = send(city, month_rows(people[3:], "2003-02"), mode="full")
    assert counts(answer) == (0, 37, 0, 0)
    assert (answer["in_scope"], answer["missing"], answer["retracted"]) == (40, 3, 3)
    assert "refused" not in answer
    assert months_of(city, people[0], 2003) == {1: 449450}
    assert months_of(city, people[3], 2003) == {1: 449450, 2: 449450}
    again = send(city, month_rows(people[3:], "2003-02"), mode="full")
    assert again["retracted"] == 0 and "first_sequence" not in again


def test_a_full_list_in_which_too_much_is_missing_withdraws_nothing_without_a_confirmation(city):
    people = city.people.several(100)
    send(city, month_rows(people, "2004-01"))
    before = sequence(city)
    for kept in (people[11:], []):
        rows = month_rows(kept, "2004-01")
        answer = ask(city, "rows", "contribution", table(rows or [("x", "", "2004-01", "", "")]), mode="full")
        assert_problem(answer, 422, "too_many_missing" if kept else "unknown_rows")
        assert answer.json["retracted"] == 0
    assert sequence(city) == before
    assert send(city, month_rows(people[10:], "2004-01"), mode="full")["retracted"] == 10
    answer = send(city, month_rows(people[40:], "2004-01"), mode="full", confirm="yes")
    assert answer["retracted"] == 30
    assert months_of(city, people[39], 2004) == {} and months_of(city, people[40], 2004) == {1: 449450}


def test_a_full_list_without_a_row_withdraws_nothing_without_a_confirmation(city):
    header = ("身份证号", "证书编号", "证书类别", "发证日期")
    people = city.people.several(3)
    rows = [(person.id_number, f"A{place}", "skill", "2004-05-06") for place, person in enumerate(people)]
    assert counts(send(city, table(rows, header), "qualification")) == (3, 0, 0, 0)
    answer = ask(city, "rows", "qualification", table([], header), mode="full")
    assert_problem(answer, 422, "too_many_missing")
    assert (answer.json["missing"], answer.json["retracted"]) == (3, 0)
    answer = send(city, table([], header), "qualification", mode="full", confirm="yes")
    assert (answer["missing"], answer["retracted"]) == (3, 3)


def test_new_people_in_a_full_list_do_not_make_the_loss_of_the_others_look_small(city):
    old, new = city.people.several(20), city.people.several(700)
    send(city, month_rows(old, "2004-03"))
    before = sequence(city)
    for _ in range(2):  # nor at its second coming
        answer = ask(city, "rows", "contribution", table(month_rows(new, "2004-03")), mode="full")
        assert_problem(answer, 422, "too_many_missing")
        assert (answer.json["in_scope"], answer.json["missing"], answer.json["retracted"]) == (20, 20, 0)
        assert sequence(city) == before


def test_a_refused_row_is_not_a_missing_one(city):
    people = city.people.several(20)
    send(city, month_rows(people, "2005-01"))
    rows = [*month_rows(people[2:], "2005-01"), (people[0].id_number, "养老保险", "2005-01", "五千", "正常")]
    answer = send(city, rows, mode="full")
    assert (answer["quarantined"], answer["missing"], answer["retracted"]) == (1, 1, 1)
    assert months_of(city, people[0], 2005) == {1: 449450}
    assert months_of(city, people[1], 2005) == {}


def test_a_scope_keeps_a_full_list_to_its_own(city):
    people = city.people.several(10)
    send(city, month_rows(people, "2006-01"))
    send(city, month_rows(people, "2006-01", insurance="失业保险"))
    answer = send(city, month_rows(people[1:], "2006-01", insurance="失业保险"), mode="full", scope="险种=失业保险")
    assert (answer["in_scope"], answer["retracted"]) == (10, 1)
    assert months_of(city, people[0], 2006, "unemployment") == {}
    assert months_of(city, people[0], 2006) == {1: 449450}


@pytest.mark.parametrize("query, name", [
    ({"mode": "sometimes"}, "mode"), ({"mode": "full", "scope": "colour=red"}, "scope"),
    ({"mode": "full", "scope": "insurance=magic"}, "scope"), ({"mode": "full", "scope": "insurance"}, "scope")])
def test_a_mode_or_scope_that_is_none_is_400(city, query, name):
    assert_problem(ask(city, "rows", "contribution", table([]), **query), 400, name)


def test_people_who_ask_for_all_or_nothing_get_it(city):
    people = city.people.several(2)
    rows = [*month_rows(people[:1], "2006-02"), (people[1].id_number, "养老保险", "2006-02", "五千", "正常")]
    before = sequence(city), city.status(DEPARTMENT)["quarantined"]
    answer = ask(city, "rows", "contribution", table(rows), on_error="reject")
    assert_problem(answer, 422, "rejected")
    assert answer.json["problems"][0]["row"] == 3
    assert (sequence(city), city.status(DEPARTMENT)["quarantined"]) == before
    assert counts(send(city, rows[:1], on_error="reject")) == (1, 0, 0, 0)


def test_a_list_under_way_is_finished_and_answered_before_the_department_stops(fresh_city):
    city = fresh_city.start()
    people = city.people.several(800)
    rows = [row for month in range(1, 13) for row in month_rows(people, f"2013-{month:02}")]
    with concurrent.futures.ThreadPoolExecutor(1) as other:
        answer = other.submit(send, city, rows, mode="full")
        wait_until(lambda: sequence(city) > 1000, what="the beginning of a list")
        assert not answer.done()
        assert city.stop() == 0
        assert counts(answer.result()) == (len(rows), 0, 0, 0)


# --- rehearsals -----------------------------------------------------------------------------------

def test_a_rehearsal_says_what_would_leave_and_changes_nothing(city):
    people = city.people.several(25)
    send(city, month_rows(people[:20], "2007-01"))
    before = sequence(city), city.status(DEPARTMENT)["quarantined"]
    rows = [*month_rows(people[3:22], "2007-01"), (people[22].id_number, "养老保险", "2007-01", "五千", "正常")]
    answer = ask(city, "try", "contribution", table(rows), mode="full")
    assert answer.code == 200
    said = answer.json
    assert said["rows"] == 20 and counts(said) == (2, 17, 0, 1)
    assert (said["in_scope"], said["missing"], said["retracted"]) == (20, 3, 0)
    assert [column["field"] for column in said["columns"]] == ["id_number", "insurance", "period", "base", "payment"]
    assert said["problems"][0]["row"] == 21 and said["problems"][0]["code"] == "number_form"
    assert said["published"][0]["outcome"] == "unchanged" and said["published"][-1]["outcome"] == "accepted"
    assert said["published"][-1]["subject"] == subject_of(city, people[21].id_number)
    month = said["published"][-1]["body"]["months"][0]
    assert (month["month"], month["base"], month["payment"]["code"]) == (1, 4494.5, "normal")
    assert not [person for person in people if person.id_number in answer.body.decode()]
    refused = ask(city, "try", "contribution", table([("1",)], ("身份证号",)))
    assert refused.code == 200 and refused.json["refused"]["code"] == "missing_column"
    assert (sequence(city), city.status(DEPARTMENT)["quarantined"]) == before


# --- what is refused ------------------------------------------------------------------------------

def rejects(city, department, path="", **query):
    answer = city.ask(department, "GET", f"/v1/rejects{path}" + ("?" + urllib.parse.urlencode(query) if query else ""))
    assert answer.code == 200, answer.body
    return answer.json


def settle_rejects(city, department, what, body):
    return city.ask(department, "POST", f"/v1/rejects/{what}", json.dumps(body), {"Content-Type": "application/json"})


def bad_donations(city, count):
    """Rows of health that are refused for a volume, of people of their own."""
    people = city.people.several(count)
    rows = [{"id_number": person.id_number, "donated_on": "2020-01-02", "component": "whole_blood", "volume": "many"}
            for person in people]
    assert city.push("health", "blood_donation", rows)["quarantined"] == count
    return people


def test_the_quarantine_is_listed_page_by_page_and_by_reason(city):
    bad_donations(city, 5)
    city.push("health", "vaccination", {"id_number": city.people.one().id_number, "complete": "x"})
    ids, after = [], 0
    while after is not None:
        page = rejects(city, "health", kind="blood_donation", code="number_form", limit=2, after=after)
        assert len(page["rejects"]) <= 2
        ids += [row["id"] for row in page["rejects"]]
        after = page["next"]
    assert len(ids) == len(set(ids)) == 5 and ids == sorted(ids)
    assert rejects(city, "health")["total"] == city.status("health")["quarantined"]
    row = rejects(city, "health", kind="vaccination")["rejects"][0]
    assert (row["code"], row["origin"], row["line"], row["times"]) == ("boolean_form", "http", 1, 1)
    assert all(row[text] for text in ("en", "zh", "hint_en", "hint_zh", "first", "last"))


def test_a_refused_row_is_shown_masked(city):
    person = bad_donations(city, 1)[0]
    row = rejects(city, "health")["rejects"][-1]
    shown = rejects(city, "health", f"/{row['id']}")
    assert shown["payload"]["id_number"] == person.id_number[:6] + "********" + person.id_number[14:]
    assert shown["payload"]["volume"] == "***"


@pytest.mark.parametrize("query", [{"kind": "unicorn"}, {"code": "unheard_of"}, {"kind": "contribution"}])
def test_an_unknown_kind_or_code_is_400(city, query):
    answer = city.ask("health", "GET", "/v1/rejects?" + urllib.parse.urlencode(query))
    assert_problem(answer, 400, "selection")
    assert_problem(settle_rejects(city, "health", "redrive", query), 400, "selection")


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 1001}, {"limit": "x"}, {"after": -1}, {"after": ""}])
def test_a_page_that_is_none_is_400(city, query):
    answer = city.ask("health", "GET", "/v1/rejects?" + urllib.parse.urlencode(query))
    assert_problem(answer, 400, "page")


@pytest.mark.parametrize("name", ["0", "999999", "x", "-1", "99999999999999999999"])
def test_a_row_that_is_not_in_quarantine_is_404(city, name):
    assert_problem(city.ask("health", "GET", f"/v1/rejects/{name}"), 404, "not_in_quarantine")


@pytest.mark.parametrize("body", [
    {}, [], {"ids": "1"}, {"ids": [0]}, {"ids": [1.5]}, {"ids": [1], "code": "date_form"}])
def test_a_selection_that_is_none_is_400(city, body):
    assert_problem(settle_rejects(city, "health", "redrive", body), 400, "selection")


def test_a_dismissed_row_is_gone_and_the_journal_says_why(city):
    people = bad_donations(city, 3)
    ids = [row["id"] for row in rejects(city, "health", code="number_form")["rejects"]][-3:]
    for reason in (None, "", "  ", "x" * 201, "a\nb"):
        assert_problem(settle_rejects(city, "health", "dismiss", {"ids": ids, "reason": reason}), 400, "reason")
    before = city.status("health")["quarantined"]
    body = {"ids": [*ids[:2], ids[0], 999999], "reason": f"重复导出 {people[0].id_number}"}
    answer = settle_rejects(city, "health", "dismiss", body)
    assert answer.code == 200 and answer.json == {"dismissed": 2, "gone": 1}
    assert city.status("health")["quarantined"] == before - 2
    assert city.ask("health", "GET", f"/v1/rejects/{ids[0]}").code == 404
    notes = {entry.subject: entry.note for entry in replay(city, "health") if entry.operation == "settle"}
    note = notes[subject_of(city, people[0].id_number)]
    assert note.startswith("dismissed: 重复导出 ") and people[0].id_number not in note
    assert subject_of(city, people[2].id_number) not in notes
    city.settle()
    assert not profile(city, people[0].id_number)[1] and profile(city, people[2].id_number)[1]


def test_rows_are_sent_again_once_the_cause_is_gone(tmp_path):
    """Here the cause is a catalogue that knows too few years."""
    proto = tmp_path / "proto"
    shutil.copytree(ROOT / "proto", proto)
    path = proto / "records/social-insurance.json"
    good = path.read_text("utf-8")
    path.write_text(good.replace('"minimum": 1980, "maximum": 2100', '"minimum": 1980, "maximum": 2020', 1), "utf-8")
    city = City(proto).start()
    people = city.people.several(3)
    rows = [{"id_number": person.id_number, "insurance": "pension", "year": 2024, "months": [{"month": 1}]}
            for person in people]
    assert city.push(DEPARTMENT, "contribution", rows)["quarantined"] == 3
    row = rejects(city, DEPARTMENT)["rejects"][0]
    answer = settle_rejects(city, DEPARTMENT, "redrive", {"code": row["code"], "kind": "contribution"})
    assert answer.code == 200 and (answer.json["accepted"], answer.json["quarantined"]) == (0, 3)
    assert {row["redrives"] for row in rejects(city, DEPARTMENT)["rejects"]} == {1}
    city.stop()
    path.write_text(good, "utf-8")
    city.start()
    answer = settle_rejects(city, DEPARTMENT, "redrive", {"ids": [row["id"], row["id"]]})
    assert (answer.json["accepted"], answer.json["quarantined"], answer.json["gone"]) == (1, 0, 0)
    answer = settle_rejects(city, DEPARTMENT, "redrive", {"kind": "contribution"})
    assert (answer.json["accepted"], answer.json["quarantined"]) == (2, 0)
    assert rejects(city, DEPARTMENT)["total"] == 0
    city.settle()
    facts, marks = profile(city, people[0].id_number)
    assert facts and not marks
    city.close()


# --- the watched folder ---------------------------------------------------------------------------

def inbox(city, department=DEPARTMENT):
    return city.data / "inbox" / department


def drop(city, folder, name, content):
    """As an export does it: written under another name, then renamed; with a time at which nobody waits for more."""
    path = inbox(city) / folder
    hidden = path / f".{name}.tmp"
    hidden.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(hidden, (time.time() - 60, time.time() - 60))
    hidden.rename(path / name)


def await_file(city, *names, seconds=20):
    wait_until(lambda: all((inbox(city) / name).exists() for name in names), seconds, f"{names} in the inbox")
    return (inbox(city) / names[-1]).read_bytes()


def test_every_department_has_a_folder_for_each_kind(city):
    for department in ("tax", "health", DEPARTMENT):
        catalogue = city.ask(department, "GET", "/v1/catalogue").json
        found = {path.name for path in inbox(city, department).iterdir()}
        for kind in catalogue["kinds"]:
            assert {kind["kind"], kind["kind"] + "-full", kind["kind"] + "-changes"} <= found or \
                not {kind["kind"], kind["kind"] + "-full"} & found
        assert {"done", "bad"} <= found and len(found) > 5


def test_a_file_that_is_dropped_is_taken_and_done(city):
    people = city.people.several(20)
    before = sequence(city)
    text = table(month_rows(people, "2010-01"))
    drop(city, "contribution", "january.csv", text.encode("gb18030"))
    await_file(city, "done/january.csv")
    assert sequence(city) == before + 20
    drop(city, "contribution", "january.csv", text)
    await_file(city, "done/january-2.csv")
    assert sequence(city) == before + 20
    assert months_of(city, people[0], 2010) == {1: 449450}
    drop(city, "contribution", "more.NDJSON", json.dumps(
        {"id_number": people[0].id_number, "insurance": "pension", "period": "2010-02", "base": 1}))
    await_file(city, "done/more.NDJSON")
    assert months_of(city, people[0], 2010) == {1: 449450, 2: 100}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_bad_rows_come_back_in_their_own_encoding_and_are_taken_once_mended(city, encoding):
    people = city.people.several(3)
    rows = [*month_rows(people[:2], "2010-03"), (people[2].id_number, "养老保险", "2010-03", "五千", "正常")]
    name = f"march-{encoding}.csv"
    drop(city, "contribution", name, table(rows).encode(encoding))
    result = await_file(city, f"bad/{name}", f"bad/{name}.result.csv").decode(encoding)
    found = list(csv.DictReader(io.StringIO(result)))
    assert [*found[0]] == [*HEADER, "错误", "修改建议", "隔离编号"] and len(found) == 1
    assert found[0]["身份证号"] == people[2].id_number and found[0]["错误"] and found[0]["修改建议"]
    assert city.status(DEPARTMENT)["quarantined"] > 0
    before = city.status(DEPARTMENT)["quarantined"]
    drop(city, "contribution", f"{name}.result.csv", result.replace("五千", "5000").encode(encoding))
    await_file(city, f"done/{name}")
    assert city.status(DEPARTMENT)["quarantined"] == before - 1
    assert months_of(city, people[2], 2010) == {3: 500000}


def test_a_mended_row_whose_person_was_wrong_ends_its_quarantine_and_its_mark(city):
    people = city.people.several(2)
    send(city, month_rows(people, "2014-01"))
    wrong = (people[0].id_number, "养老保险", "2014-02", "五千", "正常")  # it should be the other's
    drop(city, "contribution", "wrong.csv", table([wrong]))
    result = await_file(city, "bad/wrong.csv", "bad/wrong.csv.result.csv").decode()
    before = city.status(DEPARTMENT)["quarantined"]
    assert "w*.csv" in {row["origin"] for row in rejects(city, DEPARTMENT)["rejects"]}  # it might name somebody
    city.settle()
    assert profile(city, people[0].id_number)[1]
    mended = result.replace("五千", "5000").replace(people[0].id_number, people[1].id_number)
    drop(city, "contribution", "wrong.csv.result.csv", mended)
    await_file(city, "done/wrong.csv")
    assert city.status(DEPARTMENT)["quarantined"] == before - 1
    assert months_of(city, people[1], 2014) == {1: 449450, 2: 500000}
    assert not profile(city, people[0].id_number)[1]


def test_a_copy_that_stalls_for_longer_than_others_is_taken_whole(city):
    people = city.people.several(40)
    path = inbox(city) / "contribution" / "stalls.csv"
    lines = table(month_rows(people, "2014-03")).encode().splitlines(keepends=True)
    before = sequence(city)
    with path.open("wb") as file:
        file.writelines(lines[:20])
        file.flush()
        time.sleep(3 * STABLE_S)
        file.writelines(lines[20:])
    await_file(city, "done/stalls.csv")
    assert sequence(city) == before + 40


def test_rows_older_than_what_is_known_are_told_as_what_they_are(city, tmp_path):
    person = city.people.one()
    header = (*HEADER, "更新时间")
    row = month_rows([person], "2014-04")[0]
    send(city, table([(*row, "2026-01-02 08:00:00")], header))
    older = table([(*row[:3], "6000", "正常", "2026-01-01 08:00:00")], header)
    drop(city, "contribution", "older.csv", older)
    assert "早于系统中已有的版本" in await_file(city, "done/older.csv", "done/older.csv.result.csv").decode()
    path = tmp_path / "older.csv"
    path.write_text(older)
    assert b"1 rows were not taken" in city.command("push", DEPARTMENT, "contribution", path, code=5).stderr
    answer = send(city, table([(*row[:3], "6000", "正常", "2062-01-01 08:00:00")], header))
    assert counts(answer) == (0, 0, 0, 1) and answer["problems"][0]["code"] == "future_version"


def test_a_watched_folder_that_is_away_is_told(city):
    path = inbox(city) / "contribution-changes"
    path.rmdir()
    wait_until(lambda: city.ask(DEPARTMENT, "GET", "/readyz").code == 503, what="notice of it")
    assert "watch" in city.ask(DEPARTMENT, "GET", "/readyz").body.decode()
    path.mkdir()
    wait_until(lambda: city.ask(DEPARTMENT, "GET", "/readyz").code == 200, what="its return")


def test_full_and_changes_have_folders_of_their_own(city):
    people = city.people.several(40)
    drop(city, "contribution", "all.csv", table(month_rows(people, "2011-01")))
    await_file(city, "done/all.csv")
    drop(city, "contribution-full", "fewer.csv", table(month_rows(people[2:], "2011-01")))
    await_file(city, "done/fewer.csv")
    assert months_of(city, people[1], 2011) == {} and months_of(city, people[2], 2011) == {1: 449450}
    drop(city, "contribution-changes", "changes.csv",
         table([("删除", *month_rows(people[2:3], "2011-01")[0])], ("操作", *HEADER)))
    await_file(city, "done/changes.csv")
    assert months_of(city, people[2], 2011) == {}
    drop(city, "contribution-full", "too-few.csv", table(month_rows(people[30:], "2011-01")))
    result = await_file(city, "bad/too-few.csv", "bad/too-few.csv.result.csv").decode()
    assert "全量清单缺少的记录过多" in result and "--confirm" in result
    assert months_of(city, people[3], 2011) == {1: 449450}


@pytest.mark.parametrize("name, content, told", [
    ("october.xlsx", b"PK\x03\x04" + b"\x00" * 60, "Excel"), ("empty.csv", b"", "无法读取"),
    ("noise.csv", b"\xff" * 9, "字符编码无法识别"), ("columns.csv", "姓名,备注\n张三,无\n".encode(), "缺少"),
    ("half.json", b'[{"id_number": "', "json_form")])
def test_a_broken_file_is_put_aside_with_the_reason(city, name, content, told):
    before = sequence(city)
    drop(city, "contribution", name, content)
    result = await_file(city, f"bad/{name}", f"bad/{name}.result.csv").decode("utf-8", "replace")
    assert told in result
    assert sequence(city) == before


def test_a_file_that_is_still_being_written_waits(city):
    people = city.people.several(40)
    path = inbox(city) / "contribution-full" / "slow.csv"
    lines = table(month_rows(people, "2012-01")).encode().splitlines(keepends=True)
    before = sequence(city)
    with path.open("wb") as file:
        for line in lines[:20]:
            file.write(line)
            file.flush()
            time.sleep(STABLE_S / 10)
        assert sequence(city) == before and path.exists()
        file.writelines(lines[20:])
    await_file(city, "done/slow.csv")
    assert sequence(city) == before + 40


def test_kill_9_in_the_middle_of_a_file_takes_all_of_it_once(city):
    people = city.people.several(1500)
    rows = [row for month in range(1, 13) for row in month_rows(people, f"2013-{month:02}")]
    before = sequence(city)
    drop(city, "contribution-full", "year.csv", table(rows))
    wait_until(lambda: sequence(city) > before + 2000, what="the beginning of a file")
    city.kill(DEPARTMENT)
    assert (inbox(city) / "contribution-full/year.csv").exists()
    await_file(city, "done/year.csv", seconds=60)
    assert sequence(city) == before + len(rows)
    assert months_of(city, people[-1], 2013) == dict.fromkeys(range(1, 13), 449450)
    wanted = {subject_of(city, person.id_number) for person in people}
    entries = [entry for entry in replay(city, DEPARTMENT, before + 1) if entry.subject in wanted]
    assert len(entries) == len(rows) and {entry.operation for entry in entries} == {"put"}
