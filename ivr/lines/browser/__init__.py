"""The telephone in a browser: for trying the hotline without any number."""
