"""A conversation by voice: what hears, what speaks, and the loop between them."""
