"""Compares keylift's lexer with CPython's own tokenizer and parser.

    python3.13 lexer_oracle.py LEXDUMP [damaged] < list-of-paths

Standard library only, and run by the newest CPython of the machine. Before
3.12, tokenize does not look inside f-strings and is a program of its own: then
an f-string is one token, only its text between the fields is compared, and
nothing is said of files that CPython rejects; and in code that nobody would
write ("damaged") only the values of what both accept are compared: that program
has blank last lines, joined indentation, a backslash at the end and much else of
its own. Prints each difference (positions
and kinds, no text) and a summary as one line of JSON; exits with 1 if any.

What is compared, for every file that CPython accepts:
  - the kind, start and end (line and column) of every token, and the kind of
    every operator and keyword;
  - the value of every string, bytes and f-string constant in the syntax tree;
  - that the lexer reports no error. For files that CPython's tokenizer
    rejects, that it does report one.

Where tokenize itself is at odds with the syntax tree or with its own past, the
oracle follows the syntax tree; each such place is marked ODDITY below.
"""

import ast
import copy
import gc
import io
import json
import keyword
import re
import subprocess
import sys
import token
import tokenize
import warnings

KINDS = {
    token.NAME: "NAME",
    token.NUMBER: "NUMBER",
    token.STRING: "STRING",
    token.OP: "OP",
    token.COMMENT: "COMMENT",
    token.NEWLINE: "NEWLINE",
    token.NL: "NL",
    token.INDENT: "INDENT",
    token.DEDENT: "DEDENT",
    token.ENDMARKER: "END",
}
# Before 3.12 an f-string is one token, and nothing is known of the places in its fields.
WHOLE_FSTRINGS = sys.version_info < (3, 12)
DAMAGED = "damaged" in sys.argv[2:]
if not WHOLE_FSTRINGS:
    KINDS.update({token.FSTRING_START: "FSTART", token.FSTRING_MIDDLE: "FMIDDLE", token.FSTRING_END: "FEND"})
LIMITS = re.compile("too many (nested|statically)|too deep|nested too deeply")
STR_RAW, STR_BYTES, STR_UNTERMINATED, STR_ESCAPES = 1, 2, 64, 128
SOFT = {"match", "case", "type"}
# ODDITY: 3.12 and 3.13 (until 3.13.6) evaluate escapes in the format specification of a raw f-string.
RAW_SPECIFICATIONS_ARE_EVALUATED = r"\x41" not in ast.dump(ast.parse(r"rf'{x:\x41}'")).replace(r"\\", "\\")


class Token:
    __slots__ = ("kind", "byte", "byte_end", "start", "end", "op", "flags", "prefix", "match", "depth", "status", "value")

    def __init__(self, line):
        kind, byte, byte_end, start, end, op, flags, prefix, match, depth = line.split()[:10]
        self.kind, self.byte, self.byte_end = kind, int(byte), int(byte_end)
        at, column = start.split(":")  # columns from 0 here, as CPython counts
        self.start = int(at), int(column) - 1
        at, column = end.split(":")
        self.end = int(at), int(column) - 1
        self.op, self.flags, self.prefix = int(op), int(flags), int(prefix)
        self.match = None if match == "-" else int(match)
        self.depth, self.status, self.value = int(depth), None, None


class Lexed:
    """What lexdump says about one file."""

    def __init__(self, lines):
        _, self.encoding, decodable, bom, error = lines[0].split()
        self.decodable = decodable == "1"
        self.error = None if error == "-" else int(error)
        self.tokens = []
        for line in lines[1:]:
            if line[0] == "V":
                _, status, value = (line + " ").split(" ")[:3]
                self.tokens[-1].status = int(status)
                self.tokens[-1].value = bytes.fromhex(value)
            else:
                self.tokens.append(Token(line))


def read_lexed(stream):
    lines = []
    for line in stream:
        line = line.rstrip("\n")
        if not lines and not line.startswith("F "):
            raise ValueError("not a dump")
        lines.append(line)
        if line.startswith("END "):
            return Lexed(lines)
        if line.startswith("F unreadable"):
            return None
    raise EOFError("lexdump ended early")


