# SPDX-License-Identifier: Apache-2.0
# test_crash: kill -9 of every process under load loses nothing that was acknowledged, and applies nothing twice.
import os
import signal

import pytest

from city import wait_until
from load import Load

KILLS = 3


@pytest.mark.parametrize("victim", ["public-security", "social-insurance", "aggregator", "redis"])
def test_promises_1_and_2_kill_9_under_load_loses_nothing_and_applies_nothing_twice(fresh_city, victim):
    city = fresh_city.start()
    with Load(city) as load:
        for _ in range(KILLS):
            assert load.run_on(0.4)
            killed = city.pid(victim)
            os.kill(killed, signal.SIGKILL)
            wait_until(lambda: city.children().get(victim) not in (None, killed), what=f"another {victim}")
        assert load.run_on(0.4)
    load.assert_all_is_there_once()
    assert f"{victim} ended by signal KILL" in city.said()


def test_promises_1_and_2_kill_9_of_everything_at_once_loses_nothing_and_applies_nothing_twice(fresh_city):
    city = fresh_city.start()
    with Load(city) as load:
        assert load.run_on(0.5)
        for pid in city.children().values():
            os.kill(pid, signal.SIGKILL)
        assert load.run_on(2)
    load.assert_all_is_there_once()


def test_promises_1_and_2_kill_9_of_onecity_up_ends_all_and_the_next_one_goes_on(fresh_city):
    city = fresh_city.start()
    with Load(city) as load:
        assert load.run_on(0.5)
        assert city.stop(signal.SIGKILL) == -signal.SIGKILL  # stop() sees that nothing was left behind
        city.start()
        assert load.run_on(0.5)
    load.assert_all_is_there_once()


@pytest.mark.slow
def test_promises_1_and_2_every_process_in_turn_is_killed_again_and_again(fresh_city):
    city = fresh_city.start()
    with Load(city, people=200) as load:
        for _ in range(4):
            for victim in ("public-security", "redis", "social-insurance", "aggregator"):
                load.run_on(0.2)
                city.kill(victim)
    load.assert_all_is_there_once()


def test_a_redis_that_may_drop_facts_is_told(fresh_city):
    city = fresh_city.start()
    city.redis().config_set("maxmemory-policy", "allkeys-lru")
    city.kill("aggregator")
    log = city.data / "logs/aggregator.log"
    wait_until(lambda: "maxmemory-policy allkeys-lru: set it to noeviction" in log.read_text(), what="a warning")
