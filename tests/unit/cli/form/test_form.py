"""The web form: raw features to the API, the answer on the page; in a browser if there is one."""

import json
import shutil
import subprocess
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlencode

import pytest

from cli.commands.api import RECORDS
from cli.form import page, server
from cli.traffic.client import Client

RECORD = json.loads((RECORDS / "abalone" / "record.json").read_text())
EXAMPLE = {feature["name"]: str(feature["example"]) for feature in RECORD["features"]}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Api(BaseHTTPRequestHandler):
    """Answers with 9.25 rings, and refuses the sex X, as the API does."""

    requests: ClassVar[list] = []

    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.requests.append((self.path, self.headers["x-api-key"], sent))
        bad = sent.get("sex") == "X"
        problem = {"errors": [{"pointer": "/sex", "detail": "sex: got 'X', expected F, I or M"}]}
        body = json.dumps(problem if bad else {"rings": 9.25, "age": 10.75}).encode()
        self.send_response(400 if bad else 200)
        self.send_header("X-Inference-Id", "id-1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def url():
    Api.requests.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as api:
        client = Client(f"http://127.0.0.1:{api.server_address[1]}", "secret-key")
        with server.create(RECORD, client, 0) as form:
            threads = [threading.Thread(target=one.serve_forever) for one in (api, form)]
            for thread in threads:
                thread.start()
            yield f"http://127.0.0.1:{form.server_address[1]}/"
            form.shutdown()
        api.shutdown()
    for thread in threads:
        thread.join()


def get(url, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_empty_form_has_the_examples_and_asks_nothing(url):
    status, text = get(url)
    assert status == 200
    assert 'name="length" value="0.455"' in text
    assert "<option selected>M</option>" in text
    assert "secret-key" not in text
    assert Api.requests == []


def test_raw_features_are_sent_and_the_answer_is_shown(url):
    _, text = get(f"{url}?{urlencode(EXAMPLE)}")
    [(path, key, sent)] = Api.requests
    assert (path, key) == ("/stream", "secret-key")
    assert sent == {f["name"]: f["example"] for f in RECORD["features"]}
    assert "rings: 9.25" in text
    assert "age: 10.75" in text
    assert "id-1" in text


def test_problem_is_shown_and_what_was_typed_stays(url):
    _, text = get(f"{url}?{urlencode({**EXAMPLE, 'sex': 'X', 'length': '<b>0.5'})}")
    assert "sex: got &#39;X&#39;, expected F, I or M" in text
    assert "&lt;b&gt;0.5" in text
    assert Api.requests[0][2]["length"] == "<b>0.5"  # the API says what is wrong with it


def test_other_origins_and_names_are_refused(url):
    query = f"{url}?{urlencode(EXAMPLE)}"
    assert get(query, Host="evil.example.com")[0] == 421
    assert get(query, **{"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert get(f"{url}other")[0] == 404
    assert Api.requests == []


def test_row_of_a_matrix_model():
    record = json.loads((RECORDS / "linear_regression" / "record.json").read_text())
    assert page.body(record, {"x": "0,3"}) == {"x": [[0.3]]}
    assert page.shown(record, 200, "id", 434.08).answer == {"y": 434.08}


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: chromium)")
def test_chromium_shows_the_prediction(url, tmp_path):
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", f"{url}?{urlencode(EXAMPLE)}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "rings: 9.25" in done.stdout
    assert Path(tmp_path / "profile").is_dir()
