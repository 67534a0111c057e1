"""Call every route of the HTTP API of a model, and handle an error.

    URL=$(evergreen api url) KEY=$(evergreen api key) python examples/client.py
    python examples/client.py --url URL --key KEY --data '{"x": [[0.3]]}'

The requests are those of the model's OpenAPI document; `--data` replaces that of `/stream`.
"""

import argparse
import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any

import requests

DOCUMENTS = Path(__file__).resolve().parents[1] / "functions" / "predict" / "openapi"


class ProblemError(Exception):
    """The API refused a request; `problem` are its details (RFC 9457)."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status, self.problem = status, problem
        super().__init__(f"{status} {problem.get('title')}: {problem.get('detail')}")


class Client:
    """A client of one API."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.session = url.rstrip("/"), requests.Session()
        self.session.headers["x-api-key"] = key

    def call(self, method: str, route: str, body: Any = None) -> tuple[Any, str]:
        """Send a request -> its answer and inference id; raises ProblemError.

        The inference id finds the request in data capture. Send the actual values with it later.
        """
        headers = {"X-Inference-Id": f"example-{uuid.uuid4()}"}
        response = self.session.request(
            method, f"{self.url}{route}", json=body, headers=headers, timeout=30
        )
        if response.status_code >= 400:
            raise ProblemError(response.status_code, response.json())
        return response.json(), response.headers["X-Inference-Id"]


def main() -> None:
    """Call every route, and one with a body that the API refuses."""
    arguments = _arguments()
    client = Client(arguments.url, arguments.key)
    document = json.loads((DOCUMENTS / f"{arguments.model}.json").read_text())
    for route, operations in document["paths"].items():
        for method, operation in operations.items():
            body = _example(operation)
            if route == "/stream" and arguments.data:
                body = json.loads(arguments.data)
            _show(client, method.upper(), route, body)
    print("\nA request that the API refuses:")
    _show(client, "POST", "/batch", {"unexpected": 1})


def _show(client: Client, method: str, route: str, body: Any) -> None:
    print(f"\n{method} {route}")
    try:
        answer, inference_id = client.call(method, route, body)
    except ProblemError as error:
        print(f"  {error}")
        for wrong in error.problem.get("errors", []):
            print(f"  {wrong['pointer'] or 'body'}: {wrong['detail']}")
        return
    print(f"  {json.dumps(answer)[:300]}\n  inference id {inference_id}")


def _example(operation: dict[str, Any]) -> Any:
    if "requestBody" not in operation:
        return None
    return operation["requestBody"]["content"]["application/json"]["example"]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default=os.environ.get("URL"), help="evergreen api url")
    parser.add_argument("--key", default=os.environ.get("KEY"), help="evergreen api key")
    parser.add_argument("--model", default="forecaster", help="name of its OpenAPI document")
    parser.add_argument("--data", help="JSON body of /stream")
    arguments = parser.parse_args()
    if not (arguments.url and arguments.key):
        sys.exit("client: expected --url and --key, or URL and KEY in the environment")
    return arguments


if __name__ == "__main__":
    main()
