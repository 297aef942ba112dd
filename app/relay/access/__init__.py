"""Who may connect: limits, keys, names, proxies."""
