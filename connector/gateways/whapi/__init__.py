"""Whapi.Cloud: its webhooks, its API, and the channel's settings."""
