"""JupyterHub with the dashboard as a service: /services/tokens/. See README.md beside this file."""

c = get_config()  # noqa: F821 - traitlets provides it

# The name in the browser's address bar. The dashboard answers to no other.
c.JupyterHub.public_url = "https://hub.example.org/"

c.JupyterHub.services = [
    {
        "name": "tokens",
        "url": "http://127.0.0.1:8866",
        "command": ["tokenwidgets", "serve", "--port=8866", "--identity=jupyterhub"],
        "environment": {
            # The service's own account holds the database; the users' servers do not.
            "TOKENWIDGETS_DATABASE_URL": "postgresql+psycopg://tokens@db.example.org/tokens",
        },
        # Straight to the dashboard after signing in, without a page that asks whether to.
        "oauth_no_confirm": True,
        "display": True,
    },
]

# Who may open the dashboard at all. What they may do there, the platform's user groups say.
c.JupyterHub.load_roles = [
    {
        "name": "token-administrators",
        "scopes": ["self", "access:services!service=tokens"],
        "users": ["admin", "clerk"],
    },
]
