"""What the functions of the array standard give, as tables of calls, and what compares a backend with them.

One file for each topic of the standard. A call's result is stated beside it, or else worked out by NumPy.
https://data-apis.org/array-api/2024.12/API_specification/index.html
"""

from __future__ import annotations
