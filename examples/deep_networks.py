# %% [markdown]
# # Why the pirates do not learn
#
# **Question.** A network with 25 activations stops learning after a few iterations. How much of the signal reaches
# its end and how much of the gradient its beginning, how large should the weights be, and can the optimizer make up
# for it?
#
# **Method.** Twenty networks of each kind side by side, with three activations and two ways to draw the weights:
# signal and gradient layer by layer, then training with plain gradient descent and with Adam. It is the experiment
# behind the questions on [a loss that stops falling](../docs/losses-and-activations.md#loss-2) and on [tanh in place
# of the sigmoid](../docs/losses-and-activations.md#loss-3).

# %%
import torch
from matplotlib import pyplot as plt
from tqdm import tqdm

from dlchecked.deep_mlp import (
    DeepMLPs,
    by_depth,
    gradient_norms,
    pirates,
    train,
)

KINDS = {
    "sigmoid": ("sigmoid", None),
    "ReLU": ("relu", None),
    "tanh": ("tanh", None),
    "sigmoid, gain 12": ("sigmoid", 12),
    "ReLU, gain √2": ("relu", 2**0.5),
    "tanh, gain 5/3": ("tanh", 5 / 3),
}
STYLES = ["C0:", "C1:", "C2:", "C0-", "C1--", "C2-"]


def twenty(kind, **options):
    """Networks of width 32: a first layer, 24 inner ones, an output."""
    activation, gain = KINDS[kind]
    torch.manual_seed(0)
    return DeepMLPs(20, activation, gain=gain, **options)


# %% [markdown]
# ## Signal and gradient, layer by layer
#
# Without a gain the weights are torch's default, uniform between $\pm 1/\sqrt{n}$ for $n$ inputs. A gain $g$ means
# normal weights of standard deviation $g/\sqrt{n}$, and biases of 0. The signal is how far a unit is from its own
# mean over eight samples, the gradient the derivative of the output by a unit; of both the root mean square, in
# double precision.

# %% alt="Two panels on logarithmic axes over 25 hidden layers, six lines each. The signal falls from the first layer to the last, the gradient from the last to the first, along straight lines: with default weights steeply for the sigmoid, less for ReLU, least for tanh. With gain root two for ReLU and five thirds for tanh both stay level; the sigmoid with gain 12 loses little." caption="With default weights (dotted) the signal fades on its way forward, and the gradient on its way back. With a gain that fits the activation both stay nearly level. Medians of twenty networks; the sigmoid's signal ends in rounding."
signal, gradient = {}, {}
for kind in KINDS:
    nets = twenty(kind, dtype=torch.double)
    x, _ = pirates(20, samples=8, dtype=torch.double)
    signal[kind], gradient[kind] = by_depth(nets, x)

figure, panels = plt.subplots(2, 1, sharex=True, figsize=(4.6, 5.4))
for axes, values, label in zip(
    panels, [signal, gradient], ["signal", "gradient"], strict=True
):
    for by_layer, style in zip(values.values(), STYLES, strict=True):
        middle = by_layer.median(1).values.clamp(min=1e-24)
        axes.semilogy(range(1, 26), middle, style)
    axes.set(ylabel=label)
    axes.set_ylim(top=1e5)
    axes.text(13, 3e4, "all three with gains", ha="center", va="top")
    below = "right" if label == "signal" else "left"
    for kind, side, lift in [
        ("tanh", "center", 7),
        ("ReLU", below, -11),
        ("sigmoid", below, -11),
    ]:
        axes.annotate(
            kind,
            (13, values[kind].median(1).values[12]),
            (0, lift),
            textcoords="offset points",
            ha=side,
        )
panels[0].set_ylim(bottom=1e-18)
label = panels[1].set(
    xlabel="hidden layer", xticks=[1, 5, 10, 15, 20, 25]
)

