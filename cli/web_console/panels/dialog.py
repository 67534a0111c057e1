"""The confirmation of a decision: what will happen, a comment, and how it went."""

import asyncio
from collections.abc import Callable

from nicegui import ui

from cli.errors import EXPECTED, CommandError, explain
from cli.web_console.live import Live, element, say
from cli.web_console.questions import Answer, Question


def ask(live: Live, question: Question, tell: Callable[[str], None]) -> None:
    """Open the dialog of a question; its command runs only after the confirmation."""
    with (
        ui.dialog().props('aria-labelledby="question" persistent transition-duration=0') as dialog,
        ui.card(),
    ):
        element("h2", question.title, id="question")
        for text in filter(None, question.consequences):
            element("p", text)
        choice = comment = None
        if question.choices:
            first = next(iter(question.choices))
            choice = ui.select(dict(question.choices), value=first, label="Version")
        if question.comment:
            comment = ui.input(question.comment).props("maxlength=1000").classes("comment")
        failure = element("p", "", role="alert").classes("problem")
        with ui.element("div").classes("buttons"):
            cancel = ui.button("Cancel", on_click=dialog.close).props("flat")
            confirm = ui.button(question.button)

    async def decide() -> None:
        answer = Answer(comment.value if comment else "", choice.value if choice else None)
        say(failure, "")
        confirm.props("loading")
        for button in (cancel, confirm):
            button.disable()
        try:
            text = await asyncio.to_thread(_run, live, question, answer)
        except EXPECTED as error:
            say(failure, str(explain(error)))
        else:
            dialog.close()
            tell(text)
        for button in (cancel, confirm):
            button.enable()
        confirm.props(remove="loading")
        live.feed.refresh()

    confirm.on_click(decide)
    dialog.on("hide", dialog.delete)
    dialog.open()


def _run(live: Live, question: Question, answer: Answer) -> str:
    """Return what the command prints; CommandError if it says that it failed."""
    result = question.run(live.feed.access.connection(), answer)
    if result.code:
        raise CommandError(str(result.body))
    return str(result.body)
