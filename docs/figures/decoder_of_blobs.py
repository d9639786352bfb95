"""Writes the decoder that the explorer of the latent space runs in a reader's browser: the VAE of the figure beside it.

python docs/figures/decoder_of_blobs.py > docs/assets/javascripts/explorers/decoder.js
"""

from __future__ import annotations

import json

from dlchecked.vae import VAEs, blob_centres, blob_images, train_vaes

DIGITS = 3
HEAD = "// Written by docs/figures/decoder_of_blobs.py: a trained decoder, and where the codes of some images lie."


def square() -> tuple[VAEs, list[list[float]]]:
    """A VAE trained on blobs all over a square, and of some of them the means and standard deviations of the code."""
    images = blob_images(blob_centres("square", models=1, images=64))
    vaes = train_vaes(images, kl_weight=1)
    mean, std = vaes.encode(images[:, ::4])
    return vaes, [[*m, *s] for m, s in zip(mean[0].tolist(), std[0].tolist(), strict=True)]


def as_script(vaes: VAEs, codes: list[list[float]]) -> str:
    """The module of the browser: weights as rows of inputs."""
    parts = {
        "hidden": vaes.weights[2][0].tolist(),
        "hiddenBias": vaes.biases[2][0, 0].tolist(),
        "pixels": vaes.weights[3][0].tolist(),
        "pixelsBias": vaes.biases[3][0, 0].tolist(),
        "codes": codes,
    }
    lines = [
        f"export const {name} = {json.dumps(_rounded(value), separators=(',', ':'))};" for name, value in parts.items()
    ]
    return "\n".join([HEAD, "", *lines]) + "\n"


def _rounded(value: object) -> object:
    return [_rounded(each) for each in value] if isinstance(value, list) else round(float(str(value)), DIGITS)


if __name__ == "__main__":
    print(as_script(*square()), end="")
