# SPDX-License-Identifier: Apache-2.0
# city: a whole city in a temporary folder, run by `onecity up`, as the tests see it from outside.
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import redis

from people import People

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPARTMENTS = {json.loads(path.read_text("utf-8"))["department"]: json.loads(path.read_text("utf-8"))["number"]
               for path in ROOT.glob("proto/records/*.json") if path.stem != "every-department"}
OTHERS = {"monitor": 90, "aggregator": 91, "profiles": 92, "points": 93}
NUMBERS = {**DEPARTMENTS, **OTHERS}
REPORTS = re.compile(r"ERROR: \w+Sanitizer|runtime error:|WARNING: \w+Sanitizer")


def programs_directory():
    """Where the programs to be tested are."""
    return pathlib.Path(os.environ.get("ONECITY_PROGRAMS", ROOT / "build/sanitized/bin")).resolve()


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_base():
    """A base for `onecity up --port` all of whose ports are free; below those the kernel gives to clients."""
    chance = random.Random()
    while True:
        base = chance.randrange(10000, 32000)
        if all(is_free(base + offset + number) for number in NUMBERS.values() for offset in (0, 100, 200)):
            return base


def wait_until(condition, seconds=20, what="what was waited for"):
    """Returns the first true answer; an AssertionError of the condition's own is told when the time is over."""
    end = time.monotonic() + seconds
    while True:
        told = None
        try:
            answer = condition()
        except (AssertionError, OSError, http.client.HTTPException, redis.exceptions.RedisError) as error:
            answer, told = None, error
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s" + (f": {told}" if told else ""))
        time.sleep(0.02)


class Answer:
    def __init__(self, code, body, headers):
        self.code, self.body, self.headers = code, body, headers

    @property
    def json(self):
        return json.loads(self.body)