# %% [markdown]
# ## How large the weights should be
#
# The lines above are nearly straight: each layer multiplies the gradient by about the same factor. Now the gain
# varies, and we read off the factor. Where it is 1, depth does no harm to the gradient's size.

# %% alt="Factor of a layer against the gain, on logarithmic axes. ReLU rises along a straight line and crosses 1 near the square root of two; tanh crosses 1 a little earlier and then bends; the sigmoid starts far lower and reaches 1 only at a gain of about 12." caption="A gradient keeps its size where a line crosses 1: near a gain of 1.4 for ReLU and tanh, and only near 12 for the sigmoid. Medians of twenty networks for each gain."
GAINS = [0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8, 12, 16, 24]


def factors(activation):
    """Of each gain (rows) and each of twenty networks."""
    torch.manual_seed(0)
    count = 20 * len(GAINS)
    nets = DeepMLPs(count, activation, gain=1)
    gain = torch.tensor(GAINS).repeat_interleave(20)
    with torch.no_grad():
        for weight in nets.weights:
            weight *= gain[:, None, None]
    x, _ = pirates(count, samples=8)
    _, size = by_depth(nets, x)
    return ((size[0] / size[-1]) ** (1 / 24)).reshape(-1, 20)


factor = {
    "sigmoid": factors("sigmoid"),
    "ReLU": factors("relu"),
    "tanh": factors("tanh"),
}

figure, axes = plt.subplots()
for values, style in zip(
    factor.values(), ["C0:", "C1--", "C2-"], strict=True
):
    axes.loglog(GAINS, values.median(1).values, style)
axes.axhline(1, color="C5", linewidth=0.8)
axes.text(4.5, 5, "ReLU", ha="right")
axes.text(12, 2.4, "tanh", ha="center")
axes.text(2.2, 0.28, "sigmoid")
axes.text(0.48, 1.06, "1: size kept")
axes.set(xlabel="gain of the weights", ylabel="factor of a layer")
axes.set_xticks([0.5, 1, 2, 4, 8, 16], ["½", "1", "2", "4", "8", "16"])
label = axes.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])

# %% [markdown]
# ## Training
#
# Each network gets 16 samples, whose targets are a weighted sum of the inputs, and 40 steps. The loss is divided by
# the variance of the targets, so that 1 is what the best constant reaches. A network that ends below 0.9 we call one
# that learns.


# %%
def sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.01)


def adam(parameters, eps=1e-8):
    return torch.optim.Adam(parameters, lr=0.002, eps=eps, fused=True)


def course(kind, optimizer):
    """The losses of twenty networks after 0, 5, … 40 steps."""
    nets = twenty(kind)
    x, y = pirates(20, samples=16)
    chosen = optimizer(nets.parameters())
    return torch.stack(
        [
            train(nets, lambda _: chosen, x, y, steps)
            for steps in [0] + [5] * 8
        ]
    )


loss = {
    (kind, optimizer.__name__): course(kind, optimizer)
    for kind in tqdm(KINDS)
    for optimizer in (sgd, adam)
}
learns = {
    key: int((losses[-1] < 0.9).sum()) for key, losses in loss.items()
}
print("of 20 networks, how many learn with")
print(f"{'':18} SGD Adam")
for kind in KINDS:
    print(f"{kind:18} {learns[kind, 'sgd']:3} {learns[kind, 'adam']:4}")

