"""Advice on hours: scores, workload, festivals, learned prime times."""
