"""Ears and mouth: patience, recognition, voices. Knows nothing of calls or tickets."""
