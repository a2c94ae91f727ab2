"""The sandbox's page: the sheet as a merchant sees it, and buttons that send orders and make things go wrong."""
