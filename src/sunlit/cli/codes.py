"""The documented error codes of `cli`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "remote.other-entry": "A node's receipt is of another statement than was sent.",
    "bias.no-audit": "A file that should hold a bias audit holds none.",
    "audit.other-model": "A model was tested that is no file of the component.",
    "find.unreadable": "A text in which personal data is looked for cannot be read.",
    "cli.demo-directory": "The demo will not play in a directory that holds something else.",
    "cli.demo-example": "The demo's example is missing from this installation.",
    "cli.demo-needs": "A package that the demo trains its model with is not installed.",
    "cli.demo-step": "A step of the demo did not end as its story needs.",
    "cli.needs-proxy": "A package that the proxy needs is not installed.",
    "cli.needs-server": "A package that the website needs is not installed.",
    "serve.cannot-listen": "A server cannot listen where it was told to.",
    "serve.needs-postgresql": "Several server processes were asked for without a PostgreSQL.",
    "serve.not-loopback": "A server for trying things out was to be reached by other machines.",
    "work.gave-up": "A worker failed too often in a way that nobody foresaw, and ended.",
    "cli.selftest": "The self-test found that this installation accepts what it should refuse.",
    "assure.not-run": "An audit that sunlit.toml asks for loads or asks the model: run by hand.",
    "assure.audit-table": "An [audit.*] table of sunlit.toml is not what its command takes.",
}
