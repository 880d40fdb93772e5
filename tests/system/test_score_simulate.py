# SPDX-License-Identifier: Apache-2.0
# test_score_simulate: rule tables and facts files alone: no Redis, no service, no key, no environment.
import copy
import functools
import json
import re
import resource
import subprocess
import sys

import pytest

from city import REPORTS, ROOT, programs_directory

sys.path.insert(0, str(ROOT / "tests/reference"))
from cases import cases_of, differences  # noqa: E402

CASES = sorted((ROOT / "rules/cases").glob("*.json"))
ID_NUMBER = "11010519491231002X"  # the standard's own example

TABLE = {
    "onecity_rules": 1, "id": "mytown", "title": {"zh": "云溪积分办法", "en": "Yunxi points"}, "city": "442000",
    "status": "demonstration", "label": {"zh": "示范：数字为虚构", "en": "demonstration: made-up numbers"},
    "valid": {"from": "2014-01-01", "to": None}, "basis": ["云溪〔2014〕1号"], "round": "exact",
    "series": {"average_wage": {"title": {"zh": "平均工资", "en": "average wage"}, "unit": "yuan",
                                "years": [2014, 2015], "values": {"2014": 3000, "2015": 3200}}},
    "define": [
        {"id": "paid", "value": {
            "select": "social-insurance.contribution", "rows": "months",
            "where": {"insurance": "pension", "months.place": {"within": "442000"}}}},
        {"id": "paid_months", "title": {"zh": "养老保险缴费", "en": "pension insurance"},
         "value": {"length": {"spans": "paid", "months": "period"}}},
    ],
    "groups": [{"id": "base", "title": {"zh": "基础分", "en": "base"}, "cap": 100}],
    "items": [
        {"id": "pension", "title": {"zh": "参保年限", "en": "pension insurance"}, "group": "base",
         "points": {"per_unit": "paid_months", "each": "6 months", "points": 2}, "cap": 20},
        {"id": "edu", "title": {"zh": "学历", "en": "education"}, "group": "base",
         "points": {"best": {"tiers": {"field": "level"}, "rows": [
             {"is": ["31", "28"], "points": 30}, {"is": "21", "points": 50}]},
                    "over": {"select": "service-centre.education", "where": {"state": "verified"}}}},
        {"id": "blood", "title": {"zh": "献血", "en": "blood"}, "group": "base",
         "points": {"multiply": [{"count": {"select": "health.blood_donation"}}, 2]}, "cap": 6},
        {"id": "wage", "title": {"zh": "缴费基数", "en": "contribution base"}, "group": "base",
         "points": {"if": {"test": {"best": {"field": "months.base"}, "over": "paid"},
                           "is": {"from": {"series": "average_wage", "at": {"year": "as_of"}}}},
                    "then": 5, "else": 0}},
    ],
    "programmes": [{
        "id": "hukou", "title": {"zh": "积分入户", "en": "hukou"}, "total": "group.base", "round": "exact",
        "gates": [{"id": "non_local", "title": {"zh": "非本市户籍", "en": "non-local hukou"}, "holds": {
            "exists": {"select": "public-security.person",
                       "where": {"hukou_division": {"not": {"within": "442000"}}}}}}],
        "threshold": 40}],
}

FACTS = {
    "as_of": "2015-04-30", "programme": "hukou",
    "application": {"town": "小榄镇", "accepted_on": "2015-03-02"},
    "persons": {"self": {
        "public-security.person": {"sex": "女", "birth_date": "1985-06-12", "hukou_division": 430000},
        "service-centre.education": [{"level": "专科毕业", "graduated_on": "2006-07-01", "state": "verified"}],
        "social-insurance.contribution": [
            {"_each": {"insurance": ["pension", "medical"]}, "_months": "2013-01..2014-11", "place": 442000}],
    }},
}


# --- helpers -------------------------------------------------------------------------------------

def run(*arguments, program="onecity-points", given="", language=None, memory=False):
    """Runs a program in an environment with nothing in it but where the catalogues are."""
    environment = {"ONECITY_PROTO": str(ROOT / "proto")}
    if language:
        environment["LC_ALL"] = language
    if memory:  # what is freed is given back at once
        environment["ASAN_OPTIONS"] = "quarantine_size_mb=0:thread_local_quarantine_size_kb=0"
    done = subprocess.run([programs_directory() / program, *map(str, arguments)], input=given.encode(),
                          capture_output=True, env=environment, cwd="/", timeout=300)
    assert not REPORTS.search(done.stderr.decode("utf-8", "replace")), done.stderr.decode()
    return done


