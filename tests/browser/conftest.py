"""Chromium, and the console with the documents of a sample week."""

import shutil

import pytest

from tests.support.console_page import opened, sample

playwright = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = ["--no-sandbox", "--disable-gpu"]  # containers have neither


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: chromium)")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def console():
    """The console of the sample: its address, and what its commands were asked to do."""
    with sample() as (url, lines):
        yield url, lines


@pytest.fixture
def page(browser, console):
    with opened(browser, console[0]) as page:
        yield page
