"""Adam and its learning rate: the results of torch's classes, without what these import."""

import io

import torch

from sagemaker_pipelines.container.algorithms.deepar.optimizer import Optimizer

EPOCHS, BATCHES, LEARNING_RATE = 40, 10, 0.005


def network():
    torch.manual_seed(3)
    return torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.LSTM(8, 5, 1), torch.nn.Identity())


def losses(model, epochs):
    """Yield the losses of batches, the gradients of which are computed."""
    generator = torch.Generator().manual_seed(7)
    for epoch in range(epochs):
        for batch in range(BATCHES):
            model.zero_grad()
            output, _ = model(torch.randn(6, 4, generator=generator) * 10**batch)
            output.square().mean().backward()
            yield epoch, batch


def ours(model, epochs=EPOCHS):
    optimizer = Optimizer(model, LEARNING_RATE, EPOCHS)
    for _, batch in losses(model, epochs):
        optimizer.step()
        if batch == BATCHES - 1:
            optimizer.end_epoch()
    return optimizer


def test_weights_and_learning_rate_are_exactly_those_of_torch():
    model, expected = network(), network()
    theirs = torch.optim.Adam(expected.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(theirs, EPOCHS)
    optimizer = Optimizer(model, LEARNING_RATE, EPOCHS)
    for (_, batch), _ in zip(losses(model, EPOCHS), losses(expected, EPOCHS), strict=True):
        theirs.step()
        optimizer.step()
        if batch == BATCHES - 1:
            schedule.step()
            optimizer.end_epoch()
        assert optimizer.learning_rate == theirs.param_groups[0]["lr"]
        for weights, others in zip(model.parameters(), expected.parameters(), strict=True):
            assert torch.equal(weights, others)


def test_weights_without_a_gradient_stay():
    model = torch.nn.ModuleList([torch.nn.Linear(2, 1), torch.nn.Linear(2, 1)])
    before = model[1].weight.clone()
    optimizer = Optimizer(model, LEARNING_RATE, EPOCHS)
    model[0](torch.ones(1, 2)).sum().backward()
    optimizer.step()
    assert torch.equal(model[1].weight, before)


def test_restored_state_goes_on_as_without_interruption():
    model, expected = network(), network()
    ours(expected, 2)
    stored = io.BytesIO()
    torch.save(ours(model, 1).state(), stored)
    stored.seek(0)
    resumed = Optimizer(model, LEARNING_RATE, EPOCHS)
    resumed.restore(torch.load(stored, weights_only=True))
    for epoch, _ in losses(model, 2):
        if epoch == 1:
            resumed.step()
    for weights, others in zip(model.parameters(), expected.parameters(), strict=True):
        assert torch.equal(weights, others)
