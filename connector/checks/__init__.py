"""Tests the configuration for real: each check asks the thing itself and answers in one sentence.

A module for each thing: `settings`, `storage`, `google`, `whapi`, `public` and `events`. `run` has them all, for the
command `check`, and `shops` what it says of several shops; `monitor` has the cheap ones, for the service while it runs.
"""
