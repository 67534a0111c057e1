"""One demo from nothing to nothing: server, apply, the loop, the report, the second plan."""

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo import picture
from demo.report import Findings, read
from demo.server import ROOT, Server
from demo.stages import Loop, StageError
from demo.stream import Stream, iso, last_time
from local import lifecycle
from scripts import terraform

HERE = Path(__file__).resolve().parent


@dataclass(slots=True)
class Demo:
    """What a run was asked for, and what it found."""

    stream: Stream
    home: Path
    by_hand: bool = False
    keep: bool = False
    out: Path = HERE
    wall: dict[str, float] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    shortcomings: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Run all phases; whatever happens, the server has ended afterwards."""
        started = time.monotonic()
        self._clear()
        with self._phase("start", "the local AWS"):
            server = Server(self.home, iso(self.stream.clock_start))
        try:
            self._turn(server, started)
        except Exception as error:
            if server.alive():
                raise
            raise StageError(f"the local AWS has ended: see {server.log}") from error
        finally:
            server.stop()

    def _turn(self, server: Server, started: float) -> None:
        last = _Last(self.stream)
        variables = self._variables()
        with self._phase("apply", "terraform apply of everything in terraform/"):
            _package()
            terraform.init(self.home)
            terraform.apply(self.home, variables)
            outputs = terraform.output(self.home)
        with self._phase("loop", "the loop"):
            loop = Loop(server, self.stream, last.join(), outputs, by_hand=self.by_hand)
            loop.turn()
            self.shortcomings = loop.shortcomings
        with self._phase("report", "reading everything back"):
            findings = read(server, outputs, self.stream.clock_start)
            self.report = findings.report
        with self._phase("plan", "terraform plan, which must be empty"):
            changes = terraform.plan_changes(self.home, variables)
            resources = terraform.resources(self.home)
            described = {"resources": resources, "second_plan_changes": changes}
            self.report["terraform"] = described
        self._write(started, findings)
        if self.keep:
            self._wait_for_the_end(server)

    def _write(self, started: float, findings: Findings) -> None:
        total = time.monotonic() - started
        self.report["wall_seconds"] = {"total": round(total, 1), **self.wall}
        text = json.dumps(self.report, indent=2, ensure_ascii=False)
        (self.out / "report.json").write_text(f"{text}\n")
        picture.draw(self.report, findings.rows, findings.forecasts, self.out / "loop.png")

    def _variables(self) -> dict[str, Any]:
        return {
            "prefix": "evergreen",
            "approval_policy": "manual" if self.by_hand else "automatic",
            "image_tag": "local",
            # Nothing expires here, and the provider takes a minute to see an expiry rule settle.
            "data": {"expire_days": {}},
            # The demo starts the one task that it needs, with the stream it was asked for.
            "poller": {"desired_count": 0, "source": "simulator"},
        }

    def _clear(self) -> None:
        """Remove what an earlier run left; its server has died with it, or dies now."""
        foreign = self.home.is_dir() and any(self.home.iterdir())
        if foreign and not (self.home / "logs" / "server.log").is_file():
            raise StageError(f"{self.home} is not the folder of a demo: name a new or empty one")
        lifecycle.down(self.home)
        shutil.rmtree(self.home, ignore_errors=True)
        for name in ("report.json", "loop.png"):
            (self.out / name).unlink(missing_ok=True)

    def _wait_for_the_end(self, server: Server) -> None:
        print(f"\nThe local AWS stays at {server.url} until Ctrl-C; ask it, for instance:")
        print(f"  .venv/bin/evergreen status --home {self.home}", flush=True)
        while server.alive():
            time.sleep(1)

    @contextmanager
    def _phase(self, name: str, what: str) -> Iterator[None]:
        print(f"— {what}", flush=True)
        started = time.monotonic()
        yield
        self.wall[name] = round(time.monotonic() - started, 1)


class _Last:
    """The stream's largest time; a recorded file is read for it while Terraform applies."""

    def __init__(self, stream: Stream) -> None:
        self._last = stream.last
        self._file = stream.environment.get("SOURCE_FILE")
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def join(self) -> int:
        self._thread.join()
        if self._last is None:
            raise StageError("① the file could not be read to its end")
        return self._last

    def _read(self) -> None:
        if self._last is None and self._file is not None:
            self._last = last_time(Path(self._file))


def _package() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.package"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StageError(f"the Lambda zips could not be built: {done.stderr.strip()[-500:]}")
