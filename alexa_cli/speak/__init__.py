"""Outcomes in, a reply out: ``say`` templates, values as people say them, one natural sentence."""
