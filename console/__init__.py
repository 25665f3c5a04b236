"""The web site for supervisors, operators, departments and proxy agents."""
