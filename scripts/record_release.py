"""Record the Terraform state of a release, for the test of the upgrade to this one.

`python -m scripts.record_release REVISION` applies that revision on its own local AWS, with the
streams of the Flink engine, and writes `tests/deployment/upgrade/REVISION.tfstate.gz`.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from local import lifecycle, runtime
from scripts import local_terraform
from scripts.provider import ROOT

RECORDS = ROOT / "tests" / "deployment" / "upgrade"
VARIABLES = {"prefix": "evergreen", "poller": {"desired_count": 0, "source": "simulator"}}
STREAMS = "aws_kinesis_stream.this", "aws_iam_role_policy.this"


def main(revision: str) -> None:
    """Record one revision."""
    with tempfile.TemporaryDirectory(prefix="evergreen-release-") as scratch:
        source, home = Path(scratch) / "source", Path(scratch) / "home"
        source.mkdir()
        archive = subprocess.run(
            ["git", "archive", revision], cwd=ROOT, check=True, capture_output=True
        ).stdout
        subprocess.run(["tar", "x"], cwd=source, input=archive, check=True)
        _run(source, "scripts.package")
        _run(source, "local", "up", "--home", str(home), "--port", "0", "--clock", "virtual")
        try:
            _apply(source, home)
        finally:
            lifecycle.down(home)
        state = json.loads((home / "terraform.tfstate").read_text())
    target = RECORDS / f"{revision}.tfstate.gz"
    text = json.dumps(recorded(state), separators=(",", ":"))
    target.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{target.relative_to(ROOT)}: {len(state['resources'])} resources")


def recorded(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state without data sources and outputs, which are read again."""
    managed = [one for one in state["resources"] if one["mode"] == "managed"]
    return state | {"resources": managed, "outputs": {}, "check_results": None}


def _run(source: Path, *module: str) -> None:
    path = os.pathsep.join([str(source), str(source / "functions")])
    environment = os.environ | {"PYTHONPATH": path}
    subprocess.run([sys.executable, "-m", *module], cwd=source, env=environment, check=True)


def _apply(source: Path, home: Path) -> None:
    """Apply everything, then the streams of the other engine."""
    server = json.loads((home / "server.json").read_text())
    (home / "server.json").write_text(json.dumps({"region": runtime.REGION} | server))
    root = source / "terraform"  # of that release
    local_terraform.init(home, root)
    local_terraform.apply(home, VARIABLES, root=root)
    targets = [f'-target=module.flink["own"].{name}' for name in STREAMS]
    local_terraform.apply(home, VARIABLES | {"engine": "flink"}, options=targets, root=root)


if __name__ == "__main__":
    main(sys.argv[1])
