"""Rows of many packs → the tables of one study."""
