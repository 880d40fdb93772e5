# SPDX-License-Identifier: Apache-2.0
# conftest: a city for each module of tests, or a fresh one for tests that break it.
import pytest

from city import City, programs_directory


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes more than some seconds; left out by scripts/test --quick")


def pytest_collection_modifyitems(items):
    if items and not (programs_directory() / "onecity").exists():
        pytest.exit(f"{programs_directory()} holds no programs: build first (scripts/test does)", 1)


@pytest.fixture(scope="module")
def city():
    """One city for all tests of a module: each uses people of its own."""
    running = City().start()
    yield running
    running.close()


@pytest.fixture
def fresh_city():
    """A city for one test that breaks things; not started yet."""
    made = City()
    yield made
    made.close()
