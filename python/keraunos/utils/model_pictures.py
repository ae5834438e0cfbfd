"""Pictures of models without Graphviz: SVG written as text, PNG and PDF by matplotlib, from the same layout."""

from html import escape

from keraunos.utils.graph_layout import Layout

# Points. A character of DejaVu Sans at 10 points is some 6.2 wide on average, titles are bold.
_LINE, _MARGIN, _CHARACTER, _TITLE = 15.0, 8.0, 6.2, 6.9
_COLORS = {"title": "#1f2937", "title text": "#ffffff", "body": "#ffffff", "line": "#6b7280", "frame": "#eef2ff"}


class Picture:
    """Boxes with their places.

    Args:
        boxes, arrows: from `model_boxes.boxes_of`.
        direction: "TB", "BT", "LR" or "RL": where the arrows lead.
    """

    def __init__(self, boxes, arrows, direction="TB"):
        self.boxes = boxes
        self.sizes = {box.key: _size(box) for box in boxes}
        self._direction = direction
        turned = direction in ("LR", "RL")
        sizes = {key: size[::-1] if turned else size for key, size in self.sizes.items()}
        layout = Layout(sizes, arrows)
        self._length = layout.height
        self.places = {key: self._turned(place) for key, place in layout.places.items()}
        self.paths = [[self._turned(point) for point in path] for path in layout.paths.values()]
        self.width, self.height = (layout.height, layout.width) if turned else (layout.width, layout.height)

    def _turned(self, point):
        across, along = point
        if self._direction in ("BT", "RL"):
            along = self._length - along
        return (along, across) if self._direction in ("LR", "RL") else (across, along)

    def frames(self):
        """(name, left, top, right, bottom) around the boxes of every model inside, outermost first."""
        found = {}
        for box in self.boxes:
            for depth in range(1, len(box.group) + 1):
                found.setdefault(box.group[:depth], []).append(box.key)
        deepest = max(map(len, found), default=0)
        for group in sorted(found, key=len):
            margin = 8.0 + 6.0 * (deepest - len(group))
            corners = [
                (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
                for (x, y), (w, h) in ((self.places[key], self.sizes[key]) for key in found[group])
            ]
            left, top = (min(c[i] for c in corners) - margin for i in (0, 1))
            right, bottom = (max(c[i] for c in corners) + margin for i in (2, 3))
            yield group[-1], left, top - 6, right, bottom


def _size(box):
    longest = max([len(box.title) * _TITLE, *(len(row) * _CHARACTER for row in box.rows)])
    return longest + 2 * _MARGIN, _LINE * (1 + len(box.rows)) + _MARGIN


def _head(box):
    """Height of the first line of a box."""
    return _LINE + (_MARGIN / 2 if box.rows else _MARGIN)


def svg(picture):
    """The picture as the text of an SVG file."""
    margin = 24
    width, height = picture.width + 2 * margin, picture.height + 2 * margin
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-margin} {-margin} {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" font-family="DejaVu Sans, Verdana, sans-serif" font-size="10">',
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 L8 4 L0 8 z" fill="{_COLORS["line"]}"/></marker></defs>',
        f'<rect x="{-margin}" y="{-margin}" width="{width:.0f}" height="{height:.0f}" fill="white"/>',
    ]
    for name, left, top, right, bottom in picture.frames():
        lines.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" rx="6" '
            f'fill="{_COLORS["frame"]}" stroke="{_COLORS["line"]}" stroke-dasharray="4 3"/>'
            f'<text x="{left + 4:.1f}" y="{top + 9:.1f}" font-size="8" fill="{_COLORS["line"]}">{escape(name)}</text>'
        )
    for path in picture.paths:
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in path)
        lines.append(f'<polyline points="{points}" fill="none" stroke="{_COLORS["line"]}" marker-end="url(#head)"/>')
    for box in picture.boxes:
        (x, y), (w, h) = picture.places[box.key], picture.sizes[box.key]
        left, top = x - w / 2, y - h / 2
        head = _head(box)
        lines.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{w:.1f}" height="{h:.1f}" rx="3" fill="{_COLORS["body"]}" '
            f'stroke="{_COLORS["title"]}"/>'
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{w:.1f}" height="{head:.1f}" rx="3" fill="{_COLORS["title"]}"/>'
            f'<text x="{x:.1f}" y="{top + head / 2 + 3.5:.1f}" text-anchor="middle" font-weight="bold" '
            f'fill="{_COLORS["title text"]}">{escape(box.title)}</text>'
        )
        for number, row in enumerate(box.rows):
            lines.append(
                f'<text x="{x:.1f}" y="{top + head + _LINE * (number + 0.75):.1f}" text-anchor="middle" '
                f'fill="{_COLORS["title"]}">{escape(row)}</text>'
            )
    return "\n".join([*lines, "</svg>"]) + "\n"


def draw(picture, path, format, dpi):
    """Writes the picture by matplotlib, in any format that it knows."""
    try:
        from matplotlib.figure import Figure
        from matplotlib.patches import Rectangle
    except ImportError:
        raise ImportError(
            "[plot_model] this format needs Graphviz or Matplotlib: pip install keraunos[plot]; an .svg file needs "
            "neither"
        ) from None
    margin = 24
    figure = Figure(figsize=((picture.width + 2 * margin) / 72, (picture.height + 2 * margin) / 72))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-margin, picture.width + margin)
    axes.set_ylim(picture.height + margin, -margin)
    axes.axis("off")
    line, dark = _COLORS["line"], _COLORS["title"]
    for name, left, top, right, bottom in picture.frames():
        place = (left, top), right - left, bottom - top
        axes.add_patch(Rectangle(*place, facecolor=_COLORS["frame"], edgecolor=line, linestyle="--"))
        axes.text(left + 4, top + 3, name, fontsize=6, va="top", color=line)
    arrow = {"arrowstyle": "-|>", "color": line, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0}
    for points in picture.paths:
        xs, ys = zip(*points, strict=True)
        axes.plot(xs[:-1], ys[:-1], color=line, linewidth=0.8)
        axes.annotate("", points[-1], points[-2], arrowprops=arrow)
    for box in picture.boxes:
        (x, y), (w, h) = picture.places[box.key], picture.sizes[box.key]
        left, top, head = x - w / 2, y - h / 2, _head(box)
        axes.add_patch(Rectangle((left, top), w, h, facecolor=_COLORS["body"], edgecolor=dark))
        axes.add_patch(Rectangle((left, top), w, head, facecolor=dark, edgecolor=dark))
        middle = {"ha": "center", "va": "center", "fontsize": 8}
        axes.text(x, top + head / 2, box.title, weight="bold", color=_COLORS["title text"], **middle)
        for number, row in enumerate(box.rows):
            axes.text(x, top + head + _LINE * (number + 0.5), row, color=dark, **middle)
    figure.savefig(path, format=format, dpi=dpi, facecolor="white")
