"""A module made of a function."""

from torch import nn


class Calls(nn.Module):
    """Layers by name, and a forward given as a function of the module and its input."""

    def __init__(self, forward, **layers):
        super().__init__()
        self.call = forward
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, x):
        return self.call(self, x)
