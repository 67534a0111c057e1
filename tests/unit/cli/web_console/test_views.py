"""What the console shows of the documents of the commands."""

from datetime import UTC, datetime, timedelta

import pytest

from cli.web_console import markup
from cli.web_console.charts import forecast, history
from cli.web_console.views import attention, costs, decisions, picture, records, stages, trainings
from tests.support.console_documents import documents

DOCUMENTS = documents()
STATUS = DOCUMENTS["status"]


def states(**changes):
    return {stage.number: stage for stage in stages.stages({**STATUS, "alarms": [], **changes})}


def test_stages_of_a_loop_that_runs():
    shown = [(s.symbol, s.state.kind, s.state.text) for s in stages.stages(STATUS)]
    assert shown == [
        ("①", "good", "running"),
        ("②", "bad", "3 dead letters"),
        ("③", "good", "60 of 60 minutes"),
        ("④", "good", "succeeded"),
        ("⑤", "waiting", "model 3 waits"),
        ("⑥", "good", "model 2 serves"),
        ("⑦", "bad", f"in breach: relative loss {LOSS:.4f}"),
        ("⑧", "bad", "loss alarm"),
    ]


LOSS = DOCUMENTS["readings"][-1]["relative_loss"]
IDLE = {"status": None, "version": None, "since": None, "stage": "production"}


@pytest.mark.parametrize(
    ("stage", "kind", "text", "changes"),
    [
        (1, "bad", "down", {"poller": {"running": 0, "desired": 1}}),
        (1, "off", "stopped", {"poller": {"running": 0, "desired": 0}}),
        (1, "off", "no stream", {"poller": None}),
        (1, "good", "running", {"rejected_items": {"count": 7, "reason": None}}),
        (2, "good", "nothing lost", {"dead_letters": []}),
        (3, "off", "no stream", {"minutes": None}),
        (3, "waiting", "no row yet", {"minutes": STATUS["minutes"] | {"newest_minute": None}}),
        (3, "bad", "60 of 60 minutes", {"minutes": STATUS["minutes"] | {"age_minutes": 31}}),
        (4, "off", "no training yet", {"training": None}),
        (4, "bad", "failed", {"training": STATUS["training"] | {"status": "Failed"}}),
        (4, "busy", "at Evaluate", {"training": STATUS["training"] | {"status": "Executing"}}),
        (5, "good", "nothing waits", {"pending": []}),
        (6, "off", "no model yet", {"endpoints": [IDLE]}),
        (6, "busy", "at Wait", {"deployment": {"state": "Wait"}}),
        (6, "bad", "deployment failed", {"failed_deployments": [{}]}),
        (7, "off", "no reading yet", {"monitoring_results": []}),
        (8, "good", "armed", {}),
        (
            8,
            "busy",
            "a training runs",
            {"training": {"status": "Executing", "step": None, "started": None}},
        ),
        (8, "off", "paused", {"paused": {"phase": "paused"}}),
    ],
)
def test_state_of_a_stage(stage, kind, text, changes):
    assert states(**changes)[stage].state == markup.Mark(kind, text)


def test_alarm_is_shown_at_its_stage():
    alarm = {"name": "evergreen-features-stale", "state": "ALARM", "stage": "3"}
    stage = states(alarms=[alarm])[3]
    assert stage.state == markup.Mark("bad", "in alarm; 60 of 60 minutes")
    assert "alarm: evergreen-features-stale" in picture.html([stage])


def test_picture_is_a_list_with_names_and_signs():
    html = picture.html(stages.stages(STATUS))
    assert html.startswith('<ol class="loop" aria-label="The loop">')
    assert html.count("<li ") == 8
    assert '<a href="#losses">monitor</a>' in html


def test_needs_are_what_waits_for_a_person():
    found = attention.needs(STATUS, DOCUMENTS["history"]["models"])
    assert [(need.kind, need.stage, need.title) for need in found] == [
        ("approval", "⑤", "Model 3 waits for staging"),
        ("letters", "②", "3 dead letters in evergreen-window-aggregator-dead-letters"),
        ("none", "⑦", "Alarm evergreen-production-loss"),
    ]
    assert (
        "deepar: loss 0.1700, reference 0.2200, version in production 0.2000, in 24 windows."
        in found[0].text
    )
    assert "First: evergreen status" in found[2].text


