# SPDX-License-Identifier: Apache-2.0
# test_monitor_page: operators see the stream, in Chromium, with the whole suite running; they never see people.
import gzip
import os
import re
import signal
import time

import pytest
from selenium.webdriver.common.keys import Keys

from browser import Page, start_browser
from city import DEPARTMENTS, ROOT, wait_until
from people import contribution_row, person_row, sample_rows
from wire import Wire

WEB = ROOT / "services/monitor/web"
DEPARTMENT = "social-insurance"
ROWS_MAX = 500  # that the tail shows
SCRIPT_BYTES_MAX = 100 * 1000
VIEWS = ("overview", "stream", "rejects", "gaps", "charts")


@pytest.fixture(scope="module")
def driver():
    made = start_browser()
    yield made
    made.quit()


@pytest.fixture(scope="module")
def lived_in(city):
    """Every department said something, and something was refused."""
    one, other = city.people.several(2)
    for department, (kind, row) in sample_rows(one, other).items():
        city.take(department, kind, row)
    wrong = [{**person_row(person), "birth_date": "someday"} for person in city.people.several(3)]
    city.push("public-security", "person", wrong)
    city.settle()
    return city


@pytest.fixture
def page(driver, lived_in):
    """Signed in, in one tab, in English, in the light."""
    shown = Page(driver, lived_in)
    shown.dark(False)
    shown.sign_in()
    shown.script("localStorage.clear()")
    shown.open()
    shown.wait(lambda: shown.state("tax") and shown.events(), "a page with its data")
    yield shown
    shown.assert_private()
    shown.assert_clean()
    for handle in driver.window_handles[1:]:
        driver.switch_to.window(handle)
        driver.close()
    driver.switch_to.window(driver.window_handles[0])


def push_contributions(city, count, year=2024):
    rows = [contribution_row(person, year=year) for person in city.people.several(count)]
    for begin in range(0, count, 500):
        city.take(DEPARTMENT, "contribution", rows[begin:begin + 500])
    return city.status(DEPARTMENT)["sequence"]


def wait_for_event(page, sequence, department=DEPARTMENT):
    page.wait(lambda: f"{department}:{sequence}" in page.events(), f"entry {sequence} in the tail")


# --- getting in ----------------------------------------------------------------------------------

def test_nobody_gets_in_without_a_code_and_a_code_does_not_stay_in_the_address(driver, lived_in):
    page = Page(driver, lived_in)
    driver.get(page.address)
    driver.delete_all_cookies()
    page.open()
    page.wait(lambda: page.shown("#session form"), "the form for a code")
    assert not page.shown("#strip") and "/v1/session/code" in page.text("#session .command")
    page.screenshot("sign-in")
    page.one("#code").send_keys("0" * 32, Keys.ENTER)
    page.wait(lambda: page.shown("#session .notice"), "the refusal of a wrong code")
    page.sign_in()
    assert "code" not in driver.current_url
    page.assert_private()


def test_the_page_is_small_and_paints_within_a_second(page):
    used = {name.rpartition("/")[2] for name in
            page.script("return performance.getEntriesByType('resource').map((one) => one.name.split('?')[0])")}
    scripts = {path.name: path.read_bytes() for path in WEB.glob("*.js")}
    page.wait(lambda: page.script("return typeof window.Dygraph") == "function", "the chart library")
    library = page.driver.execute_async_script(
        "fetch('/dygraph.js').then((answer) => answer.text()).then(arguments[0])").encode()
    total = sum(len(gzip.compress(script, 6)) for script in [*scripts.values(), library])
    assert total < SCRIPT_BYTES_MAX, total
    assert used & set(scripts) >= set(scripts) - {"worker.js"}
    paints = []
    for _ in range(3):
        page.open()
        paints.append(page.wait(lambda: page.script(
            "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime"), "the first paint"))
    assert min(paints) < 1000, paints


