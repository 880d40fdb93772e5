# SPDX-License-Identifier: Apache-2.0
# test_disk_full: a full disk refuses what comes and loses nothing that was acknowledged.
import os
import subprocess

import pytest

from city import wait_until
from people import person_row
from view import facts_of

DEPARTMENT = "public-security"
DISK_MIB = 6


@pytest.fixture
def small_disk(fresh_city):
    """A city whose public security has a small disk of its own, with 1 MiB kept in reserve."""
    city = fresh_city.start()
    city.stop()
    disk = city.home / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or mount(disk, f"size={DISK_MIB}m,mode=0700") != 0:
        pytest.skip("a small file system cannot be mounted here: root is needed")
    city.own_settings(DEPARTMENT, data=disk / "journal", disk_reserve_mib=1, map_gib=1)
    city.start()
    yield city, disk
    try:
        city.stop()
    finally:
        subprocess.run(["umount", disk], check=True)


def mount(disk, options):
    return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "onecity-test", disk], check=False).returncode


def fill(disk, free_mib):
    """A foreign file that leaves so much."""
    facts = os.statvfs(disk)
    taken = facts.f_bavail * facts.f_frsize - int(free_mib * (1 << 20))
    (disk / "foreign").write_bytes(b"x" * taken)


def rows_of(city, count):
    return [person_row(person) for person in city.people.several(count)]


def push_until_refused(city):
    """Returns how many were acknowledged, and the refusal."""
    acknowledged = 0
    while True:
        answer = city.post(DEPARTMENT, "person", rows_of(city, 500))
        if answer.code != 202:
            return acknowledged, answer
        assert answer.json["accepted"] == 500
        acknowledged += 500


def test_promise_1_a_full_disk_is_503_and_loses_nothing_acknowledged(small_disk):
    city, disk = small_disk
    acknowledged, refusal = push_until_refused(city)
    assert acknowledged >= 1000
    assert (refusal.code, refusal.json["code"]) == (503, "full")
    assert int(refusal.headers["Retry-After"]) > 0
    # What was taken is whole, is followed, and the department says what is wrong.
    city.settle()
    assert city.status(DEPARTMENT)["sequence"] == acknowledged
    assert len(facts_of(city, DEPARTMENT)) == acknowledged
    ready = city.ask(DEPARTMENT, "GET", "/readyz")
    assert (ready.code, ready.json["journal"]) == (503, "writable") and "reserve" in ready.json["disk"]
    assert b"unready" in city.command("status", code=1).stdout
    # With room it goes on by itself.
    assert mount(disk, f"remount,size={4 * DISK_MIB}m") == 0
    wait_until(lambda: city.ask(DEPARTMENT, "GET", "/readyz").code == 200, what="room again")
    city.take(DEPARTMENT, "person", rows_of(city, 100))
    city.settle()
    assert len(facts_of(city, DEPARTMENT)) == acknowledged + 100


def test_promise_1_a_restart_on_a_full_disk_keeps_what_was_acknowledged(small_disk):
    city, disk = small_disk
    acknowledged, _ = push_until_refused(city)
    fill(disk, 0)
    city.kill(DEPARTMENT)
    wait_until(lambda: city.status(DEPARTMENT)["sequence"] == acknowledged, what="the department with all it had")
    assert city.post(DEPARTMENT, "person", rows_of(city, 1)).code == 503
    (disk / "foreign").unlink()
    city.settle()
    assert len(facts_of(city, DEPARTMENT)) == acknowledged


def test_promise_1_a_list_that_fills_the_disk_is_503_and_goes_on_where_it_was(small_disk):
    """There is room when the request comes, but not for all of it: it is taken slice by slice."""
    city, disk = small_disk
    fill(disk, 1.5)
    rows = rows_of(city, 15000)
    answer = city.post(DEPARTMENT, "person", rows)
    assert (answer.code, answer.json["code"]) == (503, "full")
    taken = city.status(DEPARTMENT)["sequence"]
    assert 0 < taken < 15000
    (disk / "foreign").unlink()
    assert mount(disk, f"remount,size={4 * DISK_MIB}m") == 0
    counts = city.push(DEPARTMENT, "person", rows)
    assert (counts["unchanged"], counts["accepted"]) == (taken, 15000 - taken)
    city.settle()
    assert len(facts_of(city, DEPARTMENT)) == 15000


def test_promise_1_a_commit_that_fails_acknowledges_nothing_and_the_journal_stays_whole(small_disk):
    """There is room when the request comes, but not for its first slice: refused rows are kept as they came."""
    city, disk = small_disk
    city.take(DEPARTMENT, "person", rows_of(city, 100))
    city.ends_expected.add((DEPARTMENT, "exit code 1"))
    fill(disk, 1.5)
    rows = [{**row, "sex": "x" * 3000} for row in rows_of(city, 1000)]
    answer = city.post(DEPARTMENT, "person", rows)
    assert (answer.code, answer.json["code"]) == (503, "disk")
    wait_until(lambda: f"{DEPARTMENT} ended with exit code 1" in city.said(), what="an end that is told")
    (disk / "foreign").unlink()
    wait_until(lambda: city.status(DEPARTMENT)["sequence"] == 100, what="the department as it was before")
    assert city.status(DEPARTMENT)["quarantined"] == 0
    city.settle()
    assert len(facts_of(city, DEPARTMENT)) == 100
    assert mount(disk, f"remount,size={4 * DISK_MIB}m") == 0
    assert city.push(DEPARTMENT, "person", rows)["quarantined"] == 1000
    city.take(DEPARTMENT, "person", rows_of(city, 100))
    city.settle()
    assert len(facts_of(city, DEPARTMENT)) == 200
