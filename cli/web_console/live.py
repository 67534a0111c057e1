"""One opened page: the elements that follow the feed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from nicegui import ui

from cli.web_console.commands import Commands
from cli.web_console.feed import Feed

Documents = dict[str, Any]


def element(tag: str, text: str, **attributes: str) -> ui.html:
    """Add an element with a text; without one it is hidden until it is given one."""
    made = ui.html(escape(text), tag=tag, sanitize=False)
    made.set_visibility(bool(text))
    for name, value in attributes.items():
        made.props[name.replace("_", "-")] = value
    return made


def say(target: ui.html, text: str) -> None:
    """Change the text of an element, which is visible only with a text."""
    target.set_content(escape(text))
    target.set_visibility(bool(text))


def fragment(name: str = "") -> ui.html:
    """Add an empty element whose content is set later, to HTML that has been escaped."""
    return ui.html("", sanitize=False).classes(name)


@dataclass(slots=True)
class Follower:
    """Shows parts of the feed again whenever they have changed."""

    parts: Sequence[str]
    show: Callable[[Documents], object]
    problem: ui.html
    seen: int = 0

    def update(self, feed: Feed) -> None:
        """Show the parts if they have changed, and why some could not be read."""
        if (version := feed.version(self.parts)) == self.seen:
            return
        self.seen = version
        problems = [feed.problems[name] for name in self.parts if name in feed.problems]
        say(self.problem, "; ".join(problems))
        if all(name in feed.documents for name in self.parts):
            self.show(feed.documents)


@dataclass(slots=True)
class Live:
    """The page of one browser."""

    feed: Feed
    commands: Commands
    followers: list[Follower] = field(default_factory=list)

    def update(self) -> None:
        """Show what has changed since the last time."""
        for follower in self.followers:
            follower.update(self.feed)

    def follow(self, parts: Sequence[str], show: Callable[[Documents], object]) -> None:
        """Show parts of the feed where the page is being built, now and after each change."""
        problem = element("p", "").classes("problem")
        self.followers.append(Follower(parts, show, problem))

    def follow_html(
        self, parts: Sequence[str], html: Callable[[Documents], str], name: str = ""
    ) -> None:
        """Show HTML that is made of parts of the feed."""
        target = fragment(name)
        self.follow(parts, lambda documents: target.set_content(html(documents)))
