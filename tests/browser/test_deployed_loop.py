"""The console of a deployed loop: a person decides in Chromium, while faults are injected."""

import gzip
import json
import sys

import pytest

from common.times import iso
from scripts import local_terraform
from tests.support.console_page import opened, running
from tests.support.deployed_loop import archive, deployed, rows
from tests.support.loop_operator import CALM, Operator, start_with_rows

pytestmark = pytest.mark.integration

QUEUE = "evergreen-window-aggregator-dead-letters"
SOON = 60_000  # milliseconds; the page asks for all of the loop, and other work may run


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with deployed(tmp_path_factory.mktemp("console")) as aws:
        yield aws


@pytest.fixture(scope="module")
def operator(aws):
    outputs = local_terraform.output(aws.home)
    return Operator(aws, outputs, start_with_rows(aws, alone=True))


@pytest.fixture(scope="module")
def url(aws):
    command = ["-m", "cli.main", "console", "--no-browser", "--home", str(aws.home)]
    with running([sys.executable, *command]) as lines:
        yield lines.get(timeout=60).removeprefix("console: ")


@pytest.fixture
def page(browser, url, first_look):  # which must be the first: the tests run in any order
    with opened(browser, url) as page:
        yield page


def stage(page, number, text):
    """Wait until a stage of the picture says something."""
    page.locator(f".stage-{number}", has_text=text).wait_for(timeout=SOON)


def decide(page, button, confirm):
    """Click a button and confirm its dialog; the result is then shown."""
    page.get_by_role("button", name=button).click(timeout=SOON)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=confirm, exact=True).click()
    dialog.wait_for(state="detached", timeout=SOON)
    return page.get_by_role("status").first.inner_text()


def approve(operator, page, version):
    """Approve a version for both stages in the page; it then serves."""
    for target in ("staging", "production"):
        operator.wait_for_approval(version, target)
        said = decide(page, f"Approve model {version} for {target}", "Approve")
        assert f"approved model {version} for {target}" in said
    operator.aws.pass_minutes(5)
    stage(page, 6, f"model {version} serves")


@pytest.fixture(scope="module")
def first_look(browser, operator, url):
    """What the page of a new deployment says: the stages, and what has drifted."""
    with opened(browser, url) as page:
        stage(page, 3, "of 60 minutes")
        stages = {n: page.locator(f".stage-{n}").inner_text() for n in (5, 6, 8)}
        return stages, page.inner_text("#drift")


@pytest.fixture(scope="module")
def versions(operator, tmp_path_factory, first_look):
    """Register two versions; the first serves only after its approvals."""
    folder = tmp_path_factory.mktemp("models")
    return [operator.register(name, folder, "reference", CALM) for name in ("one", "two")]


@pytest.fixture(scope="module")
def rolled_back(browser, operator, url, versions):
    """Approve both versions and serve the first one again; what the page said, and the log."""
    with opened(browser, url) as page:
        for version in versions:
            approve(operator, page, version)
        log = page.locator("#log")
        log.get_by_text("evergreen approve").first.wait_for(timeout=SOON)
        said = decide(page, "Roll back…", "Roll back")
        operator.aws.pass_minutes(5)
        stage(page, 6, f"model {versions[0]} serves")
    return said, operator.serving(), operator.decisions("Model Deployed")[-1]


def test_new_deployment_is_shown_as_it_is(first_look):
    stages, drift = first_look
    assert "nothing waits" in stages[5]
    assert "no model yet" in stages[6]
    assert "armed" in stages[8]
    assert "production was analyzed yet" in drift


def test_versions_are_approved_and_the_older_serves_again(rolled_back, versions):
    said, serving, decision = rolled_back
    first, second = versions
    assert f"model {first} replaces model {second} in production" in said
    assert serving == f"evergreen-production-v{first}"
    assert decision["approval"]["comment"] == "rolled back in the console"


def test_forecasts_of_an_hour_are_beside_what_happened(operator, page, rolled_back):
    for _ in range(3):  # the windows of the first hour may begin before the end of its training
        operator.aws.next_hour()
        operator.aws.settle()
    operator.aws.pass_minutes(2)
    stage(page, 7, "relative loss")
    summary = page.locator("#forecasts", has_text="minutes were inside the band")
    summary.wait_for(timeout=SOON)
    page.get_by_role("button", name="Earlier").click()
    page.locator("#forecasts p", has_text=":00").first.wait_for(timeout=SOON)


def test_dead_letter_is_shown_and_sent_back_when_it_is_repaired(operator, page):
    aws, hour = operator.aws, operator.aws.next_hour()
    key = archive(aws, operator.outputs, hour, "truncated", b"this is not gzip")
    aws.pass_minutes(10)
    stage(page, 2, "1 dead letters")
    page.get_by_role("button", name="Show messages").click()
    page.locator("#letters", has_text="not gzip").wait_for(timeout=SOON)
    page.get_by_role("button", name=f"Redrive {QUEUE}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Redrive").click()
    alert = dialog.get_by_role("alert")
    alert.wait_for(timeout=SOON)
    assert "not gzip" in alert.inner_text()
    dialog.get_by_role("button", name="Cancel").click()
    dialog.wait_for(state="detached")
    fee = {"hash": "5" * 64, "time": int(hour.timestamp()), "fee": 5}
    event = json.dumps({"time": iso(hour), "detail": {"transactions": [fee]}}).encode()
    bucket = operator.outputs["bucket_name"]
    aws.client("s3").put_object(Bucket=bucket, Key=key, Body=gzip.compress(event))
    assert "1 dead letters were redriven" in decide(page, f"Redrive {QUEUE}", "Redrive")
    aws.settle()
    (row,) = rows(aws, [int(hour.timestamp()) // 60]).values()
    assert row["total_fee_1min"] == "5"


def test_fault_is_named_and_the_page_recovers(operator, page):
    fault = {"service": "ssm", "operation": "GetParameter", "status": 500, "times": 40}
    operator.aws.post("faults", faults=[fault])
    page.locator(".problem", has_text="injected fault").first.wait_for(timeout=SOON)
    operator.aws.post("faults", faults=[])
    named = page.locator(".problem:visible", has_text="injected fault")
    named.first.wait_for(state="hidden", timeout=SOON)
    stage(page, 8, "armed")


def test_training_is_started(operator, page, rolled_back):
    said = decide(page, "Retrain…", "Start")
    assert "training started" in said
    page.locator("#log", has_text="requested in the console").wait_for(timeout=SOON)
    operator.aws.settle()
    stage(page, 8, "armed")
