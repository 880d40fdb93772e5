# SPDX-License-Identifier: Apache-2.0
# test_late: a department whose daemon lives, but whose own exports stopped, is shown late after its cadence.
#
# The daemon takes its last export some days ago, by a clock put back (libfaketime); then all is started as it is.
# The programs are the released ones: the sanitizers must be the first library of a process, and so must that clock.
import json
import pathlib
import subprocess

import pytest

from city import ROOT, City, wait_until
from people import sample_rows

DEPARTMENT, KIND = "tax", "income_tax"
CLOCK = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


@pytest.fixture
def city():
    assert CLOCK, "libfaketime is missing: scripts/test installs it"
    made = City()
    made.programs = ROOT / "build/bin"
    yield made
    made.close()


def cadence_days():
    kinds = json.loads((ROOT / f"proto/records/{DEPARTMENT}.json").read_text("utf-8"))["kinds"]
    return next(kind["cadence_days"] for kind in kinds if kind["kind"] == KIND)


def take_some_days_ago(city, days, kind, row):
    clock = {"LD_PRELOAD": str(CLOCK), "FAKETIME": f"-{days}d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    with (city.home / "earlier.log").open("ab") as log:
        daemon = subprocess.Popen([city.programs / f"onecity-{DEPARTMENT}", city.data / f"settings/{DEPARTMENT}.conf"],
                                  stdout=log, stderr=log, env={**city.environment, **clock})
    try:
        wait_until(lambda: city.ask(DEPARTMENT, "GET", "/readyz").code == 200, what="a daemon of some days ago")
        city.take(DEPARTMENT, kind, row)
    finally:
        daemon.terminate()
        assert daemon.wait(30) == 0


@pytest.mark.parametrize("days_over, input_state, freshness", ((-1, "in_time", "current"), (1, "late", "late")))
def test_a_department_whose_exports_stopped_is_late_after_its_cadence_and_not_before(
        city, days_over, input_state, freshness):
    person, other = city.people.several(2)
    city.start()
    city.stop()
    take_some_days_ago(city, cadence_days() + days_over, *sample_rows(person, other)[DEPARTMENT])
    city.start()
    city.settle()

    def in_sources():
        feeds = json.loads(city.command("sources", "--json").stdout)["departments"]
        kinds = next(feed["kinds"] for feed in feeds if feed["department"] == DEPARTMENT)
        return next(kind["input"] for kind in kinds if kind["kind"] == KIND)

    def in_profile():
        shown = city.command("profile", "--json", "-", rows=person.id_number.encode()).stdout
        return next(department["freshness"]["state"] for department in json.loads(shown)["departments"]
                    if department["department"] == DEPARTMENT)

    wait_until(lambda: in_sources() == input_state, what=f"{input_state} in onecity sources")
    wait_until(lambda: in_profile() == freshness, what=f"{freshness} in the profile")
    assert city.feed(DEPARTMENT)["state"] == "live"
