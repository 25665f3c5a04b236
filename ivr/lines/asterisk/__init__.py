"""Asterisk as a line: sound over ``chan_websocket``, calls over ARI."""
