import os
import subprocess
import sys

import pytest

from demo import lock


def test_a_second_demo_is_told_whose_the_lock_is(tmp_path):
    file = tmp_path / "demo.lock"
    running = rf"another demo is running \(process {os.getpid()}\)"
    with lock.hold(file), pytest.raises(lock.RunningError, match=running), lock.hold(file):
        pass


def test_a_lock_of_a_process_that_was_killed_is_free(tmp_path):
    file = tmp_path / "demo.lock"
    program = (
        "import os; from pathlib import Path; from demo import lock\n"
        f"with lock.hold(Path({str(file)!r})): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program], check=False)
    with lock.hold(file):
        assert file.read_text() == str(os.getpid())