# %% alt="Loss against the step, for SGD and for Adam, on a logarithmic axis. With SGD the three networks with default weights come to 1 and stay there; tanh with gain five thirds falls fast. With Adam tanh with default weights leaves the plateau too, and ReLU with gain root two falls fast; the sigmoid and ReLU with default weights stay at 1." caption="Without a gain (dotted) only tanh leaves the plateau, and only with Adam. With the gain that fits them tanh and ReLU learn fast with Adam. Medians of twenty networks."
SHIFTS = {  # the names at the lines' ends, and by how much to lift them
    ("sigmoid", "sgd"): ("all without gain", 9),
    ("sigmoid, gain 12", "sgd"): ("sigmoid, gain 12", -2),
    ("ReLU, gain √2", "sgd"): ("ReLU, gain √2", -9),
    ("tanh, gain 5/3", "sgd"): ("tanh, gain 5/3", 0),
    ("sigmoid", "adam"): ("sigmoid, ReLU", 9),
    ("sigmoid, gain 12", "adam"): ("sigmoid, gain 12", -3),
    ("tanh", "adam"): ("tanh", -5),
    ("ReLU, gain √2", "adam"): ("ReLU, gain √2", 3),
    ("tanh, gain 5/3", "adam"): ("tanh, gain 5/3", -3),
}
figure, panels = plt.subplots(
    2, 1, sharex=True, sharey=True, figsize=(4.6, 5.4)
)
for axes, optimizer in zip(panels, ["sgd", "adam"], strict=True):
    for kind, style in zip(KINDS, STYLES, strict=True):
        middle = loss[kind, optimizer].median(1).values
        axes.semilogy(range(0, 41, 5), middle, style)
        if (kind, optimizer) not in SHIFTS:
            continue
        name, shift = SHIFTS[kind, optimizer]
        axes.annotate(
            name,
            (40, middle[-1]),
            (5, shift),
            textcoords="offset points",
            va="center",
        )
    title = {"sgd": "SGD", "adam": "Adam"}[optimizer]
    axes.set(ylabel="loss / variance", title=title)
label = panels[1].set_xlabel("step")

# %% [markdown]
# ## What Adam can and cannot
#
# Adam divides each entry of the gradient by about its own size plus $\varepsilon = 10^{-8}$. So a small gradient is
# no obstacle for it as long as it is not small against $\varepsilon$. At the start the entries of the first layer's
# gradient have this root mean square:

# %%
entry = {}
for kind in KINDS:
    nets = twenty(kind)
    norm = gradient_norms(nets, *pirates(20, samples=16))[0]
    entry[kind] = norm / (42 * 32) ** 0.5
    print(f"{kind:18} {entry[kind].median():.0e}")

# %% [markdown]
# With default weights tanh has its median above $\varepsilon$, ReLU far below. If this is why Adam helps tanh, then
# tanh too must fail when $\varepsilon$ is larger than its gradient. Let it be $10^{-5}$:

# %%
larger_eps = course("tanh", lambda p: adam(p, eps=1e-5))[-1]
print(f"{(larger_eps < 0.9).sum()} of 20 learn")

# %% [markdown]
# ## What came out
#
# - With default weights the signal at the last hidden layer is [below 10⁻¹⁶ for the sigmoid, 10⁻⁸ for ReLU and 10⁻⁵
#   for tanh in 20 of 20 networks](check:deep-signal-and-gradient), and the derivative of the output by the first
#   hidden layer [below 10⁻²⁰, 10⁻⁹ and 10⁻⁵ in 20 of 20](check:deep-signal-and-gradient). With tanh and gain 5/3 both
#   stay [above 0.3 in 20 of 20](check:deep-signal-and-gradient).
# - The factor of a layer passes 1 [between the gains 1 and 2 for ReLU, the gains 0.7 and 2 for tanh, and the gains 5.6
#   and 24 for the sigmoid, in 20 of 20 networks each](check:deep-factors). For ReLU its median differs from
#   $g/\sqrt{2}$ by [a share of less than 0.07](check:deep-factors) at every gain $g$ tried.
# - With default weights and SGD [0 of 20 networks learn](check:deep-default-weights), whatever the activation: all
#   end [within 0.01 of the variance](check:deep-default-weights). With Adam it is [at least 18 of 20 with tanh, and 0
#   of 20 with ReLU or sigmoids](check:deep-default-weights).
# - With the gain that fits them, networks with tanh learn [in 20 of 20 cases with either
#   optimizer](check:deep-fitting-gain), and with ReLU [in 20 of 20 with Adam, and in at least 10 with
#   SGD](check:deep-fitting-gain). With sigmoids a level gradient is not enough: at gain 12 [at least 3 and at most 18
#   of 20](check:deep-fitting-gain) learn.
# - The entries of the first layer's gradient are [between 10⁻⁹ and 10⁻⁶ with tanh, below 10⁻⁹ with ReLU and below
#   10⁻²⁰ with sigmoids](check:deep-epsilon), in root mean square. With $\varepsilon = 10^{-5}$ in place of $10^{-8}$
#   Adam trains [0 of 20](check:deep-epsilon) networks with tanh.
#
# Try it: call `twenty` in `course` with `shared=True`, which makes all inner layers one, as in the question; or with
# `skip=True`, which adds to each layer its input (and take a smaller rate for it).
#
# <!--pytest.mark.experiment("deep-signal-and-gradient")-->

