from chaos import plan

SEEN = [(f"loop-function-{n}", f"s3:Action{n}", 40) for n in range(9)]


def kinds_of(seed):
    faults = plan.faults(SEEN, [], [], seed)
    return {(fault["caller"], fault["action"], plan.kind(fault)) for fault in faults}


def test_every_pair_meets_every_kind_once_in_as_many_seeds():
    found = [kinds_of(seed) for seed in range(len(plan.KINDS))]
    assert all(len(kinds) == len(SEEN) for kinds in found)
    assert set.union(*found) == {(*pair[:2], kind) for pair in SEEN for kind in plan.KINDS}


def test_seed_repeats_a_plan():
    arguments = (SEEN, ["rule"], ["endpoint"])
    assert plan.faults(*arguments, 3) == plan.faults(*arguments, 3)
    assert plan.faults(*arguments, 3) != plan.faults(*arguments, 7)


def test_fault_comes_while_the_action_still_happens():
    assert all(0 <= fault["skip"] < 20 for fault in plan.faults(SEEN, [], [], 1))


def test_deliveries_are_repeated_and_late_and_endpoints_crash():
    found = [plan.kind(fault) for fault in plan.faults([], ["a", "b"], ["production"], 0)]
    assert sorted(found) == [
        *["delivered late"] * 2,
        *["delivered twice"] * 2,
        "endpoint killed",
    ]


def test_callers_that_are_services_are_spared():
    requests = [
        {"role": "loop-firehose", "action": "s3:PutObject", "times": 3},
        {"role": "loop-poller", "action": "events:PutEvents", "times": 9},
    ]
    assert plan.pairs({"iam": {"requests": requests}}, "loop") == [
        ("loop-poller", "events:PutEvents", 9)
    ]


def test_mild_faults_are_repeated_by_the_sdk():
    roles = ["loop-poller", "loop-firehose", "loop-training"]
    found = [fault for seed in range(20) for fault in plan.mild_faults(roles, "loop", seed)]
    assert {fault["caller"] for fault in found} == {"loop-poller", "loop-training"}
    assert {plan.kind(fault) for fault in found} == {"refused", "throttled", "answer lost"}
