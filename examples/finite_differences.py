# %% [markdown]
# # Finite differences against automatic differentiation
#
# **Question.** How exact is a difference quotient, which step is best, and what does a gradient cost that way?
#
# **Method.** The slope of $e^{\sin t}$ is known, so the error of a difference quotient can be measured, over many
# points and steps, in single and in double precision. Then a small network: the calls that each method needs, and how
# far the two gradients are apart. It stands behind [the questions on gradients without automatic
# differentiation](../docs/backpropagation.md#backprop-2-1).

# %%
import torch
from matplotlib import pyplot as plt
from torch import nn
from torch.func import functional_call

from dlchecked.finite_differences import (
    best_step,
    gradient,
    median_error,
)


def f(t):
    return torch.exp(torch.sin(t))


def slope(t):
    return torch.exp(torch.sin(t)) * torch.cos(t)


def error(step, scheme, dtype):
    t = torch.linspace(0.5, 1.5, 1001, dtype=dtype)
    return median_error(f, slope, t, step, scheme)


# %% [markdown]
# ## Truncation against rounding
#
# A long step cuts off the Taylor series too early: the error falls with the step, or with its square for central
# differences. A short step divides the rounding of two nearly equal values by almost nothing: the error rises again,
# with slope −1 on logarithmic axes.

# %% alt="Error against step on logarithmic axes: four V-shaped curves. In double precision the lowest point of the forward difference is near a step of ten to the minus eight, of the central one near ten to the minus five and much lower; in single precision both lie far higher and further right." caption="Median error of the slope at 1,001 points. Each curve has a best step: right of it the series is cut too early, left of it rounding grows."
steps = [10 ** (-n / 2) for n in range(1, 29)]
kinds = [
    (scheme, dtype)
    for dtype in (torch.float64, torch.float32)
    for scheme in ("forward", "central")
]
curves = {}
for scheme, dtype in kinds:
    smallest = 3 * torch.finfo(dtype).eps
    usable = [step for step in steps if step > smallest]
    curves[scheme, dtype] = [
        (step, error(step, scheme, dtype)) for step in usable
    ]

figure, axes = plt.subplots()
for ((scheme, dtype), curve), style in zip(
    curves.items(), ["-", "-", "--", "--"], strict=True
):
    bits = torch.finfo(dtype).bits
    axes.loglog(
        *zip(*curve, strict=True), style, label=f"{scheme}, {bits} bits"
    )
axes.set(xlabel="step", ylabel="median error", ylim=(1e-15, 1))
legend = axes.legend()

# %% [markdown]
# Theory knows where the lowest points are, for a function whose derivatives are about 1 in size: at $2 \sqrt{u}$ for
# forward and $\sqrt[3]{3u}$ for central differences, with half a unit in the last place $u$.

# %%
found = {}
for (scheme, dtype), curve in curves.items():
    at, lowest = min(curve, key=lambda pair: pair[1])
    found[scheme, dtype] = (at, lowest)
    theory = best_step(dtype, scheme)
    print(
        f"{scheme}, {torch.finfo(dtype).bits} bits: "
        f"best step {at:.0e}, in theory {theory:.0e}; error {lowest:.0e}"
    )

# %% [markdown]
# ## What it costs
#
# One difference moves one parameter. So a gradient needs two calls for each of them with central differences, and
# with forward ones a call for each and one where nothing is moved. Backpropagation needs one call and its way back.
# The network grows; the numbers of calls are counted, not timed.


# %%
def count_calls(width):
    """Parameters, and calls of the loss by method."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Linear(4, width), nn.Tanh(), nn.Linear(width, 1)
    ).double()
    x = torch.randn(16, 4).double()
    parts = dict(net.named_parameters())
    sizes = [p.numel() for p in parts.values()]
    theta = torch.cat([p.detach().flatten() for p in parts.values()])
    calls = 0

    def loss(theta):
        nonlocal calls
        calls += 1
        split = theta.split(sizes)
        parameters = {
            name: piece.view_as(p)
            for (name, p), piece in zip(
                parts.items(), split, strict=True
            )
        }
        return functional_call(net, parameters, x).square().mean()

    counts, gradients = {}, {}
    for scheme in ("forward", "central"):
        calls = 0
        gradients[scheme] = gradient(loss, theta, 1e-5, scheme)
        counts[scheme] = calls
    calls = 0
    theta.requires_grad_()
    exact = torch.autograd.grad(loss(theta), theta)[0]
    counts["autograd"] = calls
    off = float((gradients["central"] - exact).abs().max())
    return len(theta), counts, off


# %%
rows = [count_calls(width) for width in (1, 4, 16, 64)]
for size, counts, _ in rows:
    print(
        f"{size:4} parameters: {counts['central']:4} calls central, "
        f"{counts['forward']:4} forward, {counts['autograd']} autograd"
    )

# %% alt="Calls of the loss against the number of parameters, on logarithmic axes: two parallel rising lines for central and forward differences, and a flat line at one for automatic differentiation." caption="Differences cost more calls with every parameter; automatic differentiation takes one, however many there are."
figure, axes = plt.subplots()
sizes = [size for size, _, _ in rows]
for name, style in {
    "central": "o-",
    "forward": "s--",
    "autograd": "^:",
}.items():
    axes.loglog(
        sizes, [row[1][name] for row in rows], style, label=name
    )
axes.set(xlabel="parameters", ylabel="calls of the loss")
legend = axes.legend()

# %% [markdown]
# ## What came out
#
# - In double precision the best central step leaves a median error [below 10⁻¹⁰, the best forward step one above
#   10⁻⁹](check:differences-best); in single precision none of the steps tried brings either [below
#   10⁻⁵](check:differences-best).
# - Where the best steps lie, theory told within a factor [of 3](check:differences-theory).
# - For [385 parameters](check:differences-calls), a central gradient takes [770 calls](check:differences-calls) and
#   autograd [1](check:differences-calls). The two agree to [10⁻⁹](check:differences-agree) in each entry.
#
# Try it: let `f` return `torch.sin(30 * t)`, and `slope` its derivative, `30 * torch.cos(30 * t)`. Their sizes are no
# longer about 1: see where the best steps go, and which checks fail.
#
# <!--pytest.mark.numeric("differences-best")-->

# %%
double, single = torch.float64, torch.float32
assert found["central", double][1] < 1e-10
assert found["forward", double][1] > 1e-9
assert (
    min(found[kind, single][1] for kind in ("forward", "central"))
    > 1e-5
)

# %% [markdown]
# <!--pytest.mark.numeric("differences-theory")-->

# %%
for (scheme, dtype), (at, _) in found.items():
    ratio = at / best_step(dtype, scheme)
    assert max(ratio, 1 / ratio) < 3

# %% [markdown]
# <!--pytest.mark.exact("differences-calls")-->

# %%
size, counts, _ = rows[-1]
assert size == 385
assert counts == {"forward": 386, "central": 770, "autograd": 1}

# %% [markdown]
# <!--pytest.mark.numeric("differences-agree")-->

# %%
assert max(off for _, _, off in rows) < 1e-9