def cpython_tokens(text):
    """(kind, start, end, string) of CPython's tokens, literal text of f-strings united.

    ODDITY: tokenize cuts literal text after a doubled brace and after
    \\N{...}, and emits empty pieces; in the tree it is one constant. Pieces that
    follow each other are one here. The end of a piece cut at a doubled brace
    lies before the second brace, so positions are those of the first start and
    of the start of the token after the last piece.
    """
    out = []
    pending = None
    for kind, string, start, end, _ in tokenize.generate_tokens(io.StringIO(text).readline):
        if not WHOLE_FSTRINGS and kind == token.FSTRING_MIDDLE:
            pending = pending or (start, [])
            pending[1].append(string)
            continue
        if pending:
            if pending[0] != start:
                out.append(("FMIDDLE", pending[0], start, "".join(pending[1])))
            pending = None
        if WHOLE_FSTRINGS and kind == token.ERRORTOKEN:
            return None  # that tokenize, written in Python, does not know all that the program takes
        out.append((KINDS[kind], start, end, string))
    return out


def with_whole_fstrings(tokens):
    """Each f-string as one STRING token."""
    out, i = [], 0
    while i < len(tokens):
        t = copy.copy(tokens[i])
        if t.kind == "FSTART":
            i = t.match
            t.kind, t.byte_end, t.end = "STRING", tokens[i].byte_end, tokens[i].end
        out.append(t)
        i += 1
    return out


def compare_tokens(text, lexed, report):
    theirs = cpython_tokens(text)
    ours = with_whole_fstrings(lexed.tokens) if WHOLE_FSTRINGS else lexed.tokens
    if theirs is None:
        return
    last_line = text.count("\n") + 1
    for a, b in zip(theirs, ours):
        kind, start, end, string = a
        if start[0] > last_line:
            # What ends the file lies on a line that is not there if the last one has no end.
            start, end = (b.start, b.end) if kind in ("DEDENT", "END") else (start, end)
        if kind != b.kind or start != b.start:
            report(f"token: CPython {kind} {start}-{end}, keylift {b.kind} {b.start}-{b.end}")
            return
        # A line end has the width of its bytes here, none or one in CPython.
        if kind not in ("NEWLINE", "NL") and end != b.end:
            report(f"end of {kind} at {start}: CPython {end}, keylift {b.end}")
            return
        if kind == "NAME" and bool(b.op) != (keyword.iskeyword(string) or string in SOFT):
            report(f"keyword at {start}: {b.op}")
    if len(theirs) != len(ours):
        report(f"{len(theirs)} tokens in CPython, {len(ours)} in keylift")


def line_starts(data):
    starts = [0]
    for found in re.finditer(rb"\r\n|\r|\n", data):
        starts.append(found.end())
    return starts


