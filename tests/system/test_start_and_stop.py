# SPDX-License-Identifier: Apache-2.0
# test_start_and_stop: a mistake in settings or a catalogue stops the start with file and line; TERM ends all.
import re
import shutil
import signal
import socket
import stat
import subprocess

import pytest

from city import DEPARTMENTS, NUMBERS, ROOT, City, wait_until
from people import person_row
from view import facts_of

DAEMONS = [*NUMBERS]


@pytest.fixture(scope="module")
def stopped():
    """A city that was set up and stopped: its settings can be tried one by one."""
    city = City().start()
    assert city.stop() == 0
    yield city
    city.close()


def run(city, *arguments, code):
    done = subprocess.run(list(map(str, arguments)), capture_output=True, env=city.environment, timeout=30,
                          stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done


def run_daemon(city, service, settings, code):
    return run(city, city.programs / f"onecity-{service}", settings, code=code).stderr.decode()


def up(city, code, *options):
    """`onecity up` that is expected to give up by itself."""
    return run(city, city.programs / "onecity", "up", "--port", city.base, *options, code=code).stderr.decode()


def settings_with(city, service, line):
    """A copy of the service's settings, in the same folder, with one more line; its path and that line's number."""
    lines = (city.data / f"settings/{service}.conf").read_text("utf-8").splitlines()
    path = city.data / "settings" / "tried.txt"
    path.write_text("\n".join([*lines, line]) + "\n", "utf-8")
    return path, len(lines) + 1


@pytest.mark.parametrize("service", DAEMONS)
@pytest.mark.parametrize("line, told", [
    ("colour = red", "colour"), ("nonsense", ""), ("log_level = info", "log_level"), ("= 3", "")])
def test_a_mistake_in_the_settings_stops_the_start_with_file_and_line(stopped, service, line, told):
    path, number = settings_with(stopped, service, line)
    said = run_daemon(stopped, service, path, 2)
    assert f"{path}:{number}:" in said and told in said


@pytest.mark.parametrize("service, line", [
    ("tax", "map_gib = 0"), ("tax", "map_gib = many"), ("tax", "body_mib = 257"), ("aggregator", "partitions = 0")])
def test_a_number_out_of_its_range_stops_the_start_with_file_and_line(stopped, service, line):
    path, number = settings_with(stopped, service, line)
    said = run_daemon(stopped, service, path, 2)
    assert f"{path}:{number}:" in said and line.split()[0] in said


@pytest.mark.parametrize("service", DAEMONS)
def test_without_a_required_setting_the_start_stops_and_names_it(stopped, service):
    path = stopped.data / "settings" / "tried.txt"
    path.write_text("log_level = info\n", "utf-8")
    said = run_daemon(stopped, service, path, 2)
    assert str(path) in said and "proto" in said


@pytest.mark.parametrize("service", DAEMONS)
def test_every_daemon_explains_itself(stopped, service):
    program = stopped.programs / f"onecity-{service}"
    shown = run(stopped, program, "--help", code=0).stdout.decode()
    assert "log_level" in shown and "proto" in shown
    version = run(stopped, program, "--version", code=0).stdout.decode()
    assert re.fullmatch(rf"onecity-{service} \d+\.\d+\.\d+\n", version)
    run(stopped, program, code=2)
    run(stopped, program, "no-such-file", code=2)


def test_up_stops_with_2_when_a_service_refuses_its_settings(fresh_city):
    city = fresh_city.start()
    city.stop()
    path = city.own_settings("tax", colour="red")
    said = up(city, 2)
    assert f"{path}:" in said and "colour" in said
    assert not city.children_left()


def broken_proto(city, name, old, new):
    """A copy of the contract with one mistake; its path and that mistake's line."""
    proto = city.home / "proto"
    shutil.rmtree(proto, ignore_errors=True)
    shutil.copytree(ROOT / "proto", proto)
    path = proto / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path, text[:text.index(old)].count("\n") + 1


@pytest.mark.parametrize("name, old, new", [
    ("records/tax.json", '"sensitivity": "personal"', '"sensitivity": "whatever"'),
    ("records/tax.json", '"required": true', '"requirde": true'),
    ("records/tax.json", '"codes": "tax_kind"', '"codes": "no_such_list"'),
    ("records/tax.json", '"kinds": [', '"kinds": [,'),
    ("codes/tax_kind.json", '"code": "vat"', '"code": 7'),
])
def test_a_mistake_in_a_catalogue_stops_the_start_with_file_and_line(stopped, name, old, new):
    path, number = broken_proto(stopped, name, old, new)
    settings = stopped.data / "settings" / "tried.txt"
    lines = (stopped.data / "settings/tax.conf").read_text("utf-8").splitlines()
    settings.write_text("\n".join(f"proto = {path.parents[1]}" if line.startswith("proto") else line for line in lines),
                        "utf-8")
    said = run_daemon(stopped, "tax", settings, 2)
    told = re.search(rf"{re.escape(str(path))}:(\d+)\b", said)
    assert told and abs(int(told.group(1)) - number) <= 3, said  # the line of the field it is in will do
    said = up(stopped, 2, "--proto", path.parents[1])
    assert told.group(0) in said


@pytest.mark.parametrize("service", DAEMONS)
def test_term_ends_a_service_with_0_and_up_starts_it_again(fresh_city, service):
    city = fresh_city.start()
    first = city.pid(service)
    city.ends_expected.add((service, "exit code 0"))
    city.signal(service, signal.SIGTERM)
    wait_until(lambda: f"{service} is ready again" in city.said(), what="another one")
    assert city.pid(service) != first
    city.settle()
    assert "stopped" in (city.data / f"logs/{service}.log").read_text("utf-8")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_all_in_order_with_0(fresh_city, number):
    city = fresh_city.start()
    children = city.children()
    assert set(children) == {"redis", *DAEMONS}
    city.take("public-security", "person", [person_row(person) for person in city.people.several(200)])
    assert city.stop(number) == 0
    for service in DAEMONS:
        assert (city.data / f"logs/{service}.log").read_text("utf-8").rstrip().endswith("stopped")
    assert not (city.data / "redis/redis.sock").exists()
    assert all(is_closed(city, service) for service in DAEMONS)
    city.start()
    city.settle()
    assert len(facts_of(city, "public-security")) == 200


def is_closed(city, service):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", city.base + NUMBERS[service])) != 0


def test_a_city_runs_once_in_a_data_directory(city):
    said = up(city, 1)
    assert str(city.data) in said
    city.settle()


def test_a_port_that_is_taken_is_told(fresh_city):
    with socket.create_server(("127.0.0.1", fresh_city.base + NUMBERS["tax"])):
        said = up(fresh_city, 2)
    assert f"127.0.0.1:{fresh_city.base + NUMBERS['tax']}" in said


def test_everything_secret_is_for_its_owner_only(city):
    for path in city.data.rglob("*"):
        mode = stat.S_IMODE(path.lstat().st_mode)
        if path.is_dir() and path.parent.name != "redis":
            assert mode & 0o077 == 0, path
    for pattern in ("keys/*secret", "tokens/*"):
        found = list(city.data.glob(pattern))
        assert found and all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in found)


@pytest.mark.parametrize("name", ["keys/pseudonym.secret", "keys/tax.key_secret", "tokens/tax"])
def test_a_secret_that_others_may_read_is_not_used(stopped, name):
    path = stopped.data / name
    try:
        path.chmod(0o644)
        assert path.name in run_daemon(stopped, "tax", stopped.data / "settings/tax.conf", 2)
    finally:
        path.chmod(0o600)


def test_a_second_daemon_on_the_same_journal_is_refused(city):
    path, _ = settings_with(city, "tax", "map_gib = 1")
    said = run_daemon(city, "tax", path, 2)
    assert "tax" in said
    path.unlink()
    city.settle()


def test_status_of_a_city_that_is_down_says_so(stopped):
    shown = stopped.command("status", code=2)
    assert shown.stdout.count(b"down") == len(DAEMONS)


def test_up_keeps_the_keys_it_made(fresh_city):
    city = fresh_city.start()
    city.stop()
    before = {path: path.read_bytes() for path in [*city.data.glob("keys/*"), *city.data.glob("tokens/*")]}
    city.start()
    assert before == {path: path.read_bytes() for path in [*city.data.glob("keys/*"), *city.data.glob("tokens/*")]}
