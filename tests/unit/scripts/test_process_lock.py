import os
import subprocess
import sys

import pytest

from scripts import process_lock


def test_second_demo_is_told_whose_the_lock_is(tmp_path):
    file = tmp_path / "demo.lock"
    running = rf"another demo is running \(process {os.getpid()}\)"
    with (
        process_lock.hold(file, "demo"),
        pytest.raises(process_lock.LockedError, match=running),
        process_lock.hold(file, "demo"),
    ):
        pass


def test_lock_of_a_process_that_was_killed_is_free(tmp_path):
    file = tmp_path / "demo.lock"
    program = (
        "import os; from pathlib import Path; from scripts import process_lock\n"
        f"with process_lock.hold(Path({str(file)!r}), 'demo'): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program], check=False)
    with process_lock.hold(file, "demo"):
        assert file.read_text() == str(os.getpid())
