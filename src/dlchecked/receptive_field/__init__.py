"""Exact receptive fields of any forward, unit by unit."""

from dlchecked.receptive_field.errors import (
    InvalidArgument,
    MissingPackage,
    ReceptiveFieldError,
    UnknownOperation,
    ValueDependence,
)
from dlchecked.receptive_field.questions.effective import EffectiveReceptiveField, effective_receptive_field
from dlchecked.receptive_field.questions.exact import receptive_field
from dlchecked.receptive_field.questions.verification import Disagreement, Verification, verify
from dlchecked.receptive_field.results.receptive_field import Misalignment, ReceptiveField

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