def written(folder, name, content):
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    return path


@pytest.fixture
def table(tmp_path):
    return written(tmp_path, "mytown.json", TABLE)


def with_facts(**changes):
    return {**copy.deepcopy(FACTS), **changes}


def explained(done):
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def item(explanation, name):
    return next(one for one in explanation["items"] if one["id"] == name)


def batch(table, files):
    done = run("simulate", "--batch", "--rules", table,
               given="".join(json.dumps(one, ensure_ascii=False) + "\n" for one in files))
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def changed(path, value):
    """The table with the value at a JSON pointer replaced, added, or with Ellipsis taken out."""
    made = copy.deepcopy(TABLE)
    *steps, last = path.split("/")[1:]
    place = made
    for step in steps:
        place = place[int(step) if isinstance(place, list) else step]
    if isinstance(place, list):
        last = int(last) if last != "-" else len(place)
        place[last:last + 1] = [] if value is ... else [value]
    elif value is ...:
        del place[last]
    else:
        place[last] = value
    return made


# --- simulate ------------------------------------------------------------------------------------

@pytest.mark.parametrize("program, verb", [("onecity-points", ["simulate"]), ("onecity", ["score", "simulate"])])
def test_a_table_and_a_facts_file_are_enough_for_a_score_that_explains_itself(tmp_path, table, program, verb):
    facts = written(tmp_path, "facts.json", FACTS)
    made = explained(run(*verb, "-f", facts, "--rules", table, "--json", program=program))
    assert (made["total"], made["final"], made["outcome"]) == ("36", True, "below_threshold")
    assert [(one["id"], one["points"], one["state"]) for one in made["items"]] == [
        ("pension", "6", "computed"), ("edu", "30", "computed"), ("blood", "0", "none"), ("wage", "0", "computed")]
    assert item(made, "pension")["next"][0] == {**item(made, "pension")["next"][0], "needs": "1", "unit": "months",
                                               "gives": "2"}
    assert made["table"]["label"]["en"] == TABLE["label"]["en"]


def test_people_read_the_same_in_their_language_with_the_label_first(tmp_path, table):
    facts = written(tmp_path, "facts.json", FACTS)
    english = run("simulate", "-f", facts, "--rules", table).stdout.decode()
    chinese = run("simulate", "-f", facts, "--rules", table, language="zh_CN.UTF-8").stdout.decode()
    assert english.startswith("*** demonstration: made-up numbers ***\n")
    assert chinese.startswith("*** 示范：数字为虚构 ***\n")
    for text in ("non-local hukou: met", "30  education", "6  pension insurance (at most 20)",
                 "blood (at most 6): no record", "contribution base: on record, no points for it",
                 "1 month more gives 2 more points", "Total: 36", "threshold 40", "below the threshold",
                 "This score is final."):
        assert text in english, english
    for text in ("非本市户籍：符合", "30  学历", "献血（最高 6）：没有记录", "缴费基数：有记录，不得分",
                 "再有1个月加2分", "下一步：如为 本科毕业，多得 20 分", "总分：36", "未达到标准分值"):
        assert text in chinese.replace(": ", "：") or text in chinese, chinese


def test_people_are_told_no_record_zero_and_not_known_in_different_words(tmp_path, table):
    facts = written(tmp_path, "facts.json", with_facts(coverage={
        "departments": {"health": "behind"}, "kinds": {"public-security.person": "rejected"}}))
    text = run("simulate", "-f", facts, "--rules", table).stdout.decode()
    assert "blood (at most 6): the department is behind" in text
    assert "This score is not final" in text
    assert "non-local hukou: cannot be told yet" in text


def test_programme_and_day_may_be_given_beside_the_file(tmp_path, table):
    facts = written(tmp_path, "facts.json", {key: FACTS[key] for key in ("persons",)})
    made = explained(run("simulate", "-f", facts, "--rules", table, "--json", "--programme", "hukou",
                         "--as-of", "2014-12-31"))
    assert made["as_of"] == "2014-12-31"
    assert item(made, "wage")["points"] == "0"
    refused = run("simulate", "-f", facts, "--rules", table, "--programme", "school", "--as-of", "2014-12-31")
    assert refused.returncode == 1 and b"hukou" in refused.stderr


