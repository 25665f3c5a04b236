"""What every record shares: base, sealed columns, sessions, recordings, migrations."""
