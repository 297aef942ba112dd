"""What can be sold: products, markets, handbooks."""
