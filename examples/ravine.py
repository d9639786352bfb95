# %% [markdown]
# # The ravine
#
# **Question.** How does the number of steps grow with the condition number for gradient descent, momentum and
# Newton's method, and what does each of them do in a bent ravine and at a saddle?
#
# **Method.** First quadratics, where the steps can be counted and theory tells how many to expect. Then two losses
# that are not quadratic: Rosenbrock's function, and one with two minima and a saddle between them. It is the
# experiment behind [the question on momentum and Newton's method](../docs/optimization/descent.md#opt-4-6).

# %%
from math import ceil, log, sqrt

import torch
from matplotlib import pyplot as plt

from dlchecked.descent import (
    best_heavy_ball,
    best_rate,
    descent_path,
    gradient,
    hessian,
    newton_path,
    steps_on_quadratic,
)

# %% [markdown]
# ## Steps against the condition number
#
# The loss is $\frac{1}{2} (x^2 + \kappa y^2)$, the start $(1, 1)$, the goal a distance below 10⁻⁶. Gradient descent
# and momentum have the rates that are best in the long run. In theory each step of gradient descent multiplies the
# error by $q = \frac{\kappa - 1}{\kappa + 1}$, which makes $\log (10^{-6} / \sqrt{2}) / \log q$ steps; with
# $\sqrt{\kappa}$ in place of $\kappa$ it is the count for momentum, but for a further factor of its error, which
# grows with the steps.

# %%
goal = 1e-6
kappas = [3, 10, 30, 100, 300, 1_000, 3_000]


def theory(root):
    return log(goal / sqrt(2)) / log((root - 1) / (root + 1))


counts = {
    "gradient descent": [
        steps_on_quadratic([1, k], best_rate(1, k)) for k in kappas
    ],
    "momentum": [
        steps_on_quadratic([1, k], *best_heavy_ball(1, k))
        for k in kappas
    ],
}


def bowl(kappa):
    """The quadratic, of points in the last axis."""
    curvatures = torch.tensor([1.0, kappa]).double()
    return lambda p: (curvatures * p**2).sum(-1) / 2


start = torch.ones(2).double()
newton = [newton_path(bowl(k), start, 3).norm(dim=-1) for k in kappas]
counts["Newton"] = [int((path >= goal).sum()) for path in newton]

print(f"{'kappa':17}", *(f"{k:6}" for k in kappas))
for name, row in counts.items():
    print(f"{name:17}", *(f"{count:6}" for count in row))

# %% alt="Steps against the condition number on logarithmic axes. Gradient descent rises along a line of slope one, momentum along one of slope about one half, Newton's method stays at one step." caption="Momentum rises about half as steeply as gradient descent: its steps grow with the root of the condition number. Points are counted; lines are theory, for momentum without the factor that grows with the steps."
figure, axes = plt.subplots()
for row, marker in zip(counts.values(), "os^", strict=True):
    axes.loglog(kappas, row, marker)
axes.loglog(kappas, [theory(k) for k in kappas], color="C0")
axes.loglog(kappas, [theory(sqrt(k)) for k in kappas], "--", color="C1")
axes.loglog(kappas, [1] * len(kappas), ":", color="C2")
axes.text(90, 1_000, "gradient descent", ha="right")
axes.text(400, 60, "momentum")
axes.text(300, 1.5, "Newton")
label = axes.set(xlabel="condition number", ylabel="steps")

# %% [markdown]
# ## Step by step
#
# For $\kappa = 100$ the loss of gradient descent falls along a straight line. Momentum is no descent: at its best
# rates the loss goes up at first, and then falls much more steeply. The rates want care. With too little momentum the
# loss soon falls only a little more steeply than without; with too much it swings, and the swings die out slowly.

# %% alt="Loss against step on a logarithmic axis, condition number 100. Gradient descent falls along a gentle straight line; the best momentum rises, then falls steeply; momentum 0.3 drops at once and then falls a little more steeply than gradient descent; momentum 0.97 swings up and down and stays above gradient descent for the most part." caption="Each line is named by its momentum: 0 is gradient descent. The best momentum first lifts the loss, and then lets it fall far more steeply than any other."
kappa, steps = 100, 160
rate, momentum = best_heavy_ball(1, kappa)
runs = {
    "0": (best_rate(1, kappa), 0.0),
    "0.3": (best_rate(1, kappa), 0.3),
    f"{momentum:.2f}, best": (rate, momentum),
    "0.97": (rate, 0.97),
}
fall = {}
figure, axes = plt.subplots()
for (name, rates), style, shift in zip(
    runs.items(), ["-", "-.", "--", ":"], [-3, -3, 0, 9], strict=True
):
    path = descent_path(bowl(kappa), start, rates[0], steps, rates[1])
    fall[name] = bowl(kappa)(path)
    axes.semilogy(range(0, steps + 1, 2), fall[name][::2], style)
    axes.annotate(
        name,
        (steps, fall[name][-1]),
        (5, shift),
        textcoords="offset points",
        va="center",
    )
