"""A table of figures, for a terminal or for docs/benchmarks.md."""


def number(value, digits):
    return f"{value:,.{digits}f}"


class Table:
    def __init__(self, title, columns, note=""):
        self.title, self.columns, self.note = title, columns, note
        self.rows = []
        self.absent = []

    def add(self, *cells):
        self.rows.append([str(cell) for cell in cells])

    def leave_out(self, name, why):
        """Of what there is no row, and why."""
        self.absent.append(f"{name}: {why}")

    def text(self):
        lines = [self.columns, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        out = ["", self.title]
        for line in lines:
            cells = [f"{cell:>{width}}" for cell, width in zip(line[1:], widths[1:])]
            out.append("  ".join([f"{line[0]:<{widths[0]}}", *cells]))
        return "\n".join([*out, *self._below()])

    def markdown(self):
        out = ["", f"### {self.title}", "", self._line(self.columns), self._line(["---"] + ["---:"] * (len(self.columns) - 1))]
        out += [self._line(row) for row in self.rows]
        below = self._below()
        return "\n".join([*out, "", *below] if below else out)

    def _below(self):
        left_out = [f"Left out: {'; '.join(self.absent)}."] if self.absent else []
        return ([self.note] if self.note else []) + left_out

    @staticmethod
    def _line(cells):
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
