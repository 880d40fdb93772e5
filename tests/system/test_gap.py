# SPDX-License-Identifier: Apache-2.0
# test_gap: what the bus drops is noticed by its sequence numbers and replayed; nothing is lost.
import json
import signal
import time

import pytest

from city import DEPARTMENTS, wait_until
from load import Load
from people import contribution_row
from view import facts_of
from wire import Wire

DEPARTMENT = "social-insurance"


def follow_line(city, department, publish=None):
    publish = publish or city.base + 100 + DEPARTMENTS[department]
    return f"{department} tcp://127.0.0.1:{publish} tcp://127.0.0.1:{city.base + 200 + DEPARTMENTS[department]}"


def lay_wire(city):
    """Puts a wire between the department's publisher and the aggregator."""
    city.start()
    city.stop()
    wire = Wire(city.base + 100 + DEPARTMENTS[DEPARTMENT])
    path = city.own_settings("aggregator", follow=None)
    lines = [follow_line(city, name, wire.port if name == DEPARTMENT else None) for name in DEPARTMENTS]
    with path.open("a", encoding="utf-8") as settings:
        settings.writelines(f"follow = {line}\n" for line in lines)
    city.start()
    return wire


def assert_gaps_were_filled(city, at_least):
    city.settle(60)
    feed = city.feed(DEPARTMENT)
    assert feed["gaps"] >= at_least and feed["gaps_filled"] == feed["gaps"], feed
    shown = json.loads(city.command("lag", "--json").stdout)
    told = next(row for row in shown["departments"] if row["department"] == DEPARTMENT)
    assert (told["gaps"], told["gaps_filled"], told["lag"]) == (feed["gaps"], feed["gaps"], 0)


def test_a_gap_made_on_purpose_is_noticed_shown_and_filled(fresh_city):
    city = fresh_city
    wire = lay_wire(city)
    rows = [contribution_row(person) for person in city.people.several(90)]
    city.take(DEPARTMENT, "contribution", rows[:30])
    city.settle()
    before = city.feed(DEPARTMENT)["gaps"]  # whoever connects late may have missed the first batch
    wire.cut()
    city.take(DEPARTMENT, "contribution", rows[30:60])
    wire.mend()
    for row in rows[60:]:  # one of them is the first that comes through again, most likely before a heartbeat
        city.take(DEPARTMENT, "contribution", row)
        time.sleep(0.02)
    assert_gaps_were_filled(city, before + 1)
    assert len(facts_of(city, DEPARTMENT)) == 90
    wire.close()


def test_the_last_batch_before_silence_is_missed_by_the_heartbeat(fresh_city):
    city = fresh_city
    wire = lay_wire(city)
    city.settle()
    wire.cut()
    city.take(DEPARTMENT, "contribution", [contribution_row(person) for person in city.people.several(7)])
    wire.mend()
    assert_gaps_were_filled(city, 1)
    assert len(facts_of(city, DEPARTMENT)) == 7
    wire.close()


def test_a_department_that_cannot_be_heard_is_shown_silent_and_comes_back(fresh_city):
    city = fresh_city
    wire = lay_wire(city)
    city.settle()
    wire.cut()
    wait_until(lambda: city.feed(DEPARTMENT)["state"] == "silent", what="a silence that is noticed")
    city.command("status", code=1)
    assert all(feed["state"] == "live" for feed in city.status()["departments"] if feed["department"] != DEPARTMENT)
    wire.mend()
    city.settle()
    city.command("status", code=0)
    wire.close()


def test_promise_2_a_wire_that_is_cut_again_and_again_under_load_loses_nothing(fresh_city):
    city = fresh_city
    wire = lay_wire(city)
    with Load(city) as load:
        for _ in range(8):
            load.run_on(0.2)
            wire.cut()
            load.run_on(0.1)
            wire.mend()
    load.assert_all_is_there_once()
    assert_gaps_were_filled(city, 1)
    wire.close()


@pytest.mark.slow
def test_a_follower_that_stood_still_past_the_queues_of_the_publisher_catches_up(fresh_city):
    """The publisher's queue is full, then it drops; what fits into the kernel's buffers comes before that."""
    city = fresh_city.start()
    city.settle()
    months = tuple(range(1, 13))
    people = city.people.several(1000)
    city.signal("aggregator", signal.SIGSTOP)
    try:
        for year in range(2003, 2021):
            for insurance in ("pension", "medical"):
                rows = [contribution_row(person, year, 100000 + year, months, insurance) for person in people]
                for begin in range(0, len(rows), 100):
                    city.take(DEPARTMENT, "contribution", rows[begin:begin + 100])
    finally:
        city.signal("aggregator", signal.SIGCONT)
    assert_gaps_were_filled(city, 1)
    assert len(facts_of(city, DEPARTMENT)) == 36000
