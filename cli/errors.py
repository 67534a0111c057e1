"""Errors that end a command with a message and an exit code."""


class CommandError(Exception):
    """A command failed; exit code 1, or 2 for unusable arguments or an unusable target."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code
