"""Meters: what can be heard in a sound. Any stage may be judged by them; none is one of them."""
