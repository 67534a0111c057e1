"""Generate the tables of inputs and outputs in the READMEs of the Terraform modules.

`python -m scripts.terraform_docs` rewrites them; with `--check` it exits with 1 and names the
files that are out of date. `write_examples` makes a root module of all examples in the READMEs,
which `make test` plans.
"""

import argparse
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- BEGIN_TF_DOCS -->", "<!-- END_TF_DOCS -->"
# An attribute of an object type, with the comment that documents it.
ATTRIBUTE = re.compile(r"^\s+(?P<name>\w+)\s+=\s+(?P<type>[^#]*?)\s*(?:#\s*(?P<text>.*))?$")
OPTIONAL = re.compile(r"^optional\((?P<type>\w+(?:\(.*?\)+)?)(?:,\s*(?P<default>.+))?\)$")
EXAMPLES_TEST = """
mock_provider "aws" {
  source          = "../terraform/tests/mocks"
  override_during = plan
}

run "examples_are_valid" {
  command = plan
}
"""


def main() -> None:
    """Rewrite or check the README of the root and of every module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, report differences")
    check = parser.parse_args().check
    root = ROOT / "terraform"
    folders = [root, root / "tabular", root / "delivery", *sorted((root / "modules").iterdir())]
    stale = [folder for folder in folders if not _update(folder / "README.md", check=check)]
    if stale:
        names = ", ".join(str(folder.relative_to(ROOT)) for folder in stale)
        sys.exit(f"README tables out of date: {names}. Run `make fmt`.")


def tables(folder: Path) -> str:
    """Return the Markdown tables of a module's variables and outputs."""
    source = (folder / "variables.tf").read_text()
    inputs = [
        row for variable in _blocks(source, "variable") for row in _inputs(source, *variable)
    ]
    outputs = [
        f"| `{name}` | {_cell(json.loads(body['description']))} |"
        for name, body in _blocks((folder / "outputs.tf").read_text(), "output")
    ]
    lines = [
        "## Inputs",
        "",
        "| name | description | type | default |",
        "|---|---|---|---|",
        *inputs,
    ]
    lines += ["", "## Outputs", "", "| name | description |", "|---|---|", *outputs]
    return "\n".join(lines)


def write_examples(terraform: Path) -> Path:
    """Write the examples of all module READMEs into a root module next to the tree."""
    folder = terraform.parent / "examples"
    (folder / "tests").mkdir(parents=True)
    readmes = sorted(terraform.glob("modules/*/README.md"))
    found = [
        re.search(r"^```hcl\n(.*?)^```", readme.read_text(), re.DOTALL | re.MULTILINE)
        for readme in readmes
    ]
    if missing := [str(path) for path, block in zip(readmes, found, strict=True) if not block]:
        raise ValueError(f"no HCL example in {', '.join(missing)}")
    examples = "\n".join(block[1] for block in found if block)
    examples = examples.replace('"./modules/', f'"../{terraform.name}/modules/')
    # The tests do not run `make flink-package`: any file replaces the zip.
    examples = examples.replace('"../build/flink/streaming.zip"', '"main.tf"')
    (folder / "main.tf").write_text(f'provider "aws" {{}}\n\n{examples}')
    shutil.copy(terraform / "versions.tf", folder)
    shutil.copy(terraform / ".terraform.lock.hcl", folder)
    (folder / "tests" / "unit.tftest.hcl").write_text(EXAMPLES_TEST)
    return folder


def _update(readme: Path, *, check: bool) -> bool:
    """Insert the tables between the markers; return False if `check` finds a difference."""
    text = readme.read_text()
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    updated = f"{before}{BEGIN}\n{tables(readme.parent)}\n{END}{after}"
    if check:
        return updated == text
    if updated != text:
        readme.write_text(updated)
    return True


def _blocks(source: str, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in hcl2.loads(source).get(kind, []):
        for name, body in block.items():
            yield name.strip('"'), body


def _inputs(source: str, name: str, body: dict[str, Any]) -> Iterator[str]:
    """Yield the row of a variable, and one row for each documented attribute of an object."""
    default = f"`{_plain(body['default'])}`" if "default" in body else "required"
    kind = str(body["type"]).partition("(")[0].removeprefix("${").removesuffix("}")
    attributes = list(_attributes(source, name))
    shown = kind if attributes else _plain(body["type"])
    yield f"| `{name}` | {_cell(json.loads(body['description']))} | `{shown}` | {default} |"
    yield from attributes


def _attributes(source: str, variable: str) -> Iterator[str]:
    """Yield a row for each attribute that has a comment; nested ones are named by their path."""
    block = re.search(
        rf'^variable "{variable}" {{\n(?:(?!^}}).)*?^  type = object\(\{{\n(.*?)^  \}}\)',
        source,
        re.DOTALL | re.MULTILINE,
    )
    path = [variable]
    for line in block[1].splitlines() if block else ():
        if re.match(r"^\s+\}", line):
            path.pop()
        elif (found := ATTRIBUTE.match(line)) and found["type"].endswith("({"):
            path.append(found["name"])
        elif found and found["text"]:
            optional = OPTIONAL.match(found["type"])
            kind = optional["type"] if optional else found["type"]
            default = f"`{optional['default'] or 'null'}`" if optional else "required"
            name = ".".join([*path, found["name"]])
            yield f"| `{name}` | {_cell(found['text'])} | `{kind}` | {default} |"


def _plain(value: object) -> str:
    text = json.dumps(value) if value is None or isinstance(value, bool) else str(value)
    return text.removeprefix("${").removesuffix("}") if text.startswith("${") else text


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    main()
