"""A guide of docs/ whose files and commands are followed literally, in a copy of the project."""

import os
import re
import shutil
import subprocess
import time
from contextlib import contextmanager

from scripts import provider
from tests.support.markdown import PROJECT

NOT_COPIED = (".git", ".evergreen", ".venv*", ".*_cache", ".terraform", "*.tfstate*", "build")
FENCE = re.compile(r"(?:^`([^`\n]+)`:\n\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END = "the-block-has-ended"


def blocks(file, title, replaced=None):
    """Return the blocks of a section in order: (name of the file or None, its text or commands).

    A block that is neither a file nor commands for the shell is not returned. `replaced` are texts
    that cannot be taken literally, and what is in their place.
    """
    text = file.read_text()
    for old, new in (replaced or {}).items():
        text = text.replace(old, new)
    section = text.split(f"\n## {title}\n")[1].split("\n## ")[0]
    found = FENCE.findall(section)
    return [(name or None, body) for name, kind, body in found if name or kind == "sh"]


def copy_project(folder):
    """Copy the project, which has the environment of the original -> the copy."""
    copy = folder / "project"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
    for file in (*copy.glob("*.tfvars*"), *copy.glob("terraform/*.tfvars*")):
        file.unlink()
    for name in (".venv", ".venv-checks", ".venv-lint"):
        (copy / name).symlink_to(PROJECT / name)
    return copy


def write(copy, name, text):
    """Write a file of the guide, which must be new."""
    path = copy / name
    assert not path.exists(), name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


class Shell:
    """One bash for all commands of a section: variables and jobs remain."""

    def __init__(self, copy):
        self._folder = copy / ".evergreen"
        self._folder.mkdir(exist_ok=True)
        environment = {
            name: value
            for name, value in provider.environment().items()
            if not name.startswith(("AWS_", "EVERGREEN_", "TF_VAR_", "MAKE"))
        }
        path = os.pathsep.join([str(copy), str(copy / "functions")])
        for options in provider.init_options():
            environment["TF_CLI_ARGS_init"] = " ".join(options)
            break
        self._process = subprocess.Popen(
            ["bash"],
            cwd=copy,
            env=environment | {"PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, commands):
        """Run a block -> its output; every command in it must succeed."""
        file = self._folder / "block.sh"
        file.write_text(commands)
        # With no input of its own, a command would read the commands that follow it.
        line = f"trap 'echo {END} $?' ERR; . {file} </dev/null; echo {END} 0"
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        output = ""
        for line in self._process.stdout:
            if line.startswith(END):
                assert line.split()[-1] == "0", f"{commands}\n{output}"
                return output
            output += line
        raise AssertionError(f"the shell has ended: {commands}\n{output}")

    def until(self, commands, pattern, seconds):
        """Repeat a block until its output has a pattern -> the output."""
        deadline = time.monotonic() + seconds
        while not re.search(pattern, output := self.run(commands)):
            assert time.monotonic() < deadline, output
            time.sleep(2)
        return output

    def close(self):
        """End bash and the jobs that it still has."""
        self._process.stdin.write("kill $(jobs -p) 2>/dev/null\nexit\n")
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()


@contextmanager
def shell(copy):
    """Yield a shell in a copy; stop the local AWS that it may have started."""
    opened = Shell(copy)
    try:
        yield opened
    finally:
        opened.close()
        home = copy / ".evergreen" / "up"
        if (home / "server.json").is_file():
            command = [str(copy / ".venv" / "bin" / "python"), "-m", "local", "down"]
            subprocess.run([*command, "--home", str(home)], cwd=copy, check=False)
