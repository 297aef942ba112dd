"""The room of a stream: board, journal, coupons, reservations, orders."""
