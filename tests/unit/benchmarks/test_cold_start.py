import json

from benchmarks.cold_start import first_answer
from benchmarks.cold_start.goals import FirstAnswer, Start, goals
from benchmarks.measure import run_alone


def start(name, handler, *, pydantic, bytecode=True):
    return Start(name, ("s3",), pydantic, bytecode, handler, 0.2)


def test_slowest_of_each_kind_is_compared_with_its_goal():
    starts = [
        start("fast", 0.21, pydantic=False),
        start("slower", 0.24, pydantic=False),
        start("parsing", 0.29, pydantic=True),
        start("fast", 0.22, pydantic=False, bytecode=False),
        start("parsing", 0.2, pydantic=True, bytecode=False),
    ]
    judged = goals(starts)
    assert [round(goal.value, 6) for goal in judged] == [1.2, 1.45, 1.1, 1.0]
    assert [goal.met for goal in judged] == [False, True, True, True]
    assert judged[0].name.endswith("(slower)")


def test_function_of_the_api_has_goals_of_its_own():
    starts = [start(name, 0.25, pydantic=False) for name in ("predict", "other")]
    starts += [start("parsing", 0.2, pydantic=True)]
    starts += [start("x", 0.2, pydantic=p, bytecode=False) for p in (True, False)]
    judged = goals(starts, [FirstAnswer(True, 0.27, 0.2)])
    assert [(round(goal.value, 6), goal.goal, goal.met) for goal in judged[:3]] == [
        (1.25, 1.3, True),
        (1.35, 1.3, False),
        (1.25, 1.15, False),
    ]


def test_both_handlers_give_the_same_first_answer():
    found = [run_alone("benchmarks.cold_start.first_answer", name) for name in ("predict", "bare")]
    assert [(answer["status"], answer["body"]) for answer in found] == [(200, "434.08")] * 2
    assert json.loads(first_answer.EVENT["body"]) == {"x": [[0.3]]}
