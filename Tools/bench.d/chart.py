"""The ratios against their goals as a picture: a bar to the right of the line is a goal exceeded,
one to its left a goal missed. The scale is logarithmic, so that twice and half look alike."""

import math
from xml.sax.saxutils import escape

from goals import share
from report import goal, ratio

WIDTH, LABELS, FIGURES = 940, 330, 190
ROW, BAR, TOP, BOTTOM = 30, 16, 92, 46
DOUBLINGS = 2              # to each side of the goal; longer bars end there with an arrow
STYLE = """
    .paper { fill: #ffffff } .ink { fill: #1f2933 } .quiet { fill: #68737d }
    .grid { stroke: #e2e6ea } .goal { stroke: #1f2933; stroke-width: 1.5 }
    .met { fill: #2f8f83 } .missed { fill: #d2622a }
    text { font: 12px system-ui, -apple-system, "Noto Sans", sans-serif }
    .title { font-size: 16px; font-weight: 600 } .number { font-variant-numeric: tabular-nums }
    @media (prefers-color-scheme: dark) {
      .paper { fill: #12181d } .ink { fill: #e6ebef } .quiet { fill: #97a3ad }
      .grid { stroke: #2a333a } .goal { stroke: #e6ebef }
      .met { fill: #4fb8a9 } .missed { fill: #ef8a55 }
    }
"""


def svg(rows, caption):
    """The chart of all rows that have a ratio, as the text of an SVG file."""
    shown = [row for row in rows if share(row) is not None]
    height = TOP + ROW * len(shown) + BOTTOM
    left, right = LABELS, WIDTH - FIGURES
    middle = (left + right) / 2
    unit = (right - left) / 2 / DOUBLINGS
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img">',
        f"<title>{escape('Ratios to other systems against their goals')}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}" rx="8"/>',
        text(20, 30, "Taizhang beside other systems, each ratio against its goal", "ink title"),
        *(text(20, 50 + 18 * i, line, "quiet") for i, line in enumerate(halves(caption))),
    ]
    bottom = height - BOTTOM + 6
    for power in range(-DOUBLINGS, DOUBLINGS + 1):
        x = middle + power * unit
        kind = "goal" if power == 0 else "grid"
        parts.append(f'<line class="{kind}" x1="{x}" x2="{x}" y1="{TOP - 8}" y2="{bottom}"/>')
        label = "goal" if power == 0 else f"{2 ** power:g} × goal"
        parts.append(text(x, bottom + 18, label, "ink" if power == 0 else "quiet", "middle"))
    previous = None
    for index, row in enumerate(shown):
        y = TOP + ROW * index
        parts += bar(row, y, middle, unit, right, repeated=row["work"] == previous)
        previous = row["work"]
    return "\n".join([*parts, "</svg>", ""])


def halves(caption):
    """The caption in two lines, parted after the comma that is nearest to its middle."""
    commas = [i for i, c in enumerate(caption) if caption[i:i + 2] == ", "]
    if not commas:
        return [caption]
    part = min(commas, key=lambda i: abs(i - len(caption) / 2)) + 1
    return [caption[:part], caption[part + 1:]]


def bar(row, y, middle, unit, right, repeated):
    """One row: its work and peer, the bar, the ratio with its goal."""
    length = math.log2(share(row))
    shown = max(-DOUBLINGS, min(DOUBLINGS, length))
    start, end = sorted((middle, middle + shown * unit))
    kind = "met" if row["met"] else "missed"
    base = y + BAR - 3
    parts = [
        text(20, base, "" if repeated else row["work"], "ink"),
        text(LABELS - 12, base, row["peer"], "quiet", "end"),
        f'<rect class="{kind}" x="{start:.1f}" y="{y}" width="{max(end - start, 1.5):.1f}" '
        f'height="{BAR}" rx="2"><title>{escape(row["title"])}</title></rect>',
        text(right + 14, base, ratio(row), "ink number"),
        text(WIDTH - 20, base, f"goal {goal(row)}", "quiet number", "end"),
    ]
    if shown != length:
        way = 1 if length > 0 else -1
        tip = middle + shown * unit
        parts.append(
            f'<path class="{kind}" d="M{tip:.1f} {y} '
            f'l{way * 8} {BAR / 2} l{-way * 8} {BAR / 2} z"/>')
    return parts


def text(x, y, words, kind, anchor="start"):
    if not words:
        return ""
    return (f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
            f"{escape(words)}</text>")
