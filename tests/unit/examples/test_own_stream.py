"""The sample stream of the README fits its mapping."""

import importlib.util
import json
import threading
import urllib.request
from http.server import ThreadingHTTPServer
from pathlib import Path

import hcl2
import pytest

from poller.config import Mapping
from poller.sources.mapping import mapped_format
from poller.transaction import Transaction

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "own_stream"
NOW = 1_728_518_400


@pytest.fixture(scope="module")
def server():
    spec = importlib.util.spec_from_file_location("own_stream_server", EXAMPLE / "server.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def poller():
    with (EXAMPLE / "stream.tfvars").open() as file:
        return hcl2.load(file)["poller"]


def unquoted(value):
    return value.strip('"') if isinstance(value, str) else value


def test_every_order_is_a_transaction(server, poller):
    fields = {name: unquoted(value) for name, value in poller["mapping"].items()}
    fields = {name: value for name, value in fields.items() if not name.startswith("__")}
    mapping = mapped_format(Mapping(**fields))
    orders = mapping.items({"orders": server.orders(NOW)})
    assert len(orders) == server.NEWEST * server.PER_SECOND
    found = [mapping.transaction(order, NOW) for order in orders]
    assert all(isinstance(item, Transaction) for item in found)
    assert len({item.hash for item in found}) == len(found)
    assert all(NOW - server.NEWEST <= item.time < NOW and item.fee > 0 for item in found)


def test_responses_overlap_and_agree(server):
    earlier = {order["id"]: order for order in server.orders(NOW)}
    later = {order["id"]: order for order in server.orders(NOW + 10)}
    assert len(earlier.keys() - later.keys()) == 10 * server.PER_SECOND
    assert all(later[key] == order for key, order in earlier.items() if key in later)


def test_server_responds_at_the_address_of_the_variables(server, poller):
    assert unquoted(poller["source_url"]).endswith(":8000/orders")
    running = ThreadingHTTPServer(("127.0.0.1", 0), server.Handler)
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    try:
        url = f"http://127.0.0.1:{running.server_port}/orders"
        with urllib.request.urlopen(url, timeout=10) as response:
            assert len(json.load(response)["orders"]) == server.NEWEST * server.PER_SECOND
    finally:
        running.shutdown()
        thread.join()
        running.server_close()
