"""Writes src/Tacit/Media/Tokenizers/UnicodeTable.cs: the letters and numbers of Unicode, frozen.

Run once, with Python 3.11 (Unicode 14.0.0):
    python3 tests/golden/unicode/make_classes.py > src/Tacit/Media/Tokenizers/UnicodeTable.cs
Another version of Unicode would split some texts in other places, so the table is never made again.
"""
import unicodedata


def ranges(category):
    found, first = [], None
    for code in range(0x110001):
        inside = code < 0x110000 and unicodedata.category(chr(code))[0] == category
        if inside and first is None:
            first = code
        if not inside and first is not None:
            found.append((first, code - 1))
            first = None
    return found


def table(name, what, category):
    print(f"    /// <summary>{what}: the first and the last of each range.</summary>")
    print(f"    public static ReadOnlySpan<int> {name} =>\n    [")
    line = "       "
    for first, last in ranges(category):
        item = f" 0x{first:X}, 0x{last:X},"
        if len(line) + len(item) > 120:
            print(line)
            line = "       "
        line += item
    print(line + "\n    ];")


print(f"""namespace Tacit.Media;

/// <summary>Letters and numbers of Unicode {unicodedata.unidata_version}, frozen. Written by tests/golden/unicode/make_classes.py.</summary>
internal static class UnicodeTable
{{""")
table("Letters", "The code points of the general categories L", "L")
print()
table("Numbers", "The code points of the general categories N", "N")
print("}")
