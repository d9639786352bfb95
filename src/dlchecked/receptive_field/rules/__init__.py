"""One rule per family of operations; importing this package makes them all known."""

from dlchecked.receptive_field.rules import (  # noqa: F401
    convolution,
    joining,
    normalization,
    pointwise,
    pooling,
    queries,
    reduction,
    shape,
)
