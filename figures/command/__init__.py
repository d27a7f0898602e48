"""The command line: `steering list`, `figure NAME`, `reproduce`, `recheck`, `doctor`, `sweep`."""

from figures.command.cli import app, main

__all__ = ["app", "main"]
