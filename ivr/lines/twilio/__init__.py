"""Twilio: turn by turn over webhooks, live over Media Streams, outbound over its REST API."""
