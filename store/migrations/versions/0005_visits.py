"""Somebody goes there: visit orders, and who is at risk."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ORDERED = sa.text("state = 'ordered'")


def upgrade() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.Column("agent", sa.Integer(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=True),
        sa.Column("made_by", sa.String(64), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("witness", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["callback_id"], ["callbacks.id"], name=op.f("fk_visits_callback_id_callbacks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("callback_id", name=op.f("uq_visits_callback_id")),
    )
    op.create_index(op.f("ix_visits_agent"), "visits", ["agent"])
    op.create_index(
        "ix_visits_due", "visits", ["due_at"], sqlite_where=ORDERED, postgresql_where=ORDERED
    )
    op.add_column(
        "residents", sa.Column("at_risk", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    with op.batch_alter_table("residents") as residents:
        residents.alter_column("at_risk", server_default=None)


def downgrade() -> None:
    op.drop_column("residents", "at_risk")
    op.drop_table("visits")
