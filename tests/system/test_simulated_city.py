# SPDX-License-Identifier: Apache-2.0
# test_simulated_city: what an invented city's offices export is what its profiles say, fact by fact.
import collections
import csv
import json
import subprocess

import pytest

from checker import check
from city import DEPARTMENTS, ROOT

PEOPLE = 40
OFFICES = "gb18030"  # as most offices save their spreadsheets
OTHER_FORMS = ("utf8", "utf8-bom", "utf16", "ndjson")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("simulated")


def simulate(city, path, form=OFFICES, people=PEOPLE):
    city.command("simulate", "--out", path, "--people", people, "--format", form, "--mistakes", 20)
    return path


@pytest.fixture(scope="module")
def exports(city, folder):
    return simulate(city, folder / OFFICES)


def push_all(city, exports):
    """Pushes every file to its department; returns the counts added up."""
    total = collections.Counter()
    types = {".csv": "text/csv", ".ndjson": "application/x-ndjson"}
    for path in sorted(exports.glob("*/*/*")):
        answer = city.post(path.parts[-3], path.parts[-2], path.read_bytes(), types[path.suffix])
        assert answer.code == 202, answer.body
        total.update({name: answer.json[name] for name in ("accepted", "unchanged", "stale", "quarantined")})
    return total


def mistakes_in(exports):
    with open(exports / "mistakes.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def codes_of_mistakes(exports):
    """(department, kind, code) -> how many rows are to be refused so."""
    return collections.Counter((*row["file"].split("/")[:2], row["code"])
                               for row in mistakes_in(exports) if row["code"])


def codes_of_rejects(city):
    codes = collections.Counter()
    for department in DEPARTMENTS:
        answer = city.ask(department, "GET", "/v1/rejects?limit=1000")
        assert answer.code == 200, answer.body
        codes.update((department, reject["kind"], reject["code"]) for reject in answer.json["rejects"])
    return codes


def sequences(city):
    return {department: city.status(department)["sequence"] for department in DEPARTMENTS}


def differences(city, exports):
    city.settle(60)
    with city.redis() as connection:
        return check(exports, city.data, connection, ROOT / "proto").differences


def test_promises_1_2_and_4_every_fact_of_every_person_is_what_the_exports_say(city, exports):
    counts = push_all(city, exports)
    assert counts["accepted"] > 20 * PEOPLE and counts["stale"] == 0
    assert counts["quarantined"] == codes_of_mistakes(exports).total() > 0
    assert not differences(city, exports)


def test_every_mistake_is_refused_with_its_own_code_and_no_good_row_is(city, exports):
    push_all(city, exports)
    assert codes_of_rejects(city) == codes_of_mistakes(exports)
    assert len({row["code"] for row in mistakes_in(exports)}) > 6


def test_promise_2_the_same_exports_again_are_all_unchanged_and_take_no_sequence(city, exports):
    push_all(city, exports)
    before = sequences(city)
    counts = push_all(city, exports)
    assert counts["accepted"] == 0 and counts["unchanged"] > 20 * PEOPLE
    assert sequences(city) == before


@pytest.mark.parametrize("form", OTHER_FORMS)
def test_one_export_in_any_encoding_or_as_ndjson_is_the_same_facts(city, exports, folder, form):
    push_all(city, exports)
    other = simulate(city, folder / form, form)
    counts = push_all(city, other)
    assert counts["accepted"] == 0 and counts["quarantined"] == codes_of_mistakes(exports).total()
    assert not differences(city, other)


def test_the_checker_sees_what_is_missing_what_is_too_much_and_what_is_different(city, exports, folder):
    push_all(city, exports)
    assert not differences(city, exports)
    another = folder / "another"
    city.command("simulate", "--out", another, "--people", PEOPLE, "--seed", 2, "--format", "ndjson")
    found = "\n".join(differences(city, another))
    assert "in the exports, but not in Redis" in found and "in Redis, but in no export" in found
    path = next((exports / "public-security/residence").iterdir())
    text = path.read_bytes().decode("gb18030")
    path.write_bytes(text.replace("G0", "G1").encode("gb18030"))
    try:
        found = "\n".join(differences(city, exports))
    finally:
        path.write_bytes(text.encode("gb18030"))
    assert "(public-security residence): grid: expected" in found and "in the exports, but not in Redis" not in found


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_city(city, exports, tmp_path):
    again = simulate(city, tmp_path / "again")
    names = sorted(path.relative_to(exports) for path in exports.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert all((exports / name).read_bytes() == (again / name).read_bytes() for name in names)
    city.command("simulate", "--out", tmp_path / "other", "--people", PEOPLE, "--seed", 2)
    assert (tmp_path / "other/truth.ndjson").read_bytes() != (exports / "truth.ndjson").read_bytes()


def test_live_changes_go_to_all_departments_and_all_are_taken(city, exports):
    push_all(city, exports)
    before = sequences(city)
    done = city.command("simulate", "--live", "--people", PEOPLE, "--rate", 200, "--seconds", 3, "--json")
    counts = json.loads(done.stdout)
    assert counts["rows"] >= 300 and counts["quarantined"] == counts["stale"] == 0
    assert counts["accepted"] + counts["unchanged"] == counts["rows"]
    assert all(sequence > before[department] for department, sequence in sequences(city).items())
    city.settle(60)


@pytest.mark.slow
def test_promises_1_and_2_whatever_is_killed_while_a_city_is_fed_every_fact_is_there_once(fresh_city, tmp_path):
    fresh_city.start()
    exports = simulate(fresh_city, tmp_path / "exports", "ndjson", 60)
    live = subprocess.Popen([fresh_city.programs / "onecity", "push", "--json", "--wait", "60", "social-insurance",
                             "contribution", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            env=fresh_city.environment)
    rows = b"".join(path.read_bytes() for path in sorted(exports.glob("social-insurance/contribution/*")))
    half = rows.index(b"\n", len(rows) // 2) + 1
    live.stdin.write(rows[:half])
    live.stdin.flush()
    for service in ("social-insurance", "aggregator", "redis"):
        fresh_city.kill(service)
    live.communicate(rows[half:], timeout=120)
    assert live.returncode in (0, 3)
    push_all(fresh_city, exports)
    assert not differences(fresh_city, exports)
