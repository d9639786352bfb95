"""The words of a check link and what its run observed come in; what the words claim beyond that goes out."""
