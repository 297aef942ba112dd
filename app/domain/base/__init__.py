"""Values and rules that every subject uses: clocks, errors, notices, money, text."""
