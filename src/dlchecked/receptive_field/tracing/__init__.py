"""How a forward is run on a stand-in for its input, and who answers for every call in it."""
