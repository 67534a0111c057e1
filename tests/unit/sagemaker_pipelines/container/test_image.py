"""The image has the tested versions."""

from pathlib import Path

ROOT = Path(__file__).parents[4]


def pins(path):
    lines = (ROOT / path).read_text().splitlines()
    return {line.removesuffix("\\").strip() for line in lines if "==" in line and line[0] != "#"}


def test_image_has_the_versions_of_the_lock():
    image = pins("sagemaker_pipelines/container/requirements.txt")
    assert image <= pins("requirements.lock")
    names = {pin.partition("==")[0] for pin in image | pins("requirements-torch.txt")}
    assert {"torch", "gluonts", "lightning", "numpy", "gunicorn", "pyarrow", "boto3"} <= names
