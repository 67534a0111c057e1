"""The page without a browser: it shows the documents, and decides only after a confirmation."""

import asyncio

from nicegui import ui
from nicegui.testing import user_simulation

from cli.web_console import page
from cli.web_console.live import Live
from tests.support.console_documents import documents
from tests.support.console_server import commands, feed


def simulate(scenario, found=None):
    """Run `scenario(user)` on the page -> what the commands were asked to do."""
    done = []
    source = feed(found or documents())
    for name in documents():
        source.read(name)

    async def run():
        def root():
            page.build(Live(source, commands(done)), "local AWS, account 123456789012")

        async with user_simulation(root=root) as user:
            await user.open("/")
            await scenario(user)

    asyncio.run(run())
    return done


async def contains(user, *texts):
    for text in texts:
        await user.should_see(content=text)


def test_every_section_shows_its_documents():
    async def scenario(user):
        await contains(
            user,
            "local AWS, account 123456789012",
            "2024-10-17 12:34 UTC",
            "Model 3 waits for staging",
            "stage-8",
            "deepar_recent",
            "PendingManualApproval",
            "Drift of evergreen-production",
            "If poller-stalled is in ALARM too",
            "Cost on AWS",
            "evergreen approve by kim: good",
            "29 minutes were inside the band",
        )

    assert simulate(scenario) == []


def test_decision_needs_its_confirmation():
    async def scenario(user):
        user.find("Retrain…").click()
        await contains(user, "Start a training now?", "bypasses the cooldown")
        user.find("Reason, stored with it").type("new fees")
        user.find(kind=ui.button, content="Start").click()
        await contains(user, "retrain was done")

    assert simulate(scenario) == [["retrain", {"reason": "new fees"}]]


def test_part_that_cannot_be_read_says_why():
    async def scenario(user):
        await contains(user, "AttributeError: drift")

    class Broken(dict):
        def __getitem__(self, name):
            if name == "drift":
                raise AttributeError(name)
            return super().__getitem__(name)

    assert simulate(scenario, Broken(documents())) == []


def test_bill_is_asked_for_only_by_its_button():
    async def scenario(user):
        user.find("Ask Cost Explorer (0.01 USD)").click()
        await contains(user, "Billed for evergreen", "41.50")

    assert simulate(scenario) == [["cost", {"actual": True}]]


def test_page_of_a_tabular_model_has_no_minutes_and_no_fees():
    async def scenario(user):
        await contains(user, "Prediction for each row whose ground truth arrived in the hour")
        await user.should_not_see(content="average fee")

    found = documents()
    found["status"]["minutes"] = None
    found["readings"] = []
    simulate(scenario, found)


def test_new_deployment_without_an_archive_has_cost_nothing_yet():
    async def scenario(user):
        await contains(user, 'data-label="USD">0.00<')

    found = documents()
    found |= {"since": None, "log": []}
    found["history"]["retrains"] = []
    simulate(scenario, found)
