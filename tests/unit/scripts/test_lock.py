"""Every package that is installed anywhere has its version and its hashes in a lock."""

import re
import tomllib

import pytest

from scripts import lock

LOCKS = [lock.LOCK, *lock.IMAGES, *lock.SEPARATE]


@pytest.mark.parametrize("file", LOCKS)
def test_every_package_has_hashes(file):
    text = (lock.ROOT / file).read_text()
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^#.*\n", "", text))
    without = [entry for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)]
    assert without == []
    assert len(entries) == len(lock.pins(file)) > 2


@pytest.mark.parametrize("file", LOCKS)
def test_versions_are_exact(file):
    for pin in lock.pins(file).values():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+( ; .+)?", pin), pin


def test_only_pytorch_has_no_hashes():
    assert list(lock.pins(lock.WITHOUT_HASHES)) == ["torch"]
    assert "torch" not in lock.pins(lock.LOCK)


def test_pins_in_the_project_are_those_of_the_locks():
    groups = tomllib.loads((lock.ROOT / "pyproject.toml").read_text())["dependency-groups"]
    locks = dict.fromkeys(groups, lock.LOCK) | {g: f for f, g in lock.SEPARATE.items()}
    for name, requirements in groups.items():
        pinned = lock.pins(locks[name]) | lock.pins(lock.WITHOUT_HASHES)
        for requirement in requirements:
            package, _, version = re.sub(r"\[.*?\]", "", requirement).partition("==")
            found = pinned[re.split("[<>=]", package)[0].lower()]
            assert not version or found.startswith(f"{package.lower()}=={version}"), requirement


@pytest.mark.parametrize("file", ["poller/Dockerfile", "sagemaker_pipelines/container/Dockerfile"])
def test_images_install_nothing_without_a_hash(file):
    text = (lock.ROOT / file).read_text()
    installs = re.findall(r"pip install [^\\&]*", text)
    assert installs
    for command in installs:
        assert "--require-hashes" in command or command.rstrip().endswith("requirements-torch.txt")
        assert "--no-deps" in command
