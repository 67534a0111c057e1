"""The page of an approval link, without scripts. Pure."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 40rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
caption, td, th { padding: .3rem .5rem; text-align: left; }
td, th { border-bottom: 1px solid #8888; }
label { display: block; margin-top: 1rem; }
input, button { box-sizing: border-box; font: inherit; padding: .6rem; width: 100%; }
button { margin-top: 1rem; }
"""
# A link is a secret: it must reach neither other sites nor caches.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
    ),
    "Content-Type": "text/html; charset=utf-8",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
# Contenders of the tournament that are not candidates.
OTHERS = {
    "champion": "in production until now",
    "reference": "reference forecast",
    "naive": "naive forecast",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known about a version: losses by name, lower is better, and the verdict."""

    losses: tuple[tuple[str, float], ...] = ()
    verdict: str = ""

    @classmethod
    def of(cls, evaluation: Mapping[str, Any]) -> "Figures":
        """Return the figures of evaluation.json; none of an empty document."""
        contenders, winner = evaluation.get("contenders", {}), evaluation.get("winner")
        names = {**({winner: f"this version ({winner})"} if winner else {}), **OTHERS}
        losses = [
            (text, contenders[name]["mean_wql"])
            for name, text in names.items()
            if contenders.get(name, {}).get("mean_wql") is not None
        ]
        return cls(tuple(losses), str(evaluation.get("reason") or ""))


def form(version: int, requested_at: datetime, figures: Figures, token: str) -> str:
    """Return the page with the figures and the form, which only a person sends."""
    return _page(
        f"Model {version} waits for production",
        [
            f"<p>Requested {requested_at:%Y-%m-%d %H:%M} UTC, after its test on staging.</p>",
            *_table(figures),
            f"<p>{escape(figures.verdict)}</p>" if figures.verdict else "",
            '<form method="post">',
            "<button disabled hidden></button>",  # Enter in the comment must not approve
            f'<input type="hidden" name="token" value="{escape(token)}">',
            '<label for="comment">Comment, for the decision log</label>',
            '<input id="comment" name="comment" maxlength="200" autocomplete="off">',
            f'<button name="decision" value="approve">Approve model {version}</button>',
            f'<button name="decision" value="reject">Reject model {version}</button>',
            "</form>",
        ],
    )


def notice(title: str, text: str) -> str:
    """Return a page that says something."""
    return _page(title, [f"<p>{escape(text)}</p>"])


def _table(figures: Figures) -> list[str]:
    if not figures.losses:
        return []
    rows = [
        f'<tr><th scope="row">{escape(name)}</th><td>{loss:.4f}</td></tr>'
        for name, loss in figures.losses
    ]
    caption = "<caption>Mean weighted quantile loss on the same windows; lower is better</caption>"
    return ["<table>", caption, *rows, "</table>"]


def _page(title: str, body: Iterable[str]) -> str:
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>\n</head>\n<body>\n<main>",
            f"<h1>{escape(title)}</h1>",
            *filter(None, body),
            "</main>\n</body>\n</html>\n",
        ]
    )
