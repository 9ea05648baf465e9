"""Lossless image formats on an IDX file of bytes, for docs/VAE.md: every image alone, and all as one tall image.

Usage: python3 rivals.py FILE.idx          (needs Pillow with WebP; xz, bzip2 and gzip are Python's own)
"""
import bz2
import gzip
import io
import lzma
import struct
import sys

from PIL import Image

data = open(sys.argv[1], "rb").read()
sizes = struct.unpack(f">{data[3]}I", data[4:4 + 4 * data[3]])
channels, height, width = (1, *sizes[1:]) if len(sizes) == 3 else sizes[1:]
values = data[4 + 4 * len(sizes):]
count, size = sizes[0], channels * height * width
is_bilevel = channels == 1 and set(values) <= {0, 255}


def image(n, rows):
    part = values[n * size:(n + rows) * size]
    if channels == 1:
        picture = Image.frombytes("L", (width, height * rows), part)
        return picture.convert("1") if is_bilevel else picture
    planes = [b"".join(part[r * size + c * height * width:r * size + (c + 1) * height * width] for r in range(rows)) for c in range(3)]
    return Image.merge("RGB", [Image.frombytes("L", (width, height * rows), plane) for plane in planes])


def length(picture, form):
    file = io.BytesIO()
    if form == "PNG":
        picture.save(file, "PNG", optimize=True)
    else:
        picture.convert("RGB").save(file, "WEBP", lossless=True, quality=100, method=4)
    return len(file.getvalue())


def show(name, total):
    print(f"{name:<24}{total:>12} bytes {8 * total / (count * size):8.4f} bits a value")


for form in ("PNG", "WebP"):
    show(f"{form}, each alone", sum(length(image(n, 1), form) for n in range(count)))
    tall = min(count, 16000 // height)          # as tall as WebP may be
    show(f"{form}, {tall} in one", sum(length(image(n, min(tall, count - n)), form) for n in range(0, count, tall)))
show("xz -9e", len(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)))
show("bzip2 -9", len(bz2.compress(data, 9)))
show("gzip -9", len(gzip.compress(data, 9)))
