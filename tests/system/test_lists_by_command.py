# SPDX-License-Identifier: Apache-2.0
# test_lists_by_command: an office's lists by `onecity`: rehearsed, pushed in every mode, and what is quarantined.
import csv
import io
import json
import shutil

import pytest

from city import ROOT
from people import person_row
from view import subject_of

DEPARTMENT = "public-security"
TOWNS = iter(("杨舍镇", "塘桥镇", "金港镇", "锦丰镇", "乐余镇", "凤凰镇", "南丰镇", "大新镇"))


def status(city):
    return city.status(DEPARTMENT)


def written(rows, encoding="utf-8"):
    """Rows as an office's export; the first one's names are the header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def people_list(people):
    return [{"公民身份号码": person.id_number, "姓名": person.name, "性别": {"1": "男", "2": "女"}[person.sex],
             "出生日期": person.birth_date, "备注": "窗口"} for person in people]


def residents(people, town, **more):
    return [{"身份证号": person.id_number, "居住起始日期": "2020/3/1", "所属镇": town, **more} for person in people]


def bad_number(person):
    """With a check digit that does not fit."""
    number = person.id_number
    return number[:-1] + ("2" if number[-1] != "2" else "3")


def file_of(folder, rows, name="list.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(written(rows, encoding) if name.endswith("csv") else rows)
    return path


def push(city, kind, *arguments, code=0):
    """The answer and what was told."""
    done = city.command("push", DEPARTMENT, kind, "--json", *arguments, code=code)
    return json.loads(done.stdout), done.stderr.decode()


def known(city, folder, rows):
    """How many of these rows the department has just so: a rehearsal finds them unchanged."""
    path = file_of(folder, rows, "known.csv")
    shown = json.loads(city.command("try", DEPARTMENT, "residence", "--json", path).stdout)
    assert shown["accepted"] + shown["unchanged"] == len(rows)
    return shown["unchanged"]


def rejects(city, *arguments):
    return json.loads(city.command("rejects", "ls", DEPARTMENT, "--json", *arguments).stdout)


def quarantine(city, count):
    """As many rows of new people with bad numbers; returns the people and the rows' numbers."""
    people = city.people.several(count)
    before = {row["id"] for row in rejects(city)["rejects"]}
    city.push(DEPARTMENT, "person", [{**person_row(person), "id_number": bad_number(person)} for person in people])
    fresh = [row["id"] for row in rejects(city)["rejects"] if row["id"] not in before]
    assert len(fresh) == count
    return people, fresh


def assert_says_nobody(city, said, people=()):
    secrets = [*city.people.secrets(), *(bad_number(person).encode() for person in people)]
    assert not [secret for secret in secrets if secret in said]


# --- try -----------------------------------------------------------------------------------------

def test_try_says_how_columns_are_read_and_what_would_leave_and_takes_nothing(city, tmp_path):
    people = city.people.several(5)
    before = status(city)
    said = city.command("try", DEPARTMENT, "person", file_of(tmp_path, people_list(people), encoding="gb18030"))
    said = said.stdout.decode()
    words = [line.split() for line in said.splitlines()]
    assert ["公民身份号码", "id_number"] in words and ["出生日期", "birth_date"] in words
    dropped, = (line for line in said.splitlines() if line.startswith("备注"))
    assert "dropped: it does not leave the building" in dropped
    assert "GB18030" in said.splitlines()[0].upper() and "窗口" not in said
    assert people[0].name in said and "5 rows: 5 would be accepted" in said and "Nothing was taken." in said
    after = status(city)
    for name in ("sequence", "chain", "records", "quarantined"):
        assert after[name] == before[name]


def test_try_tells_each_bad_row_how_to_mend_it_in_both_languages(city, tmp_path, monkeypatch):
    people = city.people.several(3)
    rows = people_list(people)
    rows[1]["公民身份号码"] = bad_number(people[1])
    rows[2]["出生日期"] = "某日"
    before = status(city)
    path = file_of(tmp_path, rows)
    said = city.command("try", DEPARTMENT, "person", path, code=3).stdout.decode()
    assert "row 3: " in said and "(check_digit)" in said and "Check every digit against the document." in said
    assert "row 4: " in said and "(date_form)" in said
    assert "1 would be accepted" in said and "2 quarantined" in said
    monkeypatch.setitem(city.environment, "LC_ALL", "zh_CN.UTF-8")
    said = city.command("try", DEPARTMENT, "person", path, code=3).stdout.decode()
    assert "第 3 行：" in said and "请对照证件逐位核对。" in said and "未提交任何数据" in said
    assert (status(city)["sequence"], status(city)["quarantined"]) == (before["sequence"], before["quarantined"])


