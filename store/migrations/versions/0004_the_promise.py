"""The promise: policies, clocks that climb a ladder, one callback for each person, dials with a lease."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OPEN = sa.text("outcome IS NULL")


def upgrade() -> None:
    op.create_table(
        "policies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
    )
    op.create_table(
        "dial_gate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("closed_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dial_gate")),
    )
    _tickets()
    _callbacks()
    _attempts()


def _tickets() -> None:
    op.add_column("tickets", sa.Column("owner", sa.String(32), nullable=True))
    op.add_column(
        "tickets", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("timers", sa.Column("step", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("timers", sa.Column("left", sa.Interval(), nullable=True))
    op.add_column("timers", sa.Column("promised_at", sa.DateTime(), nullable=True))
    op.execute("UPDATE timers SET promised_at = due_at")
    with op.batch_alter_table("timers") as timers:
        timers.alter_column("promised_at", nullable=False)
        timers.alter_column("step", server_default=None)
    with op.batch_alter_table("tickets") as tickets:
        tickets.alter_column("urgent", server_default=None)


def _callbacks() -> None:
    """A callback of a ticket becomes one of a person; whose it was cannot be told from the sealed rows, so each stands alone."""
    op.create_table(
        "callback_results",
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["callback_id"],
            ["callbacks.id"],
            name=op.f("fk_callback_results_callback_id_callbacks"),
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_callback_results_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("callback_id", "ticket_id", name=op.f("pk_callback_results")),
    )
    op.create_index(op.f("ix_callback_results_ticket_id"), "callback_results", ["ticket_id"])
    op.execute("INSERT INTO callback_results SELECT id, ticket_id FROM callbacks")
    op.add_column(
        "callbacks", sa.Column("aim", sa.String(32), nullable=False, server_default="result")
    )
    op.add_column("callbacks", sa.Column("person", sa.LargeBinary(), nullable=True))
    op.add_column("callbacks", sa.Column("number", sa.LargeBinary(), nullable=True))
    op.add_column("callbacks", sa.Column("waiting_id", sa.Integer(), nullable=True))
    op.add_column("callbacks", sa.Column("owed_at", sa.DateTime(), nullable=True))
    number = "CAST(id AS TEXT)"
    alone = f"CAST({number} AS BLOB)" if _sqlite() else f"CAST({number} AS BYTEA)"
    op.execute(f"UPDATE callbacks SET owed_at = due_at, person = {alone}")
    op.drop_index(op.f("ix_callbacks_ticket_id"), table_name="callbacks")
    with op.batch_alter_table("callbacks") as callbacks:
        callbacks.drop_constraint(op.f("fk_callbacks_ticket_id_tickets"), type_="foreignkey")
        callbacks.drop_column("ticket_id")
        callbacks.alter_column("person", nullable=False)
        callbacks.alter_column("owed_at", nullable=False)
        callbacks.alter_column("aim", server_default=None)
    op.create_index(op.f("ix_callbacks_person"), "callbacks", ["person"])
    op.create_index(op.f("ix_callbacks_waiting_id"), "callbacks", ["waiting_id"])


def _attempts() -> None:
    for column in (
        sa.Column("key", sa.String(32), nullable=True),
        sa.Column("person", sa.LargeBinary(), nullable=True),
        sa.Column("part", sa.String(16), nullable=True),
        sa.Column("token", sa.String(32), nullable=True),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
    ):
        op.add_column("dial_attempts", column)
    op.execute(
        "UPDATE dial_attempts SET key = 'before ' || CAST(id AS TEXT), lease_until = at, "
        "person = (SELECT person FROM callbacks WHERE callbacks.id = callback_id)"
    )
    with op.batch_alter_table("dial_attempts") as attempts:
        attempts.alter_column("key", nullable=False)
        attempts.alter_column("person", nullable=False)
        attempts.create_unique_constraint(op.f("uq_dial_attempts_key"), ["key"])
    op.create_index(op.f("ix_dial_attempts_person"), "dial_attempts", ["person"])
    op.create_index(
        "ix_dial_attempts_open",
        "dial_attempts",
        ["lease_until"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def downgrade() -> None:
    raise NotImplementedError("results of several tickets in one callback cannot be taken apart")
