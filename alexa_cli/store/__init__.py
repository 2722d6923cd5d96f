"""One private SQLite file: events and their contents, and what the experts remember."""
