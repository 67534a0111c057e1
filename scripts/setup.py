"""Create the virtual environment from requirements.lock: `python3 scripts/setup.py .venv`.

Runs with the system's Python, so it uses only the standard library.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MINIMUM = (3, 11)


def main(venv: Path) -> None:
    """Create the environment, install the pinned packages, compile them on all cores."""
    if sys.version_info < MINIMUM:
        sys.exit(
            f"Evergreen needs Python {MINIMUM[0]}.{MINIMUM[1]} or newer, this is "
            f"{sys.version.split()[0]}: install one and run `make PYTHON=python3.12 …`."
        )
    started = time.monotonic()
    print(f"setup 1/4: virtual environment in {venv}", flush=True)
    shutil.rmtree(venv, ignore_errors=True)
    run([sys.executable, "-m", "venv", str(venv)])
    python = str(venv / "bin" / "python")
    print("setup 2/4: pinned packages, PyTorch is the large one (a few minutes)", flush=True)
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    lock = (ROOT / "requirements.lock").read_text()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as only_uv:
        only_uv.write(entry(lock, "uv"))
        only_uv.flush()
        run([*pip, "install", "--quiet", "--no-deps", "--require-hashes", "-r", only_uv.name])
    configured = subprocess.run(
        [*pip, "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    # uv installs in parallel, in a sixth of pip's time. The lock is complete, so nothing is
    # resolved; bytecode is compiled below.
    install = [str(venv / "bin" / "uv"), "pip", "install", "--no-deps", "--python", python]
    packages = [*install, *index_options(configured)]
    run([*packages, "--require-hashes", "-r", "requirements.lock"])
    run([*packages, "-r", "requirements-torch.txt"])  # either all have hashes or none
    run([*install, "--quiet", "--no-build-isolation", "--editable", "."])
    print("setup 3/4: bytecode", flush=True)
    libraries = next((venv / "lib").glob("python*/site-packages"))
    # The import root of the Lambdas: images, command line and jobs use functions/common as well.
    (libraries / "evergreen_functions.pth").write_text(f"{ROOT / 'functions'}\n")
    subprocess.run([python, "-m", "compileall", "-qq", "-j", "0", str(libraries)], check=False)
    print("setup 4/4: import of PyTorch", flush=True)
    if subprocess.run([python, "-c", "import torch"], cwd=ROOT, check=False).returncode:
        sys.exit(
            "PyTorch cannot be imported; most likely the CUDA build was installed without its "
            "libraries. README.md, section torch, describes how to install the CPU build."
        )
    (venv / "ready").touch()
    print(f"setup done in {time.monotonic() - started:.0f} s", flush=True)


def entry(lock: str, name: str) -> str:
    """Return the lines of one package in a lock, with its hashes."""
    found = re.search(rf"^{name}==(?:.*\\\n)*.*\n", lock, re.MULTILINE)
    if not found:
        sys.exit(f"requirements.lock: got no {name}, expected it: run `make lock`")
    return found[0]


def index_options(configured: str) -> list[str]:
    """Return pip's settings of package indexes, as `pip config list` prints them, for uv.

    Later lines override earlier ones: files, then the environment.
    """
    values = dict(re.findall(r"^\S*?\.([a-z-]+)='(.*)'$", configured, re.MULTILINE))
    options = []
    for name in ("index-url", "extra-index-url", "find-links"):
        for value in values.get(name, "").replace("\\n", " ").split():
            options += [f"--{name}", value]
    # As pip does: the best version of all indexes. The hashes protect from other packages.
    return [*options, "--index-strategy", "unsafe-best-match", "--system-certs"]


def run(command: list[str]) -> None:
    """Run a command; exit with a message if it fails."""
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit(f"setup failed at: {' '.join(command)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
