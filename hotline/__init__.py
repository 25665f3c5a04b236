"""Puts the parts together: settings, wiring, command line, demo, worker."""
