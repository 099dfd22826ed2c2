"""A cache of the logs in a database: what each entry says, and by what it is reached."""
