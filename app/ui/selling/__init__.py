"""Coupons, keyword cards and disclosures."""
