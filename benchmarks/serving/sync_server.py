"""`python -m benchmarks.serving.sync_server FOLDER PORT`: the usual server of a WSGI application.

gunicorn's synchronous worker with the same application, in place of a Flask server: Flask is not
among the locked packages. Flask's routing would be added to its CPU time.
"""

import sys
from pathlib import Path

from sagemaker_pipelines.container import handlers
from sagemaker_pipelines.container.application import Application
from sagemaker_pipelines.container.server import Server


def main() -> None:
    """Serve until SIGTERM."""
    application = Application(handlers.load(Path(sys.argv[1]), {}))
    options = {"bind": f"127.0.0.1:{sys.argv[2]}", "workers": 1, "worker_class": "sync"}
    Server(application, options | {"preload_app": True, "control_socket_disable": True}).run()


if __name__ == "__main__":
    main()
