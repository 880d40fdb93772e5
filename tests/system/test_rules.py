# SPDX-License-Identifier: Apache-2.0
# test_rules: the rule tables score as was worked out by hand, and the engine as the reference does.
import datetime
import json
import os
import pathlib
import sys
from fractions import Fraction

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "reference"))

import calendar_days  # noqa: E402
import cases  # noqa: E402
import compare  # noqa: E402
from facts import Proto, proto_folder  # noqa: E402
from random_facts import facts_files  # noqa: E402
from scorer import load  # noqa: E402

CITIZENS = int(os.environ.get("ONECITY_CITIZENS", "20000"))  # of all tables together; 1000000 before a release
TABLES, CITIES = compare.tables(), compare.cities_tables()
CASES = cases.case_files()


def name_of(path):
    return path.stem


def failures(path, explain):
    return [f"{case}: {one}" for case, found in cases.run_cases(path, explain) for one in found]


def day(text):
    return datetime.date.fromisoformat(text)


def test_the_examples_of_the_calendar_are_as_written():
    assert calendar_days.shift(day("2016-02-29"), 12) == day("2017-02-28")
    assert calendar_days.shift(day("2015-01-31"), 1) == day("2015-02-28")
    assert calendar_days.months_between(day("2010-01-31"), day("2010-03-01")) == 1 + Fraction(1, 31)
    assert calendar_days.length([(day("2011-03-01"), day("2012-03-01"))]) == 12


def test_every_table_has_cases():
    assert {path.stem for path in CASES} == {path.stem for path in TABLES}


@pytest.mark.parametrize("table", CITIES, ids=name_of)
def test_every_item_has_a_case_worked_out_by_hand(table):
    items = {item["id"] for item in load(table)["items"]}
    path = cases.ROOT / f"rules/cases/{table.name}"
    assert items - {case["item"] for case, _ in cases.cases_of(path)} == set()


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_the_reference_scores_as_worked_out_by_hand(path):
    assert failures(path, cases.reference(cases.table_of(path), Proto(proto_folder()))) == []


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_the_engine_scores_as_worked_out_by_hand(path):
    with compare.Program(cases.table_of(path)) as engine:
        assert failures(path, lambda files: [engine.explain(json.dumps(file)) for file in files]) == []


def test_a_difference_is_named_and_made_small():
    table, proto = CITIES[0], Proto(proto_folder())
    reference = compare.Reference(table, proto)
    ours = reference.explain(json.dumps(next(facts_files(load(table), proto, "1", 1))))
    theirs = json.loads(json.dumps(ours))
    theirs["items"][0]["points"] = "1000"
    assert list(compare.differences(ours, ours)) == []
    assert [where for where, _, _ in compare.differences(ours, theirs)] == [f"items.{ours['items'][0]['id']}.points"]
    file = {"as_of": "2020-01-01", "programme": "x", "persons": {"self": {"a": [{"x": 1, "y": 2}, {"x": 3}], "b": []}}}
    least = compare.minimised(file, lambda less: "3" in json.dumps(less["persons"] if "persons" in less else {}))
    assert least == {"as_of": "2020-01-01", "programme": "x", "persons": {"self": {"a": [{"x": 3}]}}}


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES, ids=name_of)
def test_the_engine_and_the_reference_agree_on_random_citizens(table):
    each = -(-CITIZENS // len(TABLES))
    comparison = compare.Comparison(table, os.environ.get("ONECITY_SEED", "1"), each).run()
    assert comparison.compared == each
    assert not comparison.seen, str(comparison)
    assert comparison.refused == 0, f"{comparison.refused} of {each} random facts files were refused by both"
