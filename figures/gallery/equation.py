"""Equations written in Unicode, as MathML: browsers set it themselves, nothing is loaded for it.

The equation of a figure is a string such as `"E[#] = exp(N Φ),  Φ(J_D) = ln 2H(−J_D)  at η = 0"`.
Two spaces part its clauses. Scripts are characters (`sᵢˡ⁻¹`), or follow `_` and `^`, in braces if
they are long (`e^{μ_l a_l}`); `√(…)` is a root; `Σ` and `Π` are a sum and a product if they have
an index or stand before a summand. Three letters and more are functions (`FUNCTIONS`) or words.
"""

import re
import unicodedata
from html import escape

FUNCTIONS = ("exp", "ln", "sin", "cos", "tanh", "atanh", "sign", "erfc", "min", "max", "lim")
BENEATH = ("min", "max", "lim", "∑", "∏")  # an index is set below them
INDICES = set("abcijklmn")  # `J_ij` has two indices, `W_in` a name
NAMES = ("in",)
ACCENTS = {"\u0304": "¯", "\u0307": "˙", "\u0302": "^", "\u0303": "~"}

FUNCTION = re.compile(rf"(?:{'|'.join(FUNCTIONS)})(?![A-Za-z])")
WORD = rf"(?!{FUNCTION.pattern})(?:[A-Za-z]{{3,}}|at|in|is|no|of|or|a(?= [a-z]{{3}}))(?![A-Za-z_])"
PROSE = re.compile(rf" ?{WORD}(?: {WORD})* ?")
SPACE = re.compile(r"\s+")
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?|[¼-¾⅐-⅞]")
LETTER = re.compile(r"[^\W\d_][\u0300-\u036f]?|[∂∞#]")
SUM = re.compile(r"[ΣΠ](?=_| *[^\W\d_])")
OPERAND = re.compile(r"[\w√∂∫#⟨(\[]")
INDEX = re.compile(r"_[A-Za-z0-9Α-ω]+(?:,[A-Za-z])?")
POWER = re.compile(r"\^\w")
MARK = re.compile(r"[*′]")
OPERATOR = re.compile(r"\+=|.", re.DOTALL)

# in a caption: an arXiv number; a letter with an index, or alone; its power in brackets
PIECE = re.compile(
    r"arXiv:(?P<preprint>[0-9]{4}\.[0-9]{5})"
    r"|(?<![\w.'’])(?:(?P<letter>[A-Za-zΑ-ω])_(?P<index>[A-Za-z0-9]+)|(?P<alone>[B-HJ-Zb-zα-ω]))"
    r"(?![A-Za-z0-9_]|\.\w)(?:\^\((?P<power>[^()]+)\))?"
)


def mathml(equation: str) -> list[str]:
    """Return the clauses of an equation, each a `<math>` element.

    Nothing is lost: the text of the elements is that of the equation, less the signs `_ ^ √` and
    the brackets that MathML replaces.
    """
    clauses = re.split(r"\s{2,}", equation.strip())
    return [f'<math displaystyle="true">{_Reader(clause).row()}</math>' for clause in clauses]


def prose(text: str) -> str:
    """Return a caption as HTML: variables in italics, `J_D` with its index, preprints as links."""
    pieces, at = [], 0
    for found in PIECE.finditer(text):
        pieces += [escape(text[at : found.start()]), _piece(found)]
        at = found.end()
    return "".join([*pieces, escape(text[at:])])


def _piece(found: re.Match[str]) -> str:
    if number := found["preprint"]:
        return f'<a href="https://arxiv.org/abs/{number}">arXiv:{number}</a>'
    index, power = found["index"] or "", found["power"] or ""
    if index.isalpha() and not _is_name(index):
        index = f"<var>{index}</var>"
    scripts = f"<sub>{index}</sub>" * bool(index) + f"<sup>{escape(power)}</sup>" * bool(power)
    return f"<var>{found['letter'] or found['alone']}</var>{scripts}"


def _is_name(index: str) -> bool:
    return len(index) > 1 and (index in NAMES or not set(index) <= INDICES)


