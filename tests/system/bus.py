# SPDX-License-Identifier: Apache-2.0
# bus: a foreign follower: pyzmq and msgpack, written from proto/envelope.h alone.
import contextlib
import hashlib
import time

import msgpack
import zmq
import zmq.auth

from city import NUMBERS

FORMAT = 1
OPERATIONS = ("put", "retract", "reject", "settle")
CREDIT = 1 << 40


class Entry:
    """[operation, recorded, kind, subject, key, version, valid_since, previous, note, salt, body]"""

    def __init__(self, sequence, members):
        (operation, self.recorded_ms, self.kind, self.subject, self.key, self.version, self.valid_since, self.previous,
         self.note, self.salt, self.packed_body) = members
        self.sequence = sequence
        self.operation = OPERATIONS[operation]
        self.header = b"".join(msgpack.packb(member) for member in members[:9])

    @property
    def body(self):
        return msgpack.unpackb(self.packed_body)

    def chain(self, before):
        """The hash behind this entry, from the one before it."""
        body = b""
        if self.packed_body is not None:
            body = hash_of(self.salt + self.packed_body)
        return hash_of(before + self.sequence.to_bytes(8, "big") + self.header + body)


class Batch:
    """[format, department, epoch, first, count, head, time, chain, answer, [entry, ...], [input, ...]]"""

    def __init__(self, message):
        members = msgpack.unpackb(message)
        form, self.department, self.epoch, self.first, count, self.head, self.time_ms, self.chain, self.answer, \
            entries, self.inputs = members
        assert form == FORMAT and len(entries) == count
        assert msgpack.packb(members) == message, "not the shortest way to write it"
        self.entries = [Entry(self.first + place, entry) for place, entry in enumerate(entries)]


def hash_of(data):
    return hashlib.blake2b(data, digest_size=32).digest()


@contextlib.contextmanager
def socket_to(city, department, kind, offset, keys="monitor"):
    """A connected socket. keys: a name of the city's keys, a (public, secret) pair, or None for no CURVE at all."""
    context = zmq.Context()
    socket = context.socket(kind)
    socket.linger = 0
    try:
        if keys is not None:
            pair = zmq.auth.load_certificate(str(city.data / f"keys/{keys}.key_secret")) \
                if isinstance(keys, str) else keys
            socket.curve_publickey, socket.curve_secretkey = pair
            socket.curve_serverkey, _ = zmq.auth.load_certificate(str(city.data / f"keys/{department}.key"))
        if kind == zmq.SUB:
            socket.subscribe(department)
        socket.connect(f"tcp://127.0.0.1:{city.base + offset + NUMBERS[department]}")
        yield socket
    finally:
        context.destroy(linger=0)


def following(city, department, keys="monitor"):
    return socket_to(city, department, zmq.SUB, 100, keys)


def receive(socket, seconds):
    """The frames of the next message, or None."""
    return socket.recv_multipart() if socket.poll(int(seconds * 1000)) else None


def batches(socket, seconds=5):
    """What a follower hears, heartbeats too, until the time is over."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        message = receive(socket, left)
        if message:
            yield Batch(message[-1])


def replay(city, department, first=1, keys="monitor"):
    """All entries that a department keeps, from first on, with the chain verified."""
    with socket_to(city, department, zmq.DEALER, 200, keys) as socket:
        socket.send(msgpack.packb([FORMAT, None, first, CREDIT, 1]))
        entries, chain, head = [], None, first
        while first + len(entries) <= head:
            message = receive(socket, 20)
            assert message, f"{department}: no answer to a replay request at {first + len(entries)} of {head}"
            batch = Batch(message[-1])
            assert batch.answer == 1 and batch.first == first + len(entries)
            assert chain is None or batch.chain == chain, "the hash before a batch is not the one behind the last"
            chain, head = batch.chain, batch.head
            for entry in batch.entries:
                chain = entry.chain(chain)
                entries.append(entry)
        return entries
