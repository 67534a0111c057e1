"""Links of the repository's Markdown files, made to work on the site. Pure."""

import re
from collections.abc import Collection
from pathlib import PurePosixPath
from urllib.parse import unquote

# A link or an image: the text, which may hold brackets of its own in an image, and the target.
LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]\[]*)\]\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^ *(```|~~~)")
EXTERNAL = re.compile(r"[a-z][a-z+.-]*:")
README = "README.md"


def adapt(text: str, page: PurePosixPath, pages: Collection[str], media: set[str]) -> str:
    """Return the text of a page with links to other pages only.

    A folder stands for its README. A file that is no page, such as source code, is named instead
    of linked. Adds the images of the page to `media`. All paths are relative to the repository.
    """

    def replace(match: re.Match[str]) -> str:
        target = match["target"]
        if EXTERNAL.match(target) or target.startswith("#"):
            return match[0]
        path, _, anchor = unquote(target).partition("#")
        found = normal(page.parent / path)
        if match["image"]:
            media.add(found)
            return match[0]
        for name in (found, str(PurePosixPath(found) / README)):
            if name in pages:
                link = relative(name, page)
                return f"[{match['text']}]({link}{'#' if anchor else ''}{anchor})"
        return match["text"]

    lines, code = [], False
    for line in text.splitlines():
        code ^= bool(FENCE.match(line))
        lines.append(line if code else LINK.sub(replace, line))
    return "\n".join(lines) + "\n"


def normal(path: PurePosixPath) -> str:
    """Return a path without `..`; those that leave the repository keep them."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def relative(name: str, page: PurePosixPath) -> str:
    """Return the path of a page from another one."""
    above = [".."] * len(page.parent.parts)
    return "/".join([*above, name])
