"""The console with documents and commands of a test, on a port of its own."""

import json
import sys
from dataclasses import fields

from cli.connection import Connection
from cli.errors import CommandError
from cli.result import Result
from cli.target import Target
from cli.web_console import server
from cli.web_console.commands import Commands
from cli.web_console.feed import Access, Feed, Part
from tests.support.console_documents import NOW, documents

WHERE = "local AWS at http://127.0.0.1:4566, account 123456789012, region eu-west-1"


BILL = {
    "requests": 1,
    "months": [
        {"month": "2024-09", "services": {"Amazon SageMaker": 41.5}, "total": 41.5},
        {"month": "2024-10", "services": {"Amazon SageMaker": 20.5}, "total": 20.5},
    ],
    "estimate": {"month": 75.0, "so_far": 41.0},
}


def commands(done):
    """Return commands that append what they are asked to do to a list; `reject` fails."""

    def command(name):
        def run(_connection, **arguments):
            done.append([name, arguments])
            print(json.dumps([name, arguments]), flush=True)
            if name == "reject":
                raise CommandError("the deployment no longer waits for <model 3>")
            return Result({"messages": [], **BILL}, f"{name} was done")

        return run

    return Commands(**{field.name: command(field.name) for field in fields(Commands)})


def connection():
    """Return a connection that is never used."""
    return Connection(
        lambda name: None, "evergreen", "123456789012", "eu-west-1", NOW, Target("x")
    )


def feed(found):
    """Return a feed of documents that do not change."""
    parts = {name: Part(lambda _, name=name: found[name], 3600) for name in found}
    return Feed(Access(connection), parts)


def main():
    """Serve until killed; print the address, and then what the commands are asked to do."""
    listener = server.listen(0)
    server.serve(
        listener, feed(documents()), commands([]), WHERE, lambda url: print(url, flush=True)
    )


if __name__ == "__main__":
    sys.exit(main())
