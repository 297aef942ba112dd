"""Spreadsheets of products, rundowns and orders: what their columns and cells mean."""
