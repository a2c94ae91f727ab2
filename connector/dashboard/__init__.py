"""The status page: what a merchant sees at `/`; with several shops their list there, and each shop's page below it.

`routes` puts the page together from `pages` (what is shown) and `actions` (what is changed). `auth` lets in those who
know a password, with `doors` (which password opens what) and `session`. What is shown of a shop, `views` gathers:
`data`, `health` (is everything all right, and how each dependency does), `charts`, and `listing` (the orders);
`shop_list` has the list.
"""
