"""`python -m benchmarks.serving.servers image|sync FOLDER PORT CLOCK`: the servers to compare.

`image` is the server of the image. `sync` is gunicorn's synchronous worker with the same
application, the usual server of a WSGI application, in place of a Flask server: Flask is not among
the locked packages. Flask's routing would be added to its CPU time.
"""

import os
import sys
from pathlib import Path

from benchmarks.serving.model_clock import Clock, Clocked
from sagemaker_pipelines.container import server
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.application import Application
from sagemaker_pipelines.container.inference import Configuration, ForecastHandler


def main() -> None:
    """Serve the model of a folder until SIGTERM, and measure its calls."""
    kind, folder, port, clock = sys.argv[1:]
    # One core for one worker, which then keeps it, as each worker of the image does.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    model = Clocked(registry.load(Path(folder)), Clock(Path(clock)))
    handler = ForecastHandler(model, Configuration())
    address = f"127.0.0.1:{port}"
    if kind == "image":
        server.serve(handler, address)
        return
    options = {"bind": address, "workers": 1, "worker_class": "sync"}
    more = {"preload_app": True, "control_socket_disable": True}
    server.Server(Application(handler), options | more).run()


if __name__ == "__main__":
    main()
