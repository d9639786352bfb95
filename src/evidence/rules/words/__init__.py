"""The words of a check link: the numbers that they claim, and whether what a run observed bears them out."""
