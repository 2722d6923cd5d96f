"""What happens later: due things, delivered exactly once by whoever is running."""
