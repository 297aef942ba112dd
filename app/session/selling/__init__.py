"""Selling during a show: pins, coupons, cards on the picture, orders, disclosures."""
