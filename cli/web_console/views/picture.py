"""The picture of the loop as HTML. Pure."""

from collections.abc import Iterable
from html import escape

from cli.web_console.markup import mark
from cli.web_console.views.stages import Stage

NAMES = ("poll", "ingest", "features", "train", "register", "deploy", "monitor", "retrain")
# The section of the page on a stage.
SECTIONS = ("alarms", "letters", "forecasts", "trainings", "versions", "versions", "losses", "log")


def html(found: Iterable[Stage]) -> str:
    """Return the picture: a list in the order of the loop, with arrows that CSS draws."""
    return f'<ol class="loop" aria-label="The loop">{"".join(map(_item, found))}</ol>'


def _item(stage: Stage) -> str:
    name = NAMES[stage.number - 1]
    details = [stage.detail] if stage.detail else []
    details += [f"alarm: {alarm}" for alarm in stage.alarms]
    lines = "".join(f"<p>{escape(line)}</p>" for line in details)
    return (
        f'<li class="stage stage-{stage.number} stage-is-{stage.state.kind}">'
        f'<h3><span class="symbol">{stage.symbol}</span> '
        f'<a href="#{SECTIONS[stage.number - 1]}">{name}</a></h3>'
        f"<p>{mark(stage.state)}</p>{lines}</li>"
    )
