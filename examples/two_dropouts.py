# %% [markdown]
# # Two dropouts are one
#
# **Question.** What do dropout layers do in a row, not on average but as a law: how probable is each of their
# outputs? And does it matter on which side of the activation they stand?
#
# **Method.** All masks of a few elements are counted, in fractions. Then torch's layers are sampled, and the counts
# compared with the law. It is the experiment behind the questions on [two dropouts in a
# row](../docs/dropout.md#dropout-1) and on [the order with the activation](../docs/dropout.md#dropout-2).

# %%
from fractions import Fraction
from math import exp

import torch
from matplotlib import pyplot as plt
from torch import nn
from torch.nn import functional as F

from dlchecked.dropout import (
    in_a_row,
    mask_law,
    mean_after_dropout,
    probability_of_zeros,
)

# %% [markdown]
# ## The law of two layers
#
# A layer multiplies each element by 0 with probability $p$, else by $1/(1-p)$. Three elements have eight masks, two
# layers 64 pairs of masks; some pairs give the same factors, and their probabilities add up.

# %%
p1, p2 = Fraction("0.1"), Fraction("0.2")
first, second = mask_law(p1, "abc"), mask_law(p2, "abc")
two = in_a_row(first, second)
q = probability_of_zeros(two, [0])
one = mask_law(q, "abc")

print(f"{len(first) * len(second)} pairs; q = {q} = {float(q)}")
for factors, probability in two.items():
    row = ", ".join(f"{factor!s:>5}" for factor in factors)
    print(f"({row}) with {float(probability):.6f}")
print("the law of one layer with q:", two == one)

# %% [markdown]
# Other rates make no difference. For how many of the hundred pairs of rates 0, 0.1, … 0.9 the laws agree:

# %%
tenths = [Fraction(k, 10) for k in range(10)]


def combined(p, p_too):
    return in_a_row(mask_law(p, "abc"), mask_law(p_too, "abc"))


equal = {
    (p, p_too): combined(p, p_too)
    == mask_law(1 - (1 - p) * (1 - p_too), "abc")
    for p in tenths
    for p_too in tenths
}
print(sum(equal.values()), "of", len(equal))

# %% [markdown]
# ## More layers
#
# Each further layer drops a share of what is left, so the rates do not add up. Ten layers with rate 0.1 do not drop
# everything.

# %% alt="The probability to be dropped after one to ten layers with rate 0.1. It begins on the line of the sum of the rates and bends below it." caption="Ten layers of rate 0.1 do not drop everything: each drops a share of what is left."
law = mask_law(p1, "a")
dropped = []
for _ in range(10):
    dropped.append(probability_of_zeros(law, [0]))
    law = in_a_row(law, mask_law(p1, "a"))

figure, axes = plt.subplots()
layers = range(1, 11)
axes.plot(
    layers,
    [float(share) for share in dropped],
    "o-",
    label="dropped, $1 - 0.9^n$",
)
axes.plot(
    layers, [n / 10 for n in layers], "--", label="sum of the rates"
)
axes.set(xlabel="layers with rate 0.1", ylabel="probability")
legend = axes.legend()

# %% [markdown]
# ## The law, sampled
#
# A million vectors of three ones, through torch's two layers. Of each vector we note which elements are left. The
# eight shares should be those of the law. They are not those of one layer with $p_1 + p_2 = 0.3$.

# %% alt="Probabilities of the eight patterns of kept and dropped elements. The sampled shares lie on those of a layer with 0.28; crosses for 0.3 lie off them, most visibly where all three are kept." caption="Patterns of three elements: 1 is kept, 0 is dropped. The two layers act like one with rate 0.28, not 0.3."
torch.manual_seed(0)
n = 1_000_000
layers_in_a_row = nn.Sequential(nn.Dropout(0.1), nn.Dropout(0.2))
kept = layers_in_a_row(torch.ones(n, 3)) != 0
pattern = kept.long() @ torch.tensor([4, 2, 1])
shares = (torch.bincount(pattern, minlength=8) / n).tolist()


def by_pattern(law):
    """The probabilities of 000, 001, … 111."""
    found = {
        "".join("1" if factor else "0" for factor in vector): float(pr)
        for vector, pr in law.items()
    }
    return [found[f"{number:03b}"] for number in range(8)]


expected = by_pattern(one)
of_the_sum = by_pattern(mask_law(p1 + p2, "abc"))
names = [f"{number:03b}" for number in range(8)]