def test_the_same_words_are_there_in_both_languages_and_the_small_parts_hold(page):
    words = (WEB / "words.js").read_text("utf-8")
    rows = re.findall(r'^\t(\w+): \["((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\],$', words, re.M)
    assert len(rows) > 200 and len({name for name, _, _ in rows}) == len(rows)
    for name, chinese, english in rows:
        places = [sorted(re.findall(r"\{\d\}", text)) for text in (chinese, english)]
        assert chinese and english and places[0] == places[1], name
    known = {name for name, _, _ in rows}
    for path in [*WEB.glob("*.js"), WEB / "index.html"]:
        named = re.findall(r'(?:word\(|data-t(?:-\w+)?=)"(\w+)"', path.read_text("utf-8"))
        assert not [name for name in named if name not in known and not name.endswith("_")], path
        assert "innerHTML" not in path.read_text("utf-8"), path
    assert page.module("""
        const { parseFilter, passes, passesHeartbeat, withOnly } = await import("/filter.js");
        const { Queue } = await import("/queue.js");
        const { readEvents } = await import("/feed.js");
        const entry = (department, operation, note) => ({ department, kind: "income_tax", operation, note });
        const holds = (text, one) => passes(parseFilter(text), one);
        const wrong = [];
        const check = (name, is) => is || wrong.push(name);
        check("one source", holds("source:tax", entry("tax", "put")) && !holds("source:tax", entry("health", "put")));
        check("alternatives", holds("source:tax source:health", entry("health", "put")));
        check("both", !holds("source:tax status:rejected", entry("tax", "put")));
        check("without", !holds("-source:tax", entry("tax", "put")) && holds("-source:tax", entry("health", "put")));
        check("reason", holds("reason:check_digit", entry("tax", "reject", "check_digit")));
        check("beats", !passesHeartbeat(parseFilter("-heartbeat"), { department: "tax" }) &&
            passesHeartbeat(parseFilter("source:tax"), { department: "tax" }));
        for (const text of ["person:1", "key:2026", "source:", "320582199003071232", "tax", "kind:320582199003071232"])
            check(text, parseFilter("source:tax " + text).mistake === 2);
        check("only", withOnly("source:tax -heartbeat", "source", "health") === "source:health -heartbeat");
        const queue = new Queue(3);
        for (let number = 1; number <= 10; number++)
            queue.add({ type: "entry", number });
        queue.add({ type: "skipped", data: { count: 5 } });
        const taken = queue.take();
        check("all are counted", taken.entries === 15 && taken.lost === 8 && taken.items.length === 3);
        const got = [];
        const rest = readEvents("id: r-1\\nevent: entry\\ndata: {\\"a\\":1}\\n\\n:\\n\\nevent: entry\\nda",
            (...one) => got.push(one));
        check("events", JSON.stringify(got) === '[["entry",{"a":1},"r-1"]]' && rest === "event: entry\\nda");
        return wrong;""") == []


def test_who_has_nothing_yet_is_told_the_exact_command(page):
    assert page.module("""
        const { Sources } = await import("/sources.js");
        const texts = [];
        const title = { zh: "", en: "Tax" };
        const source = (kinds) => ({ department: "tax", number: 3, title, state: "quiet", reason: "", lag: null,
            head: 0, rate: 0, last_event: null, last_heartbeat: null, quarantined: 0, kinds });
        const never = { kind: "income_tax", title, lateness: "nothing_yet", quarantined: 0 };
        for (const sources of [[], [source([])], [source([never])]]) {
            const section = document.createElement("section"), panel = new Sources(section);
            await panel.load(Promise.resolve({ sources, aggregator: { state: "ok", redis: "ready" } }));
            texts.push([...section.querySelectorAll("code")].map((code) => code.textContent).join());
        }
        return texts;""") == ["onecity up --data onecity-data", "onecity push tax KIND rows.csv",
                              "onecity push tax income_tax rows.csv"]


# --- what is seen --------------------------------------------------------------------------------

