# SPDX-License-Identifier: Apache-2.0
# test_bus_door: who is not on the list gets nothing from the bus; who is reads it with foreign means.
import contextlib
import signal
import time

import msgpack
import pytest
import zmq
import zmq.auth

from bus import FORMAT, batches, following, receive, replay, socket_to
from city import DEPARTMENTS, wait_until
from people import person_body, person_row
from view import subject_of

DEPARTMENT = "public-security"
HEARD_SECONDS = 3  # three heartbeats would have come


def stranger():
    return zmq.curve_keypair()


# Who may not hear anything: name -> kind of socket, offset of the port, keys.
INTRUDERS = {
    "unknown key": (zmq.SUB, 100, stranger()),
    "unknown key, replay": (zmq.DEALER, 200, stranger()),
    "no CURVE": (zmq.SUB, 100, None),
    "no CURVE, replay": (zmq.DEALER, 200, None),
    "another department": (zmq.SUB, 100, "tax"),
}


@pytest.fixture(scope="module")
def overheard(city):
    """What the intruders and one who is allowed hear while rows come in and heartbeats go out; refused keys."""
    before = city.status(DEPARTMENT)["refused_keys"]
    with contextlib.ExitStack() as stack:
        sockets = {name: stack.enter_context(socket_to(city, DEPARTMENT, *how)) for name, how in INTRUDERS.items()}
        sockets["allowed"] = stack.enter_context(following(city, DEPARTMENT))
        impostor = sockets["impostor"] = stack.enter_context(following(city, DEPARTMENT))
        impostor.disconnect(impostor.last_endpoint)
        impostor.curve_serverkey, _ = stranger()
        impostor.connect(f"tcp://127.0.0.1:{city.base + 100 + DEPARTMENTS[DEPARTMENT]}")
        for socket in sockets.values():
            if socket.type == zmq.DEALER:
                socket.send(msgpack.packb([FORMAT, None, 1, 100, 1]))
        end = time.monotonic() + HEARD_SECONDS
        while time.monotonic() < end:
            city.take(DEPARTMENT, "person", person_row(city.people.one()))
            time.sleep(0.2)
        heard = {name: receive(socket, 0) for name, socket in sockets.items()}
    return heard, city.status(DEPARTMENT)["refused_keys"] - before


@pytest.mark.parametrize("who", INTRUDERS)
def test_who_is_not_on_the_list_gets_nothing(overheard, who):
    heard, _ = overheard
    assert heard["allowed"] is not None
    assert heard[who] is None


def test_refused_keys_are_counted(overheard):
    _, refused = overheard
    assert refused >= sum(1 for _, _, keys in INTRUDERS.values() if keys is not None)


def test_a_server_that_does_not_have_the_departments_key_is_not_believed(overheard):
    heard, _ = overheard
    assert heard["impostor"] is None


def test_an_allowed_foreign_client_reads_batches_with_msgpack_alone(city):
    person = city.people.one()
    with following(city, DEPARTMENT) as socket:
        assert receive(socket, 5), "no heartbeat"
        taken = city.take(DEPARTMENT, "person", person_row(person))
        batch = next(batch for batch in batches(socket) if batch.entries)
    assert batch.department == DEPARTMENTS[DEPARTMENT]
    assert batch.epoch.hex() == taken["epoch"]
    (entry,) = batch.entries
    assert (entry.sequence, entry.operation) == (taken["first_sequence"], "put")
    assert (entry.subject, entry.key, entry.body) == (subject_of(city, person.id_number), "", person_body(person))


def test_a_message_is_the_departments_name_and_the_batch(city):
    with following(city, DEPARTMENT) as socket:
        name, _ = receive(socket, 5)
    assert name == DEPARTMENT.encode()


def test_every_department_says_once_a_second_that_it_is_there_and_how_far(city):
    with contextlib.ExitStack() as stack:
        sockets = {name: stack.enter_context(following(city, name)) for name in DEPARTMENTS}
        time.sleep(2.5)
        heard = {name: list(batches(socket, 0.05)) for name, socket in sockets.items()}
    for department, said in heard.items():
        head = city.status(department)["sequence"]
        assert 2 <= len(said) <= 4
        assert all(not batch.entries and batch.first == batch.head + 1 == head + 1 for batch in said)


