# SPDX-License-Identifier: Apache-2.0
# test_points: scores and live ranks follow what departments say, by themselves, and survive what may happen.
#
# By a small table of the tests' own (points_table.json): 5 a blood donation of self and spouse, 1 a month of pension
# insurance, 3 for a vaccinated child. Each test uses towns of its own.
import json
import os
import random
import shutil
import signal
import time
import urllib.parse

import pytest

from city import City, wait_until
from people import contribution_row, person_row
from test_metrics import value_of
from view import profile, subject_of

TABLE = "points_table"
SHUFFLES = int(os.environ.get("ONECITY_SHUFFLES", "100"))
READ = {"public-security": ["kinship"], "family-planning": ["marriage", "child"],
        "health": ["blood_donation", "vaccination"], "social-insurance": ["contribution"],
        "service-centre": ["application"]}


def made_city():
    """A city that scores by the tests' table, in a file that a test may change."""
    city = City()
    city.table = city.home / f"{TABLE}.json"
    shutil.copy(os.path.join(os.path.dirname(__file__), f"{TABLE}.json"), city.table)
    city.up_options = ["--rules", str(city.table)]
    return city.start()


@pytest.fixture(scope="module")
def city():
    running = made_city()
    yield running
    running.close()


@pytest.fixture
def broken_city():
    """A city for one test that breaks things."""
    running = made_city()
    yield running
    running.close()


def this_year():
    """In China, where the days of scores are."""
    return time.gmtime(time.time() + 8 * 3600).tm_year


# --- what people do ----------------------------------------------------------------------------------

def apply(city, person, receipt, town="320582-01", child=None, **changes):
    row = {"id_number": person.id_number, "receipt": receipt, "programme": "school", "year": this_year(),
           "town": town, "state": "accepted", "accepted_on": "2026-03-02", "grade": "primary_1"}
    row |= {"child": child.id_number} if child else {}
    city.take("service-centre", "application", row | changes)


def donation(person, day):
    return {"id_number": person.id_number, "donated_on": day, "component": "whole_blood", "volume": 400}


def marriage(person, spouse, status="21", since="2019-05-06"):
    row = {"id_number": person.id_number, "status": status, "since": since}
    return row | ({"spouse": spouse.id_number} if spouse else {})


def say_complete(city):
    """Every department says of all kinds that are read here that nothing is missing."""
    for department, kinds in READ.items():
        for kind in kinds:
            city.push(department, "coverage", {"kind": kind, "complete_through": "2026-10-31"})


# --- what is seen ------------------------------------------------------------------------------------

def ask(city, person, **more):
    question = {"id_number": person.id_number, **more}
    return city.ask("points", "POST", "/v1/score", json.dumps(question), {"Content-Type": "application/json"})


def score(city, person):
    answer = ask(city, person)
    assert answer.code == 200, answer.body
    return answer.json["scores"][0]


def page(city, town="320582-01", grade="primary_1", **more):
    query = {"table": TABLE, "programme": "school", "year": this_year(), "town": town, "grade": grade, **more}
    answer = city.ask("points", "GET", f"/v1/ranks?{urllib.parse.urlencode(query)}")
    assert answer.code == 200, answer.body
    return answer.json


def row_of(city, person, town="320582-01"):
    """What the live list says of a person; {} if they are not in it."""
    subject = subject_of(city, person.id_number)
    return next((row for row in page(city, town, limit=500)["rows"] if row["subject"] == subject), {})


def wait_total(city, person, total, town="320582-01"):
    """Nobody asks for the score: the live list has it by itself."""
    wait_until(lambda: row_of(city, person, town).get("total") == str(total),
               what=f"a total of {total} in the live list")


def output(city):
    """All that the engine keeps, but for how far it has read and who writes."""
    found = {}
    with city.redis() as connection:
        for key in connection.scan_iter("oc:{points}:*", count=1000):
            read = {b"set": connection.smembers, b"hash": connection.hgetall,
                    b"zset": lambda name: connection.zrange(name, 0, -1)}[connection.type(key)]
            if key.rpartition(b":")[2] not in (b"state", b"positions"):
                found[key] = read(key)
    return found


