"""Small models of words: what a table of vectors shares between words, and what raw ids cost."""

from typing import NamedTuple

import torch
import torch.nn.functional as F


def seen_pairs(groups: int, size: int) -> torch.Tensor:
    """Which word follows which, when a few pairs are never seen.

    Words come in groups, and so do the words that follow them: word ``i`` may be followed by each word of follower
    group ``i // size``, but the pair (i, i) is kept out.

    Returns:
        (groups · size, groups · size): row i holds the frequencies of what is seen after word i, and sums to 1.

    Raises:
        ValueError: if a word would be followed by nothing.
    """
    if size < 2:
        raise ValueError(f"with one pair of each word kept out, a group needs 2 words or more, not {size}")
    group = torch.arange(groups * size) // size
    seen = (group[:, None] == group).float() - torch.eye(groups * size)
    return seen / seen.sum(dim=1, keepdim=True)


class Followers(NamedTuple):
    """Fitted models of the following word.

    Attributes:
        start: (networks, words, dimension), the word vectors before training.
        words: the same after training.
        probabilities: (networks, words, words), row i for what follows word i.
    """

    start: torch.Tensor
    words: torch.Tensor
    probabilities: torch.Tensor


def fit_followers(
    seen: torch.Tensor, dimension: int, seed: int, networks: int = 20, steps: int = 50, rate: float = 0.1
) -> Followers:
    """Fit softmax(E O) to the frequencies of what follows, E and O drawn from N(0, 1), full batch, Adam.

    Args:
        seen: (words, words), frequencies, row by row.
        dimension: length of a word's vector.
        seed: of the first vectors.
        networks: how many are fitted side by side.
        steps: updates.
        rate: Adam's learning rate.
    """
    generator = torch.Generator().manual_seed(seed)
    words = torch.randn(networks, len(seen), dimension, generator=generator)
    start = words.clone()
    others = torch.randn(networks, dimension, len(seen), generator=generator)
    optimizer = torch.optim.Adam([words.requires_grad_(), others.requires_grad_()], lr=rate, fused=True)
    for _ in range(steps):
        optimizer.zero_grad()
        # Networks add up, so that none takes a share of another's step.
        loss = -(seen * F.log_softmax(words @ others, dim=-1)).sum() / len(seen)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return Followers(start, words.detach(), (words @ others).softmax(dim=-1).detach())


def majority_accuracy(
    embedding: bool,
    seed: int,
    networks: int = 20,
    vocabulary: int = 40,
    steps: int = 300,
    rate: float = 0.01,
    hidden: int = 32,
) -> torch.Tensor:
    """Train scores of tokens to tell whether most of 7 tokens are of one kind, and test them on 2,048 sequences.

    Half of the ids, a random half for each network, are of the one kind. Tokens are uniform; the logit of a sequence
    is the sum of its tokens' scores, and an offset. 64 sequences a step, cross-entropy, Adam.

    Args:
        embedding: whether a token's score is a linear function of its row of a table, 8 wide; otherwise it is that
            of a network with `hidden` ReLUs on the id, scaled to [-1, 1].
        seed: of kinds, weights and sequences.
        networks: how many are trained side by side.
        vocabulary: number of ids.
        steps: updates.
        rate: Adam's learning rate.
        hidden: number of ReLUs, without an embedding.

    Returns:
        (networks,): shares of right answers.
    """
    generator = torch.Generator().manual_seed(seed)
    kind = torch.rand(networks, vocabulary, generator=generator).argsort(dim=1) < vocabulary // 2
    if embedding:
        table = torch.randn(networks, vocabulary, 8, generator=generator)
        weights = [table, torch.randn(networks, 8, 1, generator=generator) / 8**0.5]
    else:
        ids = torch.linspace(-1, 1, vocabulary).reshape(1, vocabulary, 1)
        shapes = [(1, hidden), (1, hidden), (hidden, 1)]
        weights = [2 * torch.rand(networks, *shape, generator=generator) - 1 for shape in shapes]
        weights[2] /= hidden**0.5
    offset = torch.zeros(networks, 1)
    trained = [weight.requires_grad_() for weight in [*weights, offset]]
    optimizer = torch.optim.Adam(trained, lr=rate, fused=True)

    def answers(count: int) -> tuple[torch.Tensor, torch.Tensor]:
        tokens = torch.randint(vocabulary, (networks, count * 7), generator=generator)
        wanted = kind.gather(1, tokens).reshape(networks, count, 7).sum(dim=2) > 3
        vectors = weights[0] if embedding else torch.relu(ids * weights[0] + weights[1])
        scores = (vectors @ weights[-1]).squeeze(2).gather(1, tokens)
        return scores.reshape(networks, count, 7).sum(dim=2) + offset, wanted

    for _ in range(steps):
        optimizer.zero_grad()
        logits, wanted = answers(64)
        loss = F.binary_cross_entropy_with_logits(logits, wanted.float(), reduction="sum") / 64
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    with torch.no_grad():
        logits, wanted = answers(2048)
    return ((logits > 0) == wanted).float().mean(dim=1)
