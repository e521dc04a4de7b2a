"""Run the migrations on the connection that ``tokenwidgets.upgrade`` opened."""

from alembic import context

from tokenwidgets.schema import Base
from tokenwidgets.search_index import is_of_the_models

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=is_of_the_models,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