def test_try_prints_the_departments_answer_as_json(city, tmp_path):
    person = city.people.one()
    shown = json.loads(city.command("try", DEPARTMENT, "person", "--json",
                                    file_of(tmp_path, people_list([person]))).stdout)
    assert {column["header"]: column["field"] for column in shown["columns"]}["备注"] is None
    sample, = shown["published"]
    assert sample["body"]["name"] == person.name and sample["operation"] == "put"
    assert sample["subject"] == subject_of(city, person.id_number)


def test_try_reads_ndjson_from_standard_input(city):
    rows = [person_row(person) for person in city.people.several(2)]
    before = status(city)["sequence"]
    said = city.command("try", DEPARTMENT, "person", rows="\n".join(map(json.dumps, rows)).encode()).stdout
    assert b"2 rows: 2 would be accepted" in said and status(city)["sequence"] == before


def test_a_list_without_a_column_that_is_needed_is_refused_as_a_whole(city, tmp_path):
    rows = [{"姓名": row["姓名"]} for row in people_list(city.people.several(2))]
    path = file_of(tmp_path, rows)
    before = status(city)
    for command in (["try"], ["push", "--json"]):
        done = city.command(*command, DEPARTMENT, "person", path, code=4)
        assert b"refused (missing_column)" in done.stderr
        assert b"ID number" in done.stdout + done.stderr
    assert json.loads(done.stdout)["refused"]["code"] == "missing_column"
    assert (status(city)["sequence"], status(city)["quarantined"]) == (before["sequence"], before["quarantined"])


def test_try_says_what_a_full_list_would_withdraw_and_withdraws_nothing(city, tmp_path):
    town = next(TOWNS)
    people = city.people.several(5)
    push(city, "residence", file_of(tmp_path, residents(people, town)))
    before = status(city)["sequence"]
    said = city.command("try", DEPARTMENT, "residence", "--mode", "full", "--scope", f"town={town}",
                        file_of(tmp_path, residents(people[1:], town))).stdout
    assert b"full list: 5 records in scope, 1 missing from the list" in said
    assert status(city)["sequence"] == before


# --- push ----------------------------------------------------------------------------------------

def test_push_takes_a_list_in_gb18030_and_names_the_columns_it_does_not_use(city, tmp_path, monkeypatch):
    people = city.people.several(3)
    path = file_of(tmp_path, people_list(people), encoding="gb18030")
    shown, told = push(city, "person", path)
    assert (shown["accepted"], shown["quarantined"], shown["encoding"].upper()) == (3, 0, "GB18030")
    assert "these columns are not used: 备注\n" in told
    monkeypatch.setitem(city.environment, "LC_ALL", "zh_CN.UTF-8")
    shown, told = push(city, "person", path)
    assert shown["unchanged"] == 3 and "以下列未使用：备注\n" in told


def test_push_says_nothing_of_columns_when_all_are_used(city, tmp_path):
    rows = [{name: cell for name, cell in row.items() if name != "备注"} for row in people_list(city.people.several(1))]
    assert push(city, "person", file_of(tmp_path, rows))[1] == ""


def test_a_header_cannot_steer_the_terminal(city, tmp_path):
    row, = people_list(city.people.several(1))
    path = file_of(tmp_path, [{**row, "x\x1b[31mred": "1"}])
    done = city.command("push", DEPARTMENT, "person", path)
    assert b"[31mred" in done.stderr and b"\x1b" not in done.stdout + done.stderr
    said = city.command("try", DEPARTMENT, "person", path).stdout
    assert b"[31mred" in said and b"\x1b" not in said


def test_a_full_list_for_a_town_withdraws_only_what_is_missing_there(city, tmp_path):
    here, elsewhere = next(TOWNS), next(TOWNS)
    people, others = city.people.several(12), city.people.several(3)
    push(city, "residence", file_of(tmp_path, residents(people, here) + residents(others, elsewhere)))
    shown, _ = push(city, "residence", "--mode", "full", "--scope", f"所属镇={here}",
                    file_of(tmp_path, residents(people[1:], here)))
    assert (shown["in_scope"], shown["missing"], shown["retracted"]) == (12, 1, 1)
    assert (shown["unchanged"], "refused" in shown) == (11, False)
    assert known(city, tmp_path, residents(people[:1], here)) == 0
    assert known(city, tmp_path, residents(people[1:], here) + residents(others, elsewhere)) == 14
    said = city.command("push", DEPARTMENT, "residence", "--mode", "full", "--scope", f"town={here}",
                        tmp_path / "list.csv").stdout
    assert b"full list: 11 records in scope, 0 missing from the list, 0 withdrawn\n" in said


