"""Makes the pages of a built site light: fewer elements, and one style sheet with the rules in use."""
