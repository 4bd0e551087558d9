"""Where the page has its chips of levels, and the rows that they leave."""

from playwright.sync_api import Locator

from tests.reports.page.browsing import Visit


def chip(visit: Visit, factor: str, level: str) -> Locator:
    group = visit.page.get_by_role("group", name=f"levels of {factor}")
    return group.get_by_role("button", name=level, exact=True)


def shown_rows(visit: Visit, table: str) -> Locator:
    return visit.page.locator(f"{table} tbody tr:not([hidden])")
