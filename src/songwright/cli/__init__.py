"""The command line: one file a verb, one clear line an error.

Exit codes: 0 done, 1 a fault of Songwright, 2 input that a person can mend, 3 a part is missing, 4 rendering failed,
5 not good enough, 130 interrupted (Ctrl-C).
"""

from songwright.cli.app import main

__all__ = ["main"]
