# SPDX-License-Identifier: Apache-2.0
# test_shell: what the command line is to a shell and a terminal: completion, manual pages, filters, a full screen.
import json
import os
import pty
import re
import select
import signal
import subprocess
import time

import pytest

from city import DEPARTMENTS, programs_directory, wait_until
from people import person_row, sample_rows

PROGRAM = programs_directory() / "onecity"
ENGLISH = dict(os.environ, LC_ALL="C.UTF-8")


def onecity(*arguments, code=0, **environment):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, encoding="utf-8", env={**ENGLISH, **environment},
                          stdin=subprocess.DEVNULL, timeout=30, check=False)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done.stdout


def helps():
    """Each command, and each part of one, with its help."""
    for name in re.findall(r"^  ([a-z-]+) ", onecity("help"), re.M):
        shown = onecity(name, "--help") if name != "help" else ""
        if " PART " in shown.splitlines()[0] if shown else False:
            for part in re.findall(r"^  ([a-z]+) ", shown, re.M):
                yield [name, part], onecity(name, part, "--help")
        elif shown:
            yield [name], shown


HELPS = list(helps())


def options_in(shown):
    return set(re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", shown, re.M))


# --- completion ----------------------------------------------------------------------------------

def completed(line, data=""):
    """What bash would offer at the end of a line."""
    words = line.split(" ")
    script = """source <("$0" completion bash)
COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2)) COMPREPLY=() ONECITY_DATA=$1
_onecity
printf '%s\\n' "${COMPREPLY[@]}\""""
    done = subprocess.run(["bash", "-c", script, str(PROGRAM), data, *words], capture_output=True, encoding="utf-8",
                          env=ENGLISH, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done
    return set(done.stdout.split())


def test_every_command_and_part_is_completed():
    commands = set(re.findall(r"^  ([a-z-]+) ", onecity("help"), re.M))
    assert completed("onecity ") == commands | {"--help", "--version"}
    assert completed("onecity ta") == {"tail"}
    assert completed("onecity rejects ") == {"ls", "show", "redrive", "dismiss"}


@pytest.mark.parametrize("words, shown", HELPS, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_every_option_of_the_help_is_completed(words, shown):
    assert options_in(shown) <= completed(" ".join(["onecity", *words, "-"]))
    assert len(options_in(shown)) >= 1


def test_departments_and_folders_are_completed(city, tmp_path):
    data = str(city.data)
    assert completed("onecity push ", data) & set(DEPARTMENTS) == set(DEPARTMENTS)
    assert completed("onecity rejects ls ta", data) == {"tax"}
    assert completed("onecity tail --source he", data) == {"health"}
    (tmp_path / "here").mkdir()
    assert completed(f"onecity status --data {tmp_path}/") == {f"{tmp_path}/here"}


# --- manual pages --------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["", *sorted({words[0] for words, _ in HELPS})])
def test_a_manual_page_is_clean_and_names_every_option(name, tmp_path):
    page = tmp_path / "page.1"
    page.write_text(onecity("man", *([name] if name else [])), "utf-8")
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", str(page)], capture_output=True, encoding="utf-8",
                          check=False)
    assert (done.returncode, done.stdout) == (0, "")
    shown = subprocess.run(["mandoc", "-Tutf8", str(page)], capture_output=True, encoding="utf-8", check=True).stdout
    plain = re.sub(".\b", "", shown)
    for words, text in HELPS:
        if words[0] == name:
            assert options_in(text) <= set(re.findall(r"--[a-z-]+", plain))
        elif not name:
            assert re.search(rf"^ +{words[0]}\b", plain, re.M)


def test_there_is_no_page_of_what_is_no_command():
    assert onecity("man", "weather", code=64) == ""
    assert onecity("completion", "fish", code=64) == ""


# --- tail's filter -------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def fed(city):
    person, other = city.people.several(2)
    for department, (kind, row) in sample_rows(person, other).items():
        city.take(department, kind, row)
    assert city.push("public-security", "person", {**person_row(other), "sex": "none"})["quarantined"] == 1
    return city


def tailed(city, *arguments):
    shown = city.command("tail", "--json", *arguments).stdout.decode().splitlines()
    return [json.loads(line) for line in shown]


def test_a_filter_passes_what_its_terms_say(fed):
    everything = tailed(fed)
    assert {entry["department"] for entry in everything} == set(DEPARTMENTS)
    for terms, passes in (("source:tax", lambda entry: entry["department"] == "tax"),
                          ("source:tax source:health", lambda entry: entry["department"] in ("tax", "health")),
                          ("-source:tax -heartbeat", lambda entry: entry["department"] != "tax"),
                          ("kind:person", lambda entry: entry.get("kind") == "person"),
                          ("status:rejected", lambda entry: entry["operation"] == "reject"),
                          ("-status:accepted", lambda entry: entry["operation"] in ("reject", "settle")),
                          ("reason:unknown_code", lambda entry: entry.get("note") == "unknown_code")):
        wanted = [(entry["department"], entry["sequence"]) for entry in everything if passes(entry)]
        got = [(entry["department"], entry["sequence"]) for entry in tailed(fed, "--filter", terms)]
        assert got == wanted and wanted, terms


def test_a_filter_that_asks_for_a_person_is_refused_and_not_repeated(fed):
    for term in ("person:320582199003071232", "320582199003071232"):
        done = fed.command("tail", "--filter", term, code=1)
        assert b"term 1" in done.stderr and b"320582" not in done.stderr and done.stdout == b""


# --- top -----------------------------------------------------------------------------------------

class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, city, *arguments):
        self.pid, self.end = pty.fork()
        if self.pid == 0:
            os.execve(city.programs / "onecity", ["onecity", *arguments],
                      {**city.environment, "TERM": "xterm", "COLUMNS": "120"})
        self.shown = b""

    def read(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if select.select([self.end], [], [], 0.05)[0]:
                try:
                    self.shown += os.read(self.end, 65536)
                except OSError:
                    return

    def waits_for(self, text):
        def there():
            self.read(0.1)
            return text in self.shown
        wait_until(there, 15, f"{text} on the terminal")

    def finish(self):
        code = None

        def over():
            nonlocal code
            self.read(0.1)
            pid, code = os.waitpid(self.pid, os.WNOHANG)
            return pid != 0
        wait_until(over, 10, "the end of a program on a terminal")
        os.close(self.end)
        return os.waitstatus_to_exitcode(code)


def test_top_shows_all_departments_until_q(fed):
    terminal = Terminal(fed, "top")
    terminal.waits_for(b"/s")  # a rate is known from the second look on
    for department in DEPARTMENTS:
        assert department.encode() in terminal.shown
    os.write(terminal.end, b"xq")
    assert terminal.finish() == 0
    assert terminal.shown.count(b"\x1b[?1049h") == terminal.shown.count(b"\x1b[?1049l") == 1
    assert terminal.shown.rstrip().endswith(b"\x1b[?1049l")


def test_top_gives_the_terminal_back_when_it_is_ended(fed):
    for number in (signal.SIGINT, signal.SIGTERM):
        terminal = Terminal(fed, "top")
        terminal.waits_for(b"tax")
        os.kill(terminal.pid, number)
        assert terminal.finish() == 0
        assert terminal.shown.endswith(b"\x1b[?25h\x1b[?1049l")


def test_top_without_a_terminal_says_what_does_without(fed):
    assert b"lag --watch" in fed.command("top", code=1).stderr


def test_top_goes_on_while_the_aggregator_is_away(fresh_city):
    city = fresh_city.start()
    terminal = Terminal(city, "top")
    terminal.waits_for(b"tax")
    city.kill("aggregator")
    terminal.shown = b""
    terminal.waits_for(b"public-security")  # `up` has started it again
    os.write(terminal.end, b"q")
    assert terminal.finish() == 0
