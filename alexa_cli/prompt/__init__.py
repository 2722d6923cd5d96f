"""Sections to messages: stable first, with breakpoints, minified, the same bytes every day."""
