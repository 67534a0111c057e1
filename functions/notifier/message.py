"""A message to people: a subject, and a first line that a phone shows in its preview. Pure."""

from dataclasses import dataclass
from datetime import datetime

MAX_SUBJECT = 99  # SNS accepts fewer than 100 characters of ASCII


@dataclass(frozen=True, slots=True)
class Message:
    """What happened, since when, and what to do; `paragraphs` are details.

    `approval` is the version whose approval by link the mail may offer.
    """

    title: str
    since: datetime
    action: str
    paragraphs: tuple[str, ...] = ()
    approval: int | None = None

    def subject(self, prefix: str) -> str:
        """Return the subject of a mail: one line of ASCII, with the deployment."""
        line = " ".join(f"[{prefix}] {self.title}".split())
        return line.encode("ascii", "replace").decode()[:MAX_SUBJECT]

    def text(self, link: str | None = None) -> str:
        """Return the text of a mail, with a link to decide by."""
        first = f"Since {self.since:%Y-%m-%d %H:%M} UTC. {self.action}"
        links = [f"Or decide on this page (for three days, once):\n{link}"] if link else []
        return "\n\n".join([first, *links, *filter(None, self.paragraphs)]) + "\n"
