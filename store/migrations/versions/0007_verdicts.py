"""What residents said of a result: rows that can only be added."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: SQLite loses them where a later revision rebuilds the table (``batch_alter_table``): make them again there
SQLITE = (
    "CREATE TRIGGER verdicts_stay BEFORE UPDATE ON verdicts BEGIN "
    "SELECT RAISE(ABORT, 'a verdict is never changed'); END",
    "CREATE TRIGGER verdicts_remain BEFORE DELETE ON verdicts BEGIN "
    "SELECT RAISE(ABORT, 'a verdict is never deleted'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION verdicts_stay() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'a verdict is never changed and never deleted'; END $$",
    "CREATE TRIGGER verdicts_stay BEFORE UPDATE OR DELETE ON verdicts "
    "FOR EACH ROW EXECUTE FUNCTION verdicts_stay()",
)


def upgrade() -> None:
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(32), nullable=False),
        sa.Column("answer", sa.String(32), nullable=False),
        sa.Column("given", sa.String(32), nullable=False),
        sa.Column("evidence", sa.String(64), nullable=False),
        sa.Column("why", sa.String(32), nullable=True),
        sa.Column("why_words", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("contacted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_verdicts_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
    )
    op.create_index(op.f("ix_verdicts_ticket_id"), "verdicts", ["ticket_id"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE if sqlite else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("verdicts")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION verdicts_stay()")