def test_the_same_files_give_the_same_bytes(tmp_path, table):
    facts = written(tmp_path, "facts.json", FACTS)
    first, second = (run("simulate", "-f", facts, "--rules", table, "--json").stdout for _ in range(2))
    assert first == second


def test_wrong_usage_is_told_with_its_own_exit_code(table):
    for arguments in (("simulate",), ("simulate", "--rules", table), ("check",), ("show",), ("diff", table),
                      ("simulate", "--batch", "-f", "facts.json", "--rules", table)):
        assert run(*arguments).returncode == 64, arguments
    for arguments in (("score",), ("rules",), ("score", "guess"), ("rules", "check"), ("score", "simulate", "--fast")):
        assert run(*arguments, program="onecity").returncode == 64, arguments
    for arguments in (("score", "--help"), ("rules", "diff", "--help"), ("score", "simulate", "--help"),
                      ("help", "score"), ("help", "rules")):
        assert run(*arguments, program="onecity").returncode == 0, arguments


def test_the_manual_s_afternoon_comes_out_as_it_says(tmp_path):
    manual = (ROOT / "docs/rules.md").read_text("utf-8").split("## Try it in an afternoon")[1].split("\n# ")[0]
    table, facts, output = re.findall(r"```(?:json|text)\n(.*?)```", manual, re.S)
    table, facts = written(tmp_path, "mytown-2026.json", table), written(tmp_path, "facts.json", facts)
    for verb in (("rules", "check"), ("rules", "show")):
        done = run(*verb, table, program="onecity")
        assert done.returncode == 0, done.stdout.decode()
    done = run("score", "simulate", "-f", facts, "--rules", table, program="onecity")
    assert done.stdout.decode() == output, done.stderr.decode()


# --- cases worked out by hand --------------------------------------------------------------------

def cases():
    for path in CASES:
        for case, _ in cases_of(path):
            yield pytest.param(path, case, id=f"{path.stem}-{case['id']}")


def rules_of(path):
    return ROOT / "rules" / f"{json.loads(path.read_text('utf-8'))['table']}.json"


@functools.cache
def answers(path):
    """The explanations of all cases of a file: its table is read once."""
    pairs = list(cases_of(path))
    answered = batch(rules_of(path), [facts for _, facts in pairs])
    assert len(answered) == len(pairs)
    return {case["id"]: answer for (case, _), answer in zip(pairs, answered)}


@pytest.mark.parametrize("path, case", cases())
def test_a_case_worked_out_by_hand_comes_out_so(path, case):
    answer = answers(path)[case["id"]]
    assert "error" not in answer, answer
    assert differences(case["expect"], answer) == [], case["reasoning"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_file_alone_gives_what_it_gives_among_many(path, tmp_path):
    case, facts = next(iter(cases_of(path)))
    alone = run("simulate", "-f", written(tmp_path, "f.json", facts), "--rules", rules_of(path), "--json")
    assert explained(alone) == answers(path)[case["id"]]


# --- many ----------------------------------------------------------------------------------------

def test_a_batch_answers_every_line_in_order_whatever_stands_between(table):
    long_line = json.dumps({"x": "y" * (4 * 1024 * 1024)})
    lines = [json.dumps(FACTS), "{", "", json.dumps(with_facts(persons={"uncle": {}})), long_line, json.dumps(FACTS)]
    done = run("simulate", "--batch", "--rules", table, given="\n".join(lines))
    assert done.returncode == 0
    answered = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answered) == len(lines)
    assert answered[0]["total"] == answered[5]["total"] == "36"
    assert answered[3]["error"]["path"] == "/persons/uncle"
    for place in (1, 2, 3, 4):
        assert answered[place]["error"]["en"] and answered[place]["error"]["zh"]


def test_a_batch_needs_no_more_memory_for_more_lines(table):
    def peak(count):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        line = json.dumps(FACTS) + "\n"
        done = run("simulate", "--batch", "--rules", table, given=line * count, memory=True)
        assert done.stdout.count(b"\n") == count
        return max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    few, many = peak(50), peak(2000)
    assert many - few < 24 * 1024  # KiB; leaking 2,000 explanations would be more


# --- bad facts -----------------------------------------------------------------------------------