def is_following(city):
    return city.ask("points", "GET", "/readyz").code == 200


# --- what follows by itself --------------------------------------------------------------------------

def test_a_change_is_in_the_score_and_the_rank_without_anyone_asking_and_leads_to_the_journal(city):
    person, other = city.people.several(2)
    apply(city, other, "T1-1", town="320582-02")
    apply(city, person, "T1-2", town="320582-02", accepted_on="2026-03-03")
    wait_until(lambda: row_of(city, person, "320582-02").get("rank") == 2, what="the second place")
    city.take("health", "blood_donation", donation(person, "2023-03-05"))
    wait_total(city, person, 5, "320582-02")
    assert row_of(city, person, "320582-02")["rank"] == 1 and row_of(city, other, "320582-02")["rank"] == 2
    explained = score(city, person)
    assert explained["rank"] == {"rank": 1, "of": 2} and explained["explanation"]["total"] == "5"
    item = next(item for item in explained["explanation"]["items"] if item["id"] == "donations")
    assert item["points"] == "5" and len(item["facts"]) == 1, item
    fact = item["facts"][0]
    in_profile = [known for name, known in profile(city, person.id_number)[0].items() if name.endswith("whole_blood")
                  or "2023" in name]
    assert fact["sequence"] == in_profile[0].sequence
    assert (fact["department"], fact["kind"]) == ("health", "blood_donation")


def test_spouses_and_childs_changes_reach_the_applicant_as_long_as_they_are_family(city):
    person, spouse, child = city.people.several(3)
    town = "320582-03"
    apply(city, person, "T2-1", town, child)
    city.take("health", "blood_donation", donation(spouse, "2023-03-05"))
    wait_total(city, person, 0, town)
    city.take("family-planning", "marriage", marriage(person, spouse))
    wait_total(city, person, 5, town)
    city.take("health", "blood_donation", donation(spouse, "2024-03-05"))
    wait_total(city, person, 10, town)
    city.take("health", "vaccination", {"id_number": child.id_number, "complete": True, "assessed_on": "2026-01-05"})
    wait_total(city, person, 13, town)
    city.take("family-planning", "marriage", marriage(person, None, "40", "2026-02-01"))
    wait_total(city, person, 3, town)
    city.take("health", "blood_donation", donation(spouse, "2025-03-05"))
    city.take("health", "blood_donation", donation(person, "2025-03-05"))
    wait_total(city, person, 8, town)
    with city.redis() as connection:
        assert not connection.exists(f"oc:{{points}}:needed-by:{subject_of(city, spouse.id_number)}")


def test_a_duplicate_an_irrelevant_change_and_a_correction_with_its_reverse_leave_all_as_it_was(city):
    person, other = city.people.several(2)
    town = "320582-04"
    apply(city, person, "T3-1", town)
    city.take("social-insurance", "contribution", contribution_row(person))
    wait_total(city, person, 3, town)
    before = output(city)
    scored = city.status("points")["scored"]
    city.push("social-insurance", "contribution", contribution_row(person))
    city.take("public-security", "person", person_row(person))
    city.take("health", "blood_donation", donation(other, "2023-03-05"))
    city.take("social-insurance", "contribution", contribution_row(person, months=(1, 2, 3, 4)))
    wait_total(city, person, 4, town)
    city.take("social-insurance", "contribution", {**contribution_row(person), "_op": "put"})
    city.push("social-insurance", "contribution",
              {"id_number": person.id_number, "insurance": "pension", "period": "2024-04", "_op": "retract"})
    wait_total(city, person, 3, town)
    assert output(city) == before
    assert city.status("points")["scored"] > scored


