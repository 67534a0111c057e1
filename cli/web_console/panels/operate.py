"""What needs a person, with the decisions on it, and those that are always possible."""

from collections.abc import Callable, Iterator
from functools import partial

from nicegui import ui

from cli.aws import Json
from cli.web_console import questions
from cli.web_console.live import Documents, Live, element, say
from cli.web_console.panels.dialog import ask
from cli.web_console.panels.section import section
from cli.web_console.questions import Question
from cli.web_console.views.attention import Need, needs

PARTS = ("status", "history")


def build(live: Live) -> None:
    """Build the section."""
    with section("needs", "What needs you"):
        done = element("p", "", role="status").classes("done")
        place = ui.element("div")

        def tell(text: str) -> None:
            say(done, text)
            ui.notify(text, type="positive", position="top")

        def open_dialog(question: Question | None) -> None:
            if question is None:
                ui.notify("No other version has been in production.", position="top")
                return
            with place:  # the list below is built again while a dialog is open
                ask(live, question, tell)

        listed = ui.element("ul").classes("needs")
        shown: list[Need] | None = None

        def show(documents: Documents) -> None:
            nonlocal shown
            found = needs(documents["status"], documents["history"]["models"])
            if found == shown:  # a button that has the focus keeps it
                return
            shown = found
            listed.clear()
            with listed:
                for need in found:
                    _item(live, need, open_dialog)
                if not found:
                    element("li", "Nothing: the loop runs by itself.")

        live.follow(PARTS, show)
        with ui.element("div").classes("buttons"):
            ui.button("Retrain…", on_click=lambda: open_dialog(questions.retrain(live.commands)))
            ui.button("Roll back…", on_click=lambda: open_dialog(_rollback(live)))


def serving(status: Json) -> int | None:
    """Return the version in production, None without one."""
    rows = [row for row in status["endpoints"] if row["stage"] == "production"]
    return int(rows[0]["version"]) if rows and rows[0]["version"] else None


def _item(live: Live, need: Need, open_dialog: Callable[[Question | None], None]) -> None:
    with ui.element("li").classes(f"need need-{need.kind}"):
        element("h3", f"{need.stage} {need.title}".strip())
        element("p", need.text)
        with ui.element("div").classes("buttons decisions"):
            for text, subject, make in _decisions(live, need):
                button = ui.button(text, on_click=partial(_open, open_dialog, make))
                button.props["aria-label"] = f"{text} {subject}"


def _open(open_dialog: Callable[[Question | None], None], make: Callable[[], Question]) -> None:
    open_dialog(make())


def _decisions(live: Live, need: Need) -> Iterator[tuple[str, str, Callable[[], Question]]]:
    """Yield what can be decided: text of the button, what it is about, and its question."""
    if need.kind == "letters":
        yield "Redrive", need.key, partial(questions.redrive, live.commands, need.key)
    if need.kind == "approval":
        subject = f"model {need.key} for {need.target}"
        for text, make in (("Approve", questions.approve), ("Reject", questions.reject)):
            yield text, subject, partial(_about, live, need, make)


def _about(live: Live, need: Need, make: Callable[..., Question]) -> Question:
    return make(live.commands, need, _production(live))


def _rollback(live: Live) -> Question | None:
    models = live.feed.documents.get("history", {"models": []})["models"]
    return questions.rollback(live.commands, models, _production(live))


def _production(live: Live) -> int | None:
    status = live.feed.documents.get("status")
    return serving(status) if status else None