def test_needs_of_failures_and_of_a_pause():
    failed = {"stage": "staging", "package_arn": "a/4", "time": "2024-10-10T13:00:00Z"}
    changes = {
        "paused": {"phase": "paused", "since": "2024-10-10T13:00:00Z", "reason": "holiday"},
        "failed_deployments": [failed | {"error": "E", "cause": "the forecasts are NaN"}],
        "training": STATUS["training"] | {"status": "Failed", "failure": "too few minutes"},
    }
    texts = [f"{need.title}: {need.text}" for need in attention.needs({**STATUS, **changes})]
    assert any("The loop is paused: since 2024-10-10 13:00: holiday" in text for text in texts)
    assert any("model 4 to staging failed" in text and "NaN" in text for text in texts)
    assert any("newest training failed" in text and "too few minutes" in text for text in texts)


def test_tables_escape_and_name_their_cells():
    html = markup.table("A <table>", ("a", "b"), [("<i>", markup.Mark("bad", "<b>")), (None, 1)])
    assert "<i>" not in html
    assert "<caption>A &lt;table&gt;</caption>" in html
    assert '<td role="cell" data-label="a">&lt;i&gt;</td>' in html
    assert 'class="mark mark-bad"' in html
    assert html.count('role="row"') == 3
    assert markup.table("Alarms", ("a",), []) == '<p class="none">Alarms: none yet.</p>'


def test_only_addresses_of_the_web_are_links():
    assert "href" not in markup.cell(markup.Link("more", "javascript:alert(1)"))
    assert 'href="https://example.com/?a=%22&quot;"' in markup.cell(
        markup.Link("more", 'https://example.com/?a=%22"')
    )


def test_alarms_begin_with_those_in_alarm():
    html = records.alarms(STATUS["alarms"])
    names = ("production-loss", "smoke-test-errors", "features-stale")
    assert sorted(names, key=html.index) == list(names)
    assert "If poller-stalled is in ALARM too, start there." in html


def test_trainings_have_every_candidate_and_their_cost():
    runs, retrains = DOCUMENTS["runs"]["runs"], DOCUMENTS["history"]["retrains"]
    html = trainings.html(runs, retrains)
    assert html.count("<tr ") == 7
    for name in ("champion", "deepar", "deepar_recent", "ets", "reference"):
        assert name in html
    assert "6 min 52 s, 0.0312 USD" in html
    assert "the champion stays" in html


def test_contenders_are_ordered_by_loss_relative_to_the_reference():
    found = {"reference": {"mean_wql": 0.2}, "a": {"mean_wql": 0.1}, "b": {"mean_wql": None}}
    assert trainings.contenders(found) == [
        "a 0.1000 (0.50)",
        "reference 0.2000 (1.00)",
    ]


def test_versions_mark_the_one_in_production():
    html = records.versions(DOCUMENTS["history"]["models"], 2)
    assert "2 serves" in html
    assert html.index("PendingManualApproval") < html.index("2 serves")


def test_drift_and_dead_letters():
    html = records.drift(DOCUMENTS["drift"])
    assert html.index("avg_fee_1min") < html.index("total_nb_trx_1min") < html.index("prediction")
    assert "drifted" in html
    assert "evergreen-undelivered" not in records.queues(STATUS["dead_letters"])
    message = {
        "queue": "q",
        "what": "Object Created",
        "reason": "x" * 999,
        "sent": "2024-10-10T13:00:00Z",
        "receive_count": 3,
    }
    assert "x" * 301 not in records.messages([message])


def test_promotion_says_where_to_and_from():
    approval = {"by": "arn:aws:iam::123456789012:user/ada", "path": "evergreen", "comment": "ok"}
    promoted = {"package_version": 7, "account": "210987654321", "approval": approval}
    assert decisions.text(promoted) == "model 7; to account 210987654321; evergreen by ada: ok"
    imported = {"package_version": 1, "promoted_from": "arn:7"}
    assert decisions.text(imported) == "model 1; from arn:7"


def test_decisions_are_in_words_newest_first():
    html = decisions.log(DOCUMENTS["log"])
    assert html.index("Deployment Failed") < html.index("Drift Detected")
    assert "model 2; production; evergreen approve by kim: good" in html
    assert "staging; ForecastError; NaN" in html
    assert decisions.text({"package_arn": "x/7", "stage": "staging"}) == "model 7; staging"
    assert decisions.text({}) == ""
    assert decisions.text({"cause": '{"errorMessage": "no rows", "stackTrace": []}'}) == "no rows"


