# SPDX-License-Identifier: Apache-2.0
# browser: Debian's chromium, without a window, as the tests drive it; and the operators' page in it.
import os

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from city import ROOT, wait_until

SCREENSHOTS = ROOT / "build/screenshots"
WIDE = (1440, 900)
ALLOWED = ("401 (Unauthorized)", "/v1/session - ", "409 (Conflict)", "net::ERR_")  # refusals that tests provoke


def start_browser(language="en"):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                     f"--window-size={WIDE[0]},{WIDE[1]}", "--force-device-scale-factor=1"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.add_experimental_option("prefs", {"intl.accept_languages": language})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    driver.set_script_timeout(30)
    return driver


class Page:
    """The operators' page in one tab."""

    def __init__(self, driver, city, port=None):
        self.driver, self.city = driver, city
        self.address = f"http://127.0.0.1:{port or city.base + 90}/"

    def code(self):
        answer = self.city.ask("monitor", "POST", "/v1/session/code")
        assert answer.code in (200, 201), answer.body
        return answer.json["code"]

    def sign_in(self):
        self.driver.get("about:blank")
        self.driver.get(f"{self.address}#code={self.code()}")
        self.wait(lambda: self.all("tbody[data-source]"), "the sources")
        return self

    def open(self, view=""):
        self.driver.get("about:blank")
        self.driver.get(self.address + view)
        return self

    def go(self, view):
        self.driver.execute_script("location.hash = arguments[0]", view)

    def wait(self, condition, what, seconds=20):
        return wait_until(condition, seconds, what)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.wait(lambda: self.all(selector), selector)[0]

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def module(self, text):
        """What an async function with the page's modules in its reach returns."""
        return self.driver.execute_async_script(
            f"const done = arguments[0]; (async () => {{ {text} }})().then(done, (error) => done('failed: ' + error));")

    def text(self, selector):
        return self.script("return document.querySelector(arguments[0])?.textContent ?? ''", selector)

    def shown(self, selector):
        return self.script("return document.querySelector(arguments[0])?.checkVisibility() ?? false", selector)

    def click(self, selector):
        self.one(selector)
        self.script("document.querySelector(arguments[0]).click()", selector)

    def press(self, *keys):
        """To whatever has the focus, as a person at the keyboard would."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def type_filter(self, text):
        self.script("document.activeElement.blur()")
        self.press("/")
        self.press(Keys.CONTROL + "a", text, Keys.ENTER, Keys.ESCAPE)

    def events(self):
        """The entries that are shown, in order: department:sequence."""
        return self.script("return [...document.querySelectorAll('tr.entry')].map((row) => row.dataset.event)")

    def counts(self):
        data = self.script("return {...document.querySelector('[data-counts]').dataset}")
        return {name: int(data[name]) for name in ("counted", "shown", "skipped", "waiting")}

    def state(self, department):
        row = f"tbody[data-source='{department}'] .state"
        return self.script("return document.querySelector(arguments[0])?.dataset.state", row)

    def language(self):
        return self.script("return document.documentElement.lang")

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def dark(self, wanted):
        value = "dark" if wanted else "light"
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": value}])

    def screenshot(self, name):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        (SCREENSHOTS / f"{name}.png").write_bytes(self.driver.get_screenshot_as_png())

    def assert_clean(self):
        """Nothing was forbidden by the page's policy, and nothing was thrown."""
        said = [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] == "SEVERE" and not any(text in entry["message"] for text in ALLOWED)]
        assert not said, said

    def assert_private(self):
        """Neither the document, nor its address, nor its title holds an ID number or a name."""
        everything = self.script("return document.documentElement.outerHTML + location.href + document.title"
                                 " + JSON.stringify({...localStorage})").encode()
        found = [secret for secret in self.city.people.secrets() if secret in everything]
        assert not found, f"{len(found)} secrets in the page"