def test_a_full_list_of_which_too_much_is_missing_waits_for_a_confirmation(city, tmp_path, monkeypatch):
    town = next(TOWNS)
    people = city.people.several(13)
    push(city, "residence", file_of(tmp_path, residents(people, town)))
    before = status(city)["sequence"]
    full = ("--mode", "full", "--scope", f"town={town}", file_of(tmp_path, residents(people[:2], town)))
    shown, told = push(city, "residence", *full, code=4)
    assert (shown["in_scope"], shown["missing"], shown["retracted"]) == (13, 11, 0)
    assert shown["refused"]["code"] == "too_many_missing" and shown["refused"]["en"] and shown["refused"]["zh"]
    assert "refused (too_many_missing): " in told and "--confirm" in told
    assert status(city)["sequence"] == before and known(city, tmp_path, residents(people, town)) == 13
    monkeypatch.setitem(city.environment, "LC_ALL", "zh_CN.UTF-8")
    assert "已拒绝（too_many_missing）：全量清单缺少的记录过多" in push(city, "residence", *full, code=4)[1]
    shown, _ = push(city, "residence", *full, "--confirm")
    assert shown["retracted"] == 11 and "refused" not in shown
    assert known(city, tmp_path, residents(people[:2], town)) == 2
    assert known(city, tmp_path, residents(people[2:], town)) == 0


def test_a_full_list_larger_than_a_piece_is_not_cut(city, tmp_path):
    """Each piece would withdraw what stands in the others."""
    town = next(TOWNS)
    people = city.people.several(150)
    rows = [{"id_number": person.id_number, "from": "2020-03-01", "town": town} for person in people]
    padding = b" " * 60000  # inside a row's braces: all of them together are larger than a piece
    content = b"\n".join(json.dumps(row).encode()[:-1] + padding + b"}" for row in rows)
    assert len(content) > 2 * 4 * 1024 * 1024
    full = ("--mode", "full", "--scope", f"town={town}", file_of(tmp_path, content, "list.ndjson"))
    shown, _ = push(city, "residence", *full)
    assert (shown["accepted"], shown["requests"], shown["missing"]) == (150, 1, 0)
    shown, _ = push(city, "residence", *full)
    assert (shown["unchanged"], shown["in_scope"], shown["retracted"]) == (150, 150, 0)


def test_a_list_of_changes_adds_and_withdraws_as_each_row_says(city, tmp_path):
    town = next(TOWNS)
    people = city.people.several(3)
    push(city, "residence", file_of(tmp_path, residents(people[:2], town)))
    rows = residents(people[:1], "", 操作="注销") + residents(people[2:], town, 操作="新增")
    shown, _ = push(city, "residence", "--mode", "changes", file_of(tmp_path, rows))
    assert shown["accepted"] == 2
    assert [known(city, tmp_path, residents([person], town)) for person in people] == [0, 1, 1]
    shown, _ = push(city, "residence", "--mode", "changes", file_of(tmp_path, residents(people[1:], "", 操作="删除")))
    assert shown["accepted"] == 2 and known(city, tmp_path, residents(people, town)) == 0


def test_push_takes_nothing_of_a_list_with_a_bad_row_if_it_is_asked_to(city, tmp_path):
    people = city.people.several(3)
    rows = people_list(people)
    rows[2]["公民身份号码"] = bad_number(people[2])
    before = status(city)
    done = city.command("push", DEPARTMENT, "person", "--on-error", "reject", file_of(tmp_path, rows), code=4)
    assert b"0 accepted" in done.stdout and b"refused (rejected): " in done.stderr
    assert b"row 4: check_digit" in done.stderr
    assert (status(city)["sequence"], status(city)["quarantined"]) == (before["sequence"], before["quarantined"])
    shown, _ = push(city, "person", "--on-error", "reject", file_of(tmp_path, rows[:2]))
    assert shown["accepted"] == 2


def test_a_list_over_the_limit_of_a_request_is_refused_with_the_way_out(city, tmp_path):
    path = tmp_path / "big.ndjson"
    path.write_bytes(b" " * (17 << 20) + b"\n")
    done = city.command("push", DEPARTMENT, "residence", "--mode", "full", path, code=1)
    assert b"413" in done.stderr and b"watched folder" in done.stderr


