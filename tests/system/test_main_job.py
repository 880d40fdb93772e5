# SPDX-License-Identifier: Apache-2.0
# test_main_job: what departments push is in the profiles, with its source.
import json
import subprocess
import time

import pytest

from bus import replay
from city import DEPARTMENTS
from people import contribution_body, contribution_row, person_body, person_row, sample_rows
from view import facts_of, field_name, profile


def test_promise_4_a_pushed_row_is_in_the_profile_with_department_sequence_and_time(city):
    person = city.people.one()
    before_ms = time.time_ns() // 1000000
    taken = city.take("public-security", "person", person_row(person))
    city.settle()
    facts, marks = profile(city, person.id_number)
    fact = facts[field_name("public-security", "person")]
    assert fact.body == person_body(person)
    assert fact.sequence == taken["first_sequence"] == taken["last_sequence"]
    assert before_ms <= fact.recorded_ms <= time.time_ns() // 1000000
    assert not marks


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_promise_4_every_department_has_its_facts_in_the_profile(city, department):
    person, other = city.people.several(2)
    kind, row = sample_rows(person, other)[department]
    taken = city.take(department, kind, row)
    city.settle()
    facts, _ = profile(city, person.id_number)
    (name, fact), = facts.items()
    assert name.split(":")[0] == field_name(department, kind)
    assert fact.sequence == taken["first_sequence"]


def test_promise_2_rows_pushed_twice_are_all_unchanged_and_get_no_new_sequence(city):
    people = city.people.several(50)
    first = city.take("public-security", "person", [person_row(person) for person in people])
    again = city.push("public-security", "person", [person_row(person) for person in people])
    assert (again["accepted"], again["unchanged"]) == (0, 50)
    assert "first_sequence" not in again
    assert city.status("public-security")["sequence"] == first["last_sequence"]


def test_a_correction_replaces_the_fact_and_nothing_else(city):
    person = city.people.one()
    city.take("public-security", "person", person_row(person))
    city.take("social-insurance", "contribution", contribution_row(person, year=2023))
    city.take("social-insurance", "contribution", contribution_row(person, year=2024))
    changed = city.take("social-insurance", "contribution", contribution_row(person, year=2024, fen=500000))
    city.settle()
    facts, _ = profile(city, person.id_number)
    corrected = facts[field_name("social-insurance", "contribution", "pension|2024")]
    assert corrected.body == contribution_body(year=2024, fen=500000)
    assert corrected.sequence == changed["first_sequence"]
    assert facts[field_name("social-insurance", "contribution", "pension|2023")].body == contribution_body(year=2023)
    assert facts[field_name("public-security", "person")].body == person_body(person)
    assert len(facts) == 3


def test_months_sent_row_by_row_become_the_record_of_the_year(city):
    person = city.people.one()
    for period in ("2024-02", "2024-01", "2024-03"):
        row = {"id_number": person.id_number, "insurance": "pension", "period": period, "base": "4494.50",
               "payment": "normal"}
        city.take("social-insurance", "contribution", row)
    city.settle()
    facts, _ = profile(city, person.id_number)
    assert facts[field_name("social-insurance", "contribution", "pension|2024")].body == contribution_body()


def test_a_withdrawn_record_leaves_the_profile(city):
    person = city.people.one()
    city.take("social-insurance", "contribution", contribution_row(person))
    city.settle()
    assert profile(city, person.id_number)[0]
    gone = {"_op": "retract", "id_number": person.id_number, "insurance": "pension", "year": 2024}
    city.take("social-insurance", "contribution", gone)
    city.settle()
    assert not profile(city, person.id_number)[0]


def test_a_bad_row_is_quarantined_and_the_good_ones_beside_it_go_on(city):
    good, bad, also_good = city.people.several(3)
    rows = [person_row(good), {**person_row(bad), "birth_date": "yesterday"}, person_row(also_good)]
    taken = city.push("public-security", "person", rows)
    assert (taken["accepted"], taken["quarantined"]) == (2, 1)
    assert (taken["problems"][0]["row"], taken["problems"][0]["code"]) == (2, "date_form")
    city.settle()
    assert all(profile(city, person.id_number)[0] for person in (good, also_good))


