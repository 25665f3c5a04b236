"""Broken promises climb a ladder: who owns them, who was told, and clocks that stand still."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tickets", sa.Column("paused_at", sa.DateTime(), nullable=True))
    op.add_column("timers", sa.Column("owner", sa.String(32), nullable=True))
    _partial("ix_tickets_owner", "tickets", "owner", "owner IS NOT NULL")
    _partial("ix_timers_leased", "timers", "lease_until", "state = 'claimed'")
    _partial("ix_timers_paused", "timers", "due_at", "state = 'paused'")
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("timer_id", sa.Integer(), nullable=False),
        sa.Column("promised_at", sa.DateTime(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(32), nullable=True),
        sa.Column("outcome", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_notices_ticket_id_tickets")
        ),
        sa.ForeignKeyConstraint(
            ["timer_id"], ["timers.id"], name=op.f("fk_notices_timer_id_timers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_notices_key")),
        sa.UniqueConstraint("timer_id", "promised_at", "owner", name=op.f("uq_notices_timer_id")),
    )
    op.create_index(op.f("ix_notices_ticket_id"), "notices", ["ticket_id"])
    _partial("ix_notices_due", "notices", "due_at", "state = 'owed'")


def _partial(name: str, table: str, column: str, where: str) -> None:
    op.create_index(
        name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


def downgrade() -> None:
    raise NotImplementedError("who was told of a broken promise would be lost")
