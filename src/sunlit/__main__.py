"""`python -m sunlit`: the same as `sunlit`."""

from sunlit.cli.main import main

if __name__ == "__main__":
    main()
