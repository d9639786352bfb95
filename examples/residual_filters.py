# %% [markdown]
# # When plain and residual filters differ by the identity
#
# **Question.** Each layer of a network is changed from $f(x; \theta)$ to $f(x; \theta) + x$, and trained again. How
# are the filters of the two networks related?
#
# **Method.** First one layer, where the best filter is unique and both fits can find it. Then deep networks with
# ReLUs, trained step by step in double precision: a residual one, the plain one that computes the same at the start,
# and the plain one that starts from the same numbers. It is the experiment behind [the question on residual
# filters](../docs/cnns.md#cnn-4).

# %%
import torch
from matplotlib import pyplot as plt
from torch.nn import functional as F
from tqdm import tqdm

from dlchecked.residual import (
    ConvStack,
    copy_as_plain,
    dirac_kernel,
    fit_kernel,
    largest_deviation,
    train,
)

# %% [markdown]
# ## One layer
#
# The target is itself a convolution, with a kernel drawn at random. Both models see the same images and begin with
# kernels of their own.

# %%
torch.manual_seed(0)
images = torch.randn(6, 3, 8, 8).double()
target = torch.randn(3, 3, 3, 3).double()
outputs = F.conv2d(images, target, padding=1)
start, other_start = torch.randn(2, 3, 3, 3, 3).double()

plain = fit_kernel(images, outputs, start)
residual = fit_kernel(images, outputs, other_start, residual=True)
delta = dirac_kernel(plain)
print("plain, from channel 0 to channel 0:")
print(plain[0, 0].numpy().round(3))
print("residual:")
print(residual[0, 0].numpy().round(3))
print("their difference:")
print((plain - residual)[0, 0].numpy().round(3) + 0.0)

# %% [markdown]
# They agree but for a 1 in the middle of the kernels that lead from a channel to itself. Over all kernels, tap by
# tap:

# %% alt="A scatter of residual taps against plain taps. All points lie on the diagonal, but for three, which lie exactly one below it." caption="Each point is one tap of the 3 × 3 × 3 × 3 kernel. The three below the diagonal are the centres from a channel to itself."
figure, axes = plt.subplots(figsize=(3.6, 3.6))
centre = delta.bool()
axes.axline((0, 0), slope=1, color="C5", linewidth=1)
axes.plot(plain[~centre], residual[~centre], "o", markersize=4)
axes.plot(plain[centre], residual[centre], "s", markersize=6)
labels = axes.set(xlabel="plain tap", ylabel="residual tap")

# %% [markdown]
# ## A deep network, step by step
#
# With ReLUs there is no unique optimum. Start the plain network at the residual one plus $\delta$, and gradient steps
# keep them together; with weight decay they part, for it pulls both towards 0, which is another function for each.
# Start both at the same numbers, as happens when only the skips are added, and they do not come together.


# %%
def distances(seed, steps=30, same_numbers=False, **options):
    """How far the two are apart after each step, δ taken off."""
    torch.manual_seed(seed)
    x, y = torch.randn(2, 4, 3, 4, 4).double()
    residual = ConvStack(depth=3, channels=3, residual=True)
    plain = copy_as_plain(residual)
    if same_numbers:
        plain.load_state_dict(residual.state_dict())

    def optimizer(parameters):
        return torch.optim.SGD(
            parameters, lr=0.05, momentum=0.9, **options
        )

    return largest_deviation(
        train(plain, optimizer, x, y, steps),
        train(residual, optimizer, x, y, steps),
    )


runs = {
    "start at θ + δ": {},
    "the same, weight decay 0.1": {"weight_decay": 0.1},
    "start at the same numbers": {"same_numbers": True},
}
apart = {
    name: [distances(seed, **options) for seed in range(20)]
    for name, options in tqdm(runs.items())
}

# %% alt="Largest deviation of any weight against the step, on a logarithmic axis, for three ways to start, twenty runs each. Started at theta plus delta the runs stay below 10⁻¹³; with weight decay they rise to about one; started at the same numbers they begin at one and stay near it." caption="Shifted starts stay together, unless weights decay. Twenty runs of each kind. A deviation of 0 is drawn at 10⁻¹⁷."
figure, axes = plt.subplots()
for (name, curves), colour in zip(
    apart.items(), ["C0", "C1", "C2"], strict=True
):
    for number, curve in enumerate(curves):
        axes.semilogy(
            range(0, 31, 3),
            [max(value, 1e-17) for value in curve[::3]],
            color=colour,
            linewidth=0.8,
            label=name if number == 0 else None,
        )
axes.set(xlabel="step", ylabel="largest deviation")
legend = axes.legend(loc="center right")

# %%
for name, curves in apart.items():
    last = sorted(curve[-1] for curve in curves)
    print(f"{name:28} from {last[0]:.0e} to {last[-1]:.0e}")

# %% [markdown]
# ## What came out
#
# - With one layer the two kernels differ by the identity, [to less than 10⁻⁸](check:filters-one-layer).
# - In a deep network, the run that starts at θ + δ stays within [10⁻¹³ of the shifted one in 20 of 20
#   runs](check:filters-stay-together).
# - With weight decay the same pair is [more than 0.4 apart in 20 of 20 runs](check:filters-part), and from the same
#   numbers some weight is still [more than 0.5 off in 20 of 20 runs](check:filters-part) after 30 steps: the shift
#   relates the two searches, and does not bring them together.
#
# Try it: put `torch.optim.AdamW` into `distances`, once with its default weight decay and once without.
#
# <!--pytest.mark.numeric("filters-one-layer")-->

# %%
assert (plain - residual - delta).abs().max() < 1e-8

# %% [markdown]
# <!--pytest.mark.numeric("filters-stay-together")-->

# %%
together = apart["start at θ + δ"]
assert sum(max(curve) < 1e-13 for curve in together) == 20

# %% [markdown]
# <!--pytest.mark.experiment("filters-part")-->

# %%
decayed = apart["the same, weight decay 0.1"]
assert sum(curve[30] > 0.4 for curve in decayed) == 20
numbers = apart["start at the same numbers"]
assert sum(curve[30] > 0.5 for curve in numbers) == 20
