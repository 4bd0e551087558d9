"""An opened page, for the tests that look at it in Chromium."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Dialog, ElementHandle, Request, ViewportSize

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
"""The shell draws pages as Chromium does, without a window: half the time of a processor."""

MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}


class Visit:
    """An opened page, and everything that went wrong on it."""

    def __init__(
        self,
        browser: Browser,
        path: Path,
        scheme: Literal["light", "dark"] = "light",
        size: ViewportSize = DESKTOP,
        fragment: str = "",
    ) -> None:
        context = browser.new_context(color_scheme=scheme, viewport=size)
        self.page = context.new_page()
        self.wrong: list[str] = []
        self.figures: list[ElementHandle] = []  # those that a test had drawn
        self.page.on("console", lambda m: self.wrong.append(m.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", self.dismissed)
        self.page.on("request", self.asked)
        self.page.goto(path.as_uri() + fragment)

    def remember(self) -> "Visit":
        """Once the page has opened, for `as_opened`."""
        self.page.wait_for_selector("html[data-inflated]", state="attached")
        self.page.evaluate("window.unfolded = [...document.querySelectorAll('details[open]')]")
        return self

    def as_opened(self) -> "Visit":
        """The page as it was then, without the seconds of opening it once more.

        The fragment holds what a reader has chosen; the order of a table's rows it does not.
        """
        self.page.evaluate("""() => {
            history.replaceState(null, "", location.pathname);
            dispatchEvent(new PopStateEvent("popstate"));
            for (const fold of document.querySelectorAll("details"))
                fold.open = window.unfolded.includes(fold);
            document.activeElement.blur();
            scrollTo(0, 0);
        }""")
        self.page.wait_for_selector("dialog[open]", state="detached")
        self.page.emulate_media(color_scheme="light")
        self.page.mouse.move(0, 0)
        self.settle()
        self.wrong.clear()
        return self

    def dismissed(self, dialog: Dialog) -> None:
        self.wrong.append("dialog")
        dialog.dismiss()

    def asked(self, request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            self.wrong.append(f"asked for {request.url}")

    def draw(self, name: str) -> ElementHandle:
        """Scrolls to a figure, as it is drawn when it comes near; unfolds its section before."""
        figure = self.page.query_selector(f"#figure-{name}")
        assert figure is not None
        figure.evaluate("""figure => {
            const folds = [...document.querySelectorAll("details")];
            for (const fold of folds) if (fold.contains(figure)) fold.open = true;
        }""")
        figure.scroll_into_view_if_needed()
        figure.wait_for_selector(".panel:last-child .main-svg")
        self.settle()
        return figure

    def settle(self) -> None:
        """Until every plot near the window shows what was chosen."""
        self.page.wait_for_selector("html:not([data-drawing])", state="attached")

    def draw_all(self) -> list[ElementHandle]:
        names = self.page.evaluate(
            "[...document.querySelectorAll('.figure')].map(e => e.dataset.name)"
        )
        return [self.draw(name) for name in names]


def wait_until(visit: Visit, holds: Callable[[], bool]) -> None:
    for _ in range(400):
        if holds():
            return
        visit.page.wait_for_timeout(50)
    raise AssertionError("nothing changed within twenty seconds")


def clashes(visit: Visit) -> list[str]:
    """Tick labels, axis titles and labels of lines that leave their plot or meet each other."""
    found: list[str] = visit.page.evaluate(
        """() => [...document.querySelectorAll('.plot')].flatMap(plot => {
            const frame = plot.getBoundingClientRect();
            const texts = [...plot.querySelectorAll('.xtick text, .ytick text, .xtitle, .ytitle, '
                + '.annotation-text')]
                .map(e => [e.textContent, e.getBoundingClientRect()]);
            const out = texts.filter(([, b]) => b.left < frame.left - 1 || b.right > frame.right + 1
                || b.top < frame.top - 1 || b.bottom > frame.bottom + 1).map(([t]) => 'out: ' + t);
            for (const [s, a] of texts) for (const [t, b] of texts)
                if (s < t && a.left < b.right - 1 && b.left < a.right - 1
                    && a.top < b.bottom - 2 && b.top < a.bottom - 2) out.push(s + ' on ' + t);
            return out;
        })"""
    )
    return found