@pytest.mark.parametrize("wrong", (
    ["--mode", "everything"], ["--scope", "town=1"], ["--confirm"], ["--mode", "changes", "--confirm"],
    ["--mode", "full", "--scope", "town"], ["--mode", "full", "--scope", "=1"], ["--mode", "full", "--scope", "town="],
    ["--on-error", "ignore"]))
def test_push_refuses_modes_that_cannot_be_meant(city, wrong):
    before = status(city)["sequence"]
    assert b"onecity push --help" in city.command("push", DEPARTMENT, "residence", *wrong, rows=b"", code=64).stderr
    if "--on-error" not in wrong:
        assert b"onecity try --help" in city.command("try", DEPARTMENT, "residence", *wrong, rows=b"", code=64).stderr
    assert status(city)["sequence"] == before


def test_a_scope_that_names_a_person_is_refused_without_saying_whom(city):
    number = city.people.one().id_number
    done = city.command("push", DEPARTMENT, "person", "--mode", "full", "--scope", f"id_number={number}", rows=b"",
                        code=64)
    assert b"--scope" in done.stderr and number.encode() not in done.stderr


def test_a_scope_that_the_kind_does_not_know_is_refused(city):
    done = city.command("push", DEPARTMENT, "residence", "--mode", "full", "--scope", "colour=red", rows=b"", code=1)
    assert b"400" in done.stderr


# --- rejects -------------------------------------------------------------------------------------

def test_rejects_are_listed_without_saying_whom_they_are_about(city):
    people, ids = quarantine(city, 3)
    done = city.command("rejects", "ls", DEPARTMENT)
    lines = done.stdout.decode().splitlines()
    assert lines[0].split() == ["ID", "KIND", "CODE", "FROM", "LINE", "TIMES", "LAST", "PROBLEM"]
    shown = {int(line.split()[0]): line.split()[1:4] for line in lines[1:]}
    for number in ids:
        assert shown[number] == ["person", "check_digit", "http"]
    assert_says_nobody(city, done.stdout + city.command("rejects", "ls", DEPARTMENT, "--json").stdout, people)


def test_rejects_are_listed_by_kind_and_code_up_to_a_limit(city):
    _, ids = quarantine(city, 3)
    assert [row["id"] for row in rejects(city, "--code", "check_digit", "--kind", "person")["rejects"]][-3:] == ids
    assert {row["code"] for row in rejects(city, "--code", "check_digit")["rejects"]} == {"check_digit"}
    assert rejects(city, "--kind", "lease") == {"rejects": [], "total": status(city)["quarantined"], "next": None}
    some = rejects(city, "--limit", 2)
    assert len(some["rejects"]) == 2 and some["next"] == some["rejects"][-1]["id"]
    told = city.command("rejects", "ls", DEPARTMENT, "--limit", 2).stderr.decode()
    assert f"2 of the {some['total']} rows" in told


def test_rejects_are_listed_past_the_first_page(fresh_city):
    city = fresh_city.start()
    people = city.people.several(1003)
    city.push(DEPARTMENT, "person", [{**person_row(person), "id_number": bad_number(person)} for person in people])
    shown = rejects(city)
    assert [row["id"] for row in shown["rejects"]] == list(range(1, 1004))
    assert (shown["total"], shown["next"]) == (1003, None)
    assert len(rejects(city, "--limit", 1002)["rejects"]) == 1002


def test_a_reject_is_shown_masked_with_all_that_is_wrong_and_how_to_mend_it(city, monkeypatch):
    person = city.people.one()
    city.push(DEPARTMENT, "person", {**person_row(person), "id_number": bad_number(person), "sex": "wrong"})
    number = rejects(city)["rejects"][-1]["id"]
    done = city.command("rejects", "show", DEPARTMENT, number)
    said = done.stdout.decode()
    for part in (f"Row {number} of kind person", "(check_digit)", "Check every digit", "(unknown_code)", "id_number"):
        assert part in said
    shown = json.loads(city.command("rejects", "show", DEPARTMENT, number, "--json").stdout)
    assert {problem["code"] for problem in shown["problems"]} >= {"check_digit", "unknown_code"}
    assert "*" in shown["payload"]["id_number"] and "*" in shown["payload"]["name"]
    assert_says_nobody(city, done.stdout + json.dumps(shown, ensure_ascii=False).encode(), [person])
    monkeypatch.setitem(city.environment, "LC_ALL", "zh_CN.UTF-8")
    assert "请对照证件逐位核对。" in city.command("rejects", "show", DEPARTMENT, number).stdout.decode()