figure, axes = plt.subplots()
axes.bar(names, expected, alpha=0.4, label="law, q = 0.28")
axes.plot(names, shares, "o", color="C1", label="sampled")
axes.plot(names, of_the_sum, "x", color="C2", label="law, q = 0.3")
axes.set(xlabel="what is left", ylabel="probability")
legend = axes.legend(loc="upper left")

# %% [markdown]
# ## The same rate, another layer
#
# `nn.Dropout2d` drops whole channels of an image. Two layers in a row, one of each kind, drop each element with
# probability 0.28 too, but they are not one layer of either kind: two elements of a channel hang together, yet not
# always.

# %%
print("probability to drop")
own, channel = "ab", "aa"  # two elements of one channel
kinds = {
    "nn.Dropout(0.28)": mask_law(q, own),
    "nn.Dropout2d(0.28)": mask_law(q, channel),
    "one of each, 0.1 and 0.2": in_a_row(
        mask_law(p1, own), mask_law(p2, channel)
    ),
}
for name, law in kinds.items():
    each = probability_of_zeros(law, [0])
    both = probability_of_zeros(law, [0, 1])
    print(f"{name:25} one {float(each)}, both {float(both)}")

# %% [markdown]
# ## Before or after the activation
#
# Give both orders the same draw of the mask, at a rate of 0.5. For ReLU and leaky ReLU they agree, since a positive
# factor may be taken out of $\varphi$. For the others $\varphi(2x)$ is not $2\,\varphi(x)$, so that the kept elements
# differ; the dropped ones do so if $\varphi(0)$ is not 0.

# %%
ACTIVATIONS = {
    "ReLU": torch.relu,
    "leaky ReLU": F.leaky_relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "GELU": F.gelu,
}
dropout = nn.Dropout(0.5)
torch.manual_seed(0)
x = torch.randn(100_000)


def differ(phi):
    """Where the two orders differ by more than rounding does."""
    torch.manual_seed(1)
    before = phi(dropout(x))
    torch.manual_seed(1)
    after = dropout(phi(x))
    return (before - after).abs() > 3e-7 * after.abs()


share_differs = {
    name: differ(phi).float().mean().item()
    for name, phi in ACTIVATIONS.items()
}
for name, share in share_differs.items():
    print(f"{name:10} differs in {share:.0%} of the elements")

# %% [markdown]
# Half of the elements are dropped; $\tanh$ and GELU leave these 0 in either order, the sigmoid makes ½ of them if it
# comes second.
#
# What a layer behind sees on average is the mean over the mask: with dropout in front it is $p\,\varphi(0) +
# (1-p)\,\varphi(x/(1-p))$, with dropout behind it is $\varphi(x)$. The dots are means of 200,000 draws of torch's
# layer each.

# %% alt="The mean with dropout in front, minus the activation itself, against x. For ReLU it is 0. For tanh it goes to one half on the left and minus one half on the right, for the sigmoid to half as much. GELU has a hump on either side and returns to 0. Dots lie on all curves." caption="What dropout in front adds to the mean; only for ReLU nothing. By the formula (lines) and sampled (dots)."
grid = torch.linspace(-4, 4, 65).double()
points = grid[::8]
draws = 200_000
torch.manual_seed(2)
masked = dropout(points.expand(draws, -1))

figure, axes = plt.subplots()
added, error = {}, {}
for name in ("ReLU", "tanh", "sigmoid", "GELU"):
    phi = ACTIVATIONS[name]
    added[name] = mean_after_dropout(phi, grid, 0.5) - phi(grid)
    sampled = phi(masked).mean(0) - phi(points)
    error[name] = (sampled - added[name][::8]).abs().max().item()
    (line,) = axes.plot(grid, added[name], label=name)
    axes.plot(
        points, sampled, "o", color=line.get_color(), markersize=5
    )
axes.set(xlabel="x", ylabel="added to the mean")
legend = axes.legend()

