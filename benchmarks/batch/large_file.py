"""Score one large file by the batch pipeline on a local AWS; print rows per second and memory.

`python -m benchmarks.batch.large_file [--gigabytes 1]` (Linux). Nothing is kept.
"""

import argparse
import json
import random
import tarfile
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import report
from benchmarks.batch import local_pipeline
from benchmarks.batch.local_pipeline import BUCKET, MODEL, REGION
from benchmarks.batch.step_memory import STEPS, StepMemory
from cli.connection import local_client
from common import batch_files
from local import lifecycle
from sagemaker_pipelines.tabular import record
from scripts.develop import container, samples

GIGABYTE = 10**9
BLOCK = 20_000  # different rows, written again and again in another order


def main() -> None:
    """Run the pipeline and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batch.large_file")
    parser.add_argument("--gigabytes", type=float, default=1.0)
    args = parser.parse_args()
    with TemporaryDirectory(prefix="large-batch-") as folder:
        home = Path(folder) / "aws"
        file = Path(folder) / "rows.csv"
        rows = write_rows(file, int(args.gigabytes * GIGABYTE))
        print(f"{rows} rows, {file.stat().st_size} bytes", flush=True)
        archive = train(Path(folder))
        url = lifecycle.up(0, home, ["--clock", "real"])["endpoint_url"]
        try:
            memory = StepMemory()
            seconds, manifest = score(url, archive, file)
        finally:
            lifecycle.down(home)
    found = [
        [name, seconds[name], rows / seconds[name], memory.peak_mb.get(name, 0.0)]
        for name in STEPS
    ]
    print(report.table(("step", "seconds", "rows/s", "peak MB"), found))
    print({name: manifest[name] for name in ("lines", "accepted", "rejected")})


def write_rows(path: Path, size: int) -> int:
    """Write drawn rows of the model to a file of about `size` bytes; return their number."""
    drawn = samples.drawn(record.read(MODEL).features, BLOCK)
    lines = [f"{','.join(row[:-1])}\n".encode() for row in drawn]
    draw, written, rows = random.Random(0), 0, 0
    with path.open("wb") as file:
        while written < size:
            draw.shuffle(lines)
            written += file.write(b"".join(lines))
            rows += BLOCK
    return rows


def train(folder: Path) -> Path:
    """Train the model as its image does; return the archive."""
    base, archive = folder / "ml", folder / "model.tar.gz"
    sample = samples.write(MODEL, base / "input" / "data" / "train", None)
    container.train(base, sample.hyperparameters)
    with tarfile.open(archive, "w:gz") as tar:
        for path in (base / "model").iterdir():
            tar.add(path, path.name)
    return archive


def score(url: str, archive: Path, file: Path) -> tuple[dict[str, float], dict[str, Any]]:
    """Run the pipeline on a file; return the seconds of its steps, and the file's manifest."""
    s3 = local_client("s3", url, REGION)
    arn = local_pipeline.start(url, archive, file)
    sagemaker = local_client("sagemaker", url, REGION)
    while (status := sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn))[
        "PipelineExecutionStatus"
    ] == "Executing":
        time.sleep(1)
    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    if status["PipelineExecutionStatus"] != "Succeeded":
        raise SystemExit(json.dumps(listed["PipelineExecutionSteps"], default=str, indent=1))
    seconds = {
        step["StepName"]: (step["EndTime"] - step["StartTime"]).total_seconds()
        for step in listed["PipelineExecutionSteps"]
    }
    body = s3.get_object(Bucket=BUCKET, Key=batch_files.manifest_key(file.name))["Body"]
    return seconds, json.loads(body.read())


if __name__ == "__main__":
    main()
