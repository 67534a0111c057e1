"""`python -m sagemaker_pipelines.container train|serve`: the commands that SageMaker runs."""

import argparse
import os

# One thread per process by default: the arrays are small, and on a busy machine more threads are
# many times slower. Must be set before NumPy or torch is imported.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")


def main() -> None:
    """Run one command, which imports only what it needs so that serving starts fast."""
    from sagemaker_pipelines.paths import Paths, report_failures  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("train")
    serve = commands.add_parser("serve")
    serve.add_argument("--host", default="0.0.0.0", help="address to bind")  # noqa: S104
    serve.add_argument("--socket", help="Unix socket to bind instead")
    args = parser.parse_args()
    paths = Paths.from_env()
    if args.command == "train":
        from sagemaker_pipelines.container import training  # noqa: PLC0415

        with report_failures(paths):
            training.main(paths)
    elif args.socket is None and os.environ.get("MODEL_SERVER_NGINX") not in (None, "", "false"):
        from sagemaker_pipelines.container import nginx  # noqa: PLC0415

        nginx.main(os.environ, args.host)
    else:
        from sagemaker_pipelines.container import server  # noqa: PLC0415

        port = os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080")
        server.main(paths, f"unix:{args.socket}" if args.socket else f"{args.host}:{port}")


if __name__ == "__main__":
    main()
