# SPDX-License-Identifier: Apache-2.0
# test_profile: one question shows what every department said about somebody, where from, and how fresh it is.
import json
import signal

from city import DEPARTMENTS, wait_until
from people import contribution_row, person_row, sample_rows
from view import subject_of


def ask(city, code=200, **question):
    answer = city.ask("profiles", "POST", "/v1/profile", json.dumps(question), {"Content-Type": "application/json"})
    assert answer.code == code, answer.body
    return answer.json


def kinds_of(shown):
    """(department, kind) -> what is shown of it."""
    return {(department["department"], kind["kind"]): kind
            for department in shown["departments"] for kind in department["kinds"]}


def test_one_question_shows_every_departments_facts_with_their_source(city):
    person, other = city.people.several(2)
    rows = sample_rows(person, other)
    taken = {department: city.take(department, kind, row) for department, (kind, row) in rows.items()}
    city.settle()
    shown = ask(city, id_number=person.id_number)
    assert shown["subject"] == subject_of(city, person.id_number)
    kinds = kinds_of(shown)
    for department, (kind, _) in rows.items():
        (fact,) = kinds[department, kind]["facts"]
        assert fact["sequence"] == taken[department]["first_sequence"]
        assert fact["recorded"].endswith("Z") and fact["attested_by"]["zh"] and fact["attested_by"]["en"]
    zh, en = {"1": ("男性", "male"), "2": ("女性", "female")}[person.sex]
    assert kinds["public-security", "person"]["facts"][0]["fields"] == {
        "id_number": person.id_number, "name": person.name, "birth_date": person.birth_date,
        "sex": {"code": person.sex, "zh": zh, "en": en}}
    months = kinds["social-insurance", "contribution"]["facts"][0]["fields"]["months"]
    assert [(month["month"], month["base"]) for month in months] == [(1, 4494.5), (2, 4494.5), (3, 4494.5)]


def test_a_person_can_be_asked_for_by_pseudonym(city):
    person = city.people.one()
    city.take("public-security", "person", person_row(person))
    city.settle()
    shown = ask(city, subject=subject_of(city, person.id_number))
    assert kinds_of(shown)["public-security", "person"]["facts"][0]["fields"]["name"] == person.name


def test_an_id_number_is_understood_as_people_write_it(city):
    person = city.people.one()
    city.take("public-security", "person", person_row(person))
    city.settle()
    wide = person.id_number.translate({ord(digit): ord(digit) + 0xfee0 for digit in "0123456789"})
    for written in (f" {person.id_number} ", wide, person.id_number.lower()):
        assert ask(city, id_number=written)["subject"] == subject_of(city, person.id_number)


def test_promise_7_none_not_reported_and_rejected_are_three_different_things(city):
    person = city.people.one()
    city.push("social-insurance", "contribution", {**contribution_row(person), "year": "soon"})
    city.take("health", "coverage", {"id_number": person.id_number, "kind": "blood_donation",
                                     "complete_through": "2026-01-31", "none": True})
    city.settle()
    kinds = kinds_of(ask(city, id_number=person.id_number))
    states = {name: kinds[name]["state"] for name in [
        ("social-insurance", "contribution"), ("health", "blood_donation"), ("tax", "income_tax")]}
    assert states == {("social-insurance", "contribution"): "rejected", ("health", "blood_donation"): "none",
                      ("tax", "income_tax"): "not_reported"}
    assert kinds["social-insurance", "contribution"]["rejected"][0]["code"] == "year_form"


def freshness_of(city, person):
    shown = ask(city, id_number=person.id_number)
    return {department["department"]: department["freshness"]["state"] for department in shown["departments"]}


def test_a_profile_says_how_fresh_each_department_is(city):
    person, other = city.people.several(2)
    for department, (kind, row) in sample_rows(person, other).items():
        city.take(department, kind, row)
    all_current = dict.fromkeys(DEPARTMENTS, "current")
    wait_until(lambda: freshness_of(city, person) == all_current, what="freshness of all departments")
    city.signal("tax", signal.SIGSTOP)
    try:
        wait_until(lambda: freshness_of(city, person) == {**all_current, "tax": "silent"}, what="silence that shows")
    finally:
        city.signal("tax", signal.SIGCONT)
    wait_until(lambda: freshness_of(city, person) == all_current, what="the end of silence")


def test_nobody_known_is_404_and_exit_code_3(city):
    stranger = city.people.one()
    assert ask(city, 404, id_number=stranger.id_number)["status"] == 404
    city.command("profile", "-", rows=stranger.id_number.encode(), code=3)


def test_a_question_that_makes_no_sense_is_a_problem_that_does_not_repeat_it(city):
    stranger = city.people.one()
    for question in ({}, {"id_number": stranger.id_number[:-1]}, {"subject": "p1short"}, {"id_number": 7},
                     {"id_number": stranger.id_number, "subject": subject_of(city, stranger.id_number)},
                     {"name": stranger.name}):
        answer = city.ask("profiles", "POST", "/v1/profile", json.dumps(question), {"Content-Type": "application/json"})
        assert 400 <= answer.code < 500
        assert stranger.id_number[:-1].encode() not in answer.body and stranger.name.encode() not in answer.body


def test_onecity_profile_shows_it_in_the_terminal_and_as_json(city):
    person = city.people.one()
    city.take("public-security", "person", person_row(person))
    city.settle()
    shown = city.command("profile", "-", rows=person.id_number.encode()).stdout.decode()
    assert person.name in shown and "public-security" in shown
    as_json = json.loads(city.command("profile", "--json", "-", rows=f"{person.id_number}\n".encode()).stdout)
    assert as_json["subject"] == subject_of(city, person.id_number)


def test_a_second_line_is_refused_and_not_passed_over(city):
    people = city.people.several(2)
    both = "\n".join(person.id_number for person in people).encode()
    assert b"one person at a time" in city.command("profile", "-", rows=both, code=64).stderr
    one = city.command("profile", "-", rows=people[0].id_number.encode() + b"\r\n\n", code=None)
    assert one.returncode in (0, 3)  # 3: nobody knows anything of her
