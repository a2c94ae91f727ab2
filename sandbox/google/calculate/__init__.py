"""Calculates the formulas that the connector's summary uses, so that the sandbox's page can show its figures.

`syntax` reads a formula, `values` has what cells and arrays hold, `functions` the functions, `sheet` the cells of a
spreadsheet. What is not played here is shown as a formula.
"""
