"""The status page: what a merchant sees at `/`.

`blueprint` puts it together from the routes in `looks` and `actions`; `access` lets in whoever knows the password, with
`session` and `headers` beside it. What is shown, `views` gathers: `snapshot` (the store, read once for all viewers),
`verdict` (is everything all right), `parts` (channel, spreadsheet, quota, database), `plots`, and `listing` with
`history` (the orders).
"""
