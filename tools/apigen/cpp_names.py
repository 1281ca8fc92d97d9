"""C++ spellings of the model's names."""

KEYWORDS = set(
    "alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t "
    "char32_t class co_await co_return co_yield compl concept const const_cast consteval constexpr "
    "constinit continue decltype default delete do double dynamic_cast else enum explicit export "
    "extern false float for friend goto if inline int long mutable namespace new noexcept not "
    "not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires "
    "return short signed sizeof static static_assert static_cast struct switch template this "
    "thread_local throw true try typedef typeid typename union unsigned using virtual void "
    "volatile wchar_t while xor xor_eq".split())

# Macros of the standard headers.
MACROS = {"NULL", "EOF", "NAN", "INFINITY", "OVERFLOW", "UNDERFLOW", "DOMAIN", "BUFSIZ", "assert",
          "errno", "stdin", "stdout", "stderr", "linux", "unix"}


def identifier(name):
    """A member's or constant's name: the wire name, made legal."""
    text = "".join(c if c.isalnum() or c == "_" else "_" for c in name)
    if text[0].isdigit():
        text = "_" + text
    if text in KEYWORDS or text in MACROS:
        text += "_"
    return text


def type_name(shape_name):
    """A struct's name: the shape's, upper case first."""
    return identifier(shape_name[0].upper() + shape_name[1:])


def literal(text):
    """A C++ string literal."""
    out = []
    for byte in text.encode():
        char = chr(byte)
        if char in "\"\\?":
            out.append("\\" + char)
        elif 32 <= byte < 127:
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'