def test_cost_so_far_begins_with_the_month_or_with_the_deployment():
    now = datetime(2024, 10, 11, tzinfo=UTC)
    assert costs.so_far(73.0, now, datetime(2024, 9, 1, tzinfo=UTC)) == pytest.approx(24)
    assert costs.so_far(73.0, now, datetime(2024, 10, 10, tzinfo=UTC)) == pytest.approx(2.4)
    html = costs.html(
        DOCUMENTS["cost"], DOCUMENTS["history"]["retrains"], now, now - timedelta(30)
    )
    assert "trainings so far (6), measured" in html
    assert "0.19" in html
    assert "74.75" in html


def series(options):
    return {one["name"]: one["data"] for one in options["series"]}


def test_chart_of_the_relative_loss():
    lines = series(history.relative_loss(DOCUMENTS["readings"]))
    assert [len(lines[name]) for name in ("relative loss", "threshold")] == [168, 168]
    assert {value for _, value in lines["reference forecast"]} == {1}
    assert len(lines["in breach"]) == 15


def test_chart_of_an_hour_is_a_band_with_gaps_between_windows():
    reading = DOCUMENTS["readings"][-1]
    lines = series(forecast.chart(reading))
    low, width = lines["lowest quantile"], lines["forecast, 10 % to 90 %"]
    quantiles = reading["windows"][0]["quantiles"]
    assert low[0][1] + width[0][1] == pytest.approx(quantiles["0.9"][0])
    assert lines["truth"][4][1] is None
    assert lines["truth"][-1][1] is None  # the end of the window
    assert len(lines["truth"]) == 31
    assert series(forecast.chart(None))["truth"] == []
    assert series(forecast.chart({"windows": [{"first_minute": "x"}]}))["truth"] == []
    two = {"windows": [reading["windows"][0], DOCUMENTS["readings"][0]["windows"][0]]}
    assert len(series(forecast.chart(two))["truth"]) == 62


def test_minutes_inside_the_band_are_counted():
    quantiles = {"0.1": [1, 1, 1], "0.5": [2, 2, 2], "0.9": [3, 3, 3]}
    first = "2024-10-10T13:00:00Z"
    window = {"first_minute": first, "truth": [2, None, 4], "quantiles": quantiles}
    assert forecast.inside({"windows": [window, {"truth": [1]}]}) == (1, 2)


def test_chart_of_contenders_has_the_chosen_ones():
    lines = series(history.contenders(DOCUMENTS["runs"]["runs"]))
    assert {"champion", "deepar", "deepar_recent", "ets", "reference", "chosen"} == set(lines)
    assert len(lines["chosen"]) == 3


TABULAR = {
    "windows": [
        {
            "first_minute": f"2024-10-10T13:0{minute}:00Z",
            "rows": [[1]],
            "truth": [truth],
            "quantiles": {level: [truth + 1.0] for level in ("0.1", "0.5", "0.9")},
        }
        for minute, truth in ((1, 7.0), (0, 9.0))
    ]
}


def test_rows_of_a_tabular_model_are_numbered():
    shown = forecast.chart(TABULAR)
    lines = {one["name"]: one["data"] for one in shown["series"]}
    assert lines == {"prediction": [[1, 10.0], [2, 8.0]], "truth": [[1, 9.0], [2, 7.0]]}
    assert shown["xAxis"]["type"] == "value"


def test_billed_costs_have_both_months_and_what_one_has_to_know():
    months = [{"month": "2024-09", "services": {"<S3>": 2.0}, "total": 2.0, "complete": True}]
    months.append({"month": "2024-10", "services": {}, "total": 0.0, "complete": False})
    document = {"requests": 1, "months": months, "estimate": {"month": 75.0, "so_far": 30.0}}
    html = costs.actual_html(document, "evergreen")
    assert "2024-10, so far" in html
    assert "&lt;S3&gt;" in html
    assert "The request cost 0.01 USD." in html
    nothing = [month | {"services": {}} for month in months]
    assert "Activate Deployment" in costs.actual_html(document | {"months": nothing}, "evergreen")
