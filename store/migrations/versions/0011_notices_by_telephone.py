"""Those who answer for a late promise are rung: the call that says it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notices", sa.Column("callback_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_notices_callback_id"), "notices", ["callback_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_notices_callback_id"), "notices")
    op.drop_column("notices", "callback_id")
