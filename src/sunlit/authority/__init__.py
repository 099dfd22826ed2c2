"""Who may sign what, at an entry: trust file, fold of authority statements, separation of duties.

Pure: bytes and values in, values out. `trustfile` says whom a verifier starts from, `history`
folds logs, `directory` answers questions, `duties` keeps apart what one may not do alone.
"""
