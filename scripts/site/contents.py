"""What the site contains and in which order. Pure."""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

# Of docs/: name -> title. A page that is in none of these lists fails the build (`--strict`).
HOW_TO = {
    "deploy": "Deploy",
    "first-apply": "The first apply on AWS",
    "delete": "Delete a deployment",
    "extending": "Your own stream, algorithm, model, metric",
    "threshold": "Change what counts as worse",
    "endpoints": "Endpoints: scaling, traffic shift, variants",
    "monitoring": "Monitoring",
    "experiments": "Experiments and lineage",
    "sql": "SQL over features, forecasts, decisions",
    "console": "The console in a browser",
    "notifications": "Mails, chat, approval by link",
    "delivery": "Delivery: GitHub Actions, CodePipeline, accounts",
    "promotion": "Staging and production in two accounts",
    "runbook": "Runbook: alarms and repairs",
}
EXPLANATION = {"architecture": "Architecture and contracts", "exactness": "Exactness"}
REFERENCE = {
    "commands": "The evergreen command",
    "alarms": "Alarms",
    "metrics": "Metrics",
    "events": "Events and schedules",
}
PROJECT = {"CONTRIBUTING": "Contributing", "SECURITY": "Security", "CHANGELOG": "Changes"}
DECISIONS = "docs/decisions"

Entry = dict[str, Any]


def navigation(pages: Iterable[str], titles: dict[str, str]) -> list[Entry]:
    """Return the navigation for the pages of the repository, by path."""
    every = sorted(pages)
    decisions = [p for p in every if p.startswith(f"{DECISIONS}/") and not p.endswith("README.md")]
    readmes = [p for p in every if p.endswith("/README.md") and p.split("/")[0] != "docs"]
    variables = [p for p in readmes if p.split("/")[0] == "terraform" and "modules" not in p]
    modules = [p for p in readmes if p.startswith("terraform/modules/")]
    parts = [p for p in readmes if p not in {*variables, *modules}]
    return [
        {"Home": "README.md"},
        {"Tutorial": "docs/tutorial.md"},
        {"How to": _entries("docs", HOW_TO)},
        {
            "Reference": [
                *_entries("reference", REFERENCE),
                {"Variables": _titled(variables, titles)},
                {"Terraform modules": _titled(modules, titles)},
                {"Parts of the code": _titled(parts, titles)},
            ]
        },
        {
            "Explanation": [
                *_entries("docs", EXPLANATION),
                {
                    "Decisions": [
                        {"All": f"{DECISIONS}/README.md"},
                        *_titled(decisions, titles),
                    ]
                },
            ]
        },
        {"Project": _entries("", PROJECT)},
    ]


def configuration(pages: Iterable[str], titles: dict[str, str], folder: str) -> Entry:
    """Return the configuration of MkDocs for the pages in `folder`/pages."""
    return {
        "site_name": "Evergreen",
        "docs_dir": f"{folder}/pages",
        "site_dir": f"{folder}/html",
        "use_directory_urls": False,  # so that the files can be opened without a server
        "theme": {
            "name": "material",
            "font": False,  # nothing is loaded from elsewhere
            "features": [
                "navigation.tabs",
                "navigation.indexes",
                "toc.follow",
                "content.code.copy",
            ],
            "palette": [
                _palette("(prefers-color-scheme: light)", "default", "dark"),
                _palette("(prefers-color-scheme: dark)", "slate", "light"),
            ],
        },
        "extra": {"generator": False},
        "plugins": ["search"],
        "markdown_extensions": ["tables", "fenced_code", "sane_lists"],
        "validation": {
            "nav": {"omitted_files": "warn", "not_found": "warn"},
            "links": {"not_found": "warn", "anchors": "warn", "unrecognized_links": "warn"},
        },
        "nav": navigation(pages, titles),
    }


def _palette(media: str, scheme: str, other: str) -> Entry:
    toggle = {"icon": "material/brightness-6", "name": f"Use the {other} colors"}
    return {"media": media, "scheme": scheme, "primary": "teal", "toggle": toggle}


def _entries(folder: str, titles: dict[str, str]) -> list[Entry]:
    return [{title: str(PurePosixPath(folder) / f"{name}.md")} for name, title in titles.items()]


def _titled(pages: Sequence[str], titles: dict[str, str]) -> list[Entry]:
    return [{titles[page]: page} for page in pages]