label = axes.set(xlabel="step", ylabel="loss", xticks=range(0, 161, 40))

# %% [markdown]
# ## A bent ravine
#
# The bottom of Rosenbrock's function $(1 - x)^2 + 100 (y - x^2)^2$ is a parabola. From the usual start $(-1.2, 1)$,
# gradient descent has the best of 60 rates, and momentum the best of 3,600 settings, by the distance from the minimum
# $(1, 1)$ after 60 steps.


# %%
def rosenbrock(p):
    x, y = p.unbind(-1)
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def off(path):
    """The distance from the minimum of each point of a path."""
    return (path - 1).norm(dim=-1)


rates = torch.logspace(-4, -2, 60, dtype=torch.double)
momenta = torch.linspace(0, 0.99, 60, dtype=torch.double)
eta, mu = torch.cartesian_prod(rates, momenta).T[:, :, None]
usual = torch.tensor([-1.2, 1.0]).double()

tried = descent_path(rosenbrock, usual.expand(3_600, 2), eta, 60, mu)
last = off(tried)[-1].nan_to_num(torch.inf)
plain = int(last.where(mu[:, 0] == 0, torch.inf).argmin())
ball = int(last.argmin())
bent = {
    "gradient descent": tried[:, plain],
    "momentum": tried[:, ball],
    "Newton": newton_path(rosenbrock, usual, 6),
}
print(f"best rate of gradient descent: {float(eta[plain]):.2g}")
print(
    f"best with momentum: {float(eta[ball]):.2g}, {float(mu[ball]):.3g}"
)
for name, path in bent.items():
    print(
        f"{name:17} {len(path) - 1:2} steps, "
        f"{float(off(path)[-1]):.0e} from the minimum"
    )
climb = rosenbrock(bent["Newton"])
print("Newton's losses:", *(f"{loss:.1e}" for loss in climb))

# %% alt="Paths in the plane, on a parabola that is the bottom of the ravine, from a start on its left arm. Gradient descent leaps into the bend and then creeps along the bottom. Momentum follows the bottom in small swings, and circles the minimum on the right arm. Newton's method jumps far below the parabola once, and ends at the minimum." caption="Momentum follows the bottom of the ravine round the bend, where gradient descent creeps. One step of Newton's method leads far off, to a high loss, and the next one back."
figure, axes = plt.subplots()
across = torch.linspace(-1.6, 1.4, 60)
axes.plot(across, across**2, color="C5", linewidth=1)
for path, style in zip(bent.values(), ["s-", "o-", "^--"], strict=True):
    axes.plot(*path.T, style, markersize=3, linewidth=1)
axes.plot(1, 1, "*", color="C4", markersize=12)
axes.text(-1.45, 2.3, "bottom of the ravine")
axes.text(-1.27, 0.95, "start", ha="right", va="center")
axes.text(1.05, 0.6, "minimum", va="top")
axes.text(0.1, 1.55, "gradient descent")
axes.text(-0.65, -0.2, "momentum", ha="right", va="top")
axes.text(-0.15, -2, "Newton", ha="right")
label = axes.set(xlabel="x", ylabel="y", xlim=(-1.8, 1.9))

# %% [markdown]
# ## A saddle
#
# The loss $\frac{1}{2} x^2 + \frac{1}{4} (y^2 - 1)^2$ has minima at $(0, 1)$ and $(0, -1)$, and a saddle between them
# at $(0, 0)$. A step of Newton's method takes $x$ to 0, and
#
# $$
# y \quad \text{to} \quad y - \frac{y^3 - y}{3 y^2 - 1} = \frac{2 y^3}{3 y^2 - 1} .
# $$
#
# If $y^2 < \frac{1}{5}$, then $\abs{3 y^2 - 1} > 2 y^2$, so that $\abs{y}$ shrinks in each step, by a factor that
# falls with it: it goes to the saddle. The curvature along $y$ is negative there, and dividing by it turns the step
# uphill. Dividing by its absolute value turns it downhill again ([Dauphin et al.
# 2014](../docs/references.md#dauphin2014)). All methods start at $x = 1$ and at 300 heights $y$ from −1.5 to 1.5.


# %%
def two_minima(p):
    x, y = p.unbind(-1)
    return x**2 / 2 + (y**2 - 1) ** 2 / 4


def absolute_newton(p, steps):
    """Newton's method with the curvatures' absolute values."""
    for _ in range(steps):
        curvatures, axes = torch.linalg.eigh(hessian(two_minima, p))
        slopes = axes.mT @ gradient(two_minima, p)[..., None]
        p = p - (axes @ (slopes / curvatures.abs()[..., None]))[..., 0]
    return p


heights = torch.arange(-150, 151).double() / 100
heights = heights[heights != 0]
starts = torch.stack([torch.ones_like(heights), heights], dim=-1)
ends = {
    "gradient descent": descent_path(two_minima, starts, 0.1, 500)[-1],
    "momentum": descent_path(two_minima, starts, 0.1, 500, 0.5)[-1],
    "Newton": newton_path(two_minima, starts, 60)[-1],
    "Newton, absolute": absolute_newton(starts, 60),
}


