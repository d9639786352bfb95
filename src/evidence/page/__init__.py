"""A text comes in; its blocks, check links, answers and addresses go out."""
