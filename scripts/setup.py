"""Create a virtual environment with the packages of a lock.

`python3 scripts/setup.py .venv` creates that of the loop, `python3 scripts/setup.py FOLDER LOCK`
one of another lock, and with `.venv` as third argument one that has the loop's packages as well.
Runs with the system's Python, so it uses only the standard library.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MINIMUM = (3, 11)
LOCK = "requirements.lock"
QUIET = ("--quiet",)
# Half of the code is in folders that the loop does not import. Python compiles what others need.
NOT_COMPILED = (
    "databricks|fontTools|mlflow|moto|networkx|pygments|schemathesis|statsmodels|testing|tests?"
    "|torchmetrics"
)


def main(venv: Path, lock: str | None = None, below: str | None = None) -> None:
    """Create the environment in place of an earlier one, on top of the one below."""
    if sys.version_info < MINIMUM:
        sys.exit(
            f"Evergreen needs Python {MINIMUM[0]}.{MINIMUM[1]} or newer, this is "
            f"{sys.version.split()[0]}: install one and run `make PYTHON=python3.12 …`."
        )
    if lock is None:
        _create_loop(venv)
    else:
        _create(venv)
        install(venv, ["--require-hashes", "-r", lock], options=QUIET)
    if below:
        inherited = f"import site; site.addsitedir({str(libraries(ROOT / below))!r})\n"
        (libraries(venv) / "loop.pth").write_text(inherited)
    (venv / "ready").touch()


def _create_loop(venv: Path) -> None:
    """Create the environment of the loop: bytecode compiled on all cores, PyTorch tried."""
    started = time.monotonic()
    print(f"setup 1/4: virtual environment in {venv}", flush=True)
    _create(venv)
    print("setup 2/4: pinned packages, PyTorch is the large one (a few minutes)", flush=True)
    install(
        venv,
        ["--require-hashes", "-r", LOCK],
        ["-r", "requirements-torch.txt"],  # either all have hashes or none
        ["--no-build-isolation", "--editable", "."],
    )
    print("setup 3/4: bytecode", flush=True)
    python = str(venv / "bin" / "python")
    found = libraries(venv)
    # The import root of the Lambdas: images, command line and jobs use functions/common as well.
    (found / "evergreen_functions.pth").write_text(f"{ROOT / 'functions'}\n")
    skipped = rf"{re.escape(str(found))}/(.*/)?({NOT_COMPILED})/"
    compiler = [python, "-m", "compileall", "-qq", "-j", "0", "-x", skipped]
    subprocess.run([*compiler, str(found)], check=False)
    print("setup 4/4: import of PyTorch", flush=True)
    if subprocess.run([python, "-c", "import torch"], cwd=ROOT, check=False).returncode:
        sys.exit(
            "PyTorch cannot be imported; most likely the CUDA build was installed without its "
            "libraries. README.md, section torch, describes how to install the CPU build."
        )
    print(f"setup done in {time.monotonic() - started:.0f} s", flush=True)


def libraries(venv: Path) -> Path:
    """Return the folder of an environment's packages."""
    return next((venv / "lib").glob("python*/site-packages"))


def _create(venv: Path) -> None:
    shutil.rmtree(venv, ignore_errors=True)
    run([sys.executable, "-m", "venv", str(venv)])


def install(venv: Path, *requirements: Sequence[str], options: Sequence[str] = ()) -> None:
    """Install with uv, in parallel and in a sixth of pip's time, from pip's package indexes.

    A lock is complete, so that nothing is resolved.
    """
    python = str(venv / "bin" / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory(prefix="evergreen-uv-") as folder:
        only_uv = Path(folder, "uv.txt")
        only_uv.write_text(entry((ROOT / LOCK).read_text(), "uv"))
        pinned = ["--no-deps", "--require-hashes", "-r", str(only_uv)]
        run([*pip, "install", "--quiet", "--target", folder, *pinned])
        listed = subprocess.run(
            [*pip, "config", "list"], capture_output=True, text=True, check=True
        )
        uv = [str(Path(folder, "bin", "uv")), "pip", "install", "--no-deps", "--python", python]
        for required in requirements:
            run([*uv, *options, *index_options(listed.stdout), *required])


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
    main(Path(sys.argv[1]), *sys.argv[2:])
