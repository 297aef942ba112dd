"""Who may connect: limits, keys, host names, proxies."""
