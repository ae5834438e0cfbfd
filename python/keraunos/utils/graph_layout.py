"""Where the boxes of a graph go: layers from top to bottom, few crossings, straight lines where possible.

Sugiyama's method (IEEE Trans. Systems, Man, and Cybernetics 11, 1981): ranks by the longest path, places that long
arrows pass through in every rank between, orders by the mean place of neighbours, then coordinates by the same means
with room between boxes.
"""

_SWEEPS = 12


class Layout:
    """Places of boxes.

    Attributes:
        places: key -> (x, y) of the middle.
        paths: arrow -> list of (x, y) from the lower edge of one box to the upper edge of the other.
        width, height: extents of all.
    """

    def __init__(self, sizes, arrows, gap=24.0, rank_gap=36.0):
        """Places boxes of `sizes` {key: (width, height)} that `arrows`, pairs of keys, connect."""
        arrows = [(a, b) for a, b in arrows if a in sizes and b in sizes and a != b]
        rank = _ranks(list(sizes), arrows)
        rows, links, bends = _rows(list(sizes), arrows, rank)
        for sweep in range(_SWEEPS):
            _order(rows, links, down=sweep % 2 == 0)
        widths = {key: sizes[key][0] if key in sizes else 8.0 for row in rows for key in row}
        x = _columns(rows, links, widths, gap)
        self.places, self.paths, y = {}, {}, 0.0
        tops = []
        for row in rows:
            tall = max(sizes[key][1] if key in sizes else 0.0 for key in row)
            tops.append(y)
            for key in row:
                self.places[key] = (x[key], y + tall / 2)
            y += tall + rank_gap
        left = min(x[key] - widths[key] / 2 for key in x)
        self.places = {key: (place[0] - left, place[1]) for key, place in self.places.items()}
        self.width = max(place[0] + widths[key] / 2 for key, place in self.places.items())
        self.height = y - rank_gap
        for a, b in arrows:
            start = (self.places[a][0], self.places[a][1] + sizes[a][1] / 2)
            end = (self.places[b][0], self.places[b][1] - sizes[b][1] / 2)
            self.paths[a, b] = [start, *(self.places[key] for key in bends[a, b]), end]
        self.places = {key: self.places[key] for key in sizes}


def _ranks(keys, arrows):
    """Length of the longest path to each box."""
    before = {key: [] for key in keys}
    for a, b in arrows:
        before[b].append(a)
    rank, waiting = {}, list(keys)
    while waiting:
        # Boxes come in an order that is nearly topological, so that few passes are needed.
        left = [key for key in waiting if any(a not in rank for a in before[key])]
        for key in waiting:
            if key not in left:
                rank[key] = max((rank[a] + 1 for a in before[key]), default=0)
        if len(left) == len(waiting):
            rank.update(dict.fromkeys(left, 0))
            break
        waiting = left
    return rank


def _rows(keys, arrows, rank):
    """Boxes by rank, with a place in every rank that an arrow passes; the links between neighbouring ranks; the places
    of each arrow."""
    rows = [[] for _ in range(max(rank.values(), default=0) + 1)]
    for key in keys:
        rows[rank[key]].append(key)
    links, bends = [], {}
    for a, b in arrows:
        last, bends[a, b] = a, []
        for level in range(rank[a] + 1, rank[b]):
            place = (a, b, level)
            rows[level].append(place)
            bends[a, b].append(place)
            links.append((last, place))
            last = place
        links.append((last, b))
    return rows, links, bends


def _order(rows, links, down):
    """Sorts every rank by the mean place of the neighbours in the rank before (or behind)."""
    neighbours = {}
    for a, b in links:
        neighbours.setdefault(b if down else a, []).append(a if down else b)
    place = {key: i for row in rows for i, key in enumerate(row)}
    for row in rows if down else rows[::-1]:
        means = {}
        for key in row:
            found = [place[n] for n in neighbours.get(key, ())]
            means[key] = sum(found) / len(found) if found else place[key]
        row.sort(key=means.get)
        place.update({key: i for i, key in enumerate(row)})


def _columns(rows, links, widths, gap):
    """x of every box: as near to its neighbours' mean as the boxes beside it allow."""
    neighbours = {}
    for a, b in links:
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    x = {}
    for row in rows:
        position = 0.0
        for key in row:
            x[key] = position + widths[key] / 2
            position += widths[key] + gap
        middle = (position - gap) / 2
        for key in row:
            x[key] -= middle
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 else rows[::-1]:
            wanted = {}
            for key in row:
                found = [x[n] for n in neighbours.get(key, ())]
                wanted[key] = sum(found) / len(found) if found else x[key]
            _apart(row, wanted, widths, gap, x)
    return x


def _apart(row, wanted, widths, gap, x):
    """Places a rank: blocks of boxes that touch are put where the mean of their wishes is (pool adjacent violators)."""
    blocks = []  # [sum of wishes less the offset within the block, count, keys, offsets]
    for key in row:
        block = [wanted[key], 1, [key], [0.0]]
        while blocks:
            before = blocks[-1]
            end = before[0] / before[1] + before[3][-1] + (widths[before[2][-1]] + widths[block[2][0]]) / 2 + gap
            if end <= block[0] / block[1]:
                break
            blocks.pop()
            shift = before[3][-1] + (widths[before[2][-1]] + widths[block[2][0]]) / 2 + gap
            block = [
                before[0] + block[0] - shift * block[1],
                before[1] + block[1],
                before[2] + block[2],
                before[3] + [offset + shift for offset in block[3]],
            ]
        blocks.append(block)
    for total, count, keys, offsets in blocks:
        for key, offset in zip(keys, offsets, strict=True):
            x[key] = total / count + offset
