"""The description of the HTTP interface, as `GET /openapi.json` gives it: OpenAPI 3.1.

Written by hand, as plain dicts: what the service takes is more than models could say of it, and what it answers is
small. The tests hold it to the truth: every answer that the service gives in any test is compared with it.
"""