def test_whoever_moves_leaves_the_old_list_and_whoever_is_refused_leaves_all(city):
    person = city.people.one()
    apply(city, person, "T4-1", "320582-05")
    wait_until(lambda: row_of(city, person, "320582-05"), what="a place in the first town")
    apply(city, person, "T4-1", "320582-06")
    wait_until(lambda: row_of(city, person, "320582-06"), what="a place in the second town")
    assert not row_of(city, person, "320582-05")
    apply(city, person, "T4-1", "320582-06", state="refused")
    wait_until(lambda: not row_of(city, person, "320582-06"), what="no place at all")
    assert ask(city, person).code == 404 and ask(city, person).json["code"] == "no_application"
    subject = subject_of(city, person.id_number).encode()
    assert not [key for key, value in output(city).items() if subject in key or subject in repr(value).encode()]


def test_whoever_has_not_applied_is_not_scored(city):
    person = city.people.one()
    city.take("health", "blood_donation", donation(person, "2023-03-05"))
    apply(city, person, "T5-1", "320582-07", year=2020)
    apply(city, person, "T5-2", "320582-07", programme="rental")
    city.settle()
    assert ask(city, person).code == 404
    assert subject_of(city, person.id_number) not in repr(output(city))


def test_equals_share_a_rank_and_pages_agree_on_it(city):
    people = city.people.several(5)
    town = "320582-08"
    for number, person in enumerate(people):
        apply(city, person, f"T6-{number}", town)
    city.take("health", "blood_donation", donation(people[0], "2023-03-05"))
    wait_total(city, people[0], 5, town)
    wait_until(lambda: page(city, town)["count"] == 5, what="five in the list")
    rows = page(city, town)["rows"]
    assert [row["rank"] for row in rows] == [1, 2, 2, 2, 2] and [row["tied"] for row in rows] == [False] + [True] * 4
    pages = [page(city, town, after=after, limit=2) for after in (0, 2, 4)]
    assert [row for one in pages for row in one["rows"]] == rows
    assert [one["next"] for one in pages] == [2, 4, None]
    assert all(row["receipt"] != f"T6-{number}" for row in rows for number in range(5))


def test_the_order_of_events_does_not_matter(city):
    """Families with the same records, each told in another order: the same score and the same place."""
    chance = random.Random(7)
    families, town = [], "320582-09"
    for number in range(SHUFFLES):
        person, spouse, child = city.people.several(3)
        families.append(person)
        events = [("service-centre", "application",
                   {"id_number": person.id_number, "receipt": f"T7-{number}", "programme": "school",
                    "year": this_year(), "town": town, "state": "accepted", "accepted_on": "2026-03-02",
                    "grade": "primary_1", "child": child.id_number}),
                  ("family-planning", "marriage", marriage(person, spouse)),
                  ("health", "blood_donation", donation(spouse, "2023-03-05")),
                  ("health", "blood_donation", donation(person, "2023-03-06")),
                  ("health", "vaccination", {"id_number": child.id_number, "complete": True,
                                             "assessed_on": "2026-01-05"}),
                  ("social-insurance", "contribution", contribution_row(person))]
        chance.shuffle(events)
        for department, kind, row in events:
            city.take(department, kind, row)
    wait_until(lambda: page(city, town)["count"] == SHUFFLES, 60, "everybody in the list")
    city.settle()

    def totals():
        return {(row["rank"], row["total"], row["outcome"]) for after in range(0, SHUFFLES, 500)
                for row in page(city, town, after=after, limit=500)["rows"]}

    wait_until(lambda: totals() == {(1, "16", "candidate")}, 30, f"equal scores, not {totals()}")


# --- what is asked -----------------------------------------------------------------------------------

