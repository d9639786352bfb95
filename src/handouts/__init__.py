"""What is made of the pages besides the pages: a glossary that pages and search know, lists, cards, a book."""
