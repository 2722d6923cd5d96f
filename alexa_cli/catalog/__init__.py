"""Experts as declared: from ``expert.yaml`` to frozen ``Expert`` objects and compiled templates."""
