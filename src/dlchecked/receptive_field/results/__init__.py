"""The answers about every unit, as their users see them."""
