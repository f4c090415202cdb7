"""The way in: `mobilis`, and `python -m mobilis_graph`. Ctrl-C is a sentence from the first moment on."""

import sys


def main() -> None:
    """Import the command line, which takes half a second, and run it."""
    try:
        from mobilis_graph import cli

        cli.main()
    except KeyboardInterrupt:
        sys.stderr.write("mobilis: interrupted before anything was begun\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
