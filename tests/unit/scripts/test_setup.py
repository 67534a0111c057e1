"""`make setup`: pip's package indexes are used by uv, which is installed from the lock itself."""

import pytest

from scripts import setup

LOCK = """# a comment
urllib3==2.8.0 \\
    --hash=sha256:aa
uv==0.11.2 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
uvicorn==0.54.0 \\
    --hash=sha256:dd
"""


def test_one_package_is_taken_from_the_lock_with_its_hashes():
    expected = "uv==0.11.2 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
    assert setup.entry(LOCK, "uv") == expected


def test_lock_without_the_package_is_named():
    with pytest.raises(SystemExit, match=r"requirements\.lock: got no uv, expected it"):
        setup.entry("urllib3==2.8.0 \\\n    --hash=sha256:aa\n", "uv")


def test_the_real_lock_has_uv():
    assert "--hash=sha256:" in setup.entry((setup.ROOT / "requirements.lock").read_text(), "uv")


def test_indexes_of_pip_are_passed_on():
    configured = (
        ":env:.disable-pip-version-check='1'\n"
        "global.index-url='https://a.example/simple'\n"
        "global.extra-index-url='https://b.example\\nhttps://c.example'\n"
        "global.find-links='/wheels'\n"
        ":env:.find-links='/other'\n"
    )
    assert setup.index_options(configured)[:8] == [
        *("--index-url", "https://a.example/simple"),
        *("--extra-index-url", "https://b.example", "--extra-index-url", "https://c.example"),
        *("--find-links", "/other"),
    ]


def test_without_settings_only_the_strategy_is_given():
    expected = ["--index-strategy", "unsafe-best-match", "--system-certs"]
    assert setup.index_options("") == expected
