import math

import numpy as np
import pytest
import torch
from torch.distributions import MultivariateNormal, Normal, kl_divergence

from dlchecked.vae import (
    SIDE,
    LinearGaussian,
    VAEs,
    blob_centres,
    blob_images,
    gaussian_kl,
    kl_to_prior,
    nearest_distance,
    train_vaes,
)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def covariances(*shape):
    root = torch.randn(*shape, shape[-1], dtype=torch.double)
    return root @ root.mT + 0.1 * torch.eye(shape[-1], dtype=torch.double)


def test_the_kl_to_the_prior_is_that_of_torch():
    mean, std = torch.randn(7, 3, dtype=torch.double), torch.rand(7, 3, dtype=torch.double) + 0.1
    expected = kl_divergence(Normal(mean, std), Normal(0.0, 1.0)).sum(-1)
    assert torch.allclose(kl_to_prior(mean, std), expected, atol=1e-14, rtol=0)


@pytest.mark.parametrize("batch", [(), (4,), (2, 3)])
def test_the_kl_of_two_gaussians_is_that_of_torch(batch):
    mean, other_mean = torch.randn(2, *batch, 3, dtype=torch.double)
    covariance, other = covariances(*batch, 3), covariances(*batch, 3)
    expected = kl_divergence(MultivariateNormal(mean, covariance), MultivariateNormal(other_mean, other))
    assert torch.allclose(gaussian_kl(mean, covariance, other_mean, other), expected, rtol=1e-10)


def test_one_covariance_serves_a_batch_of_means():
    mean, covariance = torch.randn(4, 2, dtype=torch.double), covariances(2)
    assert torch.equal(
        gaussian_kl(mean, covariance, torch.zeros(2).double(), covariance),
        torch.stack([gaussian_kl(m, covariance, torch.zeros(2).double(), covariance) for m in mean]),
    )


def by_grid(model, x):
    """Evidence and posterior moments of a model with one latent, summed over a fine grid."""
    z = torch.arange(-12, 12, 0.01, dtype=torch.double)
    decoded = z[:, None] * model.weight[:, 0]
    log_joint = Normal(decoded, model.noise).log_prob(x).sum(1) + Normal(0.0, 1.0).log_prob(z)
    joint = 0.01 * log_joint.exp()
    evidence = joint.sum()
    mean = (joint * z).sum() / evidence
    return -evidence.log(), mean, (joint * z**2).sum() / evidence - mean**2


def test_evidence_and_posterior_are_those_of_a_grid():
    model = LinearGaussian(torch.randn(4, 1, dtype=torch.double), noise=0.7)
    x = torch.randn(4, dtype=torch.double)
    evidence, mean, variance = by_grid(model, x)
    assert torch.allclose(model.negative_log_evidence(x), evidence, atol=1e-12)
    found_mean, found_variance = model.posterior(x)
    assert torch.allclose(found_mean, mean, atol=1e-12)
    assert torch.allclose(found_variance, variance, atol=1e-12)


def test_the_loss_is_the_mean_of_its_definition_under_q():
    model = LinearGaussian(torch.randn(4, 1, dtype=torch.double), noise=0.7)
    x = torch.randn(4, dtype=torch.double)
    mean, std = torch.tensor([0.3]).double(), torch.tensor([0.6]).double()
    u, weight = map(torch.tensor, np.polynomial.hermite_e.hermegauss(9))
    z = mean + std * u
    log_ratio = Normal(mean, std).log_prob(z) - Normal(0.0, 1.0).log_prob(z)
    log_likelihood = Normal(z[:, None] * model.weight[:, 0], model.noise).log_prob(x).sum(1)
    expected = ((log_ratio - log_likelihood) * weight).sum() / weight.sum()
    assert torch.allclose(model.negative_elbo(x, mean, std[:, None] ** 2), expected, atol=1e-12)


