"""Tables → numbers, as frozen records."""
