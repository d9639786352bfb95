"""Figures of the chapter on sequence models, drawn from the functions that its checks use."""

from __future__ import annotations

import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from dlchecked.embedding import fit_followers, seen_pairs
from dlchecked.recurrence import RecallNetworks, lag_terms, recalled, train_recall, truncated_slope
from figures.palette import C1, C2, C3, C4, C5, FG, MUTED, WIDTH


def words_before_and_after() -> Figure:
    """The two numbers of each of 16 words, before and after training."""
    fitted = fit_followers(seen_pairs(groups=2, size=8), dimension=2, seed=0, steps=50)
    figure, panels = plt.subplots(1, 2, figsize=(WIDTH, 2.8), sharex=True, sharey=True)
    for axes, title, vectors in zip(panels, ["before", "after"], [fitted.start[0], fitted.words[0]], strict=True):
        for name, group, colour, marker in [("one group", vectors[:8], C1, "o"), ("the other", vectors[8:], C2, "^")]:
            axes.plot(*group.T.tolist(), marker, color=colour, markersize=6, label=name)
        axes.set(title=title, aspect="equal", xticks=[0], yticks=[0])
        axes.grid()
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def one_cut() -> Figure:
    """Scores of ten tokens: the best line over the ids, and one weight for each token."""
    good = [True, False, True, True, False, False, True, False, False, True]
    signs = [1 if each else -1 for each in good]
    rules = [(slope, cut - 0.5) for slope in (1, -1) for cut in range(11)]

    def hits(rule: tuple[int, float]) -> int:
        return sum(rule[0] * (v - rule[1]) * sign > 0 for v, sign in enumerate(signs))

    slope, cut = max(rules, key=hits)
    figure, (above, below) = plt.subplots(2, 1, figsize=(WIDTH, 3.7), sharex=True)
    line = [slope * (v - cut) / 5 for v in range(10)]
    above.plot(range(10), line, color=MUTED, linewidth=1.2, zorder=1)
    below.bar(range(10), signs, width=0.12, color=MUTED)
    for axes, scores, title in [(above, line, "one weight on the id"), (below, signs, "one weight per token")]:
        axes.axhline(0, color=MUTED, linewidth=0.8, linestyle=":")
        for v, (score, sign) in enumerate(zip(scores, signs, strict=True)):
            marker, colour, name = ("o", C1, "good") if sign > 0 else ("s", C2, "bad")
            axes.plot(v, score, marker, color=colour, markersize=7, label=name)
            if score * sign < 0:
                axes.plot(v, score + 0.55, "x", color=FG, markersize=7, markeredgewidth=1.8, label="error")
        axes.set(title=title, ylabel="score", yticks=[0], ylim=(-1.8, 1.9))
    below.set(xlabel="id", xticks=range(10))
    # Of the many points of a kind, one.
    handles, names = above.get_legend_handles_labels()
    kinds = dict(zip(names, handles, strict=True))
    figure.legend(kinds.values(), kinds, loc="outside upper center", ncols=3)
    return figure


def look_up() -> Figure:
    """A table, ids of shape (2, 3), and the rows that stand in their place."""
    ids, colours = [[3, 1, 3], [0, 4, 1]], [C1, C2, C3, C4, C5]
    figure, axes = plt.subplots(figsize=(WIDTH, 2.5))
    for token, colour in enumerate(colours):
        for k in range(4):
            axes.add_patch(Rectangle((k * 0.55, -token), 0.5, 0.7, facecolor=colour))
        axes.text(-0.2, 0.35 - token, str(token), ha="right", va="center")
    for i, row in enumerate(ids):
        top = 0.1 - 2.5 * i
        for j, token in enumerate(row):
            axes.text(3.9 + 0.8 * j, top - 0.4, str(token), ha="center", va="center", color=colours[token])
            for k in range(4):
                axes.add_patch(Rectangle((7.5 + 0.8 * j, top + 0.2 - 0.5 * k), 0.55, 0.45, facecolor=colours[token]))
        axes.annotate("", (7.2, top - 0.4), xytext=(6.0, top - 0.4), arrowprops={"arrowstyle": "->", "color": MUTED})
    for x, title in [(1.1, "table"), (4.7, "ids"), (8.5, "rows")]:
        axes.text(x, 1.2, title, ha="center")
    axes.set(xlim=(-0.7, 9.9), ylim=(-4.1, 1.7))
    axes.set_axis_off()
    return figure


def what_truncation_cuts() -> Figure:
    """Nine states in chunks of three: values go on, gradients end at the edge of the chunk."""
    figure, axes = plt.subplots(figsize=(WIDTH, 1.9))
    for t in range(9):
        axes.add_patch(Circle((t, 0), 0.24, facecolor="none", edgecolor=FG, linewidth=1.1))
        axes.annotate("", (t, -0.27), xytext=(t, -0.85), arrowprops={"arrowstyle": "->", "color": MUTED})
        if t < 8:
            axes.annotate("", (t + 0.74, 0), xytext=(t + 0.26, 0), arrowprops={"arrowstyle": "->", "color": C1})
    for bound in (2.5, 5.5):
        axes.plot([bound, bound], [-1.1, 1.25], ":", color=MUTED, linewidth=1.2)
    back = {"arrowstyle": "->", "color": C2, "linestyle": "--", "linewidth": 1.6}
    for t in (7, 6):
        arc = {**back, "connectionstyle": "arc3,rad=0.55"}
        axes.annotate("", (t + 0.08, 0.26), xytext=(t + 0.92, 0.26), arrowprops=arc)
    axes.annotate("", (8, 0.28), xytext=(8, 0.86), arrowprops=back)
    axes.text(0.5, 0.36, "values", ha="center", va="bottom", color=FG)
    axes.text(7, 0.55, "gradients", ha="center", va="bottom", color=FG)
    axes.text(8, 0.98, "loss", ha="center", va="bottom", color=FG)
    axes.text(5.5, 0.42, "×", ha="center", va="center", color=C2, fontsize=17)
    for middle in (1, 4, 7):
        axes.text(middle, -1.12, "chunk", ha="center", va="top", color=FG)
    axes.set(xlim=(-0.5, 8.6), ylim=(-1.55, 1.45), aspect="equal")
    axes.set_axis_off()
    return figure


