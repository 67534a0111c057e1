"""`evergreen dead-letters`: what failed after all retries: look at it, repeat it, delete it."""

from collections import Counter
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Annotated

import typer

from cli.app import command, confirm, group, positive
from cli.aws import Json
from cli.connection import Connection
from cli.dead_letters.letter import DeadLetter
from cli.dead_letters.queue import Queue, Reader, queues
from cli.dead_letters.redrive import redrive as send_back
from cli.dead_letters.report import listed, outcome
from cli.errors import CommandError
from cli.result import Result
from cli.terminal import progress_bar

CONCURRENCY = 4  # invocations of functions

Queues = Annotated[
    list[str] | None,
    typer.Option("--queue", help="Only this queue (can be repeated); default: all."),
]
Ids = Annotated[
    list[str] | None,
    typer.Option("--id", help="Only this message (can be repeated); default: all."),
]
Limit = Annotated[
    int, typer.Option(parser=positive, metavar="N", help="Messages per queue that are read.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before messages are deleted.")]

commands = group("dead-letters", "What failed after all retries: list, redrive, discard.")


@command("list", "Messages with what they were, their reason and age.", of=commands)
def list_(connection: Connection, queue: Queues = None, limit: Limit = 100) -> Result:
    """Read the messages, and show them again to everybody; only their receive count grows."""
    chosen = _choose(connection, queue)
    letters = [letter for each in chosen for letter in _peek(each, limit)]
    rows = [{"queue": each.name, "stage": each.stage, **each.counts()} for each in chosen]
    document = {
        "queues": rows,
        "messages": [letter.document(connection.now) for letter in letters],
    }
    return Result(document, listed(document))


@command(
    "redrive",
    "Send messages back to where they failed; delete those that succeed.",
    changes=True,
    resumable=True,
    of=commands,
)
def redrive(connection: Connection, queue: Queues = None, ids: Ids = None) -> Result:
    """Delete a message only after it was processed; what fails again stays, with the reason."""
    chosen = _choose(connection, queue)
    redriven, failed, seen = 0, [], set()
    counts = {each: each.counts()["messages"] for each in chosen}
    filled, total = [each for each, count in counts.items() if count], sum(counts.values())
    with progress_bar("dead letters", total) as update, ThreadPoolExecutor(CONCURRENCY) as pool:
        for each in filled:
            with Reader(each) as reader, closing(_selected(reader, ids or None)) as batches:
                for letters in batches:
                    reasons = list(pool.map(lambda letter: send_back(connection, letter), letters))
                    results = dict(zip(letters, reasons, strict=True))
                    done = [letter for letter, reason in results.items() if reason is None]
                    kept = reader.delete(done)
                    results |= dict.fromkeys(kept, "it was redriven, but SQS did not delete it")
                    redriven += len(done)
                    failed += [
                        letter.document(connection.now) | {"failure": reason}
                        for letter, reason in results.items()
                        if reason is not None
                    ]
                    seen |= {letter.message_id for letter in letters}
                    update(advance=len(letters))
    return outcome("redriven", redriven, failed, _missing(ids, seen), _hidden(chosen))


@command("discard", "Delete messages for good.", changes=True, of=commands)
def discard(
    connection: Connection, queue: Queues = None, ids: Ids = None, yes: Yes = False
) -> Result:
    """Say what would be deleted, ask, and delete these messages only."""
    chosen = _choose(connection, queue)
    found = {
        letter.message_id: letter for each in chosen for letter in _peek(each, None, ids or None)
    }
    missing = _missing(ids, set(found))
    if not found:
        return outcome("discarded", 0, [], missing, _hidden(chosen))
    if not yes:
        counts = Counter((letter.queue, letter.what) for letter in found.values())
        shown = "\n".join(f"  {n} × {what} in {name}" for (name, what), n in counts.items())
        statement = f"{shown}\nThis deletes {len(found)} dead letters for good"
        confirm(statement, f"this deletes {len(found)} dead letters for good")
    deleted, failed = 0, []
    with progress_bar("dead letters", len(found)) as update:
        for each in chosen:
            own = [identity for identity, letter in found.items() if letter.queue == each.name]
            with Reader(each) as reader, closing(_selected(reader, own)) as batches:
                for letters in batches:
                    kept = reader.delete(letters)
                    failed += [
                        letter.document(connection.now) | {"failure": "SQS did not delete it"}
                        for letter in kept
                    ]
                    deleted += len(letters) - len(kept)
                    update(advance=len(letters))
    return outcome("discarded", deleted, failed, missing, _hidden(chosen))


def _choose(connection: Connection, names: Sequence[str] | None) -> list[Queue]:
    """Return the queues with these names; CommandError (exit code 2) for an unknown name."""
    found = queues(connection)
    known = [each.name for each in found]
    if unknown := [name for name in names or () if name not in known]:
        raise CommandError(f"--queue: got {unknown[0]}, expected one of {', '.join(known)}", 2)
    return [each for each in found if not names or each.name in names]


def _selected(reader: Reader, ids: Sequence[str] | None) -> Generator[list[DeadLetter]]:
    """Yield the messages with these ids (None: all), in batches."""
    if ids is None:
        yield from reader.batches(CONCURRENCY)
        return
    wanted = set(ids)
    batches = reader.batches() if wanted else iter(())
    for letters in batches:
        if chosen := [letter for letter in letters if letter.message_id in wanted]:
            yield chosen
        wanted -= {letter.message_id for letter in letters}
        if not wanted:
            return


def _peek(queue: Queue, limit: int | None, ids: Sequence[str] | None = None) -> list[DeadLetter]:
    """Return messages, oldest first, and show them again to other readers."""
    letters: list[DeadLetter] = []
    if not queue.counts()["messages"]:
        return letters
    with Reader(queue) as reader:
        for batch in reader.batches():
            letters += [letter for letter in batch if ids is None or letter.message_id in ids]
            if limit is not None and len(letters) >= limit:
                break
    return sorted(letters, key=lambda letter: (letter.sent, letter.message_id))[:limit]


def _missing(ids: Sequence[str] | None, found: set[str]) -> list[str]:
    return [identity for identity in ids or () if identity not in found]


def _hidden(chosen: Sequence[Queue]) -> Json:
    """Return the number of messages that somebody else is reading, by queue."""
    counts = {each.name: each.counts()["hidden"] for each in chosen}
    return {name: count for name, count in counts.items() if count}
