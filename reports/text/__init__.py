"""Every sentence that a reader of the report sees."""
