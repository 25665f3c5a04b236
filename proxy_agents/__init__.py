"""The people: residents, those who act for them, and staff."""