def test_the_calculator_keeps_nothing(city):
    before = output(city)
    facts = {"as_of": "2026-11-24", "programme": "school", "persons": {"self": {
        "health.blood_donation": [{"donated_on": "2023-03-05", "component": "whole_blood", "volume": 400}]}}}
    body = json.dumps(facts)
    answer = city.ask("points", "POST", f"/v1/calculator?table={TABLE}", body, {"Content-Type": "application/json"})
    assert answer.code == 200 and answer.json["total"] == "5" and answer.json["final"], answer.body
    assert output(city) == before
    wrong = city.ask("points", "POST", f"/v1/calculator?table={TABLE}", '{"as_of": "yesterday"}',
                     {"Content-Type": "application/json"})
    assert wrong.code == 422 and wrong.json["detail_zh"], wrong.body
    unknown = city.ask("points", "POST", "/v1/calculator?table=none", body, {"Content-Type": "application/json"})
    assert unknown.code == 404


@pytest.mark.parametrize("body, code", [
    ("[]", 400), ("{}", 400), ("not json", 400), ('{"subject": "p1", "id_number": "x"}', 400), ('{"subject": 5}', 400),
    ('{"subject": "p1", "extra": "x"}', 400), ('{"subject": "p1"}', 422), ('{"id_number": "320582199003071230"}', 422),
    ('{"subject": "e1' + "0" * 16 + '"}', 422), ('{"subject": "p1' + "0" * 16 + '"}', 404)])
def test_a_question_that_is_none_is_told_what_is_wrong_with_it(city, body, code):
    answer = city.ask("points", "POST", "/v1/score", body, {"Content-Type": "application/json"})
    assert answer.code == code and answer.json["detail"] and answer.json["detail_zh"], answer.body


@pytest.mark.parametrize("query", ["table=none", f"table={TABLE}", f"table={TABLE}&programme=school",
                                   f"table={TABLE}&programme=school&year=2026&town=320582-01&grade=primary_1&limit=0",
                                   f"table={TABLE}&programme=school&year=2026&town=320582-01&grade=primary_1&after=x"])
def test_a_list_that_is_asked_for_wrongly_is_refused(city, query):
    answer = city.ask("points", "GET", f"/v1/ranks?{query}")
    assert answer.code == 400 and answer.json["detail_zh"], answer.body


def test_nobody_is_answered_without_the_token(city):
    for method, path in (("POST", "/v1/score"), ("GET", "/v1/ranks"), ("POST", "/v1/calculator"), ("GET", "/v1/rules")):
        assert city.ask("points", method, path, "{}" if method == "POST" else None, token=False).code == 401


def test_the_command_line_explains_and_ranks(city):
    person = city.people.one()
    apply(city, person, "T8-1", "320582-15")
    city.take("health", "blood_donation", donation(person, "2023-03-05"))
    wait_total(city, person, 5, "320582-15")
    for language, words in (("zh_CN.UTF-8", ("无偿献血", "总分：5", "第 1 名")),
                            ("C.UTF-8", ("blood_donation", "Total: 5", "1 of 1"))):
        city.environment["LC_ALL"] = language  # the asker's: the daemon runs in another
        shown = city.command("score", "explain", "-", rows=person.id_number.encode()).stdout.decode()
        assert all(word in shown for word in words) and person.id_number not in shown, shown
    explained = json.loads(city.command("score", "explain", "--json", "-", rows=person.id_number.encode()).stdout)
    assert explained["scores"][0]["explanation"]["total"] == "5"
    nobody = city.people.one()
    city.command("score", "explain", "-", rows=nobody.id_number.encode(), code=3)
    assert "town=320582-15" in city.command("ranks").stdout.decode()
    words = [f"table={TABLE}", "programme=school", f"year={this_year()}", "town=320582-15", "grade=primary_1"]
    assert subject_of(city, person.id_number) in city.command("ranks", *words).stdout.decode()
    assert "points" in city.command("status").stdout.decode()


