"""The style: what a kind of song has in common. One readable TOML file each in ``styles/``.

The tables ``[harmony]``, ``[melody]``, ``[band]`` and ``[mix]`` are parsed by their own dataclasses.
"""

from __future__ import annotations
