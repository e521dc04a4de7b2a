"""The dashboard behind an authenticating proxy. Put it where `jupyter --paths` says "config"."""

c = get_config()  # noqa: F821 - traitlets provides it

c.TokenWidgets.database_url = "postgresql+psycopg://tokenwidgets@db.example.org/tokenwidgets"
c.TokenWidgets.identity_source = "proxy"

# The same secret as in /etc/nginx/tokenwidgets-secret.inc, alone in a file that only the
# dashboard's user may read.
c.ProxyIdentity.shared_secret_file = "/etc/tokenwidgets/proxy-secret"  # noqa: S105 - a path

# The name in the browser's address bar.
c.DashboardSettings.allowed_hosts = ["tokens.example.org"]
c.DashboardSettings.https = True

# oauth2-proxy as the proxy itself, without nginx: it sends HTTP Basic with the user and the
# secret as password. Start it with --pass-basic-auth=true --basic-auth-password=<the secret>
# --prefer-email-to-user=false, and use:
# c.ProxyIdentity.proof = "basic"
