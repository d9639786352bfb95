"""How it is known what every element of a tensor depends on, one axis beside the other."""
