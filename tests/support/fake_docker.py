"""A `docker` that records its calls, and registers images in ECR instead of building them."""

import json
import sys
from pathlib import Path

PROGRAM = """#!{python}
import json, sys
import boto3
arguments = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(json.dumps(arguments) + "\\n")
if "imagetools" in arguments:
    print("sha256:" + 64 * "0")
elif "inspect" in arguments:
    print("Driver: docker-container")
elif "build" in arguments:
    if {failure!r} and __import__("os").path.exists({failure!r}):
        sys.exit("no space left on device")
    image = arguments[arguments.index("--tag") + 1].partition("/")[2]
    repository, _, tag = image.partition(":")
    manifest = json.dumps({{"schemaVersion": 2, "name": image}})
    boto3.client("ecr").put_image(repositoryName=repository, imageManifest=manifest, imageTag=tag)
"""


class FakeDocker:
    """A folder for PATH; while the file `failure` exists, builds fail."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.failure = folder / "bin", folder / "failure"
        self._log = folder / "docker.log"
        self.folder.mkdir()
        tool = self.folder / "docker"
        tool.write_text(
            PROGRAM.format(python=sys.executable, log=str(self._log), failure=str(self.failure))
        )
        tool.chmod(0o755)

    def calls(self) -> list[list[str]]:
        """Return the arguments of all calls."""
        if not self._log.is_file():
            return []
        return [json.loads(line) for line in self._log.read_text().splitlines()]

    def built(self) -> list[str]:
        """Return the images of all builds, as repository:tag."""
        builds = [call for call in self.calls() if "build" in call]
        return [call[call.index("--tag") + 1].partition("/")[2] for call in builds]
