import io

import pytest
from rich.console import Console

from demo import display


@pytest.fixture
def output():
    return io.StringIO()


def shown(output, **terminal):
    """Show a phase and two status lines; return the display's output."""
    view = display.Display()
    view._console = Console(file=output, width=100, _environ={}, **terminal)
    with view.live():
        view.phase("the loop")
        view.show("④", "first")
        view.show("④", "second")
        view.say("⑥ deployed")
    return output.getvalue()


@pytest.mark.parametrize("terminal", [{}, {"force_terminal": True, "legacy_windows": True}])
def test_permanent_lines_are_printed_on_every_output(output, terminal):
    text = shown(output, **terminal)
    assert "— the loop" in text
    assert "⑥ deployed" in text


def test_status_lines_without_terminal_are_plain_and_rate_limited(output):
    assert shown(output).splitlines() == ["— the loop", "④ train · first", "⑥ deployed"]


def test_on_a_terminal_the_active_stage_is_highlighted(output):
    text = shown(output, force_terminal=True, color_system="standard")
    assert "\x1b[1;32m④ train" in text
    assert "second" in text
