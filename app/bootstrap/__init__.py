"""The one place that builds: each module here constructs one process and takes it down again in order."""
