"""The console in Chromium: a server with sample documents, and pages that open it."""

import os
import queue
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).parents[2]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@contextmanager
def sample():
    """Serve the sample -> its address, and a queue of what its commands were asked to do."""
    with running([sys.executable, "-m", "tests.support.console_server"]) as lines:
        yield lines.get(timeout=60), lines


@contextmanager
def running(command):
    """Run a program of the project -> a queue of the lines that it prints."""
    env = os.environ | {"PYTHONPATH": str(PROJECT / "functions"), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, cwd=PROJECT, env=env, stdout=subprocess.PIPE, text=True)
    lines = queue.Queue()

    def read():
        for line in process.stdout:
            lines.put(line.strip())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield lines
    finally:
        process.terminate()
        process.wait(20)
        reader.join()
        process.stdout.close()


@contextmanager
def opened(browser, url, viewport=WIDE, scheme="light"):
    """Open the console, and wait until it shows the loop; it may report no error."""
    context = browser.new_context(viewport=viewport, color_scheme=scheme)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.goto(url)
    page.wait_for_selector(".stage-8", timeout=30_000)
    try:
        yield page
        assert errors == []
    finally:
        context.close()
