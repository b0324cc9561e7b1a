"""Chromium for the journeys: found or installed, one per test process, a fresh context per page.

Every page that `page_factory` opens is watched: an uncaught script error or a refusal by the content
security policy fails the test at its end. `axe` asserts that the page is accessible.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, sync_playwright

PageFactory = Callable[..., Page]
Axe = Callable[[Page], None]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_QUIET = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
)
_VENDOR = Path(__file__).parent / "vendor"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# What axe does not ask. Each finding is a sentence about one element.
_HOUSE_RULES = """() => {
  const found = [];
  const name = (element) => element.outerHTML.slice(0, 160);
  for (const radio of document.querySelectorAll('input[type=radio]')) {
    const legend = radio.closest('fieldset')?.querySelector(':scope > legend');
    if (!legend || !legend.textContent.trim()) found.push('radio without fieldset and legend: ' + name(radio));
  }
  for (const element of document.querySelectorAll('[aria-describedby]')) {
    for (const id of element.getAttribute('aria-describedby').split(/\\s+/).filter(Boolean)) {
      if (!document.getElementById(id)) found.push('aria-describedby names no element: ' + name(element));
    }
  }
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) {
    found.push('the page scrolls sideways: ' + page.scrollWidth + ' > ' + page.clientWidth + ' px');
  }
  return found;
}"""


# --- finding Chromium ---------------------------------------------------------------------------


def on_this_machine() -> str | None:
    """The browser that CHROMIUM in the environment names, else one on PATH."""
    return os.environ.get("CHROMIUM") or next((path for name in _NAMES if (path := shutil.which(name))), None)


def find_chromium(playwright: Playwright) -> str | None:
    """The browser to drive: this machine's, else playwright's own."""
    own = playwright.chromium.executable_path
    return on_this_machine() or (own if Path(own).is_file() else None)


def install_chromium() -> None:
    """Install a browser where there is none: playwright's own, else the package manager's."""
    with (Path(tempfile.gettempdir()) / f"kinerja-chromium-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other test processes wait for the first one
        for command in _ways_to_install():
            with sync_playwright() as playwright:
                if find_chromium(playwright):
                    return
            sys.stderr.write(f"No Chromium here; trying: {' '.join(command)}\n")
            env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            with contextlib.suppress(subprocess.TimeoutExpired):
                subprocess.run(command, stdin=subprocess.DEVNULL, env=env, timeout=600, check=False)


def _ways_to_install() -> list[list[str]]:
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        ways += [["apt-get", "update", "-q"], ["apt-get", "install", "-q", "--yes", "chromium"]]
    return ways


def pytest_collection_finish(session: pytest.Session) -> None:
    """Install a browser, if one is needed and missing, before the clock of any test runs."""
    needed = any("browser" in getattr(item, "fixturenames", ()) for item in session.items)
    if needed and on_this_machine() is None:
        install_chromium()


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    """Playwright for this test process.

    Its synchronous interface keeps an event loop in our thread, in which Django would refuse to use the
    database although nothing runs concurrently.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        yield driver
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def chromium(playwright_driver: Playwright) -> str:
    """The path of the browser. Without one the tests fail and say what to do; they are never skipped."""
    found = find_chromium(playwright_driver)
    if found is None:
        raise RuntimeError(
            "The browser tests need Chromium. Install it (Debian: apt-get install chromium) "
            "or name it in the environment variable CHROMIUM."
        )
    return found


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright, chromium: str) -> Iterator[Browser]:
    """One headless browser per test process."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    running = playwright_driver.chromium.launch(executable_path=chromium, args=[*_QUIET, *sandbox])
    yield running
    running.close()


# --- pages --------------------------------------------------------------------------------------


@pytest.fixture
def page_factory(browser: Browser, live_server: Any) -> Iterator[PageFactory]:
    """Opens pages against the live server: `page_factory(theme="dark", width=360)`, each with cookies of its own.

    Relative addresses lead to the live server. Further keywords go to the browser context
    (`java_script_enabled=False`, `storage_state=…`).
    """
    complaints: list[str] = []
    contexts = []

    def on_console(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(message.text)

    def open_page(theme: Literal["light", "dark"] = "light", width: int = 1280, **options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            color_scheme=theme,
            viewport={"width": width, "height": 780 if width < 600 else 900},
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            **options,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", on_console)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture(scope="session")
def axe() -> Axe:
    """`axe(page)`: fails with every accessibility violation of the page as it stands."""
    return assert_accessible


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 A and AA or best practice by axe-core, and none of the house rules."""
    page.evaluate((_VENDOR / "axe.min.js").read_text())
    report = page.evaluate(
        "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
        _RULES,
    )
    found = [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]} ({node['target']})"
        for violation in report["violations"]
        for node in violation["nodes"]
    ]
    found += page.evaluate(_HOUSE_RULES)
    assert not found, f"{page.url}\n" + "\n".join(found)
