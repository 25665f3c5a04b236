"""A dial has a lease as long as its line is in use, whatever came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OPEN = sa.text("outcome IS NULL")
IN_USE = sa.text("lease_until IS NOT NULL")


def upgrade() -> None:
    op.execute("UPDATE dial_attempts SET lease_until = NULL WHERE outcome IS NOT NULL")
    op.drop_index("ix_dial_attempts_open", table_name="dial_attempts")
    op.create_index(
        "ix_dial_attempts_in_use",
        "dial_attempts",
        ["lease_until"],
        sqlite_where=IN_USE,
        postgresql_where=IN_USE,
    )


def downgrade() -> None:
    op.drop_index("ix_dial_attempts_in_use", table_name="dial_attempts")
    op.create_index(
        "ix_dial_attempts_open",
        "dial_attempts",
        ["lease_until"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
