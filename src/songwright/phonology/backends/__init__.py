"""Outside engines of the phonology, each imported only when a word needs it."""
