# %% [markdown]
# # What a VAE makes without its KL term, and what the losses of a GAN tell
#
# **Question.** What does the KL term do to the images that a VAE reconstructs, and to those that it generates? And
# how do the two losses of a GAN move while its generator becomes better, and where do they end?
#
# **Method.** Twenty small VAEs are trained side by side for each of four weights of the KL term. Then twenty games of
# a generator and a discriminator on four points, where expectations are sums and nothing is sampled. The answers that
# rest on this are those on images [reconstructed](../docs/unsupervised-learning/vae.md#vae-1-1) and
# [generated](../docs/unsupervised-learning/vae.md#vae-1-2), and on [the losses to hope
# for](../docs/unsupervised-learning/gan.md#gan-1).

# %%
import math

import torch
from matplotlib import pyplot as plt
from tqdm import tqdm

from dlchecked.gan import play
from dlchecked.vae import (
    SIDE,
    blob_centres,
    blob_images,
    nearest_distance,
    train_vaes,
)
from figures.cells import cells

# %% [markdown]
# ## VAEs with more and less of the KL term
#
# An image has 6 × 6 pixels and shows a blob, whose centre lies on a ring; the code has two numbers. The weight 1 is
# that of a VAE, 0 leaves the term out.

# %%
ring = blob_images(blob_centres("ring", models=20, images=64, seed=0))
weights = (0, 0.1, 1, 10)
vaes = {
    weight: train_vaes(ring, kl_weight=weight, steps=200, seed=1)
    for weight in tqdm(weights)
}
torch.manual_seed(2)
rebuilt = {w: v.decode(v.sample_code(ring)) for w, v in vaes.items()}
codes = torch.randn(20, 256, 2)  # from the prior
made = {w: v.decode(codes) for w, v in vaes.items()}

# %% alt="Seven rows of three images of a blob. First the training images. Their reconstructions with weights 0 and 1 look like them; with weight 10 they are pale and wide. Of the images generated, those with weight 1 are blobs; those with weight 0 are fainter, those with weight 10 wider and paler." caption="One VAE of each weight. Above: training images and their reconstructions. Below: images generated from the same three codes."
rows = [("images", ring)]
rows += [(f"weight {w}", rebuilt[w]) for w in (0, 1, 10)]
rows += [(f"weight {w}", made[w]) for w in (0, 1, 10)]
figure, panels = plt.subplots(7, 3, figsize=(3.4, 6.6))
for (name, images), line in zip(rows, panels, strict=True):
    for image, axes in zip(images[0], line, strict=False):
        shade = (3 * image).round().reshape(SIDE, SIDE)
        for level in (1, 2, 3):
            shape = cells((shade == level).tolist(), alpha=level / 3)
            axes.add_patch(shape)
        axes.set(xlim=(0, SIDE), ylim=(SIDE, 0), aspect="equal")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(True)
    line[0].set_ylabel(name, rotation=0, ha="right", va="center")
panels[1, 0].set_title("reconstructed", loc="left")
title = panels[4, 0].set_title("generated", loc="left")

# %% [markdown]
# ## Where the codes lie
#
# New codes are drawn from the prior $\mathcal{N}(\vec{0}, \mat{I})$. Nothing but the KL term makes the codes of
# images lie where it does.

# %% alt="Three scatter plots of codes with a dashed circle around the origin. Weight 0: a ring far larger than the circle. Weight 1: a ring within the circle, around the origin. Weight 10: a cloud that fills the circle." caption="The KL term draws the codes into the prior. A code drawn for each of 40 images. The dashed circle holds most of the prior."
figure, panels = plt.subplots(
    1, 3, figsize=(5, 2.2), sharex=True, sharey=True
)
for weight, axes in zip((0, 1, 10), panels, strict=True):
    cloud = vaes[weight].sample_code(ring)[0, :40]
    axes.plot(*cloud.T, "o", markersize=2.5)
    circle = plt.Circle(
        (0, 0), math.sqrt(-2 * math.log(0.05)), fill=False, ls="--"
    )
    axes.add_patch(circle)
    axes.set(aspect="equal", title=f"weight {weight}")

