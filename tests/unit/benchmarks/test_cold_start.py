from benchmarks.cold_start.goals import Start, goals


def start(name, handler, *, pydantic, bytecode=True):
    return Start(name, ("s3",), pydantic, bytecode, handler, 0.2)


def test_slowest_of_each_kind_is_judged():
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
