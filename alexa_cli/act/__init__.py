"""A plan in, outcomes out: stages, deadlines, confirmation, undo, and what an attempt may start."""