def test_a_row_that_is_still_bad_stays_in_quarantine_when_redriven(city):
    _, ids = quarantine(city, 2)
    before = status(city)["quarantined"]
    done = city.command("rejects", "redrive", DEPARTMENT, *ids, code=3)
    assert b"0 accepted, 0 unchanged, 0 stale, 2 still refused\n" == done.stdout
    assert status(city)["quarantined"] == before
    shown = json.loads(city.command("rejects", "show", DEPARTMENT, ids[0], "--json").stdout)
    assert shown["redrives"] == 1
    shown = json.loads(city.command("rejects", "redrive", DEPARTMENT, "--code", "check_digit", "--json", code=3).stdout)
    assert shown["quarantined"] >= 2 and shown["accepted"] == 0


def test_a_row_is_taken_in_by_a_redrive_once_what_refused_it_has_changed(fresh_city, tmp_path):
    """A code that the list did not have comes into it."""
    city = fresh_city
    proto = tmp_path / "proto"
    shutil.copytree(ROOT / "proto", proto)
    city.proto, city.environment["ONECITY_PROTO"] = proto, str(proto)
    city.start()
    person = city.people.one()
    city.push(DEPARTMENT, "residence", {"id_number": person.id_number, "from": "2020-03-01", "town": "新镇"})
    row, = rejects(city)["rejects"]
    assert row["code"] == "unknown_code"
    city.stop()
    path = proto / "codes/management_unit.json"
    codes = json.loads(path.read_text("utf-8"))
    codes["codes"][0].setdefault("aliases", []).append("新镇")
    path.write_text(json.dumps(codes, ensure_ascii=False), "utf-8")
    city.start()
    done = city.command("rejects", "redrive", DEPARTMENT, row["id"])
    assert done.stdout == b"1 accepted, 0 unchanged, 0 stale, 0 still refused\n"
    assert status(city)["quarantined"] == 0 and known(city, tmp_path, residents([person], "新镇")) == 1


def test_dismissed_rows_are_gone(city):
    _, ids = quarantine(city, 3)
    before = status(city)["quarantined"]
    done = city.command("rejects", "dismiss", DEPARTMENT, *ids[:2], "--reason", "a test of the form")
    assert done.stdout == b"2 dismissed\n" and status(city)["quarantined"] == before - 2
    assert b"404" in city.command("rejects", "show", DEPARTMENT, ids[0], code=1).stderr
    done = city.command("rejects", "dismiss", DEPARTMENT, *ids, "--reason", "the same again")
    assert done.stdout == b"1 dismissed\n" and b"not in quarantine, or no more: 2" in done.stderr
    quarantine(city, 2)
    city.command("rejects", "dismiss", DEPARTMENT, "--code", "check_digit", "--kind", "person", "--reason", "all")
    assert not rejects(city, "--code", "check_digit", "--kind", "person")["rejects"]


@pytest.mark.parametrize("wrong", (
    [], ["drop"], ["ls"], ["ls", DEPARTMENT, "--limit", "0"], ["show", DEPARTMENT], ["show", DEPARTMENT, "one"],
    ["redrive", DEPARTMENT], ["redrive", DEPARTMENT, "0"], ["redrive", DEPARTMENT, "1", "--code", "check_digit"],
    ["redrive", DEPARTMENT, "1234567890123456"], ["dismiss", DEPARTMENT, "1"],
    ["dismiss", DEPARTMENT, "--reason", "why"], ["dismiss", DEPARTMENT, "1", "--reason", ""]))
def test_rejects_refuse_what_they_do_not_understand(city, wrong):
    assert b"onecity rejects" in city.command("rejects", *wrong, code=64).stderr


@pytest.mark.parametrize("wrong", (
    ["ls", DEPARTMENT, "--kind", "unicorn"], ["ls", DEPARTMENT, "--code", "unicorn"], ["show", DEPARTMENT, "999999"],
    ["ls", "nobody"], ["redrive", DEPARTMENT, "--code", "unicorn"],
    ["dismiss", DEPARTMENT, "1", "--reason", "x" * 201]))
def test_rejects_pass_on_what_a_department_refuses(city, wrong):
    assert city.command("rejects", *wrong, code=1).stderr


def test_rejects_explain_themselves(city):
    for part in ("ls", "show", "redrive", "dismiss"):
        assert b"Exit codes: 0 " in city.command("rejects", part, "--help").stdout
    assert b"redrive" in city.command("help", "rejects").stdout
