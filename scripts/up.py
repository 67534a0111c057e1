"""`make up`: a local AWS with everything applied, left running on the machine's own clock."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from local import lifecycle
from scripts import terraform
from scripts.provider import TerraformError

HOME = Path(".evergreen/up")
PORT = 4566
PAST = timedelta(hours=14)  # of the stream, so that a first model can be trained at once
NEXT = """
The poller first catches up on {hours:g} hours; that takes a minute or two. Then try:
  .venv/bin/evergreen status                          every stage, and what waits for you
  .venv/bin/evergreen retrain --reason "first model"  then approve, for staging and production
  .venv/bin/evergreen history                         what was decided, and why
  make down                                           end it and remove what it holds
"""


def main() -> None:
    """Start what does not run yet, apply, and say what is there."""
    try:
        health = lifecycle.status(HOME)
        if health is None:
            # A server keeps everything in memory: a state without its server is of no use.
            for name in ("terraform.tfstate", "stream.json"):
                (HOME / name).unlink(missing_ok=True)
            health = lifecycle.up(PORT, HOME, ["--clock", "real"])
        print(f"local AWS: {health['endpoint_url']} (process {health['pid']})", flush=True)
        subprocess.run([sys.executable, "-m", "scripts.package"], check=True)
        print("terraform apply: everything in terraform/ (a minute or so)", flush=True)
        terraform.init(HOME)
        terraform.apply(HOME, variables())
        print(f"ready: {terraform.resources(HOME)} resources, logs in {HOME}/logs")
        print(NEXT.format(hours=PAST / timedelta(hours=1)))
    except (lifecycle.LifecycleError, TerraformError) as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(map(str, error.cmd[1:]))} failed: see above")


def variables() -> dict[str, Any]:
    """Return the root's variables: the poller as deployed, on a stream that needs no network.

    A repeated `make up` keeps the stream's start, or it would change what runs.
    """
    record = HOME / "stream.json"
    if not record.is_file():
        record.write_text(json.dumps({"start": f"{datetime.now(UTC) - PAST:%Y-%m-%dT%H:00:00Z}"}))
    simulator = json.loads(record.read_text())
    return {
        "prefix": "evergreen",
        "image_tag": "local",
        "poller": {"source": "simulator", "simulator": simulator},
    }


if __name__ == "__main__":
    main()