def test_every_panel_shows_what_the_city_does(page):
    city = page.city
    page.wait(lambda: {page.state(name) for name in DEPARTMENTS} <= {"ok", "quiet"}, "six sources that are well")
    for name in DEPARTMENTS:
        row = page.text(f"tbody[data-source='{name}'] .source")
        assert "/s" in row and re.search(r"now|ago", row), row
    page.click("tbody[data-source='tax'] .fold")
    assert re.search("personal income tax paid.*in time", page.text("tbody[data-source='tax'] .kinds"))
    page.wait(lambda: page.all(".chart canvas"), "charts")
    page.wait(lambda: "Bureau" in page.text("[data-chart='throughput'] .legend"), "a legend")
    sequence = push_contributions(city, 1)
    wait_for_event(page, sequence)
    page.go(f"#view=stream&event={DEPARTMENT}:{sequence}")
    inspector = page.wait(lambda: page.shown(".checks") and page.text("#inspector"), "the inspector")
    assert "***" in inspector and "2024" in inspector and "passed" in inspector and "Profile field" in inspector
    assert "the first of its record" in inspector.lower().replace("this is ", "")
    page.screenshot("inspector")


def test_a_burst_is_counted_in_full_and_the_tail_shows_the_last(page):
    page.type_filter(f"source:{DEPARTMENT}")
    page.go(f"#view=stream&filter=source:{DEPARTMENT} -heartbeat")
    page.wait(lambda: page.counts()["counted"] > 0, "the past")
    before = page.counts()["counted"]
    last = push_contributions(page.city, 1000)
    wait_for_event(page, last)
    page.wait(lambda: page.counts()["counted"] - before == 1000, "all of the burst")
    counts = page.counts()
    assert counts["shown"] == ROWS_MAX and counts["skipped"] == counts["counted"] - ROWS_MAX
    assert page.events() == [f"{DEPARTMENT}:{number}" for number in range(last - ROWS_MAX + 1, last + 1)]
    assert f"{counts['skipped']:,}" in page.text(".skipped")


def test_pause_keeps_its_rows_and_resume_is_always_there(page):
    page.go("#view=stream")
    push_contributions(page.city, 60)
    wait_for_event(page, page.city.status(DEPARTMENT)["sequence"])
    page.script("document.activeElement.blur()")
    page.press(Keys.SPACE)
    before = page.events()
    last = push_contributions(page.city, 700)
    page.wait(lambda: page.counts()["waiting"] == 700, "what waits")
    assert page.events() == before and page.shown(".pill") and page.text("#pause") == "Resume"
    page.press(Keys.SPACE)
    wait_for_event(page, last)
    assert page.text("#pause") == "Pause" and not page.shown(".pill")
    page.script("document.getElementById('log').scrollTop -= 400")
    page.wait(lambda: page.text("#pause") == "Resume", "the pause by scrolling up")
    before = page.events()
    last = push_contributions(page.city, 5)
    page.wait(lambda: page.counts()["waiting"] == 5, "what waits")
    assert page.events() == before
    page.click(".pill")
    wait_for_event(page, last)


def test_a_copied_link_reproduces_the_view_and_holds_nothing_personal(page):
    sequence = page.city.status("tax")["sequence"]
    page.type_filter("source:tax -heartbeat")
    page.press("2")
    page.wait(lambda: set(page.events()) and all(one.startswith("tax:") for one in page.events()), "tax alone")
    page.click(f"tr[data-event='tax:{sequence}'] a")
    page.wait(lambda: page.shown(".checks"), "the inspector")
    link, events = page.driver.current_url, page.events()
    assert "source:tax" in link and f"tax:{sequence}" in link
    page.driver.switch_to.new_window("tab")
    page.driver.get(link)
    page.wait(lambda: page.shown(".checks") and page.events() == events, "the same view")
    assert page.one("#filter").get_attribute("value") == "source:tax -heartbeat"
    assert page.script("return document.getElementById('main').dataset.view") == "stream"
    page.go("#view=stream&filter=key:320582199003071232")
    page.wait(lambda: page.one("#filter").get_attribute("value") == "-heartbeat", "a filter that is not taken over")


