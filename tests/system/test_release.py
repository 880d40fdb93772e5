# SPDX-License-Identifier: Apache-2.0
# test_release: what is promised of the programs that people run: how small they are, how soon they start, the demo.
import os
import pathlib
import re
import subprocess
import time

import pytest

from city import DEPARTMENTS, ROOT, City, free_base, wait_until

PROGRAMS = ROOT / "build/bin"
IDLE_KIB_MAX = 64 * 1024
START_MS_MAX = 100
STARTS = 7


@pytest.fixture(scope="module", autouse=True)
def programs():
    if not (PROGRAMS / "onecity").exists():
        pytest.fail(f"{PROGRAMS} holds no programs: scripts/test builds them")


@pytest.fixture
def released_city():
    city = City()
    city.programs = PROGRAMS
    yield city.start()
    city.close()


def own_kib(pid):
    """The proportional set size: what the process would free, were it alone with its shared pages shared out."""
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    return int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.M).group(1))


def test_the_suite_without_redis_idles_below_64_mib(released_city):
    city = released_city
    city.settle()
    pids = {name: pid for name, pid in city.children().items() if name != "redis"}
    sizes = {name: own_kib(pid) for name, pid in {**pids, "up": city.up.pid}.items()}
    assert set(DEPARTMENTS) | {"aggregator", "profiles", "up"} <= set(sizes)
    print(f"{sum(sizes.values())} KiB: {sizes}")
    assert sum(sizes.values()) < IDLE_KIB_MAX, sizes


def ms_until_ready(city, department):
    """From the start of the process until it answers that it is ready."""
    begun = time.monotonic()
    with (city.home / "start.log").open("ab") as log:
        daemon = subprocess.Popen([city.programs / f"onecity-{department}", city.data / f"settings/{department}.conf"],
                                  stdout=log, stderr=log, env=city.environment)
    try:
        wait_until(lambda: city.ask(department, "GET", "/readyz").code == 200, what="readiness")
        return (time.monotonic() - begun) * 1000
    finally:
        daemon.terminate()
        assert daemon.wait(30) == 0


def test_a_department_starts_in_under_100_ms_on_an_empty_journal(released_city):
    city = released_city
    city.stop()
    journal, took = city.data / "health", []
    for _ in range(STARTS):
        for path in [*journal.iterdir()]:
            path.unlink()
        took.append(ms_until_ready(city, "health"))
    print(f"{min(took):.0f} to {max(took):.0f} ms")
    assert sorted(took)[STARTS // 2] < START_MS_MAX, took


@pytest.mark.slow
def test_the_demo_feeds_a_city_shows_a_profile_and_ends_with_0(tmp_path):
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TMPDIR": str(tmp_path)}
    demo = ["scripts/demo", "--people", "50", "--rate", "50", "--seconds", "3", "--port", str(free_base())]
    done = subprocess.run(demo, cwd=ROOT, env=environment, capture_output=True, timeout=300, check=False)
    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == 0, said
    assert "everything that was sent is in the profiles" in said and "a sample profile" in said
    assert not list(tmp_path.glob("onecity-demo.*")), "the demo leaves nothing behind"
