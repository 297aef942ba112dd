"""The room of a stream: board, journal, coupons, orders."""
