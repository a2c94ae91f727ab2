"""What the connector relies on at Google, each assumption as a test: in the sandbox always, and at Google when asked.

    LIVE_SPREADSHEET_ID=… LIVE_GOOGLE_CREDENTIALS=key.json python -m pytest -n 0 tests/live

runs them against a real throw-away spreadsheet that is shared with that service account, and ends in a table. It keeps
within Google's quota (a call a second), works in tabs of its own, and leaves the spreadsheet as it was.
"""
