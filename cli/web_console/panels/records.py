"""Sections that are tables: trainings, versions, drift, decisions, alarms, dead letters, cost."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from nicegui import ui

from cli.errors import EXPECTED, explain
from cli.queries.billing import REQUEST_USD
from cli.web_console.charts import history
from cli.web_console.live import Documents, Live, element, fragment, say
from cli.web_console.panels.chart import Chart, folded
from cli.web_console.panels.operate import serving
from cli.web_console.panels.section import section
from cli.web_console.views import costs, decisions, records, trainings


def build(live: Live) -> None:
    """Build the sections."""
    _trainings(live)
    with section("versions", "Versions of the model"):
        live.follow_html(("status", "history"), _versions, "table")
    with section("drift", "Drift"):
        live.follow_html(("drift",), lambda d: records.drift(d["drift"]), "table")
    with section("alarms", "Alarms"):
        live.follow_html(("status",), lambda d: records.in_alarm(d["status"]["alarms"]), "table")
        everything = folded("All alarms, with what they mean and what to do first")
        live.follow(
            ("status",),
            lambda d: everything.set_content(records.alarms(d["status"]["alarms"])),
        )
    _letters(live)
    with section("cost", "Cost so far"):
        live.follow_html(("cost", "history", "log", "status", "since"), _cost, "table")
        note = "Estimated from list prices; `evergreen cost --deployed` has every item."
        element("p", note).classes("note")
        # On demand only: each request costs.
        asked = f"Ask Cost Explorer ({REQUEST_USD} USD)"
        _on_demand(asked, lambda: _actual(live))
    with section("log", "Decision log"):
        live.follow_html(("log",), lambda d: decisions.log(d["log"]), "table")


def _trainings(live: Live) -> None:
    with section("trainings", "Trainings and their candidates"):
        contenders = Chart(
            "Loss of every contender relative to the reference; the outlined one was chosen"
        )
        live.follow(("runs",), lambda d: contenders.update(history.contenders(d["runs"]["runs"])))
        live.follow_html(
            ("runs", "history"),
            lambda d: trainings.html(d["runs"]["runs"], d["history"]["retrains"]),
            "table",
        )


def _versions(documents: Documents) -> str:
    return records.versions(documents["history"]["models"], serving(documents["status"]))


def _cost(documents: Documents) -> str:
    now = datetime.fromisoformat(documents["status"]["now"])
    # A tabular model has no archive. Without one nothing is known of the time before a decision.
    earliest = documents["since"] or next((event["time"] for event in documents["log"]), None)
    since = datetime.fromisoformat(earliest) if earliest else now
    return costs.html(documents["cost"], documents["history"]["retrains"], now, since)


def _actual(live: Live) -> str:
    connection = live.feed.access.connection()
    document = live.commands.cost(lambda: connection, actual=True).document
    return costs.actual_html(document, connection.prefix)


def _letters(live: Live) -> None:
    with section("letters", "Dead letters"):
        live.follow_html(
            ("status",), lambda d: records.queues(d["status"]["dead_letters"]), "table"
        )
        # On demand only: each reading counts as a receipt, and hides the messages for a moment.
        _on_demand("Show messages", lambda: _messages(live))


def _on_demand(text: str, html: Callable[[], str]) -> None:
    """Add a button that reads something and shows it below."""

    async def read() -> None:
        say(problem, "")
        button.disable()
        try:
            found = await asyncio.to_thread(html)
        except EXPECTED as error:
            say(problem, str(explain(error)))
        else:
            content.set_content(found)
        finally:
            button.enable()

    button = ui.button(text, on_click=read).props("outline")
    problem = element("p", "", role="alert").classes("problem")
    content = fragment("table")


def _messages(live: Live) -> str:
    result = live.commands.dead_letters(live.feed.access.connection())
    return records.messages(result.document["messages"])