# %%
last = {kind: values[-1] for kind, values in signal.items()}
assert (last["sigmoid"] < 1e-16).sum() == 20
assert (last["ReLU"] < 1e-8).sum() == 20
assert (last["tanh"] < 1e-5).sum() == 20
assert (last["tanh, gain 5/3"] > 0.3).sum() == 20

start = {kind: values[0] for kind, values in gradient.items()}
assert (start["sigmoid"] < 1e-20).sum() == 20
assert (start["ReLU"] < 1e-9).sum() == 20
assert (start["tanh"] < 1e-5).sum() == 20
assert (start["tanh, gain 5/3"] > 0.3).sum() == 20

# %% [markdown]
# <!--pytest.mark.experiment("deep-factors")-->


# %%
def above_one(name, gain):
    return int((factor[name][GAINS.index(gain)] > 1).sum())


assert above_one("ReLU", gain=1) == 0
assert above_one("ReLU", gain=2) == 20
assert above_one("tanh", gain=0.7) == 0
assert above_one("tanh", gain=2) == 20
assert above_one("sigmoid", gain=5.6) == 0
assert above_one("sigmoid", gain=24) == 20

formula = torch.tensor(GAINS) / 2**0.5
ratio = factor["ReLU"].median(1).values / formula
assert (ratio - 1).abs().max() < 0.07

# %% [markdown]
# <!--pytest.mark.experiment("deep-default-weights")-->

# %%
for kind in ("sigmoid", "ReLU", "tanh"):
    assert (
        (loss[kind, "sgd"][-1] < 0.9).sum() == learns[kind, "sgd"] == 0
    )
    assert ((loss[kind, "sgd"][-1] - 1).abs() < 0.01).sum() == 20
assert (loss["tanh", "adam"][-1] < 0.9).sum() >= 18
for kind in ("ReLU", "sigmoid"):
    assert (
        (loss[kind, "adam"][-1] < 0.9).sum()
        == learns[kind, "adam"]
        == 0
    )

# %% [markdown]
# <!--pytest.mark.experiment("deep-fitting-gain")-->

# %%
assert learns["tanh, gain 5/3", "sgd"] == 20
assert learns["tanh, gain 5/3", "adam"] == 20
assert learns["ReLU, gain √2", "adam"] == 20
assert learns["ReLU, gain √2", "sgd"] >= 10
assert KINDS["sigmoid, gain 12"] == ("sigmoid", 12)
assert 3 <= learns["sigmoid, gain 12", "sgd"] <= 18
assert 3 <= learns["sigmoid, gain 12", "adam"] <= 18

# %% [markdown]
# <!--pytest.mark.experiment("deep-epsilon")-->

# %%
assert (entry["tanh"] > 1e-9).sum() == 20
assert (entry["tanh"] < 1e-6).sum() == 20
assert (entry["ReLU"] < 1e-9).sum() == 20
assert (entry["sigmoid"] < 1e-20).sum() == 20
assert (larger_eps < 0.9).sum() == 0