# %% [markdown]
# Three numbers for each VAE: the squared error of its reconstructions, and two mean distances to the nearest. From a
# generated image to a training image (precision), and from a training image to a generated one (coverage); for all
# three lower is better.

# %%
error = {
    w: ((ring - images) ** 2).sum(2).mean(1)
    for w, images in rebuilt.items()
}
precision = {w: nearest_distance(made[w], ring) for w in weights}
coverage = {w: nearest_distance(ring, made[w]) for w in weights}

# %% alt="Three lines against the weights 0, 0.1, 1 and 10. The squared error of reconstructions rises from near 0. Precision and coverage fall from weight 0, have their lowest points at 1, and rise again to weight 10." caption="The more weight, the worse the reconstructions; precision and coverage, both distances, are best at weight 1. Medians of twenty VAEs."
figure, axes = plt.subplots()
for (name, values), style in zip(
    {
        "error of reconstructions": error,
        "precision": precision,
        "coverage": coverage,
    }.items(),
    ["o-", "s--", "^:"],
    strict=True,
):
    medians = [float(values[w].median()) for w in weights]
    axes.plot(range(4), medians, style, label=name)
    print(f"{name:24}", *(f"{value:6.3f}" for value in medians))
axes.set_xticks(range(4), weights)
axes.set(xlabel="weight of the KL term", ylim=(0, None))
legend = axes.legend()

# %% [markdown]
# ## A game
#
# Now a GAN. The data are uniform on four points, the fakes a softmax, the discriminator has a logit for each point.
# Both descend their losses in turn, from logits 0: $D = 1/2$ everywhere, whatever the fakes are.

# %%
torch.manual_seed(3)
data = torch.full((20, 4), 1 / 4).double()
fakes = torch.randn(20, 4).double().softmax(-1)
game = play(data, fakes, 0 * fakes, 300, 2, 2)
d_loss, g_loss = game.discriminator_loss, game.generator_loss
distance = game.distance
at_rest = 2 * math.log(2), math.log(2)

# %% alt="Two losses along a game. That of the discriminator starts at 2 log 2, dips, swings over it and settles on it; the dashed best possible one lies below or on it all the time. That of the generator starts at log 2, rises, falls below it and settles on it." caption="Both losses end where they began. One game of twenty. Dashed: the loss of the best discriminator for the fakes of that round. Dotted: 2 log 2 and log 2."
shown = int((g_loss[:60].amax(0)).argmax())
figure, axes = plt.subplots()
axes.plot(d_loss[:41, shown], label="discriminator")
axes.plot(g_loss[:41, shown], label="generator")
best = 2 * math.log(2) - 2 * distance
axes.plot(best[:41, shown], "--", color="C5", label="best D")
for level in at_rest:
    axes.axhline(level, color="C5", linestyle=":", linewidth=1)
axes.set(xlabel="round", ylabel="loss in nats")
legend = axes.legend()

# %%
for number in (0, 4, 8, 12, 16, 300):
    print(
        f"round {number:3}: losses {d_loss[number, shown]:.4f} and"
        f" {g_loss[number, shown]:.4f}, distance"
        f" {distance[number, shown]:.4f}"
    )

# %% [markdown]
# The game begins with the losses of its end, and ends with them. What changed is the distance of the fakes from the
# data, by the Jensen–Shannon divergence, and neither loss shows it. In between the generator's loss is high while the
# fakes become better, and then below $\log 2$: no triumph of the generator, for against the best
# discriminator of each round its loss would be [no lower than that](check:generative-way).
#
# ## At the equilibrium
#
# Let the fakes be right, and the discriminator too, for any data: the players stay where they are. Give the
# discriminator random logits instead, and it first drives the right fakes away, then both come back.

# %%
anything = torch.rand(20, 4).double() + 0.1
anything /= anything.sum(-1, keepdim=True)
still = play(anything, anything, 0 * anything, 300, 2, 2)
nudge = torch.randn(20, 4).double() / 2
shaken = play(data, data, nudge, 300, 2, 2)

