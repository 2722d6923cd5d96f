"""Language models: behind litellm, and from a file."""
