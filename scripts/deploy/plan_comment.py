"""A plan as the comment of a pull request. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

MAX_TEXT = 60_000  # characters; GitHub takes 65,536 in a comment
CUT = "\n[…] the rest is in the log of the job"
NAMES = {"create": "created", "update": "changed", "delete": "deleted"}
COMMENT = """\
<!-- evergreen-plan -->
### Plan of {target}

{summary}

<details><summary>What Terraform shows</summary>

{fence}
{text}
{fence}

</details>

Fingerprint: `{fingerprint}`
"""


def comment(target: str, changes: Mapping[str, Sequence[str]], text: str, fingerprint: str) -> str:
    """Return the comment in Markdown: replaced and deleted resources are named first."""
    shown = text.strip()
    if len(shown) > MAX_TEXT:
        shown = shown[:MAX_TEXT] + CUT
    # A value with a fence of its own must not end ours.
    fence = "`" * 3
    while fence in shown:
        fence += "`"
    return COMMENT.format(
        target=target,
        summary=summary(changes),
        text=shown,
        fence=fence,
        fingerprint=fingerprint,
    )


def summary(changes: Mapping[str, Sequence[str]]) -> str:
    """Return how many resources change, and which are replaced or deleted."""
    if not changes:
        return "Nothing changes."
    kinds = {address: _kind(actions) for address, actions in changes.items()}
    counts = Counter(kinds.values())
    lines = [", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) + "."]
    lines += [
        f"- `{address}` is **{kind}**"
        for address, kind in sorted(kinds.items())
        if kind in {"deleted", "replaced"}
    ]
    return "\n".join(lines)


def _kind(actions: Sequence[str]) -> str:
    return "replaced" if len(actions) > 1 else NAMES.get(actions[0], actions[0])
