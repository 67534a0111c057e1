import pytest

from local.containers.buildspec import BuildspecError, parse
from scripts.provider import ROOT

GOOD = "version: 0.2\nphases: {build: {commands: [make]}}\n"


def test_buildspec_of_the_images():
    spec = parse((ROOT / "scripts" / "buildspec.yml").read_text())
    assert list(spec.commands) == ["install", "pre_build", "build"]
    assert spec.exported == ["DOWNLOADS"]


def test_phases_run_in_the_order_of_codebuild():
    text = "version: 0.2\nphases: {build: {commands: [b]}, pre_build: {commands: [a]}}"
    assert list(parse(text).commands.items()) == [("pre_build", ["a"]), ("build", ["b"])]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("phases: [", "YAML_FILE_ERROR"),
        (GOOD.replace("0.2", "0.1"), "expected version 0.2"),
        ("version: 0.2", "expected commands"),
        (GOOD + "artifacts: {}", "runs no artifacts"),
        (GOOD.replace("build:", "deploy:"), "runs no deploy"),
        (GOOD + "env: {secrets-manager: {}}", "knows no env/secrets-manager"),
    ],
)
def test_what_is_not_run_is_refused(text, message):
    with pytest.raises(BuildspecError, match=message):
        parse(text)
