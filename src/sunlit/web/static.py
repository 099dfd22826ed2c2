"""Style sheets, modules and pictures, under addresses that change when any of them changes.

One digest names them all, so that a module finds its neighbours by a relative address. The
verifier's modules (`sunlit/bundle/web`) stand among them as `bundle/...`.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from sunlit.node.permission import Action
from sunlit.node.place import Node
from sunlit.web.guarding import may

HERE: Final = Path(__file__).parent / "static"
VERIFIER: Final = Path(__file__).parents[1] / "bundle" / "web"
FOREVER: Final = "public, max-age=31536000, immutable"
KINDS: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, as it is and compressed."""

    data: bytes
    packed: bytes
    kind: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All files by name, and the digest that names them."""

    files: Mapping[str, Asset]
    digest: str

    @classmethod
    def read(cls, node: Node) -> "Assets":
        """Read what is installed; the node's colours become `theme.css`."""
        found = {
            f"{prefix}{path.relative_to(root).as_posix()}": path.read_bytes()
            for prefix, root in (("", HERE), ("bundle/", VERIFIER))
            for path in sorted(root.rglob("*"))
            if path.suffix in KINDS
        }
        found["theme.css"] = theme(node.theme).encode()
        told = sha256()
        for name, data in sorted(found.items()):
            told.update(f"{name}\0{len(data)}\0".encode() + data)
        files = {
            name: Asset(data, gzip.compress(data, 9, mtime=0), KINDS[Path(name).suffix])
            for name, data in found.items()
        }
        return cls(files, told.hexdigest()[:16])

    def url(self, name: str) -> str:
        """Return the address of a file; a name that is none is a mistake of ours."""
        if name not in self.files:
            raise KeyError(name)
        return f"/static/{self.digest}/{name}"


def theme(properties: Mapping[str, str]) -> str:
    """Return the node's colours as custom properties; what is no property or colour is left out.

    A name is `brand-colour` for `--govuk-brand-colour`, or a whole one such as `--sunlit-...`.
    """
    lines = [
        f"  {name if name.startswith('--') else f'--govuk-{name}'}: {value};"
        for name, value in sorted(properties.items())
        if _plain(name, "-") and _plain(value, "#(),.% -")
    ]
    return (
        ":root {\n" + "\n".join(lines) + "\n}\n" if lines else "/* this node sets no colours */\n"
    )


def _plain(text: str, also: str) -> bool:
    return 0 < len(text) < 60 and all(
        char.isascii() and (char.isalnum() or char in also) for char in text
    )


router = APIRouter(include_in_schema=False, dependencies=[may(Action.READ_PUBLIC)])


@router.get("/static/{digest}/{name:path}")
def asset(request: Request, digest: str, name: str) -> Response:
    """Answer with a file; an old address leads to the present one."""
    assets: Assets = request.app.state.assets
    file = assets.files.get(name)
    if file is None:
        raise HTTPException(404)
    if digest != assets.digest:
        return RedirectResponse(assets.url(name), 302, {"Cache-Control": "no-cache"})
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(file.packed, 200, headers, file.kind)
    return Response(file.data, 200, headers, file.kind)


@router.get("/favicon.ico")
def favicon(request: Request) -> Response:
    """Lead browsers that ask for it to our own mark."""
    return RedirectResponse(request.app.state.assets.url("favicon.svg"), 302)
