"""The tab `Summary`: what came in, what is open, what to prepare. Made once, of formulas, and then the merchant's."""
