"""Write docs/console-*.png: the console with the documents of a sample week."""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support.console_page import NARROW, WIDE, opened, sample

DOCS = Path(__file__).parents[2] / "docs"
PICTURES = {
    "wide": (WIDE, "light"),
    "dark": (WIDE, "dark"),
    "narrow": (NARROW, "light"),
}


def main():
    """Take the pictures, light and dark, wide and narrow."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as driver, sample() as (url, _):
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, (viewport, scheme) in PICTURES.items():
            with opened(browser, url, viewport, scheme) as page:
                page.wait_for_timeout(1000)  # the charts are drawn
                file = DOCS / f"console-{name}.png"
                page.screenshot(path=file)
                print(file)
        browser.close()


if __name__ == "__main__":
    main()
