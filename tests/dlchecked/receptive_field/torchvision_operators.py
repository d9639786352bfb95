"""Lets torchvision be imported beside a torch for CPUs, for which the one on PyPI lacks its compiled operators."""

import torch

# On import it asks for two of them, which no network of ours calls.
OPERATORS = torch.library.Library("torchvision", "FRAGMENT")
for _name in ("nms", "qnms"):
    OPERATORS.define(f"{_name}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