def test_what_is_shown_can_be_taken_along_as_a_file_and_as_a_command(page, tmp_path):
    page.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    page.go("#view=stream&filter=source:tax -heartbeat")
    page.wait(lambda: set(page.events()) and all(one.startswith("tax:") for one in page.events()), "tax alone")
    for place, ending in enumerate(("csv", "ndjson")):
        page.script("document.querySelectorAll('#tail .panel-tools .quiet')[arguments[0]].click()", place)
        content = page.wait(lambda e=ending: [path.read_text("utf-8") for path in tmp_path.glob(f"*.{e}")], ending)[0]
        assert "tax" in content and "health" not in content
        assert not [secret for secret in page.city.people.secrets() if secret in content.encode()]
    assert page.module("""
        const { rejectsCommand, tailCommand } = await import("/commands.js");
        const { parseFilter } = await import("/filter.js");
        return [tailCommand(parseFilter("source:tax -kind:enterprise -heartbeat"), ""),
            tailCommand(parseFilter("-heartbeat"), "2026-11-24T03:00:00.000Z"),
            rejectsCommand("dismiss", { department: "tax", ids: [1, 2], reason: "it's old" })];""") == [
                "onecity tail -f --filter 'source:tax -kind:enterprise'",
                "onecity tail --since 2026-11-24T03:00:00.000Z",
                "onecity rejects dismiss --reason 'it'\\''s old' tax 1 2"]
    page.city.command("tail", "--filter", "source:tax -kind:enterprise")
    page.city.command("tail", "--since", "2026-11-24T03:00:00.000Z")


def test_the_past_is_sought_by_time_and_shown_from_its_beginning(page):
    begun = page.script("return new Date().toISOString()")
    last = push_contributions(page.city, 600)
    wait_for_event(page, last)
    page.go(f"#view=stream&since={begun}")
    page.wait(lambda: page.events() == [f"{DEPARTMENT}:{last - 599 + place}" for place in range(500)], "the first page")
    page.click(".more-rows")
    page.wait(lambda: page.events() == [f"{DEPARTMENT}:{last - 99 + place}" for place in range(100)], "the rest")
    assert page.text("#pause") == "Resume" and not page.shown(".more-rows")
    page.click("#pause")
    page.wait(lambda: page.text("#pause") == "Pause" and "since" not in page.driver.current_url, "what is live again")
    wait_for_event(page, last)


def test_seven_tabs_load_and_share_one_stream(page):
    for _ in range(6):
        page.driver.switch_to.new_window("tab")
        page.driver.get(page.address)
        page.wait(lambda: page.state("tax") and page.events(), "a further tab")
    sequence = push_contributions(page.city, 1)
    for handle in page.driver.window_handles:
        page.driver.switch_to.window(handle)
        wait_for_event(page, sequence)
    assert page.city.status("monitor")["streams"] == 1


