"""What the ears tell of a text beside its words: is the confidence calibrated, which language, when each word was said."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("recording_words") as table:
        table.add_column(
            sa.Column("calibrated", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(sa.Column("language", sa.String(8), nullable=False, server_default=""))
        table.add_column(sa.Column("times", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("recording_words") as table:
        for column in ("times", "language", "calibrated"):
            table.drop_column(column)
