"""One axis: which positions a layer reads, and which of the input's a unit sees."""
