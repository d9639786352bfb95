"""The blocks of a session come in; what they printed, raised and were seen to compare goes out."""
