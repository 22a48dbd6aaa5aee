"""The result for people: a table on the terminal, and the table of the README in Markdown."""

import unicodedata

import machine


def number(value):
    """A figure with as many digits as anybody reads."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:,.3g}"


def ratio(row):
    if row["ratio"] is None:
        return "–"
    return f"{number(row['ratio'])} ×"


def spread(row, name):
    low, middle, high = (row[f"{name}_{part}"] for part in ("min", "median", "max"))
    if middle is None or low == high:
        return number(middle)
    return f"{number(middle)} ({number(low)}–{number(high)})"


def goal(row):
    if row["goal"] is None:
        return "–"
    return f"{'≥' if row['at_least'] else '≤'} {number(row['goal'])} ×"


def verdict(row):
    if "failed" in row:
        return "failed"
    if "missing" in row:
        return "missing"
    if row["met"] is None:
        return ""
    return "met" if row["met"] else "missed"


def reason(row):
    return row.get("failed") or row.get("missing")


def cells(row):
    return [
        row["title"], spread(row, "ours"), row["peer"], spread(row, "peer"), row["unit"],
        ratio(row), goal(row), verdict(row)]


HEADINGS = ["work", "ours", "peer", "theirs", "unit", "ratio", "goal", ""]


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def table(rows):
    """The table for the terminal; a work that several peers did is named once."""
    lines, last = [], None
    for row in rows:
        line = cells(row)
        if (row["work"], row["title"]) == last:
            line[0] = line[1] = ""
        last = (row["work"], row["title"])
        lines.append(line)
    widths = [max(width(line[i]) for line in [HEADINGS, *lines]) for i in range(len(HEADINGS))]

    def text(line):
        return "  ".join(
            cell + " " * (size - width(cell)) for cell, size in zip(line, widths)).rstrip()

    result = [text(HEADINGS), "  ".join("─" * size for size in widths)]
    result += [text(line) for line in lines]
    result += [f"{row['work']} and {row['peer']}: {reason(row)}" for row in rows if reason(row)]
    counted = [row for row in rows if row["met"] is not None]
    met = sum(1 for row in counted if row["met"])
    result.append(f"{met} of {len(counted)} goals met")
    return "\n".join(result)


def rounds(rows):
    """How often each figure was taken."""
    most = max(row["rounds"] for row in rows)
    if most <= 1:
        return "One round."
    return f"Medians of {most} rounds in turns, smallest and largest in brackets."


def markdown(rows, facts, notes):
    """The README's table, with the machine and what each peer does and does not do."""
    lines = [
        f"Measured on {machine.sentence(facts)}. {rounds(rows)}", "",
        "| work | ours | peer | theirs | ratio | goal | |",
        "| --- | --: | --- | --: | --: | --: | --- |",
    ]
    last = None
    for row in rows:
        work, ours, peer, theirs, unit, ratio_, goal_, verdict_ = cells(row)
        if (row["work"], row["title"]) == last:
            work = ours = ""
        else:
            ours = f"{ours} {unit}"
        last = (row["work"], row["title"])
        sign = {"met": "✓", "missed": "✗"}.get(verdict_, verdict_)
        lines.append(
            f"| {work} | {ours} | {peer} | {theirs} | **{ratio_}** | {goal_} | {sign} |")
    lines += ["", *(f"* **{name}** {note}" for name, note in notes.items() if note)]
    lines += [f"* {row['work']} and {row['peer']}: {reason(row)}" for row in rows if reason(row)]
    return "\n".join(lines) + "\n"
