"""What is sold during a show: cards, coupons, orders, disclosures."""
