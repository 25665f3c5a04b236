"""The telephones a conversation can be played over."""
