"""Recognising with pocketsphinx, whose model of the language is made from what can be said."""
