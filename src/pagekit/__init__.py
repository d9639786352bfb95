"""What a page needs besides its claims: where its lines come from, formulas, their font, and figures."""
