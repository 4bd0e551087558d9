"""Results on disk or at a URI: rows ↔ Parquet. The only room that imports pyarrow."""