BAD_FACTS = {
    "no JSON": ('{"as_of": "2015-04-30",,}', r":1:\d+: "),
    "a key twice": ('{"as_of": "2015-04-30", "as_of": "2015-04-30"}', r":1:\d+: "),
    "an unknown member": (with_facts(person={}), r": /person: "),
    "an unknown role": (with_facts(persons={"uncle": {}}), r": /persons/uncle: "),
    "an unknown kind": (with_facts(persons={"self": {"tax.vat": []}}), r": /persons/self/tax\.vat: "),
    "an unknown field": (with_facts(persons={"self": {"public-security.person": {"eyes": "brown"}}}),
                         r": /persons/self/public-security\.person/eyes: "),
    "a bad value": (with_facts(persons={"self": {"public-security.person": {"birth_date": "1985-13-01"}}}),
                    r": /persons/self/public-security\.person/birth_date: "),
    "too many persons": (with_facts(persons={"children": [{}] * 101}), r": /persons/children: .*100"),
    "too many members of _each": (with_facts(persons={"self": {"service-centre.education": {
        "_each": {f"m{n}": [1] for n in range(9)}}}}),
        r": /persons/self/service-centre\.education/_each/m8: .*8"),
    "no such item": (with_facts(disputes=["money"]), r": /disputes/0: "),
    "no such programme": (with_facts(programme="school"), r": /programme: .*hukou"),
}


@pytest.mark.parametrize("content, place", BAD_FACTS.values(), ids=BAD_FACTS)
def test_bad_facts_are_refused_with_file_place_and_reason_in_both_languages(tmp_path, table, content, place):
    facts = written(tmp_path, "facts.json", content)
    told = {language: run("simulate", "-f", facts, "--rules", table, language=language)
            for language in ("C.UTF-8", "zh_CN.UTF-8")}
    for done in told.values():
        assert (done.returncode, done.stdout) == (1, b"")
        assert re.search("facts.json(:[0-9]+)?" + place, done.stderr.decode()), done.stderr.decode()
    assert re.search("[\u4e00-\u9fff]", told["zh_CN.UTF-8"].stderr.decode())


def test_a_missing_file_is_told(tmp_path, table):
    done = run("simulate", "-f", tmp_path / "none.json", "--rules", table)
    assert done.returncode == 1 and b"none.json" in done.stderr
    done = run("simulate", "-f", tmp_path / "none.json", "--rules", tmp_path / "no-table.json")
    assert done.returncode == 1 and b"no-table.json" in done.stderr


@pytest.mark.parametrize("facts", [
    with_facts(persons={"self": {"public-security.person": {"id_number": ID_NUMBER}}}),
    with_facts(persons={"self": {"public-security.person": {"sex": ID_NUMBER}}}),
    with_facts(persons={"self": {"service-centre.home": [{"dwelling": ID_NUMBER}]}}),
    with_facts(persons={ID_NUMBER: {}}),
    with_facts(**{ID_NUMBER: 1}),
    with_facts(enterprises={ID_NUMBER: {"tax.vat": []}}),
    with_facts(programme=ID_NUMBER),
], ids=["subject", "value", "text", "role", "member", "code", "programme"])
def test_a_number_of_a_person_is_refused_and_never_told_again(tmp_path, table, facts):
    done = run("simulate", "-f", written(tmp_path, "facts.json", facts), "--rules", table)
    assert done.returncode == 1
    assert ID_NUMBER[6:14].encode() not in done.stdout + done.stderr
    made = batch(table, [facts])
    assert "error" in made[0] and ID_NUMBER[6:14] not in json.dumps(made)


def test_an_explanation_tells_only_fields_that_the_table_reads(tmp_path, table):
    facts = with_facts()
    facts["persons"]["self"]["service-centre.education"][0]["major"] = "an invented subject"
    done = run("simulate", "-f", written(tmp_path, "facts.json", facts), "--rules", table, "--json")
    text = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()
    assert "an invented subject" not in text and "1985-06-12" not in text


# --- bad tables ----------------------------------------------------------------------------------

PER_UNIT = TABLE["items"][0]["points"]
EDU = "/items/1/points/best/rows"
LONG = {"zh": "长" * 100, "en": "long"}


