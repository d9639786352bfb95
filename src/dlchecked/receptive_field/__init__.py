"""Exact receptive fields of any forward, unit by unit."""

from dlchecked.receptive_field.api import receptive_field
from dlchecked.receptive_field.errors import (
    InvalidArgument,
    ReceptiveFieldError,
    UnknownOperation,
    ValueDependence,
)
from dlchecked.receptive_field.result import Misalignment, ReceptiveField

__all__ = [
    "InvalidArgument",
    "Misalignment",
    "ReceptiveField",
    "ReceptiveFieldError",
    "UnknownOperation",
    "ValueDependence",
    "receptive_field",
]
