"""The models that run on this machine, and how they get here."""
