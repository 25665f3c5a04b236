"""Ringing residents: who is dialled through which provider, and what happens when they answer."""