# %% alt="Distance of the fakes from the data along twenty games that begin with perfect fakes and a disturbed discriminator. Each rises from 0 to a small peak in the first rounds and falls back to 0." caption="Twenty games that begin with perfect fakes and random logits: all leave the data, and come back."
figure, axes = plt.subplots()
axes.plot(shaken.distance[:31], color="C0", linewidth=0.8)
labels = axes.set(xlabel="round", ylabel="distance of the fakes")

# %% [markdown]
# ## What came out
#
# - Without the KL term the error of reconstructions is [less than 0.7 of that with it, in 20 of 20
#   VAEs](check:generative-error). With weight 10 in place of 1 it is [more than 4 times as large, in 20 of
#   20](check:generative-error).
# - The mean square of a number of the code is 1 under the prior. It is [above 4 without the term, and below 2 with
#   weight 1, in 20 of 20](check:generative-codes) each.
# - Images generated with weight 1 are nearer to training images than those with weight 0, and than those with weight
#   10, [in more than 17 of 20 VAEs](check:generative-samples); and so are training images to them.
# - At the start of each game both losses are within [10⁻¹⁴ of those at the equilibrium, with a distance above
#   10⁻⁵](check:generative-game); after 300 rounds they are within [10⁻¹², with a distance below
#   10⁻¹²](check:generative-game).
# - On the way the generator's loss is [first above that of the equilibrium and later below it, in 20 of 20
#   games](check:generative-way). The discriminator's loss is [never lower than the best one, to
#   10⁻¹⁴](check:generative-way).
# - From the equilibrium, for 20 random distributions of the data, no loss moves by more than [10⁻¹⁴ in 300
#   rounds](check:generative-rest). With a disturbed discriminator the fakes are driven [more than 10⁻⁸ away, and are
#   back within 10⁻¹², in 20 of 20](check:generative-rest).
#
# Try it: put `"square"` in the place of `"ring"`, and see which of the numbers still suffers without the KL term.
#
# <!--pytest.mark.experiment("generative-error")-->

# %%
assert (error[0] / error[1] < 0.7).sum() == 20
assert (error[10] / error[1] > 4).sum() == 20

# %% [markdown]
# <!--pytest.mark.experiment("generative-codes")-->


# %%
def mean_square(weight):
    mean, std = vaes[weight].encode(ring)
    return (mean**2 + std**2).mean((1, 2))


assert (mean_square(weight=0) > 4).sum() == 20
assert (mean_square(weight=1) < 2).sum() == 20

# %% [markdown]
# <!--pytest.mark.experiment("generative-samples")-->

# %%
for nearest in (precision, coverage):
    for other in (0, 10):
        better = nearest[1] < nearest[other]
        assert len(better) == 20
        assert better.sum() > 17

# %% [markdown]
# <!--pytest.mark.experiment("generative-game")-->

# %%
off = (d_loss - at_rest[0]).abs() + (g_loss - at_rest[1]).abs()
assert off[0].max() < 1e-14
assert distance[0].min() > 1e-5
assert off[300].max() < 1e-12
assert distance[300].max() < 1e-12

# %% [markdown]
# <!--pytest.mark.experiment("generative-way")-->

# %%
margin = 1e-7
above = (g_loss > at_rest[1] + margin).double().argmax(0)
below = (g_loss < at_rest[1] - margin).double().argmax(0)
assert ((above > 0) & (above < below)).sum() == 20
assert (best - d_loss).max() < 1e-14
answer = data / (data + game.q)
against_best = -(game.q * answer.log()).sum(-1)
assert (against_best - at_rest[1]).min() > -1e-14

# %% [markdown]
# <!--pytest.mark.experiment("generative-rest")-->

# %%
drift = (still.discriminator_loss - at_rest[0]).abs().max()
drift = max(drift, (still.generator_loss - at_rest[1]).abs().max())
assert drift < 1e-14
assert len(still.q) - 1 == 300
assert (shaken.distance.amax(0) > 1e-8).sum() == 20
assert (shaken.distance[300].abs() < 1e-12).sum() == 20
