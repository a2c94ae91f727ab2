"""The status page: what a merchant sees at `/`.

`routes` has all routes and puts the page together; `auth` lets in those who know the password, with `session`. What is
shown, `data` gathers: `health` (is everything all right, and how each dependency does), `charts`, and `listing` (the
orders).
"""
