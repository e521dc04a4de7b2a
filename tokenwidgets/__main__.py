"""``python -m tokenwidgets`` is the ``tokenwidgets`` command."""

from tokenwidgets.cli.application import main

if __name__ == "__main__":
    main()
