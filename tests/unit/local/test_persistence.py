"""The saved state: what is written and read, and where an execution continues."""

import hashlib
import sys
import threading
from types import ModuleType

from local import ministack
from local.clock.clock import Clock
from local.persistence import resume, snapshot
from local.persistence.stores import KINDS
from local.sagemaker.jobs.job import Job

LARGE = b"x" * snapshot.LARGE_BYTES


def round_trip(state, folder):
    bodies = snapshot.Bodies(folder)
    content = snapshot.dump(state, bodies)
    bodies.write()
    return snapshot.load(content, snapshot.Bodies(folder)), content


def test_large_bodies_are_files_that_are_written_once(tmp_path):
    loaded, content = round_trip({"object": LARGE, "copy": LARGE}, tmp_path)
    assert loaded == {"object": LARGE, "copy": LARGE}
    assert len(content) < len(LARGE)
    (file,) = tmp_path.iterdir()
    assert file.read_bytes() == LARGE


def test_files_of_deleted_bodies_are_deleted(tmp_path):
    bodies = snapshot.Bodies(tmp_path)
    for state in ([LARGE, LARGE + b"1"], [LARGE]):
        snapshot.dump(state, bodies)
        bodies.write()
        bodies.discard_others()
    assert len(list(tmp_path.iterdir())) == 1


def test_state_that_changes_while_new_bodies_are_hashed_is_saved(tmp_path, monkeypatch):
    """Hashing lets other threads run: it must not happen again in each attempt."""
    state, sha256 = {number: LARGE + bytes([number]) for number in range(9)}, hashlib.sha256

    def meanwhile(body):
        state[len(state)] = b"small"
        return sha256(body)

    monkeypatch.setattr(hashlib, "sha256", meanwhile)
    loaded, _ = round_trip(state, tmp_path)
    assert loaded == state


def test_state_is_collected_while_a_service_is_being_imported(monkeypatch):
    service = ModuleType("ministack.services.late")

    class Name:
        @property
        def __class__(self):  # asked by isinstance; the import defines another name meanwhile
            vars(service)[f"name_{len(vars(service))}"] = None
            return Name

    service.first = Name()
    monkeypatch.setitem(sys.modules, service.__name__, service)
    assert ministack.stores()["late"] == {}


def test_running_things_are_none_and_locks_are_new(tmp_path):
    clock = Clock("virtual", 0.0)
    state = [clock.call_later(60, print), clock.signal(), threading.Lock(), threading.Event()]
    state[2].acquire()
    state[3].set()
    (timer, signal, lock, event), _ = round_trip(state, tmp_path)
    assert (timer, signal) == (None, None)
    assert not lock.locked()
    assert not event.is_set()


def test_job_belongs_to_its_kind_and_has_no_process(tmp_path):
    job = Job(KINDS["TrainingJob"], "t", {"TrainingJobStatus": "InProgress"})
    loaded, _ = round_trip(job, tmp_path)
    assert loaded.kind is KINDS["TrainingJob"]
    assert (loaded.name, loaded.record, loaded.process) == (job.name, job.record, None)


DEFINITION = {
    "StartAt": "First",
    "States": {"First": {"Type": "Pass", "Next": "Second"}, "Second": {"Type": "Succeed"}},
}


def entered(name, value):
    details = {"name": name, "input": value}
    return {"type": "PassStateEntered", "stateEnteredEventDetails": details}


def test_execution_continues_with_the_input_of_the_last_state():
    events = [
        {"type": "ExecutionStarted"},
        entered("First", "{}"),
        entered("Second", '{"version": 7}'),
        entered("of a branch", "{}"),
    ]
    found = resume.continued(DEFINITION, events)
    assert found["StartAt"] == resume.CONTINUED
    assert found["States"][resume.CONTINUED] == {
        "Type": "Pass",
        "Result": {"version": 7},
        "Next": "Second",
    }
    assert found["States"]["Second"] == DEFINITION["States"]["Second"]


def test_execution_that_entered_no_state_starts_at_the_beginning():
    assert resume.continued(DEFINITION, [{"type": "ExecutionStarted"}]) == DEFINITION


def test_restarted_twice_it_continues_with_the_same_state():
    events = [entered("Second", '{"version": 7}'), entered(resume.CONTINUED, "{}")]
    assert resume.continued(DEFINITION, events)["States"][resume.CONTINUED]["Next"] == "Second"
