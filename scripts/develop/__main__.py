"""`make develop ALGORITHM=…`: train an algorithm on a sample and serve it, as its image does.

`python -m scripts.develop ALGORITHM [--data FILE] [--port PORT] [--once]`
"""

import argparse
import shutil
import sys
import time
from pathlib import Path

from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.tabular import record
from scripts.develop import container, samples

HOME = container.ROOT / ".evergreen" / "develop"
SHOWN = 300  # characters of an answer


def main() -> int:
    """Train, serve, send one request, and serve until Ctrl-C."""
    known = sorted({*registry.ALGORITHMS, *record.models()})
    parser = argparse.ArgumentParser(prog="python -m scripts.develop", description=__doc__)
    parser.add_argument("algorithm", choices=known)
    parser.add_argument("--data", type=Path, help="CSV with a header, or JSON Lines")
    parser.add_argument("--port", type=int, default=0, help="default: any free one")
    parser.add_argument("--once", action="store_true", help="end after the request")
    args = parser.parse_args()
    try:
        return _develop(args.algorithm, args.data, args.port, once=args.once)
    except (OSError, ValueError, container.ContainerError) as error:
        print(f"make develop: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _develop(algorithm: str, data: Path | None, port: int, *, once: bool) -> int:
    base = HOME / algorithm
    shutil.rmtree(base, ignore_errors=True)
    sample = samples.write(algorithm, base / "input" / "data" / "train", data)
    print(f"== train: {base} is its /opt/ml, data {sample.file}", flush=True)
    started = time.monotonic()
    container.train(base, sample.hyperparameters)
    print(f"== trained in {time.monotonic() - started:.1f} s; serve", flush=True)
    process, chosen = container.serve(base, port)
    try:
        answer = container.invoke(chosen, sample.request, sample.content_type)
        print(f"== {container.url(chosen, '/invocations')} ({sample.content_type})")
        print(f"request: {sample.request.decode()[:SHOWN].strip()}")
        print(f"answer: {answer[:SHOWN].strip()}", flush=True)
        if not once:
            print("Ctrl-C ends it; run it again after a change of the code", flush=True)
            process.wait()
    finally:
        process.terminate()
        process.wait(timeout=40)
    return 0


if __name__ == "__main__":
    sys.exit(main())
