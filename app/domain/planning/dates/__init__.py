"""The dates of a series: its rule and the keys that name its dates."""
