"""The keys on paper: one table to print and lay beside the keyboard."""

from html import escape
from itertools import groupby
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF
from PySide6.QtGui import QPageSize, QPdfWriter, QTextDocument

from pentad.sdk.atomic import write_bytes
from pentad.session.actions import Action, Actions
from pentad.session.keys import Keymap, Scope
from pentad.ui.qt_actions import in_words

MARGIN_MM = 14.0
DOTS_PER_INCH = 300
COLUMNS = (("In Annotate", 27), ("Elsewhere", 27), ("Action", 46))


def key_paper(actions: Actions, keymap: Keymap) -> str:
    """All actions that have a key, by menu, as one HTML page."""
    menus = list(dict.fromkeys(_menu(action) for action in actions))
    held = sorted((a for a in actions if keymap.keys(a.id)), key=lambda action: menus.index(_menu(action)))
    tables = []
    for menu, listed in groupby(held, key=_menu):
        rows = "".join(
            f"<tr><td>{_cell(keymap, a, Scope.ANNOTATE)}</td><td>{_cell(keymap, a, Scope.REVIEW)}</td>"
            f"<td>{escape(a.title)}</td></tr>"
            for a in listed
        )
        head = "<tr>" + "".join(f"<th align='left' width='{width}%'>{name}</th>" for name, width in COLUMNS) + "</tr>"
        tables.append(f"<h3>{escape(menu)}</h3><table width='100%' cellpadding='2'>{head}{rows}</table>")
    return (
        f"<html><head><meta charset='utf-8'><title>Keys of Pentad</title></head><body>{''.join(tables)}</body></html>"
    )


def save_key_paper(html: str, file: Path) -> None:
    """Write the page as a PDF, or as it is where the name ends in .html; Problem where that cannot be written."""
    write_bytes(file, html.encode() if file.suffix.lower() in {".html", ".htm"} else _pdf(html))


def _pdf(html: str) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DOTS_PER_INCH)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM))
    writer.setTitle("Keys of Pentad")
    document = QTextDocument()
    document.setHtml(html)
    document.print_(writer)
    buffer.close()
    return bytes(buffer.data().data())


def _cell(keymap: Keymap, action: Action, scope: Scope) -> str:
    return escape(in_words(keymap.keys(action.id, scope)))


def _menu(action: Action) -> str:
    return action.menu.partition("/")[0]