def test_the_numbers_in_an_explanation_lead_to_the_journals_entries_which_name_nobody(city):
    person = city.people.one()
    apply(city, person, "T9-1", "320582-07")
    city.take("social-insurance", "contribution", contribution_row(person))
    wait_until(lambda: score(city, person)["explanation"]["total"] == "3", what="a total of 3")
    fact = next(fact for item in score(city, person)["explanation"]["items"] for fact in item["facts"])
    entry = json.loads(city.command("event", "show", fact["department"], fact["sequence"], "--json").stdout)
    assert (entry["kind"], entry["operation"]) == ("contribution", "put")
    assert entry["subject"] == subject_of(city, person.id_number)
    assert len(entry["fields"]["months"]) == 3 and entry["fields"]["withheld"] == ["months.base"]
    city.take("public-security", "person", person_row(person))
    number = city.status("public-security")["sequence"]
    for language in ("zh_CN.UTF-8", "C.UTF-8"):
        city.environment["LC_ALL"] = language
        shown = city.command("event", "show", "public-security", number).stdout.decode()
        assert "withheld: id_number, name" in shown
        assert not [secret for secret in city.people.secrets() if secret.decode() in shown]
    city.command("event", "show", "tax", 999999, code=3)
    city.command("event", "show", "tax", "0", code=64)
    city.command("event", code=64)


# --- what may happen ---------------------------------------------------------------------------------

def test_scores_are_the_same_after_the_engine_or_redis_was_killed_or_redis_was_emptied(broken_city):
    city = broken_city
    people = city.people.several(12)
    for number, person in enumerate(people):
        apply(city, person, f"R-{number}", f"320582-0{1 + number % 3}")
        city.take("health", "blood_donation",
                  [donation(person, f"2023-{month + 1:02}-05") for month in range(number + 1)])
    for number, person in enumerate(people):
        wait_total(city, person, min(5 * (number + 1), 50), f"320582-0{1 + number % 3}")
    before = output(city)
    city.kill("points")
    city.take("health", "blood_donation", donation(people[0], "2024-04-04"))
    wait_until(lambda: is_following(city), what="the engine")
    wait_total(city, people[0], 10)
    assert output(city) != before
    before = output(city)
    sweeps = city.status("points")["sweeps"]
    assert sweeps == 0, "it went on where it was"
    city.kill("redis")
    wait_until(lambda: is_following(city) and output(city) == before, 60, "the same scores after Redis was killed")
    with city.redis() as connection:
        connection.flushall()
    wait_until(lambda: is_following(city) and output(city) == before, 60, "the same scores after FLUSHALL")
    city.settle()
    assert output(city) == before
    with city.redis() as connection:
        connection.client_kill_filter(_type="normal", skipme=True)
    city.take("health", "blood_donation", donation(people[1], "2024-04-04"))
    wait_total(city, people[1], 15, "320582-02")


def test_rebuilding_the_profiles_goes_through_beside_the_scores_and_gives_the_same(broken_city):
    city = broken_city
    person = city.people.one()
    apply(city, person, "B-1")
    city.take("health", "blood_donation", donation(person, "2023-03-05"))
    wait_total(city, person, 5)
    before = output(city)
    city.command("rebuild")
    city.settle()
    wait_until(lambda: output(city) == before, what="the same scores from rebuilt profiles")


def test_what_was_cut_from_a_change_stream_is_found_all_the_same(broken_city):
    city = broken_city
    person = city.people.one()
    apply(city, person, "C-1")
    wait_total(city, person, 0)
    city.signal("points", signal.SIGSTOP)
    try:
        city.take("health", "blood_donation", donation(person, "2023-03-05"))
        city.take("health", "blood_donation", donation(person, "2023-09-05"))
        city.settle()
        with city.redis() as connection:
            for key in connection.scan_iter("oc:{*}:changes"):
                connection.xtrim(key, maxlen=1, approximate=False)
    finally:
        city.signal("points", signal.SIGCONT)
    wait_total(city, person, 10)