def test_rejects_are_a_queue_of_work(page):
    city = page.city
    rows = [{**contribution_row(person), "insurance": "unheard_of"} for person in city.people.several(17)]
    assert city.push(DEPARTMENT, "contribution", rows)["quarantined"] == 17
    page.go("#view=rejects")
    group = f"tr[data-group='{DEPARTMENT}/contribution/unknown_code']"
    page.wait(lambda: "17" in page.text(group), "the group", 15)
    page.click(f"{group} .acts button")
    page.wait(lambda: page.all("[data-preview='17']"), "the preview")
    page.screenshot("redrive")
    page.click("[data-preview]")
    read = "return document.querySelector('[data-result]')?.dataset.result"
    result = page.wait(lambda: page.script(read), "a result")
    assert '"quarantined":17' in result
    page.press(Keys.ESCAPE)
    page.wait(lambda: "17 in a loop" in page.text(group), "loops that are marked", 15)
    page.click(f"{group} .group-link")
    page.wait(lambda: len(page.all("tr[data-row]")) == 17, "the rows")
    page.click("tr[data-row] a")
    page.wait(lambda: "unknown_code" in page.text("#inspector .problems"), "the row")
    page.click(f"{group} .acts button.quiet")
    page.one("#why").send_keys("of 320582199003071232")
    page.click("dialog .danger")
    page.wait(lambda: "ID number" in page.text("#why-said"), "the refusal of a reason that names somebody")
    page.one("#why").send_keys(Keys.CONTROL + "a")
    page.one("#why").send_keys("a trial")
    page.click("dialog .danger")
    page.wait(lambda: "17 dismissed" in page.text("dialog"), "the end of all")
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.all(group), "a group less", 15)


def test_an_open_gap_can_be_asked_for_again_and_a_refusal_is_told(page):
    page.go("#view=gaps")
    page.wait(lambda: page.text("#gaps .empty") == "No gaps: every message came in order.", "no gaps")
    assert page.module("""
        const { Gaps } = await import("/gaps.js");
        const section = document.createElement("section"), panel = new Gaps(section);
        const gap = { department: "tax", from: 5, to: 17, count: 13, noticed: new Date().toISOString(), ended: null };
        const gaps = ["open", "filled", "skipped", "fork"].map((state, place) => ({ ...gap, id: 9 - place, state }));
        await panel.load(Promise.resolve({ gaps, aggregator: [] }));
        const rows = [...section.querySelectorAll("tr[data-gap]")];
        rows[0].querySelector("button").click();
        return rows.map((row) => [row.querySelector(".state").textContent, row.querySelectorAll("button").length,
            row.querySelectorAll("svg").length]);""") == [
                ["open", 1, 1], ["filled", 0, 1], ["counted only", 0, 1], ["fork", 0, 1]]
    page.wait(lambda: page.text("#told").startswith("Not done: "), "the refusal")


def test_all_is_done_by_the_keyboard_alone(page):
    page.press("?")
    page.wait(lambda: page.shown("dialog .keys"), "the help")
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.all("dialog"), "no help")
    for number, view in enumerate(VIEWS, 1):
        page.press(str(number))
        page.wait(lambda v=view: page.script("return document.getElementById('main').dataset.view") == v, view)
    page.press("2")
    page.type_filter("source:tax")
    page.wait(lambda: page.events() and all(one.startswith("tax:") for one in page.events()), "tax alone")
    page.press("j")
    page.press(Keys.ENTER)
    page.wait(lambda: page.shown(".checks"), "the inspector")
    assert page.script("return document.activeElement.id") == "inspector-title"
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.shown("#inspector"), "no inspector")
    assert page.script("return document.activeElement.closest('tr')?.dataset.event.startsWith('tax:')")
    page.press("/", "tax:1", Keys.ENTER)
    page.wait(lambda: "event=tax:1" in page.driver.current_url and page.shown(".checks"), "the entry gone to")
    page.press("/", "nonsense", Keys.ENTER)
    page.wait(lambda: page.shown("#filter-said"), "what is wrong with the filter")
    assert "nonsense" not in page.driver.current_url and page.text("#filter-said").startswith("Term 1 ")


