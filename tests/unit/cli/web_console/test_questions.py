"""What a decision says before it is confirmed, and the command that it then runs."""

from cli.web_console import questions
from cli.web_console.questions import Answer
from cli.web_console.views.attention import Need
from tests.support.console_documents import documents
from tests.support.console_server import commands

MODELS = documents()["history"]["models"]


NOTHING = Answer()


def run(make, *arguments, answer=NOTHING):
    done = []
    question = make(commands(done), *arguments)
    assert done == []  # only the confirmation does it
    question.run(None, answer)
    return question, done


def approval(stage):
    return Need("⑤", "Model 3 waits", "deepar: loss 0.1", "approval", "3", stage)


def test_approval_says_what_follows():
    question, done = run(questions.approve, approval("staging"), 2, answer=Answer("good"))
    assert question.title == "Approve model 3 for staging?"
    assert "tested there, and then waits for production" in question.consequences[0]
    assert "deepar: loss 0.1" in question.consequences
    assert done == [["approve", {"version": 3, "stage": "staging", "comment": "good"}]]
    question, done = run(questions.approve, approval("production"), 2)
    assert question.consequences[0] == "Model 3 replaces model 2 in production."
    assert done[0][1]["comment"] == "approved in the console"


def test_rejection_keeps_the_version_in_production():
    question = questions.reject(commands([]), approval("production"), 2)
    assert question.consequences[0] == "It is not deployed; model 2 stays in production."


def test_training_has_a_reason():
    assert run(questions.retrain, answer=Answer("new fees"))[1] == [
        ["retrain", {"reason": "new fees"}]
    ]


def test_rollback_offers_what_has_been_in_production():
    question, done = run(questions.rollback, MODELS, 2, answer=Answer(choice=1))
    assert question.choices == {1: "model 1 (deepar)"}
    assert done == [["rollback", {"version": 1, "comment": "rolled back in the console"}]]
    assert questions.rollback(commands([]), MODELS[:1], 1) is None


def test_redrive_is_of_one_queue():
    assert run(questions.redrive, "q")[1] == [["redrive", {"queue": ["q"]}]]