class Values:
    """The constants of the tree against the values of the tokens in their spans."""

    def __init__(self, text, lexed, report):
        self.lexed, self.report = lexed, report
        self.lines = text.encode("utf-8", "surrogatepass").split(b"\n")
        self.text_lines = text.split("\n")
        self.strings = [i for i, t in enumerate(lexed.tokens) if t.kind in ("STRING", "FSTART")]
        self.starts = [lexed.tokens[i].start for i in self.strings]
        self.seen = 0

    def column(self, line, byte):
        data = self.lines[line - 1]
        return byte if data.isascii() else len(data[:byte].decode("utf-8", "surrogatepass"))

    def span(self, node):
        return (
            (node.lineno, self.column(node.lineno, node.col_offset)),
            (node.end_lineno, self.column(node.end_lineno, node.end_col_offset)),
        )

    def source(self, start, end):
        """Text between two positions."""
        if start[0] == end[0]:
            return self.text_lines[start[0] - 1][start[1] : end[1]]
        middle = self.text_lines[start[0] : end[0] - 1]
        return "\n".join(
            [self.text_lines[start[0] - 1][start[1] :], *middle, self.text_lines[end[0] - 1][: end[1]]]
        )

    def source_without_comments(self, first, last):
        """Text between two tokens, without what joins lines, too."""
        tokens = self.lexed.tokens
        out = ""
        for t, following in zip(tokens[first:last], tokens[first + 1 : last + 1]):
            out += self.source(t.end, following.start).replace("\\\n", "")
            if following is not tokens[last] and following.kind != "COMMENT":
                out += self.source(following.start, following.end)
        return out

    def tokens_in(self, start, end):
        """The literals in a span that do not stand inside another one."""
        import bisect

        i = bisect.bisect_left(self.starts, start)
        tokens = self.lexed.tokens
        limit = start
        while i < len(self.starts) and self.starts[i] < end:
            index = self.strings[i]
            if self.starts[i] >= limit:
                t = tokens[index]
                limit = t.end if t.kind == "STRING" else tokens[t.match].end
                yield index
            i += 1

    def pieces(self, index):
        """A literal as a list of (status, value), and the index of its brace for every field."""
        tokens = self.lexed.tokens
        if tokens[index].kind == "STRING":
            return [(tokens[index].status, tokens[index].value)]
        return self.text_pieces(index + 1, tokens[index].match)

    def text_pieces(self, i, end):
        tokens = self.lexed.tokens
        out = []
        while i < end:
            t = tokens[i]
            if t.kind == "FMIDDLE":
                out.append((t.status, t.value))
                i += 1
            elif t.kind == "OP" and t.match is not None:
                debug = self.debug_text(i)
                if debug is not None:
                    out.append((0, debug.encode("utf-8", "surrogatepass")))
                out.append(i)
                i = t.match + 1
            else:
                i += 1  # a one-line specification that goes on as code after its line
        return out

    def spec_pieces(self, opening):
        """The format specification of a field, as pieces."""
        tokens = self.lexed.tokens
        depth = tokens[opening].depth + 1
        for i in range(opening + 1, tokens[opening].match):
            t = tokens[i]
            if t.kind == "OP" and t.op == ord(":") and t.depth == depth:
                return self.text_pieces(i + 1, tokens[opening].match)
        return []

    def odd_spec(self, opening):
        """Whether the tree's word on this field's specification is not to be had."""
        inside = self.lexed.tokens[opening : self.lexed.tokens[opening].match]
        if RAW_SPECIFICATIONS_ARE_EVALUATED:
            raw = (t for t in inside if t.kind == "FMIDDLE" and t.flags & STR_RAW)
            if any("\\" in self.source(t.start, t.end) for t in raw):
                return True
        # ODDITY: 3.13.0 keeps the text of {x=} in one buffer, which a field before it in the same specification,
        # or a line end in a one-line specification (which then goes on as code), leaves with other text.
        operators = [t.op for t in inside if t.kind == "OP"]
        again = operators.count(ord("{")) > 2 or any(t.kind == "NL" for t in inside)
        return again and ord("=") in operators

    def debug_text(self, opening):
        """The text that {x = } shows before the value, or None. Without comments."""
        tokens = self.lexed.tokens
        close, depth = tokens[opening].match, tokens[opening].depth + 1
        for i in range(opening + 1, close):
            t = tokens[i]
            if t.kind == "OP" and t.depth == depth and t.op == ord(":"):
                return None
            if t.kind == "OP" and t.depth == depth and t.op == ord("="):
                following = i + 1
                while tokens[following].kind in ("NL", "COMMENT"):
                    following += 1
                nxt = tokens[following]
                if nxt.kind == "OP" and nxt.op in (ord("!"), ord(":"), ord("}")):
                    return self.source_without_comments(opening, following)
        return None

    def equal(self, ours, value):
        """ours: list of (status, bytes)."""
        if any(status == 2 for status, _ in ours):
            return False
        data = b"".join(v for _, v in ours)
        if isinstance(value, bytes):
            return data == value
        expected = value.encode("utf-8", "surrogatepass")
        if all(status == 0 for status, _ in ours):
            return data == expected
        # \N{...}: keylift has U+FFFD where CPython has the character.
        pattern = "".join("." if c == "\ufffd" else re.escape(c) for c in data.decode("utf-8", "surrogatepass"))
        return re.fullmatch(pattern, value, re.DOTALL) is not None

    def literals(self, node):
        start, end = self.span(node)
        pieces = []
        for index in self.tokens_in(start, end):
            pieces.extend(self.pieces(index))
        return pieces

    def constant(self, node):
        self.seen += 1
        ours = self.literals(node)
        if any(isinstance(p, int) for p in ours) or not self.equal(ours, node.value):
            self.report(f"value of the constant at {self.span(node)[0]}")

    def joined(self, values, ours, where):
        """The text between fields, and each field's specification. Returns False if they differ."""
        self.seen += 1
        runs, fields, theirs, formatted = [[]], [], [""], []
        for piece in ours:
            if isinstance(piece, int):
                fields.append(piece)
                runs.append([])
            else:
                runs[-1].append(piece)
        for part in values:
            if isinstance(part, ast.Constant):
                theirs[-1] += part.value
            else:
                formatted.append(part)
                theirs.append("")
        if len(runs) != len(theirs) or not all(self.equal(a, b) for a, b in zip(runs, theirs)):
            self.report(f"text of the f-string at {where}")
            return
        for opening, part in zip(fields, formatted):
            spec = part.format_spec
            # ODDITY: the tree of a specification that tokenize cut into pieces,
            # none of them a field, is a bare constant in 3.13.0.
            values = spec.values if isinstance(spec, ast.JoinedStr) else [spec] if spec else []
            if not self.odd_spec(opening):
                self.joined(values, self.spec_pieces(opening), where)

    def check(self, tree):
        inner = set()
        stack = [tree]
        while stack:
            node = stack.pop()
            if isinstance(node, ast.JoinedStr):
                # The parts of an f-string have no useful positions of their
                # own; the expressions in its fields do.
                if node not in inner:
                    self.joined(node.values, self.literals(node), self.span(node)[0])
                for part in node.values:
                    if isinstance(part, ast.FormattedValue) and not WHOLE_FSTRINGS:
                        stack.append(part.value)
                        if isinstance(part.format_spec, ast.JoinedStr):
                            inner.add(part.format_spec)
                            stack.append(part.format_spec)
                continue
            if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
                self.constant(node)
            stack.extend(ast.iter_child_nodes(node))


