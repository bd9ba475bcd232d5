"""The documents of a song. Each is a frozen, keyword-only dataclass, checked when it is made."""
