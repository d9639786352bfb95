import pytest
import torch

from dlchecked.landscapes import RandomLosses


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def test_the_gradient_is_autograds():
    losses = RandomLosses(count=3, samples=4, parameters=2)
    theta = losses.start().requires_grad_()
    (expected,) = torch.autograd.grad(losses.value(theta).sum(), theta)
    assert torch.allclose(losses.gradient(theta), expected, atol=1e-12, rtol=0)


def test_the_gradients_of_the_samples_have_the_full_one_as_their_mean_and_differ():
    losses = RandomLosses(count=3, samples=4, parameters=2)
    theta = losses.start()
    single = torch.stack([losses.gradient(theta, torch.full((3,), i)) for i in range(4)])
    assert torch.allclose(single.mean(0), losses.gradient(theta), atol=1e-12, rtol=0)
    assert (single.std(0) > 0.01).all()


def test_descent_without_noise_ends_where_the_gradient_is_0_and_lower_than_it_began():
    losses = RandomLosses(count=5, samples=4, parameters=2)
    start = losses.start()
    end = losses.descend(start, steps=2_000)
    assert losses.gradient(end).abs().max() < 1e-6
    assert (losses.value(end) < losses.value(start)).all()


def test_each_loss_draws_its_own_samples():
    losses = RandomLosses(count=2, samples=4, parameters=2)
    for each in (losses.frequencies, losses.phases, losses.heights):
        each[1] = each[0]
    theta = torch.ones(2, 2).double()
    assert not torch.equal(*losses.descend(theta, steps=20, noisy=True))
    assert torch.equal(*losses.descend(theta, steps=20))
