import math
from itertools import pairwise, product

import pytest
import torch
import torch.nn.functional as F
from torch.distributions import Categorical, kl_divergence

from dlchecked.gan import (
    Critics,
    chase,
    discriminator_loss,
    generator_loss,
    jensen_shannon,
    play,
    pull,
    teach,
)


def laws(seed, *shape):
    torch.manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64).softmax(-1)


QUARTERS = [torch.tensor(law).double() / 4 for law in product(range(5), repeat=3) if sum(law) == 4]


def test_the_losses_are_binary_cross_entropies_of_as_many_samples():
    # 10 samples of each kind, in the numbers that p and q say.
    counts_p, counts_q = torch.tensor([1, 2, 7]), torch.tensor([4, 6, 0])
    a = torch.tensor([-1.5, 0.3, 2.0]).double()
    real, fake = a.repeat_interleave(counts_p), a.repeat_interleave(counts_q)
    one, zero = torch.ones_like(real), torch.zeros_like(real)
    of_d = F.binary_cross_entropy_with_logits(real, one) + F.binary_cross_entropy_with_logits(fake, zero)
    assert torch.allclose(discriminator_loss(a, counts_p / 10, counts_q / 10), of_d)
    of_g = F.binary_cross_entropy_with_logits(fake, one)
    assert torch.allclose(generator_loss(a, counts_q / 10), of_g)
    saturating = -F.binary_cross_entropy_with_logits(fake, zero)
    assert torch.allclose(generator_loss(a, counts_q / 10, saturating=True), saturating)


def test_the_optimal_discriminator_is_where_the_gradient_is_zero_and_its_loss_the_least():
    p, q = laws(0, 2, 50, 5)
    a = (p / q).log().requires_grad_()  # D = p / (p + q)
    loss = discriminator_loss(a, p, q)
    assert torch.autograd.grad(loss.sum(), a)[0].abs().max() < 1e-15
    for seed in range(20):
        torch.manual_seed(seed)
        assert (discriminator_loss(a + torch.randn_like(a) / 3, p, q) > loss).all()


def test_the_optimal_loss_is_2_log_2_less_twice_the_divergence():
    p, q = laws(1, 2, 50, 5)
    a = (p / q).log()
    assert torch.allclose(discriminator_loss(a, p, q), 2 * math.log(2) - 2 * jensen_shannon(p, q), atol=1e-14, rtol=0)


@pytest.mark.parametrize("p", QUARTERS)
def test_the_divergence_is_the_mean_of_those_from_the_mixture(p):
    for q in QUARTERS:
        m = Categorical((p + q) / 2)
        mean = (kl_divergence(Categorical(p), m) + kl_divergence(Categorical(q), m)) / 2
        assert torch.allclose(jensen_shannon(p, q), mean, atol=1e-6)
        assert torch.equal(jensen_shannon(p, q), jensen_shannon(q, p))


def test_the_divergence_is_between_0_and_log_2():
    p = torch.tensor([0.5, 0.5, 0, 0]).double()
    assert abs(jensen_shannon(p, p)) < 1e-15
    assert abs(jensen_shannon(p, p.flip(0)) - math.log(2)) < 1e-15


@pytest.mark.parametrize("saturating", [False, True])
def test_a_round_is_a_step_along_either_gradient_that_autograd_gives(saturating):
    p, q = laws(2, 2, 7, 5)
    a = torch.randn(7, 5, dtype=torch.float64)
    game = play(p, q, a, 3, discriminator_lr=0.7, generator_lr=0.9, saturating=saturating)
    theta = q.log()
    for step in range(3):
        assert torch.allclose(game.a[step], a, atol=1e-14)
        assert torch.allclose(game.q[step], theta.softmax(-1), atol=1e-14)
        a = a.detach().requires_grad_()
        theta = theta.detach().requires_grad_()
        a = a - 0.7 * torch.autograd.grad(discriminator_loss(a, p, theta.softmax(-1)).sum(), a)[0]
        of_g = generator_loss(a.detach(), theta.softmax(-1), saturating).sum()
        theta = theta - 0.9 * torch.autograd.grad(of_g, theta)[0]
    assert torch.allclose(game.q[3], theta.softmax(-1), atol=1e-14)


def test_a_game_gives_the_losses_and_distances_of_each_step():
    p, q = laws(3, 2, 4)
    game = play(p, q, torch.zeros(4).double(), 5, 1, 1)
    for step in range(6):
        # The last bit of a softplus can depend on how many are computed at once.
        told = game.discriminator_loss[step], game.generator_loss[step], game.distance[step]
        a, q = game.a[step], game.q[step]
        alone = discriminator_loss(a, p, q), generator_loss(a, q), jensen_shannon(p, q)
        assert torch.allclose(torch.stack(told), torch.stack(alone), atol=1e-15, rtol=0)


def test_a_frozen_player_stays():
    p, q = laws(4, 2, 4)
    a = torch.randn(4).double()
    assert (play(p, q, a, 5, 0, 1).a == a).all()
    assert torch.allclose(play(p, q, a, 5, 1, 0).q, q, atol=1e-15)


def test_against_a_constant_logit_the_generator_stays():
    p, q = laws(5, 2, 4)
    assert torch.allclose(play(p, q, torch.full((4,), 3.0).double(), 50, 0, 1).q, q, atol=1e-13)


def test_against_a_frozen_discriminator_the_generators_loss_never_grows():
    p, q = laws(6, 2, 9, 4)
    losses = play(p, q, torch.randn(9, 4).double(), 200, 0, 0.5).generator_loss
    assert all((after < before).all() for before, after in pairwise(losses))


