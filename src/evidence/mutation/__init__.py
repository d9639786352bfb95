"""A check comes in; the changes of its claims that it does not notice go out."""
