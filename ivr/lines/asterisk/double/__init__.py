"""A double of Asterisk: it speaks ARI and ``chan_websocket``, and people without telephones talk through it.

It is no Asterisk: no SIP, no codecs, one kind of bridge. What it speaks it speaks strictly, so that what it is told
wrongly is seen: a request or a text that Asterisk does not know is a complaint.
"""
