"""A voice assistant in a terminal, and a workbench for people who build one."""

__version__ = "0.1.0"
