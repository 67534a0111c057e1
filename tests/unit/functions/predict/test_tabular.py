"""Rows of features: requests and answers of the tabular models."""

import pytest

MALE = {
    "sex": "M",
    "length": 0.455,
    "diameter": 0.365,
    "height": 0.095,
    "whole_weight": 0.514,
    "shucked_weight": 0.2245,
    "viscera_weight": 0.101,
    "shell_weight": 0.15,
}
LINE = "M,0.455,0.365,0.095,0.514,0.2245,0.101,0.15\n"


def test_linear_model_answers_a_bare_rounded_number(linear):
    answer = linear.call("POST", "/stream", {"x": [[0.3]]})
    assert (answer.status, answer.content_type, answer.text) == (200, "application/json", "434.07")
    (request,) = linear.requests
    assert (request["ContentType"], request["Body"]) == ("text/csv", b"0.3\n")
    assert request["EndpointName"] == "test-production"


def test_linear_model_answers_a_matrix_of_unrounded_numbers(linear):
    linear.response = b"434.0765649977469\n434.0765649977469\n"
    assert linear.call("POST", "/batch", {"x": [[0.3], [0.3]]}).json == [[434.0765649977469]] * 2
    linear.response = b"434.0765649977469"
    assert linear.call("POST", "/stream", {"x": [[0.3]]}).json == 434.08


def test_outputs_are_the_prediction_plus_constants(abalone):
    assert abalone.call("POST", "/stream", MALE).json == {"rings": 9.1, "age": 10.6}
    many = abalone.call("POST", "/batch", {"records": [MALE, MALE | {"length": 1}]})
    assert many.json == {"predictions": [{"rings": 9.1, "age": 10.6}] * 2}
    assert abalone.requests[0]["Body"].decode() == LINE
    assert abalone.requests[1]["Body"].decode() == LINE + LINE.replace("0.455", "1")


def test_csv_is_answered_as_csv(linear, abalone):
    answer = abalone.call("POST", "/batch", LINE + LINE, content_type="text/csv; charset=utf-8")
    assert (answer.content_type, answer.text) == ("text/csv", "9.1,10.6\n9.1,10.6\n")
    assert abalone.requests[0]["Body"].decode() == LINE + LINE


def test_csv_of_the_stream_is_one_line(linear):
    linear.response = b"434.0765649977469\n"
    answer = linear.call("POST", "/stream", "0.3", content_type="text/csv")
    assert (answer.status, answer.text) == (200, "434.08\n")
    refused = linear.call("POST", "/stream", "0.3\n0.4\n", content_type="text/csv")
    assert refused.json["errors"] == [
        {"pointer": "", "detail": "body: got '2 rows', expected exactly one row; POST /batch "
         "takes many"}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "pointer", "expected"),
    [
        ("/stream", {"x": [["a"]]}, "/x/0/0", "got 'a', expected a finite number"),
        ("/stream", {"x": [[True]]}, "/x/0/0", "got True, expected a finite number"),
        ("/stream", '{"x": [[1e999]]}', "/x/0/0", "got inf, expected a finite number"),
        ("/stream", {"x": [[10**400]]}, "/x/0/0", "an integer of 1329 bits"),
        ("/stream", {"x": [[1, 2]]}, "/x/0", "got a list of 2, expected a list of 1: x"),
        ("/stream", {"x": [[1], [2]]}, "/x", "exactly one row"),
        ("/stream", {"x": 0.3}, "/x", "got 0.3, expected a list of rows"),
        ("/stream", {"y": 1}, "/x", "got nothing, expected a value"),
        ("/stream", {"x": [[1]], "a/b": 1}, "/a~1b", "expected no member but x"),
        ("/stream", [], "", "got a list of 0, expected a JSON object with x"),
        ("/batch", {"x": []}, "/x", "got '0 rows', expected at least one row"),
        ("/batch", {"x": [[1], None]}, "/x/1", "got None"),
    ],
)
def test_invalid_matrix_is_refused_with_the_pointer(linear, path, body, pointer, expected):
    answer = linear.call("POST", path, body)
    assert (answer.status, answer.content_type) == (400, "application/problem+json")
    assert answer.json["type"] == "urn:evergreen:problem:invalid-value"
    assert answer.json["errors"][0]["pointer"] == pointer
    assert expected in answer.json["detail"]
    assert linear.requests == []


def test_every_invalid_value_has_its_pointer(abalone):
    wrong = MALE | {"sex": "X", "length": -1, "color": "red"}
    del wrong["height"]
    answer = abalone.call("POST", "/batch", {"records": [MALE, wrong, 5]})
    assert [error["pointer"] for error in answer.json["errors"]] == [
        "/records/1/height",
        "/records/1/color",
        "/records/1/sex",
        "/records/1/length",
        "/records/2",
    ]
    assert answer.json["errors"][2]["detail"].endswith("got 'X', expected one of F, I, M")
    assert answer.json["errors"][3]["detail"].endswith(
        "got -1, expected a finite number at least 0"
    )
    assert answer.json["detail"].endswith("; and 4 more invalid values")


def test_invalid_csv_is_refused_with_the_line(abalone):
    answer = abalone.call("POST", "/batch", f"{LINE}M,1_0,nan\n", content_type="text/csv")
    assert answer.json["detail"].startswith("line 2: got 3, expected 8 columns: sex, length")
    broken = LINE.replace("0.455", "1_0").replace("0.365", "nan")
    answer = abalone.call("POST", "/batch", LINE + broken, content_type="text/csv")
    assert [error["pointer"] for error in answer.json["errors"]] == ["/1/length", "/1/diameter"]
    assert answer.json["detail"].startswith("line 2, length: got '1_0', expected a finite number")


def test_quotes_cannot_add_columns_or_lines(abalone):
    answer = abalone.call("POST", "/stream", MALE | {"sex": "M,1"})
    assert answer.status == 400
    answer = abalone.call("POST", "/stream", LINE.replace("M", '"M\n'), content_type="text/csv")
    assert answer.status == 400


@pytest.mark.parametrize("response", [b"", b"1\n2\n", b"nan", b"x"])
def test_answer_that_is_not_a_prediction_per_row_is_the_models_failure(linear, response):
    linear.response = response
    answer = linear.call("POST", "/stream", {"x": [[0.3]]})
    assert (answer.status, answer.json["type"]) == (502, "urn:evergreen:problem:model-failed")


def test_too_many_rows_are_too_large(linear, monkeypatch):
    monkeypatch.setenv("MAX_ROWS", "2")
    answer = linear.call("POST", "/batch", {"x": [[1]] * 3})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (413, "/x")
    assert linear.call("POST", "/batch", "1\n2\n3", content_type="text/csv").status == 413
    assert linear.call("POST", "/batch", {"x": [[1]] * 2}).status == 200


def test_there_is_no_forecast(linear):
    answer = linear.call("GET", "/forecast")
    assert (answer.status, answer.json["title"]) == (404, "This API has no such route")


def test_byte_order_mark_is_no_part_of_the_first_value(linear):
    plain = linear.call("POST", "/stream", "0.5", content_type="text/csv")
    marked = linear.call("POST", "/stream", "\ufeff0.5", content_type="text/csv")
    assert (marked.status, marked.text) == (200, plain.text)


def test_digits_of_other_scripts_are_no_numbers(linear):
    assert linear.call("POST", "/stream", "٣", content_type="text/csv").status == 400