class City:
    def __init__(self, proto=None, seed=1):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="onecity-test-"))
        self.data = self.home / "city"
        self.reports = self.home / "reports"
        self.reports.mkdir()
        self.proto = proto or ROOT / "proto"
        self.programs = programs_directory()
        self.base = free_base()
        self.people = People(seed)
        self.up = None
        self.up_options = []  # further ones of `onecity up`
        self.up_log = self.home / "up.log"
        self.ends_expected = set()  # of `up`'s "<service> ended ..." those that a test provoked, besides kills
        self.environment = dict(os.environ, LC_ALL="C.UTF-8", ONECITY_DATA=str(self.data),
                                ONECITY_PROTO=str(self.proto))
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            given = os.environ.get(name, "")
            self.environment[name] = f"{given}:log_path={self.reports}/{name[:2]}".lstrip(":")

    # --- running ---------------------------------------------------------------------------------

    def start(self):
        """Runs `onecity up`, in such a way that it ends should the tests be killed, and waits until all is ready."""
        before = self.up_log.stat().st_size if self.up_log.exists() else 0
        with self.up_log.open("ab") as log:
            self.up = subprocess.Popen(
                [self.programs / "onecity", "run-child", "--", str(os.getpid()), self.programs / "onecity", "up",
                 "--port", str(self.base), *self.up_options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment)
        wait_until(lambda: self.up.poll() is not None or b"ready after" in self.up_log.read_bytes()[before:],
                   what="a city that is ready")
        assert self.up.poll() is None, self.said()
        return self

    def stop(self, number=signal.SIGTERM):
        """Stops all; returns the exit code of `onecity up`."""
        children = self.children()
        self.up.send_signal(number)
        code = self.up.wait(30)
        wait_until(lambda: not any(is_running(pid) for pid in children.values()), what="the end of all services")
        self.up = None
        return code

    def said(self):
        return self.up_log.read_text("utf-8", "replace") if self.up_log.exists() else ""

    def children(self):
        """The services that run: name -> pid."""
        found = {}
        for pid in children_of(self.up.pid):
            line = command_line(pid)
            name = re.search(r"settings/([a-z-]+)\.conf", line)
            if name or "redis-server" in line:
                found[name.group(1) if name else "redis"] = pid
        return found

    def children_left(self):
        """Services of this city that run though `up` does not."""
        pids = [int(entry.name) for entry in pathlib.Path("/proc").iterdir() if entry.name.isdigit()]
        return [pid for pid in pids if f"{self.data}/" in command_line(pid) and is_running(pid)]

    def pid(self, service):
        return wait_until(lambda: self.children().get(service), what=f"{service}'s process")

    def signal(self, service, number):
        os.kill(self.pid(service), number)

    def kill(self, service):
        """kill -9; `up` starts it again."""
        self.signal(service, signal.SIGKILL)

    def close(self):
        """Stops, and looks for what no test may leave: reports of the sanitizers, unasked ends, personal data."""
        try:
            if self.up is not None:
                self.assert_redis_keys_are_private()
                code = self.stop()
                assert code == 0, self.said()
            self.assert_sound()
            self.assert_private()
        except BaseException:
            if self.up is not None and self.up.poll() is None:
                self.up.terminate()
                self.up.wait(30)
            print(f"what the city left is in {self.home}")
            raise
        shutil.rmtree(self.home)

    # --- what must hold after every test ---------------------------------------------------------

    def logs(self):
        return [path for path in [*self.data.glob("logs/*"), self.up_log] if path.exists()]

    def assert_sound(self):
        left = [path.read_text("utf-8", "replace") for path in self.reports.iterdir()]
        assert not left, "\n".join(left)
        for path in self.logs():
            text = path.read_text("utf-8", "replace")
            assert not REPORTS.search(text), f"{path}:\n{text}"
        for service, how in re.findall(r"^onecity: (\S+) ended (?:by signal|with) (.+?)(?:;|$)", self.said(), re.M):
            assert how == "KILL" or (service, how) in self.ends_expected, f"{service}: {how}\n{self.said()}"

    def assert_private(self):
        """No ID number and no name in a log, in the name of a file, or in settings."""
        secrets = self.people.secrets()
        for path in [*self.logs(), *self.data.glob("settings/*")]:
            content = path.read_bytes()
            assert not [secret for secret in secrets if secret in content], path
        names = "\n".join(str(path.relative_to(self.home)) for path in self.home.rglob("*")).encode()
        assert not [secret for secret in secrets if secret in names], names.decode()

    def assert_redis_keys_are_private(self):
        try:
            with self.redis() as connection:
                keys = b"\n".join(connection.scan_iter(count=1000))
                fields = b"\n".join(field for key in connection.scan_iter("oc:{*}:*", count=1000, _type="hash")
                                    for field in connection.hkeys(key))
        except redis.exceptions.RedisError:
            return  # a test that ends without Redis looked itself
        for secret in self.people.secrets():
            assert secret not in keys and secret not in fields

    # --- talking to it ---------------------------------------------------------------------------

    def command(self, *arguments, rows=None, code=0):
        """Runs `onecity ...`; rows: what it reads."""
        done = subprocess.run([self.programs / "onecity", *map(str, arguments)], input=rows, capture_output=True,
                              env=self.environment, timeout=120, check=False)
        assert code is None or done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done

    def url(self, service, path):
        return f"http://127.0.0.1:{self.base + NUMBERS[service]}{path}"

    def token_path(self, service):
        return self.data / "tokens" / service

    def token(self, service):
        name, value = self.token_path(service).read_text("ascii").strip().split(": ")
        return {name: value}

    def ask(self, service, method, path, body=None, headers=None, token=True):
        """One request; headers with the value None are left out."""
        sent = {**(self.token(service) if token else {}), **(headers or {})}
        connection = http.client.HTTPConnection("127.0.0.1", self.base + NUMBERS[service], timeout=60)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), answer.headers)
        finally:
            connection.close()

    def post(self, department, kind, rows, content_type="application/json", query=""):
        body = rows if isinstance(rows, (bytes, str)) else json.dumps(rows, ensure_ascii=False)
        body = body.encode() if isinstance(body, str) else body
        return self.ask(department, "POST", f"/v1/rows/{kind}{query}", body, {"Content-Type": content_type})

    def push(self, department, kind, rows):
        """Pushes rows; returns the counts."""
        answer = self.post(department, kind, rows)
        assert answer.code == 202, answer.body
        return answer.json

    def take(self, department, kind, rows):
        """Pushes rows all of which must be taken in."""
        counts = self.push(department, kind, rows)
        assert counts["accepted"] == (len(rows) if isinstance(rows, list) else 1), counts
        return counts

    def status(self, service="aggregator"):
        answer = self.ask(service, "GET", "/v1/status")
        assert answer.code == 200, answer.body
        return answer.json

    def feed(self, department):
        """What the aggregator says about a department."""
        return next(feed for feed in self.status()["departments"] if feed["department"] == department)

    def redis(self):
        return redis.Redis(unix_socket_path=str(self.data / "redis/redis.sock"))

    # --- settling --------------------------------------------------------------------------------

    def is_settled(self):
        heads = {name: self.status(name)["sequence"] for name in DEPARTMENTS}
        status = self.status()
        assert status["redis"] == "ready" and not status["rebuilding"], status
        for feed in status["departments"]:
            assert feed["state"] == "live", feed
            assert feed["lag"] == 0 and feed["position"] >= heads[feed["department"]], feed
        assert {feed["department"] for feed in status["departments"]} == set(DEPARTMENTS)
        return True

    def settle(self, seconds=30):
        """Waits until every department is live and all it took in is in the profiles."""
        wait_until(self.is_settled, seconds, "a city with nothing under way")

    # --- settings --------------------------------------------------------------------------------

    def own_settings(self, service, **changes):
        """Takes a settings file over, as an operator would, while all is stopped. A value None takes the line out."""
        path = self.data / "settings" / f"{service}.conf"
        lines = [line for line in path.read_text("utf-8").splitlines()
                 if not line.startswith("#") and line.split(" =")[0] not in changes]
        lines += [f"{name} = {value}" for name, value in changes.items() if value is not None]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path


def children_of(parent):
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            yield int(entry.name)


def command_line(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


def is_running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