def states_in_chunks() -> Figure:
    """How far the states of a network that reads in chunks are from those of one that reads the whole sequence."""
    torch.manual_seed(0)
    rnn, x = torch.nn.RNN(3, 8, batch_first=True), torch.randn(1, 12, 3)
    figure, axes = plt.subplots(figsize=(WIDTH, 2.7))
    with torch.no_grad():
        whole, _ = rnn(x)
        for carry, label, colour, line in [(False, "started empty", C2, "--s"), (True, "handed on", C1, "-o")]:
            outputs, state = [], None
            for chunk in x.split(4, dim=1):
                output, state = rnn(chunk, state if carry else None)
                outputs.append(output)
            apart = (torch.cat(outputs, dim=1) - whole).norm(dim=2)[0]
            axes.plot(range(1, 13), apart.tolist(), line, color=colour, markersize=5, label=label)
    for bound in (4.5, 8.5):
        axes.axvline(bound, color=MUTED, linestyle=":", linewidth=1.2)
    axes.set(xlabel="step", ylabel="distance of the states", xticks=[1, 4, 5, 8, 9, 12], ylim=(-0.05, 0.95))
    figure.legend(loc="outside upper center", ncols=2)
    return figure


def terms_by_lag() -> Figure:
    """The norm of each term of a gradient, kept and dropped."""
    torch.manual_seed(0)
    x, recurrent = torch.randn(12, 4).double(), 0.6 * torch.randn(4, 4).double()
    target = torch.randn(12, 4).double()
    states = [torch.zeros(4).double()]
    for given in x:
        states.append(torch.tanh(recurrent @ states[-1] + given))
    terms = lag_terms(recurrent, torch.stack(states), 2 * (states[-1] - target[-1]))
    sizes = [float(term.norm()) for term in terms]
    figure, axes = plt.subplots(figsize=(WIDTH, 2.4))
    axes.bar(range(3), sizes[:3], color=C1, label="kept")
    axes.bar(range(3, 12), sizes[3:], facecolor="none", edgecolor=C2, linestyle="--", label="dropped")
    axes.set(xlabel="lag", ylabel="size of the term", xticks=range(0, 12, 2))
    axes.legend()
    return figure


def where_descent_ends() -> Figure:
    """The loss over the one weight, and the zeros of its truncated slopes in chunks."""

    def loss(w: torch.Tensor) -> torch.Tensor:
        return 1 + (1 - w) ** 2 + w**4 / (1 - w**2)

    weights = torch.linspace(0.4, 0.68, 60)
    figure, axes = plt.subplots(figsize=(WIDTH, 2.7))
    axes.plot(weights, loss(weights), color=C1, zorder=1)
    fine = torch.linspace(0.4, 0.68, 2801).tolist()
    for span, marker, colour, label in [(1, "o", C2, "S = 1"), (2, "s", C3, "S = 2"), (3, "^", C4, "S = 3")]:
        spans = range(1, span + 1)
        end = torch.tensor(next(w for w in fine if sum(truncated_slope(w, kept) for kept in spans) >= 0))
        axes.plot(end, loss(end), marker, color=colour, markersize=8, label=label)
    least = next(w for w in fine if truncated_slope(w, None) >= 0)
    axes.axvline(least, color=MUTED, linestyle=":", label="no cut")
    axes.set(xlabel="weight w", ylabel="expected loss")
    axes.legend(loc="upper left")
    return figure


def memory_against_lag() -> Figure:
    """The share of bits recalled, by lag, with and without the state handed on."""
    lags = tuple(range(1, 11))
    figure, axes = plt.subplots()
    axes.axvspan(0.5, 1.5, color=MUTED, alpha=0.15, linewidth=0)
    for carry, label, colour, line in [(True, "state handed on", C1, "-o"), (False, "empty state", C2, "--s")]:
        nets = train_recall(RecallNetworks(lags, seed=0), span=2, seed=1, carry=carry)
        right = recalled(nets, span=2, carry=carry, length=12)
        axes.fill_between(lags, right.min(0).values, right.max(0).values, color=colour, alpha=0.2, linewidth=0)
        axes.plot(lags, right.median(0).values, line, color=colour, markersize=5, label=label)
    axes.set(xlabel="lag in steps", ylabel="share recalled", xticks=lags, xlim=(0.5, 10.5), ylim=(0.45, 1.18))
    axes.set_yticks([0.5, 0.75, 1])
    axes.legend(loc="upper right", ncols=2)
    return figure