# %% [markdown]
# ## What came out
#
# - Two layers with 0.1 and 0.2 have [the law of one layer with 0.28](check:two-dropouts-law), over all eight vectors
#   of factors; and so it is, with $q = 1 - (1-p_1)(1-p_2)$, for [100 of 100 pairs of
#   rates](check:two-dropouts-rates).
# - Ten layers with rate 0.1 drop an element with probability [0.6513215599](check:two-dropouts-ten), not 1.
# - Of a million vectors the share of each of the eight patterns is [within 0.004 of that
#   law](check:two-dropouts-sampled); from the law with 0.3 one of them is [more than 0.02
#   off](check:two-dropouts-sampled). By Hoeffding's inequality the first fails with a probability of at most $16
#   e^{-2 n \cdot 0.004^2}$, [less than 10⁻¹²](check:two-dropouts-sampled).
# - A `nn.Dropout` and a `nn.Dropout2d` in a row drop two elements of a channel together with probability
#   [0.208](check:two-dropouts-mixed), where one layer of the first kind does so with
#   [0.0784](check:two-dropouts-mixed) and one of the second with [0.28](check:two-dropouts-mixed).
# - With the same masks the two orders agree [for ReLU and for leaky ReLU in each of 100,000
#   elements](check:two-dropouts-order); for the sigmoid they differ [in more than 0.99 of
#   them](check:two-dropouts-order).
# - In front of $\tanh$ dropout moves the mean by up to [0.499 between −4 and 4](check:two-dropouts-means), in front
#   of the sigmoid by up to [0.232](check:two-dropouts-means), in front of GELU by up to
#   [0.136](check:two-dropouts-means); far out the first two go on to [0.5 and 0.25](check:two-dropouts-means), and
#   GELU returns to 0. Sampled, the means of $\tanh$ and of the sigmoid are [within 0.01 of the
#   formula](check:two-dropouts-means-sampled) at each of nine points, which fails with a probability of [less than
#   10⁻¹⁵](check:two-dropouts-means-sampled).
#
# Try it: add a third layer to the sampled law, and find the rate of the one layer that has it; or put `F.elu` among
# the activations.
#
# <!--pytest.mark.exact("two-dropouts-law")-->

# %%
assert q == Fraction("0.28")
assert two == mask_law(Fraction("0.28"), "abc")

# %% [markdown]
# <!--pytest.mark.exact("two-dropouts-rates")-->

# %%
assert sum(equal.values()) == len(equal) == 100

# %% [markdown]
# <!--pytest.mark.exact("two-dropouts-ten")-->

# %%
assert dropped[9] == Fraction("0.6513215599")

# %% [markdown]
# <!--pytest.mark.statistical("two-dropouts-sampled")-->

# %%
pairs = list(zip(shares, expected, of_the_sum, strict=True))
assert all(abs(share - law) < 0.004 for share, law, _ in pairs)
assert max(abs(share - law) for share, _, law in pairs) > 0.02
assert 16 * exp(-2 * n * 0.004**2) < 1e-12

# %% [markdown]
# <!--pytest.mark.exact("two-dropouts-mixed")-->

# %%
both = [probability_of_zeros(law, [0, 1]) for law in kinds.values()]
assert both[0] == Fraction("0.0784")
assert both[1] == Fraction("0.28")
assert both[2] == Fraction("0.208")

# %% [markdown]
# <!--pytest.mark.numeric("two-dropouts-order")-->

# %%
assert len(x) == 100_000
assert share_differs["ReLU"] == share_differs["leaky ReLU"] == 0
assert share_differs["sigmoid"] > 0.99

# %% [markdown]
# <!--pytest.mark.numeric("two-dropouts-means")-->

# %%
largest = {
    name: round(gap.abs().max().item(), 3)
    for name, gap in added.items()
}
assert largest["ReLU"] == 0
assert largest["tanh"] == 0.499
assert [grid[0], grid[-1]] == [-4, 4]
assert largest["sigmoid"] == 0.232
assert largest["GELU"] == 0.136

far = torch.tensor(60.0).double()


def far_out(phi):
    return (phi(far) - mean_after_dropout(phi, far, 0.5)).item()


assert far_out(torch.tanh) == 0.5
assert far_out(torch.sigmoid) == 0.25
assert far_out(F.gelu) == 0

# %% [markdown]
# At each point what is averaged takes two values, no more than 1 apart. So Hoeffding's inequality allows one of the
# eighteen means to fail with a probability of at most $36 e^{-2 n \cdot 0.01^2}$ with $n = 200{,}000$.
#
# <!--pytest.mark.statistical("two-dropouts-means-sampled")-->

# %%
assert len(points) == 9
assert max(error["tanh"], error["sigmoid"]) < 0.01
assert 36 * exp(-2 * draws * 0.01**2) < 1e-15
