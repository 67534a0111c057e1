"""The handler of `predict` as a WSGI application, with its OpenAPI document."""

import json

from tests.support.predict_api import event


def application(api, document):
    """Return an application that answers with an Api (tests/support/predict_api.py)."""

    # The key is API Gateway's concern.
    served = {**document, "servers": [{"url": "/"}], "security": []}

    def app(environ, start_response):
        path = environ["PATH_INFO"]
        if path == "/openapi.json":
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(served).encode()]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length).decode("utf-8", "replace") if length else None
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").title(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        if kind := environ.get("CONTENT_TYPE"):
            headers["Content-Type"] = kind
        found = api.deliver(event(environ["REQUEST_METHOD"], path, body, headers))
        start_response(f"{found.status} ", list(found.headers.items()))
        return [found.text.encode()]

    return app
