"""The status page: what a merchant sees at `/`.

`blueprint` puts it together from the routes in `routes` and `actions`; `auth` lets in whoever knows the password, with
`session` and `headers` beside it. What is shown, `data` gathers: `snapshot` (the store, read once for all viewers),
`health` (is everything all right), `dependencies` (channel, spreadsheet, quota, database), `charts`, and `listing` with
`timeline` (the orders).
"""
