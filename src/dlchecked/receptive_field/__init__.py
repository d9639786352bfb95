"""Exact receptive fields of any forward, unit by unit."""

from dlchecked.receptive_field.api import receptive_field
from dlchecked.receptive_field.checking import Disagreement, Verification, verify
from dlchecked.receptive_field.effective import EffectiveReceptiveField, effective_receptive_field
from dlchecked.receptive_field.errors import (
    InvalidArgument,
    MissingPackage,
    ReceptiveFieldError,
    UnknownOperation,
    ValueDependence,
)
from dlchecked.receptive_field.result import Misalignment, ReceptiveField

__all__ = [
    "Disagreement",
    "EffectiveReceptiveField",
    "InvalidArgument",
    "Misalignment",
    "MissingPackage",
    "ReceptiveField",
    "ReceptiveFieldError",
    "UnknownOperation",
    "ValueDependence",
    "Verification",
    "effective_receptive_field",
    "receptive_field",
    "verify",
]
