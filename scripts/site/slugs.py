"""Anchors of headings as GitHub derives them, so that links work there and on the site."""

import unicodedata


def github(text: str, separator: str) -> str:
    """Return the anchor of a heading: `④ Train` -> `-train`."""
    kept = "".join(c for c in text.lower() if c in " -" or _is_word(c))
    return kept.replace(" ", separator)


def _is_word(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LM" or category in {"Nd", "Pc"}
