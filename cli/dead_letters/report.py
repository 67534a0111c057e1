"""Results of the commands on dead letters as text."""

from rich.console import RenderableType

from cli.aws import Json
from cli.dead_letters.queue import HOLD_SECONDS
from cli.result import Result
from cli.stages import symbol
from cli.terminal import sections, table

REASON_LENGTH = 200  # characters of a reason in a table
HEADERS = ("stage", "queue", "message id", "what", "age", "received", "reason")


def outcome(verb: str, count: int, failed: list[Json], missing: list[str], hidden: Json) -> Result:
    """Return what a command did: exit code 1 if messages were not found, or stay."""
    document = {verb: count, "failed": failed, "not_found": missing, "hidden": hidden}
    lines = [f"{count:,} dead letters were {verb}"]
    if failed:
        lines.append(f"{len(failed):,} stay in their queues:")
    lines += [f"  {row['queue']} {row['message_id']}: {row['failure']}" for row in failed]
    lines += [f"no such message, or hidden: {identity}" for identity in missing]
    lines += list(map(_hidden_line, hidden.items()))
    return Result(document, "\n".join(lines), 1 if failed or missing else 0)


def _hidden_line(item: tuple[str, int]) -> str:
    name, count = item
    return (
        f"hidden: {count} in {name}: another command is reading them; those of a stopped command "
        f"appear again after at most {HOLD_SECONDS // 60} minutes"
    )


def listed(document: Json) -> RenderableType:
    """Return the messages as a table; `document` is the JSON of the command."""
    rows = document["queues"]
    filled = [row for row in rows if row["messages"] or row["hidden"]]
    if not filled:
        return f"no dead letters (queues: {len(rows)})"
    cells = [
        (
            symbol(row["stage"]),
            row["queue"],
            row["message_id"],
            row["what"],
            _age(row["age_seconds"]),
            row["receive_count"],
            row["reason"][:REASON_LENGTH],
        )
        for row in document["messages"]
    ]
    total = sum(row["messages"] for row in rows)
    hidden = {row["queue"]: row["hidden"] for row in filled if row["hidden"]}
    title = f"dead letters: {len(cells)} of {total}"
    return sections(table(title, cells, HEADERS), *map(_hidden_line, hidden.items()))


def _age(seconds: int) -> str:
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
