"""docs/extending.md, followed literally to the end: each section has a local AWS of its own."""

import json
import re
import socket

import pytest

from tests.support import guide
from tests.support.markdown import PROJECT

pytestmark = pytest.mark.integration

GUIDE = PROJECT / "docs" / "extending.md"
ADDRESS = "127.0.0.1:8000"  # of the sample stream
SECONDS = 900


@pytest.fixture
def copy(tmp_path):
    return guide.copy_project(tmp_path)


def follow(shell, copy, title, waits, replaced):
    """Follow a section -> the output of each of its blocks of commands.

    Commands of which `waits` has a part are repeated until their output has the pattern there.
    """
    outputs = {}
    for name, text in guide.blocks(GUIDE, title, replaced):
        if name:
            guide.write(copy, name, text)
            continue
        patterns = [pattern for part, pattern in waits.items() if part in text]
        outputs[text] = shell.until(text, patterns[0], SECONDS) if patterns else shell.run(text)
    return outputs


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def output_of(outputs, part):
    [found] = [output for text, output in outputs.items() if part in text]
    return found


def test_json_list_by_its_url_becomes_rows(copy):
    port = free_port()
    replaced = {ADDRESS: f"127.0.0.1:{port}", "server.py": f"server.py {port}"}
    waits = {
        "evergreen status": r"newest \d{4}-.* of the last 60",
        "evergreen minutes": r" 300 +\d{6} +\d{4}\.\d",  # five orders a second, in cents
    }
    with guide.shell(copy) as shell:
        outputs = follow(shell, copy, "Your own stream", waits, replaced)
    assert re.search(r"unexplained +0 ", output_of(outputs, "evergreen audit"))


def test_algorithm_takes_part_in_a_tournament(copy):
    waits = {
        "evergreen minutes": r"evergreen-minutes: [3-6]\d minutes",
        "evergreen experiments": "seasonal naive|gradient_boosting|reference",
    }
    # While the local AWS still runs.
    ask = ".venv/bin/evergreen experiments --json\nmake down"
    with guide.shell(copy) as shell:
        outputs = follow(shell, copy, "Your own algorithm", waits, {"make down": ask})
    text = output_of(outputs, ask)
    [run] = json.JSONDecoder().raw_decode(text[text.index("{") :])[0]["runs"]
    assert "seasonal_naive" in json.dumps(run), run


def test_regression_model_is_deployed_and_its_api_answers(copy):
    waits = {"evergreen status": r"production +.*\b1\b"}
    with guide.shell(copy) as shell:
        outputs = follow(shell, copy, "Your own regression model", waits, {})
    answers = output_of(outputs, "examples/client.py")
    [price] = re.findall(r'{"price": ([\d.]+)}\n  inference id', answers)
    assert 450 < float(price) < 650  # 120 m² in a suburb
