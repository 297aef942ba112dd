"""Program view, scenes, sources, properties, mixer."""
