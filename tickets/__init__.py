"""The promise: a ticket's life, its clocks, its ledger, the callbacks owed, the people waiting."""