def test_promise_7_a_rejected_row_marks_the_profile_until_it_is_mended(city):
    person = city.people.one()
    city.push("social-insurance", "contribution", {**contribution_row(person), "year": "soon"})
    city.settle()
    quarantined = city.status("social-insurance")["quarantined"]
    facts, marks = profile(city, person.id_number)
    assert not facts
    assert [mark.code for mark in marks.values()] == ["year_form"]
    city.push("public-security", "person", {**person_row(person), "sex": "7"})
    city.settle()
    assert {mark.code for mark in profile(city, person.id_number)[1].values()} == {"year_form", "unknown_code"}
    city.push("public-security", "person", person_row(person))
    city.settle()
    facts, marks = profile(city, person.id_number)
    assert list(facts) == [field_name("public-security", "person")]
    assert [mark.code for mark in marks.values()] == ["year_form"]
    assert city.status("social-insurance")["quarantined"] == quarantined


def test_a_late_retry_with_an_older_version_does_not_overwrite_newer_state(city):
    person = city.people.one()
    old, new = ({**contribution_row(person, fen=fen), "_version": version} for fen, version in ((100, 7), (200, 8)))
    city.take("social-insurance", "contribution", new)
    late = city.push("social-insurance", "contribution", old)
    assert (late["accepted"], late["stale"]) == (0, 1)
    city.settle()
    facts, _ = profile(city, person.id_number)
    assert facts[field_name("social-insurance", "contribution", "pension|2024")].body == contribution_body(fen=200)


def test_on_error_reject_takes_all_or_nothing(city):
    good, bad = city.people.several(2)
    rows = [person_row(good), {**person_row(bad), "sex": "x"}]
    before = city.status("public-security")
    answer = city.post("public-security", "person", rows, query="?on_error=reject")
    assert answer.code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["problems"][0]["row"] == 2
    after = city.status("public-security")
    assert (after["sequence"], after["quarantined"]) == (before["sequence"], before["quarantined"])
    assert city.post("public-security", "person", rows[:1], query="?on_error=reject").code == 202


def test_the_one_liners_of_the_documentation_work_with_curl(city):
    person = city.people.one()
    row = json.dumps(contribution_row(person))
    for content_type, body in (("application/json", row), ("application/json", f"[{row}]"),
                               ("application/x-ndjson", f"{row}\n\n{row}\n")):
        done = subprocess.run(
            ["curl", "-fsS", "-H", f"@{city.token_path('social-insurance')}", "-H", f"Content-Type: {content_type}",
             "--data-binary", "@-", city.url("social-insurance", "/v1/rows/contribution")],
            input=body.encode(), capture_output=True, check=True)
        counts = json.loads(done.stdout)
        assert counts["quarantined"] == 0 and counts["accepted"] + counts["unchanged"] >= 1


def test_onecity_push_reads_rows_from_a_pipe_and_says_what_became_of_them(city):
    good, bad = city.people.several(2)
    rows = [person_row(good), person_row(good), {**person_row(bad), "birth_date": "1990-02-31"}]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    done = city.command("push", "--json", "public-security", "person", "-", rows=lines, code=3)
    counts = json.loads(done.stdout)
    assert (counts["accepted"], counts["unchanged"], counts["quarantined"]) == (1, 1, 1)
    assert b"row 3" in done.stderr and bad.id_number.encode() not in done.stderr


def test_every_entry_of_every_journal_is_in_the_profiles_once(city):
    city.settle()
    for department in DEPARTMENTS:
        entries = replay(city, department)
        assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
        latest = {}
        for entry in entries:
            if entry.operation in ("put", "retract"):
                latest[entry.subject, entry.kind, entry.key] = entry
        expected = {(subject, f"{DEPARTMENTS[department]}.{kind}" + (f":{key}" if key else "")): entry
                    for (subject, kind, key), entry in latest.items() if entry.operation == "put"}
        facts = facts_of(city, department)
        assert facts.keys() == expected.keys()
        for place, fact in facts.items():
            assert (fact.sequence, fact.packed_body) == (expected[place].sequence, expected[place].packed_body)