def test_the_least_loss_over_q_is_the_evidence_and_is_found_by_descent():
    model = LinearGaussian(torch.randn(5, 2, dtype=torch.double), noise=0.5)
    x = torch.randn(5, dtype=torch.double)
    mean = torch.zeros(2, dtype=torch.double, requires_grad=True)
    root = torch.eye(2, dtype=torch.double, requires_grad=True)
    optimizer = torch.optim.LBFGS([mean, root], max_iter=200, tolerance_grad=1e-10, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        value = model.negative_elbo(x, mean, root @ root.T)
        value.backward()
        return value

    optimizer.step(loss)
    best_mean, best_covariance = model.posterior(x)
    assert torch.allclose(mean, best_mean, atol=1e-6)
    assert torch.allclose(root @ root.T, best_covariance, atol=1e-6)
    assert torch.allclose(loss(), model.negative_log_evidence(x), atol=1e-10)


def test_a_blob_is_brightest_at_its_centre_and_falls_off_as_said():
    image = blob_images(torch.tensor([2.0, 4.0])).reshape(SIDE, SIDE)
    for row in range(SIDE):
        for column in range(SIDE):
            expected = math.exp(-((row - 2) ** 2 + (column - 4) ** 2) / 2)
            assert math.isclose(image[row, column], expected, rel_tol=1e-5)


def test_blobs_lie_where_they_should():
    square = blob_centres("square", 3, 500)
    assert square.shape == (3, 500, 2)
    assert 1 <= square.min() < 1.1
    assert 3.9 < square.max() <= 4
    radius = (blob_centres("ring", 3, 500) - 2.5).norm(dim=-1)
    assert torch.allclose(radius, torch.full_like(radius, 1.6), atol=1e-5)


def test_each_of_many_vaes_is_the_network_that_it_would_be_alone():
    vaes = VAEs(models=3, pixels=5, hidden=4, latents=2)
    x = torch.rand(3, 6, 5)
    mean, std = vaes.encode(x)
    decoded = vaes.decode(mean)
    for m in range(3):
        w, b = [p[m] for p in vaes.weights], [p[m] for p in vaes.biases]
        output = torch.tanh(x[m] @ w[0] + b[0]) @ w[1] + b[1]
        assert torch.allclose(mean[m], output[:, :2], atol=1e-6)
        assert torch.allclose(std[m], output[:, 2:].exp(), atol=1e-6)
        assert torch.allclose(
            decoded[m], torch.sigmoid(torch.tanh(output[:, :2] @ w[2] + b[2]) @ w[3] + b[3]), atol=1e-6
        )


def test_codes_are_drawn_with_the_mean_and_deviation_of_the_encoder():
    vaes = VAEs(models=1, pixels=5)
    x = torch.rand(1, 1, 5).expand(1, 20_000, 5)
    mean, std = (value[:, 0] for value in vaes.encode(x))
    codes = vaes.sample_code(x)
    assert ((codes.mean(1) - mean).abs() < 0.05 * std).all()
    assert ((codes.std(1) / std - 1).abs() < 0.05).all()


def test_training_lowers_the_loss_and_models_do_not_touch_each_other():
    images = blob_images(blob_centres("square", 2, 16))
    both = train_vaes(images, kl_weight=1, steps=30)
    changed = train_vaes(torch.stack([images[0], images[1].flip(-1)]), kl_weight=1, steps=30)
    assert all(torch.allclose(a[0], b[0], atol=1e-5) for a, b in zip(both.weights, changed.weights, strict=True))

    def loss(vaes):
        mean, std = vaes.encode(images)
        error = ((images - vaes.decode(mean)) ** 2).sum(-1) / (2 * 0.2**2)
        return (error + kl_to_prior(mean, std)).mean()

    assert loss(both) < loss(train_vaes(images, kl_weight=1, steps=0)) - 1


def test_with_and_without_begin_at_the_same_weights():
    images = blob_images(blob_centres("ring", 2, 16))
    start, other = (train_vaes(images, kl_weight=k, steps=0) for k in (0, 1))
    assert all(torch.equal(a, b) for a, b in zip(start.parameters(), other.parameters(), strict=True))
    assert torch.allclose(start.decode(torch.zeros(2, 1, 2)), images.mean(1, keepdim=True), atol=2e-3)


def test_the_nearest_distance_is_that_of_a_search():
    points, others = torch.randn(2, 4, 3), torch.randn(2, 5, 3)
    for m in range(2):
        nearest = [min(math.dist(p, o) for o in others[m].tolist()) for p in points[m].tolist()]
        assert math.isclose(nearest_distance(points, others)[m], sum(nearest) / 4, rel_tol=1e-5)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: kl_to_prior(torch.zeros(2), torch.tensor([1.0, 0.0])), "the least of these is 0.0"),
        (lambda: LinearGaussian(torch.zeros(3), 1.0), r"not of shape \(3,\)"),
        (lambda: LinearGaussian(torch.zeros(3, 1), 0.0), "not 0.0"),
        (lambda: blob_centres("disc", 1, 1), "'disc'"),
        (lambda: train_vaes(torch.zeros(1, 2, 3), kl_weight=1, noise=-1), "not -1"),
        (lambda: train_vaes(torch.zeros(2, 3), kl_weight=1), r"not of shape \(2, 3\)"),
    ],
)
def test_what_makes_no_sense_is_refused(make, complaint):
    with pytest.raises(ValueError, match=complaint):
        make()