def bad_tables():
    """Code, where it is told, the table."""
    yield "JSON", "", '{"onecity_rules": 1, "onecity_rules": 1}'
    yield "MEMBER_UNKNOWN", "/items/0/colour", changed("/items/0/colour", "red")
    yield "MEMBER_MISSING", "/items/0", changed("/items/0/points", ...)
    yield "MEMBER_TYPE", "/items", changed("/items", {})
    yield "LIMIT", "/groups", changed("/groups", [{**TABLE["groups"][0], "id": f"g{n}"} for n in range(65)])
    yield "ID_FORM", "/items/0/id", changed("/items/0/id", "Pension!")
    yield "ID_TWICE", "/items/1/id", changed("/items/1/id", "pension")
    yield "TITLE", "/items/0/title", changed("/items/0/title", LONG)
    yield "NAME_UNKNOWN", "/items/0/points/per_unit", changed("/items/0/points/per_unit", "nothing")
    yield "NAME_LATER", "/define/0/value/select", changed("/define/0/value/select", "paid_months")
    yield "NAME_UNUSED", "/define/2", changed("/define/-", {"id": "idle", "value": 3})
    yield "KIND_UNKNOWN", "/items/2/points/multiply/0/count/select", changed(
        "/items/2/points/multiply/0/count/select", "health.blood")
    yield "FIELD_UNKNOWN", "/items/1/points/over/where/stat", changed(
        "/items/1/points/over/where", {"stat": "verified"})
    yield "CODE_UNKNOWN", "/items/1/points/over/where/state", changed("/items/1/points/over/where/state", "sure")
    yield "FIELD_LIST", "/define/0/value/where/months.place", changed("/define/0/value/rows", ...)
    yield "FIELD_CONTEXT", "/items/2/points", changed("/items/2/points", {"field": "component"})
    yield "SUBJECT", "/items/2/points/count/of", changed(
        "/items/2/points", {"count": {"select": "tax.enterprise_tax", "of": "self"}})
    yield "JOIN_TYPE", "/items/2/points/count/via/on", changed("/items/2/points", {"count": {
        "select": "health.blood_donation", "via": {"facts": "paid", "on": {"donated_on": "insurance"}}}})
    yield "OPERATOR", "/items/2/points", changed("/items/2/points", {"plus": [1, 2]})
    yield "TYPE", "/items/2/points", changed("/items/2/points", {"exists": {"select": "health.blood_donation"}})
    yield "UNIT", "/items/0/points/each", changed("/items/0/points/each", 6)
    yield "LITERAL", "/items/0/points/each", changed("/items/0/points/each", "6 moons")
    yield "TEST", EDU + "/0/is", changed(EDU + "/0/is", {"after": "2015-01-01"})
    yield "TIER_OVERLAP", EDU + "/1", changed(EDU + "/1/is", ["28", "21"])
    yield "TIER_UNREACHABLE", "/items/0/points/rows/0", changed("/items/0/points", {
        "tiers": "paid_months", "rows": [{"is": {"from": "6 months", "below": "6 months"}, "points": 1}]})
    yield "BANDS", "/items/0/points/rows/1", changed("/items/0/points", {
        "bands": "paid_months", "each": "6 months",
        "rows": [{"to": "12 months", "points": 1}, {"to": "6 months", "points": 2}]})
    yield "STEP", "/items/0/points/each", changed("/items/0/points/each", "0 months")
    yield "DIVIDE", "/items/2/points/divide/1", changed(
        "/items/2/points", {"divide": [1, {"count": {"select": "health.blood_donation"}}]})
    yield "PERIOD", "/valid", changed("/valid", {"from": "2015-01-01", "to": "2014-01-01"})
    yield "SERIES_GAP", "/series/average_wage/values", changed("/series/average_wage/values", {"2014": 3000})
    yield "AS_NESTED", "/items/2/points/value", changed(
        "/items/2/points", {"as": "spouse", "value": {"as": "child", "value": {"year": "as_of"}}})
    yield "SCOPE", "/items/2/points", changed("/items/2/points", "item.edu")
    yield "GROUP", "/items/0/group", changed("/items/0/group", "bonus")
    yield "TOTAL", "/programmes/0/total", changed("/programmes/0/total", "item.edu")
    yield "ENDED", "/items/0", changed("/items/0/to", "2020-12-31")
    yield "STATUS", "", changed("/label", ...)
    live = changed("/status", "live")
    del live["label"]
    live["items"][0]["points"]["points"] = "unknown"
    yield "UNKNOWN_LIVE", "/items/0/points/points", live
    yield "QUOTA", "/programmes/0/quotas", changed("/programmes/0/quotas", {"per": ["colour"], "places": "unknown"})
    yield "OFF_BY_DEFAULT", "/items/2/points/count/select", changed(
        "/items/2/points", {"count": {"select": "public-security.sanction"}})


