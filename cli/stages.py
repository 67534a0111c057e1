"""The symbols of the numbered stages of the loop."""

SYMBOLS = "①②③④⑤⑥⑦⑧"


def symbol(stage: str) -> str | None:
    """Return the symbol of a stage's number; None for what all stages share."""
    return SYMBOLS[int(stage) - 1] if stage.isdecimal() else None
