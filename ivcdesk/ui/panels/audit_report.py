"""An audit as files: a table for calculations, and a page to print."""

from __future__ import annotations

import base64
import csv
import html
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QSaveFile
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from ivcdesk.domain.audit import AuditedChannel
from ivcdesk.domain.intervals import Interval
from ivcdesk.ui.models.audit import percent
from ivcdesk.ui.text import tr

MOST_GAPS = 40
"""How many gaps of a camera the report lists; the table for calculations holds all of them."""

_HEAD = (
    *("camera", "channel_id", "device", "day_utc8"),
    *("planned_s", "recorded_s", "percent", "gaps", "gap_list"),
)
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_GROUNDS = ((0.995, "#d9f0de"), (0.9, "#fbeecb"), (0.5, "#f8d9c9"), (0.0, "#f2bdb7"))
_RESOLUTION = 150


class ReportFailed(Exception):
    """The file could not be written; the text is the system's own reason."""


def table_text(channels: Sequence[AuditedChannel], zone: tzinfo) -> str:
    """Return the audit as comma-separated values, a row for each camera and day.

    Seconds are whole; gaps are written as local times of ``zone``. Names that a spreadsheet would
    take for a formula are made harmless.
    """
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(_HEAD)
    for channel in channels:
        names = [_harmless(channel.name), channel.channel_id, _harmless(channel.device)]
        for day in channel.days:
            known = day.day not in channel.unknown
            share = day.share
            shown = "" if share is None or not known else f"{int(share * 1000) / 10:.1f}"
            gaps = "; ".join(gap_words(gap, zone) for gap in day.gaps)
            figures = [round(day.planned), round(day.recorded), shown, len(day.gaps), gaps]
            rows.writerow([*names, day.day.isoformat(), *(figures if known else ["?"] * 5)])
    return out.getvalue()


def page_html(
    title: str,
    channels: Sequence[AuditedChannel],
    zone: tzinfo,
    pictures: Mapping[str, QImage],
) -> str:
    """Return the audit as one page: a heat map, the worst first, then the gaps of each camera.

    ``pictures`` are small ones by channel id. It needs no other file.
    """
    days = sorted({day.day for channel in channels for day in channel.days})
    parts = [
        "<!DOCTYPE html><html><head><meta charset='utf-8'>",
        f"<title>{html.escape(title)}</title><style>",
        "body{font-family:sans-serif;font-size:10pt;color:#17202a}",
        "table{border-collapse:collapse}td,th{border:1px solid #c9d1d9;padding:2px 5px}",
        "th{background:#eef1f5;text-align:left}.n{text-align:center}.m{color:#566370}",
        "</style></head><body>",
        f"<h1>{html.escape(title)}</h1>",
        f"<p class='m'>{html.escape(_summary(channels, days, zone))}</p>",
        f"<h2>{html.escape(tr('Recorded per day, the worst first'))}</h2>",
        _heat_map(channels, days),
        f"<h2>{html.escape(tr('Gaps'))}</h2>",
    ]
    parts += [_of_channel(channel, zone, pictures.get(channel.channel_id)) for channel in channels]
    parts.append("</body></html>")
    return "".join(parts)


def gap_words(gap: Interval, zone: tzinfo) -> str:
    """Return from when to when a gap lasts, and how long, on the clock of a zone."""
    start = datetime.fromtimestamp(gap.start, zone)
    end = datetime.fromtimestamp(gap.end, zone)
    until = f"{end:%H:%M:%S}" if start.date() == end.date() else f"{end:%Y-%m-%d %H:%M:%S}"
    seconds = round(gap.end - gap.start)
    length = f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{start:%Y-%m-%d %H:%M:%S} – {until} ({length})"


def save_text(path: Path, text: str, *, mark: bool = False) -> None:
    """Write a file whole or not at all; ``mark`` tells spreadsheets that it is UTF-8.

    Raises ReportFailed. From any thread.
    """
    data = text.encode("utf-8-sig" if mark else "utf-8")
    file = QSaveFile(str(path))
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        raise ReportFailed(file.errorString())
    if file.write(data) != len(data) or not file.commit():
        raise ReportFailed(file.errorString())


