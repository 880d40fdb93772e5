# SPDX-License-Identifier: Apache-2.0
# test_fork: a department whose journal is not the one that was followed is noticed, said, and mended by a rebuild.
import json
import shutil
import subprocess

import pytest

from city import wait_until
from people import contribution_row, person_row
from view import facts_of, settled_dump

DEPARTMENT = "social-insurance"


def push(city, count):
    people = city.people.several(count)
    return city.take(DEPARTMENT, "contribution", [contribution_row(person) for person in people])


def run_alone(city, act):
    """Runs the department's daemon by itself, while nobody follows it."""
    with (city.home / "alone.log").open("ab") as log:
        daemon = subprocess.Popen([city.programs / f"onecity-{DEPARTMENT}", city.data / f"settings/{DEPARTMENT}.conf"],
                                  stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=city.environment)
    try:
        wait_until(lambda: city.ask(DEPARTMENT, "GET", "/readyz").code == 200, what="a department that is ready")
        act()
    finally:
        daemon.terminate()
        assert daemon.wait(20) == 0


@pytest.fixture
def restored(fresh_city):
    """A stopped city whose department was set back from 30 records to 20."""
    city = fresh_city.start()
    city.take("public-security", "person", [person_row(person) for person in city.people.several(10)])
    push(city, 20)
    city.settle()
    city.stop()
    shutil.copytree(city.data / DEPARTMENT, city.home / "backup")
    city.start()
    push(city, 10)
    city.settle()
    city.stop()
    shutil.rmtree(city.data / DEPARTMENT)
    shutil.move(city.home / "backup", city.data / DEPARTMENT)
    return city


def assert_fork_is_told_and_mended(city, reason):
    city.start()
    feed = wait_until(lambda: city.feed(DEPARTMENT)["state"] == "fork" and city.feed(DEPARTMENT), what="a fork")
    assert reason in feed["reason"]
    shown = city.command("status", "--json", code=1)
    service = next(row for row in json.loads(shown.stdout)["services"] if row["service"] == DEPARTMENT)
    assert (service["state"], reason in service["reason"]) == ("fork", True)
    assert b"fork" in city.command("status", code=1).stdout
    # Nothing is guessed: what the profiles had they keep, and the others go on.
    assert len(facts_of(city, DEPARTMENT)) == 30
    city.take("public-security", "person", person_row(city.people.one()))
    wait_until(lambda: len(facts_of(city, "public-security")) == 11, what="the other department's fact")
    city.command("rebuild", "--department", DEPARTMENT)
    city.command("status", code=0)


def test_a_journal_restored_from_an_old_copy_is_a_fork_and_mended_by_rebuild(restored):
    assert_fork_is_told_and_mended(restored, "ends at 20, but 30 was followed")
    assert len(facts_of(restored, DEPARTMENT)) == 20
    push(restored, 5)
    settled_dump(restored)
    assert len(facts_of(restored, DEPARTMENT)) == 25


def test_a_restored_journal_that_was_written_on_since_is_a_fork_by_its_hash_chain(restored):
    run_alone(restored, lambda: push(restored, 40))
    assert_fork_is_told_and_mended(restored, "hash chain")
    assert len(facts_of(restored, DEPARTMENT)) == 60


def test_a_journal_that_was_begun_anew_is_a_fork_by_its_epoch(restored):
    shutil.rmtree(restored.data / DEPARTMENT)
    assert_fork_is_told_and_mended(restored, "epoch")
    assert not facts_of(restored, DEPARTMENT)


def test_a_journal_restored_while_all_runs_is_a_fork_too(fresh_city):
    city = fresh_city.start()
    push(city, 20)
    city.settle()
    city.stop()
    shutil.copytree(city.data / DEPARTMENT, city.home / "backup")
    city.start()
    push(city, 10)
    city.settle()
    # Between a kill and the next start, as from a script that does not know about `up`.
    city.kill(DEPARTMENT)
    for path in (city.home / "backup").iterdir():
        shutil.copy2(path, city.data / DEPARTMENT / path.name)
    wait_until(lambda: city.feed(DEPARTMENT)["state"] == "fork", what="a fork")
    city.command("rebuild", "--department", DEPARTMENT)
    assert len(facts_of(city, DEPARTMENT)) == 20
