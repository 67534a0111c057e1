"""Texts of the repository use standard English."""

import re
from pathlib import Path

from tests.support.markdown import PROJECT, files, prose

# Not American English, or not the English of AWS and machine learning, wherever it occurs.
OLD_WORDS = {
    "a sentence": r"\ba sentence\b",
    "ASIDE, GLANCE, MOST, ...": r"(?-i:\b(MOST|LEAST|FURTHEST)_[A-Z]|\b(ASIDE|GLANCE|FURTHEST)\b)",
    "alarm rings": r"\balarms? r[ia]ngs?\b|\bbe(gins?|gan) to ring\b|\brings? an alarm\b",
    "anew": r"\banew\b",
    "heal": r"(?<![a-z])heal(s|ed|er)?(?![a-z])",
    "British spelling": r"\b((behaviour|colour|neighbour)s?|licence|(serial|recogn)ised?)\b",
    "how dear": r"\bhow dear\b",
    "in any company": r"\bin any company\b",
    "in earnest": r"\bin earnest\b",
    "is no matter": r"\bis no matter\b",
    "is told, as told": r"\b(is|was|are|as|were) told\b(?! apart)|\btold (of|with)\b",
    "lies in": r"\blies? (in|below|under) (the|a|its|our)\b|\bwhat lies\b",
    "not typed right": r"\btyped right\b",
    "of one's own": r"\bof one['’]s own\b",
    "set aside": r"set[ _-]?aside",
    "slept through": r"\bslept through\b",
    "small letters": r"\bsmall letters\b",
    "stood still": r"\bstood still\b",
    "whole number": r"\bwhole[ -]numbers?\b",
}


def old_words(text):
    """Return the old words that a text contains, across line breaks and comment signs."""
    joined = re.sub(r"\s+(?:#\s+)?", " ", text)
    return [
        name for name, pattern in OLD_WORDS.items() if re.search(pattern, joined, re.IGNORECASE)
    ]


def test_texts_have_none_of_the_old_words():
    found = {}
    for file in [*files(".py", ".md", ".tf", ".toml"), PROJECT / "Makefile"]:
        # The changelog names what was renamed, as inline code.
        text = prose(file) if file.name == "CHANGELOG.md" else file.read_text("utf-8")
        if file != Path(__file__) and (words := old_words(text)):
            found[str(file.relative_to(PROJECT))] = words
    assert found == {}


def test_old_words_are_found():
    assert old_words("to set\n    # aside; healed; poller.heal; HEAL_HOURS") == [
        "heal",
        "set aside",
    ]
    assert old_words("health, told apart, lies between, most, strings") == []
