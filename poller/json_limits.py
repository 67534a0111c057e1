"""A bound for the memory of decoded JSON, from its text. Pure."""


def values_problem(text: bytes, limit: int) -> str | None:
    """Return "more than … values" if the JSON text may have so many, None if it cannot.

    Every object, list and further member needs one of three characters. A decoded value takes up
    to a hundred times as many bytes as its text: 30 MB of `{}` would become more than 1 GB.
    """
    if len(text) <= limit:  # the usual case
        return None
    count = text.count(b",") + text.count(b"[") + text.count(b"{")
    return f"more than {limit} values" if count > limit else None
