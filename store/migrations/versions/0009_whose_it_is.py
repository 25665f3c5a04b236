"""Whose it is: places and districts, working hours and load, departments that help, emergency contacts to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OWED = sa.text("state = 'owed'")


def upgrade() -> None:
    op.create_table(
        "contact_alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("waiting_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("danger", sa.String(32), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("owed_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(
            ["waiting_id"], ["waiting.id"], name=op.f("fk_contact_alerts_waiting_id_waiting")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_alerts")),
        sa.UniqueConstraint("waiting_id", name=op.f("uq_contact_alerts_waiting_id")),
    )
    op.create_index(
        "ix_contact_alerts_owed",
        "contact_alerts",
        ["owed_at"],
        sqlite_where=OWED,
        postgresql_where=OWED,
    )
    op.create_table(
        "ticket_helpers",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(32), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("added_by", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_helpers_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("ticket_id", "department", name=op.f("pk_ticket_helpers")),
    )
    for name, kind in (
        ("place", sa.LargeBinary()),
        ("where_recording_id", sa.String(32)),
        ("district", sa.String(64)),
        ("answer", sa.LargeBinary()),
        ("answer_recording_id", sa.String(32)),
    ):
        op.add_column("tickets", sa.Column(name, kind, nullable=True))
    for name, kind in (("area", sa.String(200)), ("hours", sa.String(100)), ("most", sa.Integer())):
        op.add_column("staff", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name in ("area", "hours", "most"):
        op.drop_column("staff", name)
    for name in ("place", "where_recording_id", "district", "answer", "answer_recording_id"):
        op.drop_column("tickets", name)
    op.drop_table("ticket_helpers")
    op.drop_table("contact_alerts")