class _Reader:
    """Reads a clause from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.operand = False  # whether one was just read: a sign after it is binary

    def row(self) -> str:
        parts = []
        while self.at < len(self.text):
            parts.append(self._words() or self._space() or self._scripted())
        return f"<mrow>{''.join(parts)}</mrow>"

    def _words(self) -> str:
        before = self.text[: self.at]
        words = self._take(PROSE)
        if not words:
            return ""
        if not self.operand and not before.endswith((",", ";", ":")):
            words = words.lstrip()  # the operator before it brings a space
        if not OPERAND.match(self.text, self.at):
            words = words.rstrip()
        self.operand = False
        return _leaf("mtext", words.replace(" ", "\u00a0"))

    def _space(self) -> str:
        """Keep the space between two operands, operators bring their own."""
        if not self._take(SPACE):
            return ""
        between = self.operand and OPERAND.match(self.text, self.at)
        return f'<mspace width="{0.17 if between else 0}em"></mspace>'

    def _scripted(self) -> str:
        base, stacked = self._element()
        below, above = "", ""
        while True:
            if script := self._characters("<sub>") or self._index():
                below += script
            elif script := self._characters("<super>") or self._power():
                above += script
            else:
                return _with_scripts(base, below, above, stacked)

    def _element(self) -> tuple[str, bool]:
        """Read one element; tell whether its index belongs below it."""
        if self.text[self.at] == "√":
            return self._root(), False
        operand, self.operand = self.operand, True
        if function := self._take(FUNCTION):
            return _leaf("mi", function), function in BENEATH
        if number := self._take(NUMBER):
            return _leaf("mn", number), False
        if sign := self._take(SUM):
            return _leaf("mo", {"Σ": "∑", "Π": "∏"}[sign]), True
        if letter := self._take(LETTER):
            return _accented(letter), False
        return self._operator(operand), False

    def _operator(self, operand: bool) -> str:
        sign = self._take(OPERATOR)
        self.operand = sign in ")]}⟩′" or (sign in "|‖" and operand)
        if sign in "|‖":  # opens and closes
            return _leaf("mo", sign, form="postfix" if operand else "prefix", stretchy="false")
        if sign in "()[]{}⟨⟩":
            return _leaf("mo", sign, stretchy="false")
        if sign in "−-+±" and not operand:
            return _leaf("mo", sign, form="prefix")
        if sign == "/":
            return _leaf("mo", sign, lspace="0", rspace="0")
        if sign == ":":
            return _leaf("mo", sign, lspace="0", rspace="0.3em")
        return _leaf("mo", sign)

    def _root(self) -> str:
        self.at += 1
        if inside := self._brackets("(", ")"):
            self.operand = True
            return f"<msqrt>{_Reader(inside).row()}</msqrt>"
        if self.at == len(self.text):
            return _leaf("mo", "√")
        return f"<msqrt>{self._element()[0]}</msqrt>"

    def _index(self) -> str:
        if group := self._group("_"):
            return group
        index = self._take(INDEX)[1:]
        if _is_name(index):
            return _leaf("mtext", index)
        return "".join(_leaf("mi" if name.isalpha() else "mn", name) for name in index)

    def _power(self) -> str:
        if group := self._group("^"):
            return group
        if power := self._take(POWER):
            return _Reader(power[1:]).row()
        mark = self._take(MARK)
        return mark and _leaf("mo", mark)

    def _group(self, sign: str) -> str:
        start = self.at
        if self.text.startswith(sign, start):
            self.at += 1
            if inside := self._brackets("{", "}"):
                return _Reader(inside).row()
            self.at = start
        return ""

    def _characters(self, kind: str) -> str:
        """Read the characters that are small ones by themselves, such as `ⱼ` and `⁻¹`."""
        start = self.at
        while self.at < len(self.text) and _kind(self.text[self.at]) == kind:
            self.at += 1
        plain = unicodedata.normalize("NFKC", self.text[start : self.at])
        return plain and _Reader(plain).row()

    def _brackets(self, opening: str, closing: str) -> str:
        """Read a pair of brackets; return what is inside, or nothing if there is no pair."""
        depth = 0
        for end, sign in enumerate(self.text[self.at :], self.at):
            depth += (sign == opening) - (sign == closing)
            if depth == 0:
                inside = self.text[self.at + 1 : end]
                self.at = end + 1 if inside else self.at
                return inside
        return ""

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found[0] if found else ""


def _with_scripts(base: str, below: str, above: str, stacked: bool) -> str:
    scripts = "".join(f"<mrow>{markup}</mrow>" for markup in (below, above) if markup)
    if stacked:
        tag = {(True, True): "munderover", (True, False): "munder", (False, True): "mover"}
    else:
        tag = {(True, True): "msubsup", (True, False): "msub", (False, True): "msup"}
    name = tag.get((bool(below), bool(above)))
    return f"<{name}>{base}{scripts}</{name}>" if name else base


def _accented(letter: str) -> str:
    apart = unicodedata.normalize("NFD", letter)
    if sign := ACCENTS.get(apart[1:]):
        accent = _leaf("mo", sign, stretchy="false")
        return f'<mover accent="true">{_leaf("mi", apart[0])}{accent}</mover>'
    if letter.isupper() and letter > "Z":  # upright, as capital Greek letters are set
        return _leaf("mi", letter, mathvariant="normal")
    return _leaf("mi", letter)


def _leaf(tag: str, text: str, **attributes: str) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{written}>{escape(text)}</{tag}>"


def _kind(character: str) -> str:
    return unicodedata.decomposition(character).partition(" ")[0]
