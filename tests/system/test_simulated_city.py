# SPDX-License-Identifier: Apache-2.0
# test_simulated_city: what an invented city's offices export is what its profiles say, fact by fact.
import csv
import json
import pathlib
import subprocess

import pytest

from checker import check
from city import ROOT

PEOPLE = 60


@pytest.fixture(scope="module")
def exports(city, tmp_path_factory):
    path = tmp_path_factory.mktemp("simulated") / "exports"
    simulate(city, path)
    return path


def simulate(city, path):
    subprocess.run([city.programs / "onecity-simulate", "--out", path, "--people", str(PEOPLE), "--format", "ndjson"],
                   env=city.environment, check=True, capture_output=True, timeout=60)


def push_all(city, exports):
    """Pushes every file to its department; returns the counts added up."""
    total = {"accepted": 0, "unchanged": 0, "stale": 0, "quarantined": 0}
    for path in sorted(exports.glob("*/*/*")):
        done = city.command("push", "--json", "--data", city.data, path.parts[-3], path.parts[-2], path, code=None)
        assert done.returncode in (0, 3), done.stderr
        counts = json.loads(done.stdout)
        for name in total:
            total[name] += counts[name]
    return total


def refused(exports):
    with open(exports / "mistakes.csv", encoding="utf-8-sig", newline="") as file:
        return sum(1 for row in csv.DictReader(file) if row["code"])


def test_promises_1_2_and_4_every_fact_of_every_person_is_what_the_exports_say(city, exports):
    counts = push_all(city, exports)
    assert counts["accepted"] > 20 * PEOPLE and counts["stale"] == 0
    assert counts["quarantined"] == refused(exports) > 0
    city.settle(60)
    with city.redis() as connection:
        result = check(exports, city.data, connection, ROOT / "proto")
    assert not result.differences, str(result)


def test_promise_2_the_same_exports_again_are_all_unchanged_and_take_no_sequence(city, exports):
    push_all(city, exports)
    before = {name: city.status(name)["sequence"] for name in ("tax", "social-insurance", "public-security")}
    counts = push_all(city, exports)
    assert counts["accepted"] == 0 and counts["quarantined"] == refused(exports)
    assert {name: city.status(name)["sequence"] for name in before} == before


def test_the_same_seed_gives_the_same_bytes(city, exports, tmp_path):
    again = tmp_path / "again"
    simulate(city, again)
    files = sorted(path.relative_to(exports) for path in exports.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert all(pathlib.Path(exports, name).read_bytes() == pathlib.Path(again, name).read_bytes() for name in files)
