"""``python -m alexa_cli``: the same as ``alexa``."""

from alexa_cli.cli.main import main

if __name__ == "__main__":
    main()
