"""A complete run: server, apply, the loop, the report, the second plan."""

import contextlib
import io
import json
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.connection import Connection, connect_local
from demo import picture, unused_grants
from demo.applied import Applied
from demo.display import display
from demo.report import Findings, read
from demo.server import Server
from demo.stages import Loop, StageError
from demo.stream import Stream, epoch, iso
from local import lifecycle
from scripts import local_terraform, package

HERE = Path(__file__).resolve().parent
PREFIX = "evergreen"
RESULTS = ("report.json", "loop.png")
APPLIED = "terraform apply of everything in terraform/"
RESTORED = "what terraform apply created in an earlier demo: nothing has changed since"


@dataclass(slots=True)
class Demo:
    """The arguments of a run, and its results."""

    stream: Stream
    home: Path
    by_hand: bool = False
    keep: bool = False
    out: Path = HERE
    tracking: str | None = None  # MLflow server that trainings are logged to
    applied: Applied | None = None  # kept from an earlier run, and for later ones
    # For runs with faults: the faults, restarts of a poller that crashed, and a last look.
    faults: list[dict[str, Any]] = field(default_factory=list)
    restarts: int = 0
    # URL of the local AWS -> more variables, for instance of an existing network.
    more_variables: Callable[[str], dict[str, Any]] = lambda _: {}
    inspect: Callable[[Connection], dict[str, Any]] = lambda _: {}
    wall: dict[str, float] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    training_failure: str | None = None

    def run(self) -> None:
        """Run all phases; the server is always stopped afterwards."""
        started = time.monotonic()
        self._clear()
        with self._phase("start", "the local AWS"):
            port = self._restore()
            server = Server(self.home, iso(self.stream.clock_start), port)
        try:
            with display.live():
                self._run_on(server, started, restored=port is not None)
            if self.keep:
                self._wait_for_interrupt(server)
        except Exception as error:
            if server.alive():
                raise
            raise StageError(f"the local AWS has ended: see {server.log}") from error
        finally:
            server.stop()

    def _run_on(self, server: Server, started: float, *, restored: bool) -> None:
        last = self.stream.last_time()
        variables = self._variables() | self.more_variables(server.url)
        with self._phase("apply", RESTORED if restored else APPLIED):
            local_terraform.init(self.home)
            if not restored:
                local_terraform.apply(self.home, variables)
                if self.applied:
                    server.save()
                    self.applied.keep(self.home, server.port)
            network = local_terraform.output(self.home)["network"]
            connection = connect_local(server.url, PREFIX)
        with self._phase("loop", "the loop"):
            arguments = (server, connection, self.stream, last.result(), network)
            loop = Loop(*arguments, by_hand=self.by_hand, restarts=self.restarts)
            if self.faults:
                server.inject(self.faults)
            loop.run()
            self.report["api"] = loop.prediction
            if self.faults:
                self.report["faults_left"] = server.pending_faults()
                server.inject([])
        with ThreadPoolExecutor(1) as background:  # two programs, on two cores
            planned = background.submit(local_terraform.plan_changes, self.home, variables)
            with self._phase("report", "reading the results"):
                findings = self._read(server, connection)
                failed = [row["failure"] for row in findings.report["retrains"] if row["failure"]]
                self.training_failure = failed[-1] if failed else None
            with self._phase("plan", "terraform plan, which must be empty"):
                changes = planned.result()
                resources = local_terraform.resources(self.home)
        self.report |= findings.report | self.inspect(connection)
        permissions = server.permissions()
        unused = unused_grants.explained(permissions["unused"], PREFIX)
        self.report["iam"] = {**permissions, "unused": unused}
        self.report["terraform"] = {"resources": resources, "second_plan_changes": changes}
        self._write(started, findings)

    def _restore(self) -> int | None:
        """Build the Lambda zips; return the port of an applied state of the same code, if any."""
        with contextlib.redirect_stdout(io.StringIO()):
            package.main()
        if not self.applied:
            return None
        self.applied.identify({"start": self.stream.clock_start, **self._variables()})
        return self.applied.restore(self.home)

    def _read(self, server: Server, connection: Connection) -> Findings:
        now = epoch(server.clock()["now"])
        return read(connection, self.stream.clock_start, now)

    def _write(self, started: float, findings: Findings) -> None:
        """Replace the results of an earlier run."""
        total = time.monotonic() - started
        self.report["wall_seconds"] = {"total": round(total, 1), **self.wall}
        text = json.dumps(self.report, indent=2, ensure_ascii=False)
        new = self.home / "results"
        new.mkdir()
        (new / "report.json").write_text(f"{text}\n", encoding="utf-8")
        picture.draw(self.report, findings.rows, findings.forecasts, new / "loop.png")
        for name in RESULTS:
            shutil.copyfile(new / name, self.out / f".{name}")
            (self.out / f".{name}").rename(self.out / name)

    def _variables(self) -> dict[str, Any]:
        return {
            "prefix": PREFIX,
            "approval_policy": "manual" if self.by_hand else "automatic",
            "image_tag": "local",
            # The provider waits a minute for lifecycle rules, so there are none.
            "data": {"expire_days": {}, "restore_days": 0},
            "deletion_protection": False,
            # The demo starts one task with the selected stream.
            "poller": {"desired_count": 0, "source": "simulator"},
            "tracking": {"uri": self.tracking},
        }

    def _clear(self) -> None:
        """Remove the files of an earlier run except its results, and stop its server."""
        left = [file for file in self.home.glob("*") if file.name not in RESULTS]
        if left and not (self.home / "logs" / "server.log").is_file():
            raise StageError(f"{self.home} is not the folder of a demo: choose a new or empty one")
        lifecycle.down(self.home)
        for file in left:
            if file.is_dir() and not file.is_symlink():
                shutil.rmtree(file, ignore_errors=True)
            else:
                file.unlink(missing_ok=True)

    def _wait_for_interrupt(self, server: Server) -> None:
        print(f"\nThe local AWS stays at {server.url} until Ctrl-C. Try, for instance:")
        print(f"  .venv/bin/evergreen status --home {self.home}", flush=True)
        while server.alive():
            time.sleep(1)

    @contextmanager
    def _phase(self, name: str, text: str) -> Iterator[None]:
        display.phase(text)
        started = time.monotonic()
        yield
        self.wall[name] = round(time.monotonic() - started, 1)
