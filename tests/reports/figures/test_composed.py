"""A figure as one plotly figure."""

from orchestrator.reports.figures.composed import composed
from orchestrator.reports.figures.records import Chooser, Figure


def test_a_picture_says_which_options_its_lists_have() -> None:
    choosers = (
        Chooser("metric", "metric", (("a", "test accuracy"), ("b", "test <b>")), "a"),
        Chooser("model.depth", "depth", (("2", "2"), ("8", "8 & more")), "2"),
    )
    figure = Figure("curves", "{metric} by epoch", "", 1, 200, "", (), choosers, ())
    assert composed(figure).layout.title.text == "Test accuracy by epoch<br><sup>depth 2</sup>"
    said = composed(figure, {"metric": "b", "model.depth": "8"}).layout.title.text
    assert said == "Test &lt;b&gt; by epoch<br><sup>depth 8 &amp; more</sup>"