def test_what_was_published_is_replayed_the_same_and_chained(city):
    with following(city, DEPARTMENT) as socket:
        assert receive(socket, 5)
        city.take(DEPARTMENT, "person", [person_row(person) for person in city.people.several(40)])
        live = {entry.sequence: entry for batch in batches(socket, 2) for entry in batch.entries}
    assert len(live) == 40
    replayed = replay(city, DEPARTMENT)
    for entry in replayed:
        if entry.sequence in live:
            assert vars(entry) == vars(live[entry.sequence])
    chain = bytes(32)
    for entry in replayed:
        chain = entry.chain(chain)
    assert chain.hex() == city.status(DEPARTMENT)["chain"]


def test_a_replay_may_begin_anywhere(city):
    head = city.status(DEPARTMENT)["sequence"]
    assert [entry.sequence for entry in replay(city, DEPARTMENT, head - 3)] == list(range(head - 3, head + 1))


@pytest.mark.parametrize("message", [
    b"", b"\xc1", b"hello", msgpack.packb([]), msgpack.packb([99, None, 1, 1, 1]),
    msgpack.packb([FORMAT, b"short", 1, 1, 1]), msgpack.packb([FORMAT, None, -1, 1, 1]),
    msgpack.packb([FORMAT, None, 1 << 63, 1, 1]), msgpack.packb([FORMAT, None, "1", 1, 1]),
    msgpack.packb([FORMAT, bytes(16), 1, 1 << 63, 1 << 63]), b"\x95" * 60000, b"\xdd\xff\xff\xff\xff", bytes(65000),
])
def test_a_reader_that_asks_for_nonsense_disturbs_nobody(city, message):
    with socket_to(city, DEPARTMENT, zmq.DEALER, 200) as socket:
        socket.send(message)
        socket.poll(50)
    before = city.pid(DEPARTMENT)
    assert replay(city, DEPARTMENT, 1)
    assert city.pid(DEPARTMENT) == before


def test_a_message_over_the_limit_ends_the_connection_and_nothing_else(city):
    with socket_to(city, DEPARTMENT, zmq.DEALER, 200) as socket:
        socket.send(bytes(10 << 20))
        socket.poll(300)
    assert replay(city, DEPARTMENT)


def test_a_reader_that_stands_still_holds_up_nobody(city):
    with socket_to(city, DEPARTMENT, zmq.DEALER, 200) as slow:
        slow.send(msgpack.packb([FORMAT, None, 1, 1 << 40, 1]))
        city.take(DEPARTMENT, "person", [person_row(person) for person in city.people.several(100)])
        assert replay(city, DEPARTMENT)
        city.settle()


def test_a_key_that_is_taken_off_the_list_is_turned_away_after_hup(city):
    allowed = city.data / "keys/allowed"
    before = allowed.read_text("ascii")
    try:
        allowed.write_text("".join(line for line in before.splitlines(True) if " monitor " not in line), "ascii")
        city.signal(DEPARTMENT, signal.SIGHUP)
        wait_until(lambda: "keys may follow" in (city.data / f"logs/{DEPARTMENT}.log").read_text("utf-8"))
        with following(city, DEPARTMENT) as socket:
            assert receive(socket, 2) is None
    finally:
        allowed.write_text(before, "ascii")
        city.signal(DEPARTMENT, signal.SIGHUP)
    time.sleep(0.1)
    with following(city, DEPARTMENT) as socket:
        assert receive(socket, 5)


def test_a_list_that_cannot_be_read_leaves_the_old_one_in_force(city):
    allowed = city.data / "keys/allowed"
    before = allowed.read_text("ascii")
    try:
        allowed.write_text("nonsense\n", "ascii")
        city.signal(DEPARTMENT, signal.SIGHUP)
        wait_until(lambda: "stays as it was" in (city.data / f"logs/{DEPARTMENT}.log").read_text("utf-8"))
        with following(city, DEPARTMENT) as socket:
            assert receive(socket, 5)
    finally:
        allowed.write_text(before, "ascii")
