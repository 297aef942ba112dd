"""Tasks on an event loop, for every package that has one."""
