"""Files that leave the studio. Codec libraries are imported here only, and only when a file is written."""
