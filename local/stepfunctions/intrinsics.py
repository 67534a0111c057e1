"""The syntax of intrinsic functions: `States.Format('a {}', $.b)`. Pure."""

import re
from collections.abc import Iterator

# Functions with the numbers of their arguments; None: any.
FUNCTIONS: dict[str, set[int] | None] = {
    "States.Array": None,
    "States.ArrayContains": {2},
    "States.ArrayGetItem": {2},
    "States.ArrayLength": {1},
    "States.ArrayPartition": {2},
    "States.ArrayRange": {3},
    "States.ArrayUnique": {1},
    "States.Base64Decode": {1},
    "States.Base64Encode": {1},
    "States.Format": None,
    "States.Hash": {2},
    "States.JsonMerge": {3},
    "States.JsonToString": {1},
    "States.MathAdd": {2},
    "States.MathRandom": {2, 3},
    "States.StringSplit": {2},
    "States.StringToJson": {1},
    "States.UUID": {0},
}
MAXIMUM = 10  # nested functions in one field
_PATH = r"\$\$?(?:\.\w+|\[[^\]]*\]|\.\.\w+|\.\*)*"
_TOKEN = re.compile(
    rf"\s*('(?:[^'\\]|\\.)*'|{_PATH}|States\.\w+|-?\d+(?:\.\d+)?|true|false|null|[(),])"
)


class SyntaxProblem(ValueError):  # noqa: N818 - of the text, not of the program
    """The text is no intrinsic function."""


def is_path(text: str) -> bool:
    """Return whether a text is a path."""
    return bool(re.fullmatch(_PATH, text))


def functions(text: str) -> list[tuple[str, int]]:
    """Return all functions in a call, with the number of their arguments; SyntaxProblem."""
    tokens, found = list(_tokens(text)), list[tuple[str, int]]()
    try:
        rest = _call(tokens, found)
    except IndexError:
        raise SyntaxProblem(f"{text} is not complete") from None
    if rest:
        raise SyntaxProblem(f"{rest[0]!r} follows the function in {text}")
    for name, count in found:
        if name not in FUNCTIONS:
            raise SyntaxProblem(f"{name} does not exist")
        if count not in (FUNCTIONS[name] or {count}):
            raise SyntaxProblem(f"{name} has {count} arguments")
    if len(found) > MAXIMUM:
        raise SyntaxProblem(f"{len(found)} functions in one field, at most {MAXIMUM}")
    return found


def _tokens(text: str) -> Iterator[str]:
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise SyntaxProblem(f"{text[position:]!r} in {text}")
        yield found[1]
        position = found.end()


def _call(tokens: list[str], found: list[tuple[str, int]]) -> list[str]:
    """Read one call from the tokens; return those that follow it."""
    name, opening, rest = tokens[0], tokens[1], tokens[2:]
    if not name.startswith("States.") or opening != "(":
        raise SyntaxProblem(f"{name}{opening} does not begin a function")
    count = 0
    while rest[0] != ")":
        rest = _call(rest, found) if rest[0].startswith("States.") else rest[1:]
        count += 1
        if rest[0] not in {",", ")"}:
            raise SyntaxProblem(f"{rest[0]!r} follows an argument of {name}")
        rest = rest[1:] if rest[0] == "," else rest
    found.append((name, count))
    return rest[1:]