def test_when_the_day_has_turned_everybody_is_scored_again(broken_city):
    city = broken_city
    person = city.people.one()
    apply(city, person, "D-1")
    city.take("health", "blood_donation", donation(person, "2023-03-05"))
    wait_total(city, person, 5)
    before = output(city)
    key = f"oc:{{points}}:applicant:{subject_of(city, person.id_number)}"
    with city.redis() as connection:
        connection.hset("oc:{points}:state", "as_of", "20200101")
        name = next(name for name in connection.hkeys(key) if name.startswith(b"s:"))
        connection.hset(key, name, b"a score of an earlier day")
    city.kill("points")
    wait_until(lambda: is_following(city) and output(city) == before, what="the score of today")
    assert city.status("points")["sweeps"] == 0


def test_a_score_is_final_only_while_its_departments_are_heard(broken_city):
    city = broken_city
    person = city.people.one()
    apply(city, person, "F-1")
    wait_total(city, person, 0)
    assert not row_of(city, person)["final"] and not score(city, person)["explanation"]["final"]
    say_complete(city)
    city.kill("points")  # what a department says of all its data counts a little later: that must not be lost
    wait_until(lambda: row_of(city, person).get("final"), what="a final score once all is said to be complete")
    assert score(city, person)["explanation"]["final"]
    city.signal("health", signal.SIGSTOP)
    try:
        wait_until(lambda: not row_of(city, person)["final"], 30, "a score that is not final")
        assert "health" in page(city)["behind"]
        explained = score(city, person)["explanation"]
        assert not explained["final"]
        assert ("behind", "health") in {(doubt["doubt"], doubt["department"]) for doubt in explained["doubts"]}
    finally:
        city.signal("health", signal.SIGCONT)
    wait_until(lambda: row_of(city, person)["final"] and score(city, person)["explanation"]["final"], 30,
               "a score that is final again")
    assert page(city)["behind"] == []


def test_a_bad_table_is_refused_and_the_running_one_stays_and_a_good_one_scores_everybody_again(broken_city):
    city = broken_city
    person = city.people.one()
    apply(city, person, "H-1")
    city.take("health", "blood_donation", donation(person, "2023-03-05"))
    wait_total(city, person, 5)
    good = json.loads(city.table.read_text("utf-8"))
    hash_before = city.ask("points", "GET", "/v1/rules").json["tables"][0]["hash"]
    bad = json.loads(json.dumps(good))
    bad["items"][0]["points"]["multiply"][1]["count"]["select"] = "health.blood_donations"
    city.table.write_text(json.dumps(bad), "utf-8")
    city.signal("points", signal.SIGHUP)
    log = city.data / "logs/points.log"
    wait_until(lambda: "KIND_UNKNOWN" in log.read_text("utf-8"), what="the refusal")
    assert f"{city.table}:" in log.read_text("utf-8")
    assert city.ask("points", "GET", "/v1/rules").json["tables"][0]["hash"] == hash_before
    assert row_of(city, person)["total"] == "5"
    assert city.status("points")["tables_refused"]
    assert value_of(city, "points", "onecity_points_tables_refused") == 1
    good["items"][0]["points"]["multiply"][0] = 7
    city.table.write_text(json.dumps(good), "utf-8")
    city.signal("points", signal.SIGHUP)
    wait_total(city, person, 7)
    assert city.ask("points", "GET", "/v1/rules").json["tables"][0]["hash"] != hash_before
    assert value_of(city, "points", "onecity_points_tables_refused") == 0
    assert value_of(city, "points", "onecity_points_reloads_total", outcome="refused") == 1


def test_a_second_engine_does_not_write_beside_the_first(broken_city):
    city = broken_city
    person = city.people.one()
    apply(city, person, "W-1")
    wait_total(city, person, 0)
    with city.redis() as connection:
        connection.hset("oc:{points}:state", "writer", "somebody else")
    wait_until(lambda: "another points engine writes" in (city.data / "logs/points.log").read_text("utf-8"),
               what="an engine that leaves")
    city.ends_expected.add(("points", "exit code 1"))
    city.take("health", "blood_donation", donation(person, "2023-03-05"))
    wait_total(city, person, 5)
