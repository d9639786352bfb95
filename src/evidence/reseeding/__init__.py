"""A check comes in; the seeds under which it does not hold go out."""
