"""What was heard before: blinded sounds of needs to find like ones by, and tickets that are one with another."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: FTS5 over the rows of ticket_sounds: it holds only which word is in which row, and follows the rows by itself
FTS = (
    "CREATE VIRTUAL TABLE ticket_sounds_fts USING fts5(sounds, content='ticket_sounds', "
    "content_rowid='ticket_id', detail=none, columnsize=0)",
    "CREATE TRIGGER ticket_sounds_new AFTER INSERT ON ticket_sounds BEGIN "
    "INSERT INTO ticket_sounds_fts(rowid, sounds) VALUES (new.ticket_id, new.sounds); END",
    "CREATE TRIGGER ticket_sounds_gone AFTER DELETE ON ticket_sounds BEGIN "
    "INSERT INTO ticket_sounds_fts(ticket_sounds_fts, rowid, sounds) "
    "VALUES ('delete', old.ticket_id, old.sounds); END",
    "CREATE TRIGGER ticket_sounds_changed AFTER UPDATE ON ticket_sounds BEGIN "
    "INSERT INTO ticket_sounds_fts(ticket_sounds_fts, rowid, sounds) "
    "VALUES ('delete', old.ticket_id, old.sounds); "
    "INSERT INTO ticket_sounds_fts(rowid, sounds) VALUES (new.ticket_id, new.sounds); END",
)


def upgrade() -> None:
    op.add_column("tickets", sa.Column("building_index", sa.LargeBinary(), nullable=True))
    op.add_column("tickets", sa.Column("joined_to", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_tickets_building_index"), "tickets", ["building_index"], unique=False)
    op.create_index(op.f("ix_tickets_joined_to"), "tickets", ["joined_to"], unique=False)
    op.create_table(
        "ticket_sounds",
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sounds", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_sounds_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_sounds")),
    )
    op.create_table(
        "sound_counts",
        sa.Column("sound", sa.String(8), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sound", name=op.f("pk_sound_counts")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in FTS:
            op.execute(statement)
    else:
        op.execute(
            "CREATE INDEX ix_ticket_sounds_sounds ON ticket_sounds "
            "USING gin (string_to_array(sounds, ' '))"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE ticket_sounds_fts")
    op.drop_table("sound_counts")
    op.drop_table("ticket_sounds")
    op.drop_index(op.f("ix_tickets_joined_to"), table_name="tickets")
    op.drop_index(op.f("ix_tickets_building_index"), table_name="tickets")
    op.drop_column("tickets", "joined_to")
    op.drop_column("tickets", "building_index")
