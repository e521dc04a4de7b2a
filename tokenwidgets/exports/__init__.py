"""Write frames to CSV, Excel and Parquet files that are safe to open, and read them again."""

from tokenwidgets.exports.files import FORMATS, export, read_export

__all__ = ["FORMATS", "export", "read_export"]
