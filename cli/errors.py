"""Errors that end a command: the text is one sentence for the person who typed it."""


class CommandError(Exception):
    """Something cannot be done; exit code 1 (2: nothing to talk to)."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code
