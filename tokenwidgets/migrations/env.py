"""Run the migrations on the connection that ``tokenwidgets.upgrade`` opened."""

from alembic import context

from tokenwidgets.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