def test_both_languages_both_themes_and_twice_the_size(page):
    page.go("#view=overview")
    for language in ("en", "zh"):
        for theme in ("light", "dark"):
            page.dark(theme == "dark")
            for view in VIEWS:
                page.go(f"#view={view}")
                page.wait(lambda v=view: page.shown(f"nav [data-view='{v}'][aria-current]"), view)
                time.sleep(0.4)
                page.screenshot(f"{language}-{theme}-{view}")
            assert page.script("return getComputedStyle(document.documentElement).colorScheme") == theme
        page.click("#language")
        page.wait(lambda: not page.language().startswith(language), "the other language")
    page.open("#view=overview")
    assert page.language() == "en"
    page.dark(False)
    page.click("#theme")
    page.open()
    assert page.script("return document.documentElement.dataset.theme") == "dark"
    page.command("Emulation.setDeviceMetricsOverride", width=640, height=512, deviceScaleFactor=2, mobile=False)
    try:
        for view in VIEWS:
            page.open(f"#view={view}")
            page.wait(lambda: page.state("tax"), "data")
            wide = page.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, (view, wide)
            page.screenshot(f"zoomed-{view}")
    finally:
        page.command("Emulation.clearDeviceMetricsOverride")


def test_what_needs_no_sight_and_no_mouse_is_there(page):
    log = page.one("#log")
    assert (log.tag_name, log.get_attribute("role"), log.get_attribute("tabindex")) == ("div", "log", "0")
    unnamed = page.script("""
        return [...document.querySelectorAll("button, a[href], input, select, textarea")]
            .filter((one) => one.checkVisibility())
            .filter((one) => !(one.textContent.trim() || one.getAttribute("aria-label") || one.labels?.length > 0))
            .map((one) => one.outerHTML)""")
    assert not unnamed, unnamed
    assert page.script("""
        const state = document.querySelector("tbody[data-source='tax'] .state");
        return state.querySelector("svg") !== null && state.textContent.trim() !== ''""")


# --- when things go wrong ------------------------------------------------------------------------

def test_without_redis_the_tail_goes_on_and_the_profile_panels_say_so(page):
    city = page.city
    pid = city.pid("redis")
    city.up.send_signal(signal.SIGSTOP)  # so that it does not start Redis again
    os.kill(pid, signal.SIGKILL)
    try:
        page.wait(lambda: "profiles cannot be seen" in page.text("#sources > .notice"), "what the sources say", 40)
        assert re.search(r"good \d+ \w+ ago", page.text("#sources > .notice"))
        page.wait(lambda: page.shown("#charts > .notice"), "what the charts say")
        sequence = push_contributions(city, 3)
        wait_for_event(page, sequence)
        page.screenshot("without-redis")
    finally:
        city.up.send_signal(signal.SIGCONT)
    page.wait(lambda: not page.shown("#sources > .notice"), "profiles that are seen again", 60)
    city.settle(60)


def test_a_cut_stream_is_told_and_resumed_with_no_hole_and_no_double(lived_in):
    wire, driver = Wire(lived_in.base + 90), start_browser()
    try:
        page = Page(driver, lived_in, wire.port).sign_in()
        page.go(f"#view=stream&filter=source:{DEPARTMENT} -heartbeat")
        first = push_contributions(lived_in, 10)
        wait_for_event(page, first)
        wire.cut()
        page.wait(lambda: page.shown("#banner") and page.shown("#tail.stale"), "the banner and the stale marks")
        page.screenshot("cut")
        last = push_contributions(lived_in, 40)
        wire.mend()
        wait_for_event(page, last)
        page.wait(lambda: not page.shown("#banner") and not page.all("#tail.stale"), "a page that is live again")
        numbers = [int(one.split(":")[1]) for one in page.events()]
        assert numbers[-50:] == list(range(last - 49, last + 1))
        assert len(set(numbers)) == len(numbers)
        page.assert_private()
    finally:
        driver.quit()
        wire.close()


def test_a_killed_department_is_dead_and_never_quiet(page):
    page.city.signal("health", signal.SIGSTOP)
    try:
        wait_until(lambda: page.state("health") == "dead", 10, "the word for it")
        page.screenshot("dead")
        page.go("#view=rejects")
        page.wait(lambda: "does not answer" in page.text(".absent"), "a department whose rejects are not listed", 30)
    finally:
        page.city.signal("health", signal.SIGCONT)
    page.go("#view=overview")
    page.wait(lambda: page.state("health") in ("ok", "quiet"), "its life", 30)