BAD_TABLES = list(bad_tables())


@pytest.mark.parametrize("code, where, content", BAD_TABLES, ids=[code for code, _, _ in BAD_TABLES])
def test_a_bad_table_is_refused_with_file_line_path_code_and_reason(tmp_path, code, where, content):
    path = written(tmp_path, "mytown.json", content)
    for language, reason in (("C.UTF-8", r"[a-z]"), ("zh_CN.UTF-8", "[\u4e00-\u9fff]")):
        done = run("check", path, language=language)
        assert (done.returncode, done.stderr) == (1, b"")
        told = done.stdout.decode()
        place = rf"{re.escape(str(path))}(:\d+)?: ({re.escape(where)}[^:]*: )?"
        assert re.search(rf"^{place}{code}: .*{reason}", told, re.M), told
    refused = run("simulate", "-f", written(tmp_path, "facts.json", FACTS), "--rules", path)
    assert (refused.returncode, refused.stdout) == (1, b"") and f"{code}: " in refused.stderr.decode()


def test_every_code_of_the_manual_has_a_sample():
    manual = (ROOT / "docs/rules.md").read_text("utf-8").split("# What the checker refuses")[1].split("\n# ")[0]
    codes = set(re.findall(r"`([A-Z_]{4,})`", manual))
    assert codes == {code for code, _, _ in BAD_TABLES} | {"TABLES_OVERLAP"}


def live_table(name):
    made = changed("/status", "live")
    del made["label"]
    return {**made, "id": name}


def test_two_live_tables_of_a_city_and_programme_on_the_same_day_are_refused(tmp_path):
    one, other = (written(tmp_path, f"{name}.json", live_table(name)) for name in ("one", "other"))
    assert run("check", one).returncode == run("check", other).returncode == 0
    done = run("check", one, other)
    assert done.returncode == 1 and b"TABLES_OVERLAP: " in done.stdout


def test_the_projects_own_tables_are_right_and_labelled():
    tables = sorted((ROOT / "rules").glob("*-*.json"))
    done = run("rules", "check", *tables, program="onecity")
    assert done.returncode == 0, done.stdout.decode()
    for path in tables:
        label = json.loads(path.read_text("utf-8"))["label"]
        assert run("show", path).stdout.decode().startswith(f"*** {label['en']} ***\n")


# --- show, diff ----------------------------------------------------------------------------------

def test_show_tells_a_table_in_words(table):
    english = run("rules", "show", table, program="onecity").stdout.decode()
    chinese = run("rules", "show", table, program="onecity", language="zh_CN.UTF-8").stdout.decode()
    for text in ("base [base]; at most 100", "2 points for each 6 months of pension insurance; at most 20",
                 "is undergraduate, graduated: 50", "threshold 40", "gate: non-local hukou"):
        assert text in english, english
    for text in ("基础分 [base]；最高 100", "养老保险缴费每满 6 个月", "为 本科毕业：50 分", "标准分值 40"):
        assert text in chinese, chinese


def test_diff_names_what_differs_by_id_with_old_and_new(tmp_path, table):
    other = changed("/items/0/cap", 30)
    del other["items"][2]
    other["items"].append({**TABLE["items"][1], "id": "degree"})
    other["programmes"][0]["threshold"] = 45
    path = written(tmp_path, "other.json", {**other, "id": "other"})
    done = run("diff", table, path)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1
    assert "~ items.pension.cap: 20 -> 30" in lines
    assert "~ programmes.hukou.threshold: 40 -> 45" in lines
    assert any(line.startswith("- items.blood: ") for line in lines)
    assert any(line.startswith("+ items.degree: ") for line in lines)
    assert not any("items.edu" in line for line in lines)


def test_diff_of_equal_tables_says_nothing_and_that_of_a_bad_one_is_trouble(tmp_path, table):
    same = run("diff", table, table)
    assert (same.returncode, same.stdout) == (0, b"")
    assert run("diff", table, written(tmp_path, "bad.json", "{}")).returncode == 2
