"""The open show: undo, its file, its log."""