def save_pdf(path: Path, page: str) -> None:
    """Print a page into a PDF file, whole or not at all. Raises ReportFailed. From any thread."""
    file = QSaveFile(str(path))
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        raise ReportFailed(file.errorString())
    writer = QPdfWriter(file)
    writer.setResolution(_RESOLUTION)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageOrientation(QPageLayout.Orientation.Landscape)
    writer.setPageMargins(QMarginsF(12, 12, 12, 12), QPageLayout.Unit.Millimeter)
    document = QTextDocument()
    document.setHtml(page)
    document.print_(writer)
    if file.error() != QSaveFile.FileError.NoError or not file.commit():
        raise ReportFailed(file.errorString())


def _summary(channels: Sequence[AuditedChannel], days: Sequence[date], zone: tzinfo) -> str:
    planned = sum(channel.planned for channel in channels)
    recorded = sum(channel.recorded for channel in channels)
    share = percent(recorded / planned if planned else None)
    span = f"{days[0]:%Y-%m-%d} – {days[-1]:%Y-%m-%d}" if days else "–"
    return tr(
        "{span} (days of UTC+8) · cameras: {count} · recorded: {share} of the plan · times: {zone}",
        span=span,
        count=len(channels),
        share=share,
        zone=f"{datetime.now(zone):%Z}",
    )


def _heat_map(channels: Sequence[AuditedChannel], days: Sequence[date]) -> str:
    head = "".join(f"<th class='n'>{day:%d}</th>" for day in days)
    rows = [
        f"<table><tr><th>{html.escape(tr('Camera'))}</th>"
        f"<th class='n'>{html.escape(tr('Recorded'))}</th>{head}</tr>"
    ]
    for channel in channels:
        by_day = {day.day: day for day in channel.days}
        cells = [_cell(channel.share, False)]
        for day in days:
            found = by_day.get(day)
            share = found.share if found is not None else None
            cells.append(_cell(share, day in channel.unknown))
        rows.append(f"<tr><td>{html.escape(channel.name)}</td>{''.join(cells)}</tr>")
    return "".join([*rows, "</table>"])


def _cell(share: float | None, unknown: bool) -> str:
    ground = "#ffffff"
    if share is not None:
        ground = next(color for least, color in _GROUNDS if share >= least)
    text = "?" if unknown else percent(share).replace(" %", "")
    return f"<td class='n' bgcolor='{ground}'>{text}</td>"


def _of_channel(channel: AuditedChannel, zone: tzinfo, picture: QImage | None) -> str:
    shown = ""
    if picture is not None:
        shown = f"<img src='data:image/jpeg;base64,{_jpeg(picture)}' width='192'>"
    gaps = channel.gaps
    known = dict.fromkeys(part for part in (channel.name, channel.device) if part)
    name = html.escape(" · ".join(known))
    lines = [html.escape(gap_words(gap, zone)) for gap in gaps[:MOST_GAPS]]
    if len(gaps) > MOST_GAPS:
        lines.append(html.escape(tr("… and {count} more", count=len(gaps) - MOST_GAPS)))
    words = "<br>".join(lines) or html.escape(tr("no gaps"))
    share = percent(channel.share)
    picture_cell = f"<td valign='top'>{shown}</td>" if shown else ""
    return (
        f"<h3>{name} ({share})</h3>"
        f"<table><tr>{picture_cell}<td valign='top'>{words}</td></tr></table>"
    )


def _harmless(name: str) -> str:
    return "'" + name if name.startswith(_RISKY) else name


def _jpeg(picture: QImage) -> str:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    flat = picture.convertToFormat(QImage.Format.Format_RGB32)
    flat.save(buffer, "JPG", 80)  # type: ignore[call-overload]  # the stubs want the name as bytes
    return base64.b64encode(bytes(buffer.data().data())).decode()
