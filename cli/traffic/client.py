"""Requests to the HTTP API of a model, as a client sends them."""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from cli.connection import Connection
from cli.errors import CommandError
from cli.queries.apis import Api

REPEATED = (429, 502, 503, 504)
ATTEMPTS = 5
TIMEOUT_SECONDS = 40  # API Gateway answers within 29


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request; `document` is the parsed body, a problem for 400 and above."""

    status: int
    inference_id: str
    document: Any


@dataclass(frozen=True, slots=True)
class Client:
    """A client of an API with its key."""

    url: str
    key: str
    pause_seconds: float = 1.0  # before a request is repeated; doubles

    @classmethod
    def of(cls, connection: Connection, api: Api) -> "Client":
        """Return a client with the key of an API."""
        gateway = connection.clients("apigateway")
        return cls(api.url, gateway.get_api_key(apiKey=api.key_id, includeValue=True)["value"])

    def call(self, route: str, body: Any = None, inference_id: str | None = None) -> Answer:
        """Send a request (GET without a body), again while the API is busy or the model fails."""
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(self.pause_seconds * 2 ** (attempt - 1))
            answer = self._send(route, body, inference_id)
            if answer.status not in REPEATED:
                break
        return answer

    def _send(self, route: str, body: Any, inference_id: str | None) -> Answer:
        headers = {"Content-Type": "application/json", "x-api-key": self.key}
        headers |= {"X-Inference-Id": inference_id} if inference_id else {}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{route}", data, headers)  # noqa: S310 - http(s)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
                return _answer(response.status, response)
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error)
        except OSError as error:
            raise CommandError(f"{self.url} cannot be reached: {error}") from error


def _answer(status: int, response: Any) -> Answer:
    text = response.read().decode()
    try:
        document = json.loads(text)
    except ValueError:
        document = {"detail": text[:200]}
    return Answer(status, response.headers.get("X-Inference-Id", ""), document)
