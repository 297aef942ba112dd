"""Settings, markets, plugins, first-run guide."""
