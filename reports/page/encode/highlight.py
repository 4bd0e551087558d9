"""The study file in colours."""

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import YamlLexer


def highlighted(text: str) -> Markup:
    """YAML → HTML; everything in it is escaped by pygments. Classes are coloured by style.css."""
    return Markup(highlight(text, YamlLexer(stripnl=False), HtmlFormatter(nowrap=True)))
