"""Checks on what goes in to a language model and on what comes out."""
