"""The page in Chromium: contents, decisions, keyboard, accessibility, width, other origins."""

import json
import re
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.support.console_page import NARROW, WIDE, opened

CONNECT = """address => new Promise(done => {
    const socket = new WebSocket(address);
    socket.onopen = () => done("open");
    socket.onerror = () => done("refused");
})"""
READ = (
    """address => fetch(address, {credentials: "include"}).then(r => r.text(), () => "refused")"""
)
FRAME = """address => new Promise(done => {
    const frame = document.createElement("iframe");
    Object.assign(frame, {src: address, name: "f", onload: () => done(true)});
    document.body.append(frame);
})"""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def asked(lines):
    """Return what a command was asked to do."""
    return json.loads(lines.get(timeout=10))


def test_loop_is_shown_with_its_state(page):
    stages = page.locator(".loop > li")
    assert stages.count() == 8
    text = stages.nth(5).inner_text()
    assert "⑥" in text
    assert "model 2 serves" in text
    assert page.title() == "Evergreen console"
    assert "2024-10-17 12:34 UTC" in page.inner_text("header")


def test_charts_show_lines_and_their_values_are_in_tables(page):
    charts = page.locator("figure .chart svg")
    assert charts.count() == 4
    page.get_by_text("All readings as a table").click()
    rows = page.locator("#losses table tbody tr")
    assert rows.count() == 168
    assert "in breach" in rows.first.inner_text()
    inside = r"\d+ of 29 minutes were inside the band"
    assert re.search(inside, page.inner_text("#forecasts"))


def test_approval_is_confirmed_before_it_is_done(page, console):
    page.get_by_role("button", name="Approve model 3 for staging").click()
    dialog = page.get_by_role("dialog", name="Approve model 3 for staging?")
    assert "tested there, and then waits for production" in dialog.inner_text()
    dialog.get_by_role("button", name="Cancel").click()
    dialog.wait_for(state="detached")
    assert console[1].empty()
    page.get_by_role("button", name="Approve model 3 for staging").click()
    dialog.get_by_label("Comment").fill("looks good")
    dialog.get_by_role("button", name="Approve").click()
    page.get_by_role("status").get_by_text("approve was done").wait_for()
    assert asked(console[1]) == [
        "approve",
        {"version": 3, "stage": "staging", "comment": "looks good"},
    ]


def test_failure_is_shown_in_the_dialog_which_stays(page, console):
    page.get_by_role("button", name="Reject model 3 for staging").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Reject").click()
    alert = dialog.get_by_role("alert")
    alert.wait_for()
    assert alert.inner_text() == "the deployment no longer waits for <model 3>"
    assert asked(console[1])[0] == "reject"
    page.keyboard.press("Escape")


def test_other_decisions(page, console):
    page.get_by_role("button", name="Retrain").click()
    page.get_by_label("Reason").fill("new fees")
    page.get_by_role("button", name="Start", exact=True).click()
    assert asked(console[1]) == ["retrain", {"reason": "new fees"}]
    page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_role("button", name="Roll back").click()
    dialog = page.get_by_role("dialog", name="Roll production back?")
    assert "replaces model 2 in production at once" in dialog.inner_text()
    dialog.get_by_role("button", name="Roll back").click()
    assert asked(console[1])[1]["version"] == 1
    dialog.wait_for(state="detached")
    page.get_by_role("button", name="Redrive evergreen-window-aggregator-dead-letters").click()
    page.get_by_role("dialog").get_by_role("button", name="Redrive").click()
    assert asked(console[1])[0] == "redrive"


def test_keyboard_alone_is_enough(page, console):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the state of the loop"
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('aria-label')") == (
            "Approve model 3 for staging"
        ):
            break
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    focused = "document.activeElement.closest('[role=dialog]') !== null"
    page.wait_for_function(focused)
    page.get_by_role("dialog").get_by_role("button", name="Cancel").press("Enter")
    page.get_by_role("dialog").wait_for(state="detached")
    assert console[1].empty()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_page_is_accessible_and_fits(browser, console, viewport, scheme):
    with opened(browser, console[0], viewport, scheme) as page:
        page.get_by_text("All readings as a table").wait_for()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"]
        found = Axe().run(page, options=RULES)
        assert violations(found) == ""
        page.get_by_role("button", name="Approve model 3 for staging").click()
        page.get_by_role("dialog").get_by_label("Comment").wait_for()
        page.wait_for_timeout(500)  # the dialog fades in
        assert violations(Axe().run(page, context=".q-dialog", options=RULES)) == ""
        page.keyboard.press("Escape")


def violations(found):
    """Return what is violated, and where, a line each."""
    return "\n".join(
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}".replace("\n", " ")
        for rule in found.response["violations"]
        for node in rule["nodes"]
    )


def test_colors_can_be_chosen(page):
    page.get_by_label("Colors").click()
    page.get_by_role("option", name="dark").click()
    page.wait_for_selector("body.body--dark")


def test_other_origin_cannot_read_or_connect(browser, console, tmp_path):
    """A page of another port of this machine, which the browser would send the cookie from."""
    url = urlsplit(console[0])
    target = f"{url.scheme}://{url.netloc}"
    context = browser.new_context()
    own = context.new_page()
    own.goto(console[0])
    own.wait_for_selector(".stage-8")
    assert own.url == f"{target}/"  # the token is not in the address
    foreign = context.new_page()
    foreign.route("http://127.0.0.1:1/", lambda route: route.fulfill(body="<p>evil</p>"))
    foreign.goto("http://127.0.0.1:1/")
    path = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    assert foreign.evaluate(CONNECT, f"ws://{url.netloc}{path}") == "refused"
    assert foreign.evaluate(READ, target) == "refused"
    foreign.evaluate(FRAME, target)
    framed = foreign.frame("f")
    assert framed is None or framed.locator(".stage-8").count() == 0
    context.close()


def test_other_program_without_the_token_is_refused(console):
    url = urlsplit(console[0])
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(f"{url.scheme}://{url.netloc}/", timeout=10)
    with error.value:
        assert error.value.code == 403
