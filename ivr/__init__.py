"""Conversations with residents, and the lines they are played over."""
