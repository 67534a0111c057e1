"""docs/extending.md, followed literally until the first deployment (for the rest, deployment/)."""

import json
import re

import pytest

from tests.support import guide
from tests.support.markdown import PROJECT

GUIDE = PROJECT / "docs" / "extending.md"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return guide.copy_project(tmp_path_factory.mktemp("guide"))


def followed(copy, title):
    """Follow a section until its first command that needs a local AWS -> the output."""
    output = ""
    with guide.shell(copy) as shell:
        for name, text in guide.blocks(GUIDE, title):
            if name:
                guide.write(copy, name, text)
            elif "make up" in text:
                return output
            else:
                output += shell.run(text)
    raise AssertionError(f"{title}: expected a deployment")


def test_python_files_of_the_guide_have_the_style_of_the_project(copy):
    with guide.shell(copy) as shell:
        for title in ("Your own algorithm", "Your own regression model"):
            for name, text in guide.blocks(GUIDE, title):
                if name and name.endswith(".py"):
                    (copy / "checked.py").write_text(text)
                    shell.run(".venv-lint/bin/ruff check checked.py")
                    shell.run(".venv-lint/bin/ruff format --check checked.py")


def answer(output):
    return re.findall(r"^answer: (.*)$", output, re.MULTILINE)


def test_algorithm_is_trained_and_served_and_passes_the_tests_of_all(copy):
    output = followed(copy, "Your own algorithm")
    [forecast] = answer(output)
    assert forecast.replace(" ", "").startswith('{"predictions":[{"mean":[')
    passed = re.findall(r"(\d+) passed", output)
    assert int(passed[-1]) >= 7, output


def test_regression_model_is_trained_and_served_and_has_a_pipeline_and_an_api(copy):
    output = followed(copy, "Your own regression model")
    [price] = answer(output)
    assert 200 < float(price) < 800  # thousand EUR
    assert "passed" in output
    folder = copy / "sagemaker_pipelines" / "house_price"
    steps = json.loads((folder / "definition.json").read_text())["Steps"]
    assert "PrepareTable" in [step["Name"] for step in steps]
    document = copy / "functions" / "predict" / "openapi" / "house_price.json"
    assert "/stream" in json.loads(document.read_text())["paths"]


def test_variables_of_the_stream_are_those_of_the_example():
    [text] = [text for name, text in guide.blocks(GUIDE, "Your own stream") if name]
    example = PROJECT / "examples" / "own_stream" / "stream.tfvars"
    assert example.read_text().endswith(text)
