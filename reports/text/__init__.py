"""Every sentence that a reader of the report sees.

The rule: what contains a number, a name or a choice is made here, by a function that takes the
plan and the statistics and returns the sentence; `captions/` has one module for each figure, at
the same path. Two kinds of words stay where they are laid out: names and units of axes beside
their figure, and static text (headings, explanations of a column) in `page/templates/`.
Nothing here imports a figure or the page.
"""
