"""`python -m scripts.site`: write the pages of the documentation site and MkDocs' configuration.

The pages are all Markdown files of the repository, and references that are generated from the
application and from a plan of Terraform. `make docs` builds the site from them.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath

import yaml

from scripts import policies, terraform
from scripts.provider import ROOT, TerraformError
from scripts.site import commands, contents, links, planned

FOLDER = ROOT / "build" / "site"
# Anchors as on GitHub; MkDocs reads a Python name only from this notation.
SLUGS = "- toc:\n    permalink: true\n    slugify: !!python/name:scripts.site.slugs.github\n"
TITLE = re.compile(r"^# +(.+)$", re.MULTILINE)
CODE = re.compile(r"`")


def main() -> None:
    """Write everything into build/site; raises TerraformError if the plan fails."""
    texts = {name: (ROOT / name).read_text() for name in tracked("*.md") if _published(name)}
    texts |= references()
    titles = {name: CODE.sub("", _title(name, text)) for name, text in texts.items()}
    index = "\n".join(
        f"- [{titles[name]}]({PurePosixPath(name).name})"
        for name in sorted(texts)
        if name.startswith(f"{contents.DECISIONS}/")
    )
    texts[f"{contents.DECISIONS}/README.md"] = f"# Decisions\n\n{index}\n"
    pages, media = FOLDER / "pages", set[str]()
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, text in texts.items():
        file = pages / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(links.adapt(text, PurePosixPath(name), texts.keys(), media))
    for name in media:
        (pages / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, pages / name)
    configuration = contents.configuration(texts, titles, str(FOLDER))
    text = yaml.safe_dump(configuration, allow_unicode=True, sort_keys=False)
    begin, _, end = text.partition("markdown_extensions:\n")
    (FOLDER / "mkdocs.yml").write_text(f"{begin}markdown_extensions:\n{SLUGS}{end}")
    print(f"site: {len(texts)} pages in {pages.relative_to(ROOT)}")


def references() -> dict[str, str]:
    """Return the generated pages by name."""
    with tempfile.TemporaryDirectory(prefix="evergreen-site-") as scratch:
        tree = terraform.copy_tree(Path(scratch))
        changes = policies.resource_changes(policies.plan(tree, policies.TESTS["."]))
    if unknown := [*planned.unknown(changes)]:
        raise TerraformError(f"policies.tftest.hcl has to give what these depend on: {unknown}")
    return {
        "reference/commands.md": commands.page(),
        "reference/alarms.md": planned.alarms(changes),
        "reference/metrics.md": planned.metrics(changes),
        "reference/events.md": planned.events(changes),
    }


def tracked(pattern: str) -> list[str]:
    """Return the files of the repository, relative to it."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z", "--", pattern]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def _published(name: str) -> bool:
    return not name.startswith((".", "tests/"))


def _title(name: str, text: str) -> str:
    found = TITLE.search(text)
    if not found:
        raise SystemExit(f"{name}: got no title, expected a first line like '# Title'")
    return found[1]


if __name__ == "__main__":
    try:
        main()
    except TerraformError as error:
        sys.exit(str(error))
