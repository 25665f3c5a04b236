"""Faults on purpose: workers killed at every moment, stopped, starved of disk and database; promises are counted.

``make torture`` runs the long form, ``python -m hotline.torture --help`` names the parts; the tests run a short
form of each. Everything is done to the shipped code from outside: nothing in it knows that it is tortured.
"""
