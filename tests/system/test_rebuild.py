# SPDX-License-Identifier: Apache-2.0
# test_rebuild: Redis is a view: whatever happens to it, it becomes the same again, byte for byte.
import shutil

import pytest

from city import wait_until
from load import Load
from people import contribution_row, person_row, sample_rows
from view import canonical, facts_of, positions_are_at_the_heads, settled_dump


@pytest.fixture(scope="module")
def filled(city):
    """A city with facts of all departments, marks, withdrawals and corrections, and its dump."""
    people = city.people.several(120)
    for person, other in zip(people[::10], people[1::10]):
        for department, (kind, row) in sample_rows(person, other).items():
            city.take(department, kind, row)
    city.push("public-security", "person", [person_row(person) for person in people])
    city.take("public-security", "person", [person_row(city.people.renamed(person)) for person in people[:30]])
    city.take("social-insurance", "contribution", [contribution_row(person, 2022) for person in people])
    city.take("social-insurance", "contribution",
              [{"_op": "retract", "id_number": person.id_number, "insurance": "pension", "year": 2022}
               for person in people[:20]])
    city.push("social-insurance", "contribution", [{**contribution_row(person), "year": 0} for person in people[20:30]])
    dump = settled_dump(city)
    assert len(dump.splitlines()) > 300 and " !4.1 " in dump
    return city, dump


def assert_same(city, dump):
    wait_until(lambda: canonical(city) == dump and positions_are_at_the_heads(city), 30, "the same dump")
    assert settled_dump(city) == dump


def test_promise_3_a_redis_that_was_emptied_heals_by_itself(filled):
    city, dump = filled
    with city.redis() as connection:
        connection.flushall()
    assert_same(city, dump)


def test_promise_3_a_redis_that_was_emptied_heals_under_load(fresh_city):
    city = fresh_city.start()
    with Load(city) as load:
        for _ in range(3):
            assert load.run_on(0.4)
            with city.redis() as connection:
                connection.flushall()
        assert load.run_on(0.4)
    load.assert_all_is_there_once()


def test_promise_3_rebuild_gives_the_same_profiles_byte_for_byte(filled):
    city, dump = filled
    assert city.command("rebuild").stdout == b"rebuilt\n"
    assert_same(city, dump)


def test_promise_3_rebuild_of_one_department_gives_the_same_profiles_byte_for_byte(filled):
    city, dump = filled
    city.command("rebuild", "--department", "social-insurance")
    assert_same(city, dump)


def test_promise_3_rebuild_takes_out_what_no_journal_knows(filled):
    city, dump = filled
    subject, _ = next(iter(facts_of(city, "public-security")))
    with city.redis() as connection:
        key = next(key for key in connection.scan_iter(f"oc:{{*}}:{subject}"))
        connection.hset(key, "1.99", b"forged")
        connection.hset(key, "!3.1:forged", b"forged")
    assert canonical(city) != dump
    city.command("rebuild")
    assert_same(city, dump)


def test_promise_3_rebuild_is_refused_for_a_department_that_nobody_follows(filled):
    city, _ = filled
    assert b"department" in city.command("rebuild", "--department", "post-office", code=1).stderr


def test_promise_3_a_redis_that_lost_its_files_is_made_again(filled):
    city, dump = filled
    shutil.rmtree(city.data / "redis/appendonlydir")
    city.kill("redis")
    wait_until(lambda: "redis ended by signal KILL" in city.said())
    assert_same(city, dump)


def test_promise_3_a_restart_of_all_changes_nothing(filled):
    city, dump = filled
    assert city.stop() == 0
    city.start()
    assert canonical(city) == dump
    assert settled_dump(city) == dump
    assert all(feed["applied"] == 0 for feed in city.status()["departments"]), "what was applied was applied again"
