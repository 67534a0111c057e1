"""`make up`: a local AWS with everything applied, left running on the machine's own clock."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from local import lifecycle
from scripts import terraform
from scripts.provider import TerraformError

HOME = Path(".evergreen/up")
PORT = 4566
# The poller runs as the deployed service does, on a simulated stream: no network is needed.
VARIABLES: dict[str, Any] = {
    "prefix": "evergreen",
    "max_retries": 3,
    "poller": {"source": "simulator"},
}
NEXT = """
Try next (each knows --help):
  .venv/bin/evergreen status  --home {home}
  .venv/bin/evergreen retrain --home {home} --reason "first model"   (after some hours of data)
  .venv/bin/evergreen approve --home {home}
  .venv/bin/evergreen history --home {home}
  make down                                      end it and remove what it holds
"""


def main() -> None:
    """Start what does not run yet, apply, and say what is there."""
    try:
        health = lifecycle.status(HOME)
        if health is None:
            # A server keeps everything in memory: a state without its server is of no use.
            (HOME / "terraform.tfstate").unlink(missing_ok=True)
            health = lifecycle.up(PORT, HOME, ["--clock", "real"])
        print(f"local AWS: {health['endpoint_url']} (process {health['pid']})", flush=True)
        subprocess.run([sys.executable, "-m", "scripts.package"], check=True)
        print("terraform apply: everything in terraform/ (a minute or so)", flush=True)
        terraform.init(HOME)
        terraform.apply(HOME, VARIABLES)
        print(f"ready: {terraform.resources(HOME)} resources, logs in {HOME}/logs")
        print(NEXT.format(home=HOME))
    except (lifecycle.LifecycleError, TerraformError) as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(map(str, error.cmd[1:]))} failed: see above")


if __name__ == "__main__":
    main()