def count(points, x, y):
    """How many of the points are at (x, y)."""
    there = torch.tensor([x, y]).double()
    return int(((points - there).norm(dim=-1) < 1e-6).sum())


found = {
    name: [count(points, 0, y) for y in (-1, 0, 1)]
    for name, points in ends.items()
}
for name, (low, saddle, high) in found.items():
    print(
        f"{name:17} minima {low} and {high}, saddle {saddle:2} of 300"
    )

# %% alt="Where a run ends against where it starts, for gradient descent and for Newton's method. Gradient descent ends at minus one from all negative heights and at one from all positive ones. Newton's method ends at zero from heights near zero, from a little further out often at the farther minimum, and beyond that at the nearer one." caption="From heights near the saddle Newton's method ends at the saddle, while gradient descent ends at the nearer minimum. Newton's points are drawn a little higher than they are."
figure, axes = plt.subplots()
thin = slice(None, None, 4)
for name, marker in {"gradient descent": "s", "Newton": "o"}.items():
    shift = 0.06 if name == "Newton" else 0
    axes.plot(
        heights[thin],
        ends[name][thin, 1] + shift,
        marker,
        markersize=3,
    )
axes.text(1, 1.15, "Newton", ha="center")
axes.text(1, 0.75, "gradient descent", ha="center")
axes.text(0, 0.18, "Newton", ha="center")
axes.set(xlabel="height y at the start", ylim=(-1.2, 1.4))
label = axes.set_yticks(
    [-1, 0, 1], ["minimum\ny = −1", "saddle\ny = 0", "minimum\ny = 1"]
)

# %% [markdown]
# ## What came out
#
# - From condition number 30 to 3,000, gradient descent goes from [213 to 21,244
#   steps](check:ravine-counts), momentum from [50 to 571](check:ravine-counts); Newton's method takes [1 step at
#   both](check:ravine-counts). The counts of gradient descent are [those of theory, rounded up](check:ravine-theory),
#   and momentum takes [less than 1.5 times](check:ravine-theory) as many as theory says without its factor.
# - At $\kappa = 100$ the best momentum lets the loss rise [from 50.5 to 687](check:ravine-falls), and has brought it
#   [below 10⁻²¹](check:ravine-falls) after 160 steps; with momentum 0.97 it is then [higher than without any
#   momentum](check:ravine-falls).
# - In the bent ravine Newton's method is [within 10⁻¹⁰ of the minimum](check:ravine-bent) after 6 steps, by way of a
#   loss of [1,412](check:ravine-bent). After 60 steps the best of the 3,600 settings of momentum is still
#   [0.03](check:ravine-bent) off, and the best rate without momentum [0.98](check:ravine-bent).
# - Newton's method ends at the saddle from [88 of the 300 heights, those with $y^2 < 1/5$](check:ravine-saddle). With
#   absolute curvatures [each of the 300](check:ravine-escape) ends at a minimum, as with gradient descent and with
#   momentum.
#
# Try it: start `newton_path(two_minima, …)` at more heights between 0.448 and 0.47, and see how the two minima
# alternate.
#
# <!--pytest.mark.numeric("ravine-counts")-->

# %%
counted = {
    name: [dict(zip(kappas, row, strict=True))[k] for k in (30, 3_000)]
    for name, row in counts.items()
}
assert counted["gradient descent"] == [213, 21_244]
assert counted["momentum"] == [50, 571]
assert counted["Newton"] == [1, 1]

# %% [markdown]
# <!--pytest.mark.numeric("ravine-theory")-->

# %%
assert counts["gradient descent"] == [ceil(theory(k)) for k in kappas]
ratios = [
    count / theory(sqrt(k))
    for count, k in zip(counts["momentum"], kappas, strict=True)
]
assert max(ratios) < 1.5

# %% [markdown]
# <!--pytest.mark.numeric("ravine-falls")-->

# %%
swing = fall[f"{momentum:.2f}, best"]
assert swing[0] == 50.5
assert round(float(swing.max())) == 687
assert swing[160] < 1e-21
assert fall["0.97"][160] > fall["0"][160]

# %% [markdown]
# <!--pytest.mark.numeric("ravine-bent")-->

# %%
assert off(bent["Newton"])[6] < 1e-10
assert round(float(climb.max())) == 1_412
assert len(tried) == 60 + 1
assert last.shape == (3_600,)
assert round(float(last.min()), 2) == 0.03
assert round(float(last[plain]), 2) == 0.98

# %% [markdown]
# <!--pytest.mark.numeric("ravine-saddle")-->

# %%
assert (found["Newton"][1], len(heights)) == (88, 300)
caught = ends["Newton"][:, 1].abs() < 1e-6
y = heights
assert torch.equal(caught, y**2 < 1 / 5)

# %% [markdown]
# <!--pytest.mark.numeric("ravine-escape")-->

# %%
for name in ("Newton, absolute", "gradient descent", "momentum"):
    low, saddle, high = found[name]
    assert low + high == 300
