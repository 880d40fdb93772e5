# SPDX-License-Identifier: Apache-2.0
# load: pushes changes while things go wrong, knows exactly what was acknowledged, and checks it afterwards.
import http.client
import json
import threading
import time

import msgpack

from bus import replay
from city import NUMBERS
from people import contribution_body, contribution_row, person_body, person_row
from view import facts_of, field_name, kind_number, subject_of

ROWS = 20  # of a request


class Pusher(threading.Thread):
    """Sends changes of some people's records to a department, one request after the other. What is not acknowledged
    is sent again until it is, so that at the end every change was acknowledged, in this order."""

    kind = None

    def __init__(self, city, department, people):
        super().__init__(name=f"pusher to {department}", daemon=True)
        self.city, self.department, self.people = city, department, people
        self.history = {}  # (subject, key) -> packed bodies, in order
        self.acknowledged = 0
        self.retries = 0
        self.failure = None
        self.ending = threading.Event()
        self.subjects = {person.id_number: subject_of(city, person.id_number) for person in people}

    def change(self, person, serial):
        """The row of one more change, its key and its body."""
        raise NotImplementedError

    def finish(self):
        self.ending.set()
        self.join(120)
        assert not self.is_alive(), f"{self.name} did not get its last rows in"
        assert self.failure is None, self.failure

    def run(self):
        try:
            self.push_until_told()
        except Exception as error:  # told by finish(), on the test's own thread
            self.failure = error

    def push_until_told(self):
        serial = 0
        while not self.ending.is_set():
            rows, changes = [], []
            for _ in range(ROWS):
                row, key, body = self.change(self.people[serial % len(self.people)], serial)
                rows.append(row)
                changes.append(((self.subjects[row["id_number"]], key), msgpack.packb(body)))
                serial += 1
            self.send_until_acknowledged(json.dumps(rows, ensure_ascii=False).encode())
            for place, body in changes:
                self.history.setdefault(place, []).append(body)
            self.acknowledged += len(changes)
            time.sleep(0.002)

    def send_until_acknowledged(self, body):
        while not self.send(body):
            self.retries += 1
            time.sleep(0.02)

    def send(self, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.city.base + NUMBERS[self.department], timeout=30)
        try:
            connection.request("POST", f"/v1/rows/{self.kind}", body,
                               {**self.city.token(self.department), "Content-Type": "application/json"})
            answer = connection.getresponse()
            counts = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            connection.close()
        if answer.status == 503:
            return False
        assert answer.status == 202 and counts["quarantined"] == counts["stale"] == 0, counts
        assert counts["accepted"] + counts["unchanged"] == ROWS, counts
        return True


class PersonPusher(Pusher):
    kind = "person"

    def __init__(self, city, people):
        super().__init__(city, "public-security", people)

    def change(self, person, serial):
        if serial >= len(self.people):
            self.city.people.renamed(person)
        return person_row(person), "", person_body(person)


class ContributionPusher(Pusher):
    kind = "contribution"

    def __init__(self, city, people):
        super().__init__(city, "social-insurance", people)

    def change(self, person, serial):
        year, fen = 2015 + serial % 7, 100000 + serial
        return contribution_row(person, year, fen), f"pension|{year}", contribution_body(year, fen)


class Load:
    """Both pushers, on a city in which nobody else pushes these kinds."""

    def __init__(self, city, people=60):
        self.city = city
        chosen = city.people.several(people)
        self.pushers = [PersonPusher(city, chosen), ContributionPusher(city, chosen)]

    def __enter__(self):
        for pusher in self.pushers:
            pusher.start()
        return self

    def __exit__(self, kind, error, trace):
        for pusher in self.pushers:
            if kind is None:
                pusher.finish()
            pusher.ending.set()

    @property
    def acknowledged(self):
        return sum(pusher.acknowledged for pusher in self.pushers)

    def run_on(self, seconds):
        """Lets it run for a while, and makes sure that it did."""
        before, end = self.acknowledged, time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.02)
        return self.acknowledged > before

    def assert_all_is_there_once(self):
        """Each acknowledged change is in the journal once and in order, each last one in the profile."""
        self.city.settle(60)
        for pusher in self.pushers:
            assert_history(self.city, pusher)


def assert_history(city, pusher):
    _, kind = kind_number(pusher.department, pusher.kind)
    entries = replay(city, pusher.department)
    assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
    written, last = {}, {}
    for entry in entries:
        place = entry.subject, entry.key
        if entry.kind == kind and place in pusher.history:
            assert entry.operation == "put"
            assert entry.previous == (last[place].sequence if place in last else 0)
            written.setdefault(place, []).append(entry.packed_body)
            last[place] = entry
    assert written.keys() == pusher.history.keys()
    for place, bodies in pusher.history.items():
        assert written[place] == bodies, f"{pusher.department}: a record's changes are not as acknowledged"
    assert sum(map(len, written.values())) == pusher.acknowledged
    facts = facts_of(city, pusher.department)
    for (subject, key), entry in last.items():
        fact = facts[subject, field_name(pusher.department, pusher.kind, key)]
        assert (fact.sequence, fact.recorded_ms, fact.packed_body) == \
            (entry.sequence, entry.recorded_ms, entry.packed_body)
