"""A policy is tried on a moved clock before old people feel it: the real timers, policy and worker, with people from a model."""
