"""Run by Alembic; the connection comes from whoever migrates, the models from whoever imported them."""

from alembic import context

from store.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
