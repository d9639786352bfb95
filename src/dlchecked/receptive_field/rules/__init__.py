"""One rule per family of operations; importing this package makes them all known."""

from dlchecked.receptive_field.rules import (  # noqa: F401
    arithmetic,
    attention,
    convolution,
    indexing,
    joining,
    normalization,
    ordering,
    pointwise,
    pooling,
    products,
    queries,
    recurrent,
    reduction,
    resampling,
    shape,
)
