"""The forecasting algorithms of our image: folders of container/algorithms with algorithm.py."""

from pathlib import Path

FOLDER = Path(__file__).parent / "container" / "algorithms"
NAMES = tuple(sorted(file.parent.name for file in FOLDER.glob("*/algorithm.py")))
