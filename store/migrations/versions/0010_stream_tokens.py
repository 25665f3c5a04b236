"""Lines: tokens that admit a socket to a call."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stream_tokens",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("call_id", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_stream_tokens_call_id_calls")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_stream_tokens")),
    )
    op.create_index(op.f("ix_stream_tokens_call_id"), "stream_tokens", ["call_id"], unique=False)
    op.create_index(
        op.f("ix_stream_tokens_expires_at"), "stream_tokens", ["expires_at"], unique=False
    )


def downgrade() -> None:
    op.drop_table("stream_tokens")
