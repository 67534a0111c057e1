"""`python -m sagemaker_pipelines.container train|serve`: what SageMaker asks of an image."""

import os
import sys

# One thread a process unless more is asked for: the arrays are small, and threads that wait for
# each other are many times slower on a busy machine. It must be said before NumPy or torch is
# imported.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")


def main(command: str) -> None:
    """Run one of the two commands; each imports only what it needs: serving starts fast."""
    from sagemaker_pipelines.paths import Paths, failures_reported  # noqa: PLC0415

    paths = Paths.from_env()
    if command == "train":
        from sagemaker_pipelines.container import training  # noqa: PLC0415

        with failures_reported(paths):
            training.main(paths)
    elif command == "serve":
        from sagemaker_pipelines.container import server  # noqa: PLC0415

        server.main(paths)
    else:
        raise SystemExit(f"the command must be train or serve, not {command!r}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