@pytest.mark.parametrize(
    ("p", "q", "complaint"),
    [
        ([0.5, 0.6], [0.5, 0.5], "p must be probabilities"),
        ([1.5, -0.5], [0.5, 0.5], "p must be probabilities"),
        ([0.5, 0.5], [0.5, 0.4], "q must be probabilities"),
        ([0.5, 0.5], [1.0, 0.0], "q must be positive"),
    ],
)
def test_what_is_no_start_is_refused(p, q, complaint):
    with pytest.raises(ValueError, match=complaint):
        play(torch.tensor(p), torch.tensor(q), torch.zeros(2), 1, 1, 1)


@pytest.mark.parametrize("odd", range(3))
def test_shapes_that_differ_are_refused(odd):
    p_q_a = [torch.full((2, 2), 0.5) for _ in range(3)]
    p_q_a[odd] = torch.full((2,), 0.5)
    with pytest.raises(ValueError, match="one shape"):
        play(*p_q_a, 1, 1, 1)


def one_critic(critics, run):
    """A run's network, rebuilt from layers of torch."""
    hidden = critics.last.shape[-1]
    net = torch.nn.Sequential(torch.nn.Linear(1, hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, 1))
    weights = [critics.first[0, run], critics.first[1, run, :, 0], critics.last[run], critics.bias[run]]
    for parameter, value in zip(net.parameters(), weights, strict=True):
        parameter.data = value.detach().clone()
    return net


def test_a_critic_is_the_network_it_is_said_to_be():
    torch.manual_seed(0)
    critics, x = Critics(3), torch.randn(3, 10)
    for run in range(3):
        assert torch.allclose(critics(x)[run], one_critic(critics, run)(x[run, :, None])[:, 0], atol=1e-6)
    bounds = [critics.first.abs().max(), 4 * critics.last.abs().max(), 4 * critics.bias.abs().max()]
    assert max(bounds) <= 1
    assert min(bounds[:2]) > 0.9


def test_each_critic_is_taught_by_its_own_numbers_alone():
    torch.manual_seed(0)
    critics, real, fake = Critics(3), torch.randn(3, 8) + 4, torch.randn(3, 8)
    nets = [one_critic(critics, run) for run in range(3)]
    teach(critics, real, fake, steps=5, lr=0.1)
    for run, net in enumerate(nets):
        for _ in range(5):
            net.zero_grad()
            of_real, of_fake = net(real[run, :, None]), net(fake[run, :, None])
            loss = F.binary_cross_entropy_with_logits(of_real, torch.ones(8, 1))
            (loss + F.binary_cross_entropy_with_logits(of_fake, torch.zeros(8, 1))).backward()
            for parameter in net.parameters():
                parameter.data -= 0.1 * parameter.grad
        x = torch.linspace(-2, 6, 8)
        taught = critics(x.expand(3, 8))[run]
        assert torch.allclose(taught, net(x[:, None])[:, 0], atol=1e-5)


@pytest.mark.parametrize("saturating", [False, True])
def test_the_pull_is_the_slope_of_the_generators_loss(saturating):
    torch.manual_seed(0)
    critics, fake = Critics(3).double(), torch.randn(3, 8, dtype=torch.float64)

    def loss(shift):
        return torch.stack([generator_loss(a, torch.full((8,), 1 / 8), saturating) for a in critics(fake + shift)])

    slope = (loss(1e-5) - loss(-1e-5)) / 2e-5
    assert torch.allclose(pull(critics, fake, saturating), -slope, atol=1e-8)


def test_a_chase_begins_at_0_and_ends_at_the_data():
    torch.manual_seed(0)
    course = chase(runs=5, head_start=20, rounds=150)
    assert course.shape == (151, 5)
    assert (course[0] == 0).all()
    assert ((course[150] - 4).abs() < 0.5).all()


@pytest.mark.parametrize("saturating", [False, True])
def test_a_chase_is_the_game_of_layers_of_torch_on_the_same_numbers(saturating):
    torch.manual_seed(0)
    course = chase(runs=2, head_start=3, rounds=4, saturating=saturating)

    torch.manual_seed(0)
    critics = Critics(2)
    batches = [torch.randn(2, 2, 64) / 2 for _ in range(3 + 4)]
    nets = [one_critic(critics, run) for run in range(2)]
    thetas = [torch.zeros(1, requires_grad=True) for _ in nets]
    one, zero = torch.ones(64, 1), torch.zeros(64, 1)
    for step, batch in enumerate(batches):
        for run, (net, theta) in enumerate(zip(nets, thetas, strict=True)):
            real, fake = 4 + batch[0, run, :, None], theta + batch[1, run, :, None]
            of_d = F.binary_cross_entropy_with_logits(net(real), one)
            of_d = of_d + F.binary_cross_entropy_with_logits(net(fake.detach()), zero)
            parameters = list(net.parameters())
            for parameter, gradient in zip(parameters, torch.autograd.grad(of_d, parameters), strict=True):
                parameter.data -= 0.3 * gradient
            if step >= 3:
                cheated = net(fake)
                of_g = F.binary_cross_entropy_with_logits(cheated, one)
                if saturating:
                    of_g = -F.binary_cross_entropy_with_logits(cheated, zero)
                theta.data -= 0.1 * torch.autograd.grad(of_g, theta)[0]
                assert torch.allclose(course[step - 2, run], theta, atol=1e-6)


@pytest.mark.parametrize("lengths", [(-1, 5), (5, -1)])
def test_a_chase_of_negative_length_is_refused(lengths):
    with pytest.raises(ValueError, match="0 or more"):
        chase(1, *lengths)
