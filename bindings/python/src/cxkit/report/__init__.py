"""The report: answers in files -> numbers from the library -> one HTML file and one JSON.

config   what the columns mean (cxkit.toml), read strictly
source   CSV and Parquet through DuckDB into columns
analyse  the numbers, all from the library's functions
words    the sentences
charts   the pictures (SVG)
html     the page
"""

from .problem import FileProblem, Problem

__all__ = ["FileProblem", "Problem"]
