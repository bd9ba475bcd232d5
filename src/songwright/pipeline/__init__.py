"""The pipeline alone joins stages: it runs the chain, stores what they make and decides what a change invalidates."""
