# SPDX-License-Identifier: Apache-2.0
# monitor: the monitor as a browser sees it: server-sent events, and a department that never stops talking.
import http.client
import json
import threading
import time

import msgpack
import zmq
import zmq.auth

from bus import FORMAT, hash_of
from city import NUMBERS


class Stream:
    """One stream of events, read as it comes."""

    def __init__(self, city, query="", headers=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", city.base + NUMBERS["monitor"], timeout=15)
        self.connection.request("GET", "/v1/stream" + query, headers={**city.token("monitor"), **(headers or {})})
        self.answer = self.connection.getresponse()
        self.raw = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.answer.close()
        self.connection.close()

    def next(self):
        """The next event: (name, id, data)."""
        event = {"event": None, "id": None, "data": None}
        while True:
            line = self.answer.readline()
            assert line, "the stream ended"
            self.raw.append(line)
            line = line.decode("utf-8").rstrip("\n")
            if line == "" and event["event"] is not None:
                return event["event"], event["id"], json.loads(event["data"])
            name, colon, value = line.partition(": ")
            if colon and name:
                event[name] = value

    def until(self, condition, seconds=15):
        """All events up to the first for which condition(name, id, data) is true."""
        got, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            event = self.next()
            got.append(event)
            if condition(*event):
                return got
        raise AssertionError(f"not within {seconds} s; the last: {got[-5:]}")

    def entries(self, count, seconds=15):
        """So many entries."""
        found = []
        end = time.monotonic() + seconds
        while len(found) < count:
            assert time.monotonic() < end, f"{len(found)} of {count}"
            name, _, data = self.next()
            if name == "entry":
                found.append(data)
        return found


class Flood(threading.Thread):
    """Publishes as a department, with its key, as fast as told; answers replays of what it said last."""
    BATCH = 1024

    def __init__(self, city, department, per_second):
        super().__init__(daemon=True)
        self.department = department
        self.per_second = per_second
        keys = zmq.auth.load_certificate(str(city.data / f"keys/{department}.key_secret"))
        self.context = zmq.Context()
        self.publishing = self.socket(zmq.PUB, keys)
        self.replaying = self.socket(zmq.ROUTER, keys)
        self.ports = [socket.last_endpoint.decode().rpartition(":")[2] for socket in (self.publishing, self.replaying)]
        self.epoch, self.chain, self.head = b"\7" * 16, bytes(32), 0
        self.last = []  # (first, count, chain before)
        self.flowing, self.over = threading.Event(), threading.Event()
        self.deaf = False  # no replay is answered
        header = [0, int(time.time() * 1000), 1, "p" + "a" * 17, "pension|2024", None, None, 0, None]
        self.header = b"".join(msgpack.packb(member) for member in header)
        self.body = bytes(60)
        self.entry = b"\x9b" + self.header + msgpack.packb(b"s" * 16) + msgpack.packb(self.body)
        self.behind = hash_of(b"s" * 16 + self.body)

    def socket(self, kind, keys):
        socket = self.context.socket(kind)
        socket.linger = 0
        socket.curve_publickey, socket.curve_secretkey = keys
        socket.curve_server = True
        socket.bind("tcp://127.0.0.1:*")
        return socket

    def hash(self, chain, sequence):
        return hash_of(chain + sequence.to_bytes(8, "big") + self.header + self.behind)

    def message(self, first, count, chain, answer=0):
        head = [FORMAT, NUMBERS[self.department], self.epoch, first, count, self.head, int(time.time() * 1000), chain,
                answer]
        packed = b"\x9b" + b"".join(msgpack.packb(member) for member in head)
        return packed + msgpack.Packer().pack_array_header(count) + self.entry * count + b"\x90"

    def send(self, body):
        self.publishing.send_multipart([self.department.encode(), body])

    def say_batch(self):
        first, chain = self.head + 1, self.chain
        for sequence in range(first, first + self.BATCH):
            self.chain = self.hash(self.chain, sequence)
        self.head += self.BATCH
        self.last = (self.last + [(first, self.BATCH, chain)])[-4:]
        self.send(self.message(first, self.BATCH, chain))

    def answer_replays(self):
        while self.replaying.poll(0):
            peer, request = self.replaying.recv_multipart()
            _, _, wanted, credit, number = msgpack.unpackb(request)
            first, chain = wanted, self.chain
            for begin, size, before in self.last:
                if begin <= first < begin + size and credit > 0:
                    chain = before
                    for sequence in range(begin, first):
                        chain = self.hash(chain, sequence)
                    count = min(credit, begin + size - first)
                    body = self.message(first, count, chain, number)
                    self.replaying.send_multipart([peer, self.department.encode(), body])
                    first, credit = first + count, credit - count
            if first > self.head:
                self.replaying.send_multipart([peer, self.department.encode(),
                                               self.message(first, 0, self.chain, number)])

    def run(self):
        begun, said, beat = time.monotonic(), 0, 0
        while not self.over.is_set():
            now = time.monotonic()
            if now - beat >= 1:
                beat = now
                self.send(self.message(self.head + 1, 0, self.chain))
            if not self.deaf:
                self.answer_replays()
            if not self.flowing.is_set():
                begun, said = now, 0
                time.sleep(0.005)
            elif said < (now - begun) * self.per_second:
                self.say_batch()
                said += self.BATCH
            else:
                time.sleep(0.001)

    def lose(self, count):
        """Entries that nobody will see on the bus, though they are counted; few ones can be replayed."""
        if count <= self.BATCH:
            self.last.append((self.head + 1, count, self.chain))
        for sequence in range(self.head + 1, self.head + 1 + count):
            self.chain = self.hash(self.chain, sequence)
        self.head += count

    def begin_anew(self):
        """Another journal, as after a disk was lost."""
        self.epoch, self.chain, self.head, self.last = bytes([self.epoch[0] + 1]) * 16, bytes(32), 0, []

    def stop(self):
        self.over.set()
        self.join()
        self.context.destroy(linger=0)