def check_file(path, lexed, counts, differences):
    def report(what):
        differences.append(f"{path}: {what}")

    with open(path, "rb") as f:
        data = f.read()
    counts["files"] += 1
    counts["bytes"] += len(data)
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        counts["rejected"] += 1
        check_rejected(data, lexed, error, report)
        return
    if not lexed.decodable:
        report(f"not decodable as {lexed.encoding}")
        return
    if lexed.error is not None and DAMAGED and WHOLE_FSTRINGS:
        return
    if lexed.error is not None:
        report(f"error at {lexed.error}")
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")).readline)
    text = data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    counts["tokens"] += len(lexed.tokens)
    before = len(differences)
    if not (DAMAGED and WHOLE_FSTRINGS):
        compare_tokens(text, lexed, report)
    if len(differences) > before:
        return
    values = Values(text, lexed, report)
    values.check(tree)
    counts["values"] += values.seen


def check_rejected(data, lexed, error, report):
    """The tokenizer's own complaints must show; those of the grammar cannot."""
    if lexed.error is not None or not lexed.decodable:
        return
    if WHOLE_FSTRINGS:
        return  # what that tokenize rejects is another matter
    try:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")  # before CPython looks for an encoding
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        list(tokenize.generate_tokens(io.StringIO(text).readline))
    except SystemError:
        pass  # ODDITY: 3.13.0 fails to make the token after some "!=" in a field, not the code
    except (SyntaxError, tokenize.TokenError, UnicodeError) as why:
        if not LIMITS.search(str(why)):
            report(f"CPython's tokenizer rejects it ({type(why).__name__}: {why.args[0]}), keylift sees no error")


def main():
    warnings.simplefilter("ignore")
    gc.disable()  # a third of the time goes into looking for cycles, of which there are none
    paths = [line.rstrip("\n") for line in sys.stdin]
    counts = {"files": 0, "bytes": 0, "tokens": 0, "values": 0, "rejected": 0}
    differences = []
    with subprocess.Popen(
        [sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="ascii", errors="replace"
    ) as lexdump:
        for path in paths:
            lexdump.stdin.write(path + "\n")
            lexdump.stdin.flush()
            lexed = read_lexed(lexdump.stdout)
            if lexed is not None:
                check_file(path, lexed, counts, differences)
        lexdump.stdin.close()
    for line in differences[:2000]:
        print(line)
    counts["differences"] = len(differences)
    counts["python"] = ".".join(map(str, sys.version_info[:3]))
    print(json.dumps(counts))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
