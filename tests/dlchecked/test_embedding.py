import pytest
import torch
import torch.nn.functional as F

from dlchecked.embedding import fit_followers, majority_accuracy, seen_pairs


def test_pairs_of_one_group_are_seen_but_one_for_each_word():
    assert seen_pairs(groups=2, size=3).tolist() == [
        [0, 0.5, 0.5, 0, 0, 0],
        [0.5, 0, 0.5, 0, 0, 0],
        [0.5, 0.5, 0, 0, 0, 0],
        [0, 0, 0, 0, 0.5, 0.5],
        [0, 0, 0, 0.5, 0, 0.5],
        [0, 0, 0, 0.5, 0.5, 0],
    ]


def test_a_group_of_one_word_is_refused():
    with pytest.raises(ValueError, match="not 1"):
        seen_pairs(groups=2, size=1)


def test_networks_are_fitted_one_by_one():
    """Each on its own, by torch's cross-entropy, takes the same way."""
    seen = seen_pairs(groups=2, size=3)
    fitted = fit_followers(seen, dimension=2, seed=5, networks=3, steps=10)
    generator = torch.Generator().manual_seed(5)
    words = torch.randn(3, 6, 2, generator=generator)
    others = torch.randn(3, 2, 6, generator=generator)
    assert torch.equal(fitted.start, words)
    for net in range(3):
        parameters = [words[net].clone().requires_grad_(), others[net].clone().requires_grad_()]
        optimizer = torch.optim.Adam(parameters, lr=0.1)
        for _ in range(10):
            optimizer.zero_grad()
            F.cross_entropy(parameters[0] @ parameters[1], seen).backward()
            optimizer.step()
        expected = F.softmax(parameters[0] @ parameters[1], dim=1)
        assert torch.allclose(fitted.words[net], parameters[0], atol=1e-5)
        assert torch.allclose(fitted.probabilities[net], expected, atol=1e-5)


def test_with_as_many_dimensions_as_words_the_frequencies_are_fitted():
    seen = seen_pairs(groups=2, size=3)
    fitted = fit_followers(seen, dimension=6, seed=0, networks=2, steps=600)
    assert (fitted.probabilities - seen).abs().max() < 0.03


def test_untrained_models_guess():
    """Of 20 · 2,048 answers that know nothing of the kinds, half are right, give or take a network's luck."""
    for embedding in (True, False):
        shares = majority_accuracy(embedding, seed=0, steps=0)
        assert shares.shape == (20,)
        assert abs(shares.mean() - 0.5) < 0.1


def test_a_table_learns_what_the_few_ids_cannot_hide():
    assert (majority_accuracy(embedding=True, seed=1, vocabulary=4) == 1).all()


def test_two_ids_are_as_good_as_a_table():
    assert (majority_accuracy(embedding=False, seed=1, vocabulary=2) == 1).all()
