"""The questions that a user may ask."""
