"""Whose need is it, and is somebody in danger: words in, a way out. Pure but for its word lists."""
