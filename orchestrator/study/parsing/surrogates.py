"""Halves of characters (U+D800 to U+DFFF), as escapes and file names may have them."""


def is_unicode(text: str) -> bool:
    """Whether the text has no surrogates; no file can store them."""
    return all(not "\ud800" <= character <= "\udfff" for character in text)


def joined(text: str) -> str:
    """Two halves beside each other are one character: JSON writes U+1F600 as \\ud83d\\ude00."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
