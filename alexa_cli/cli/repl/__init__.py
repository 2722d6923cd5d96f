"""The REPL: a talk, the ways to hold it (terminal, script, JSON lines), and what it shows."""
