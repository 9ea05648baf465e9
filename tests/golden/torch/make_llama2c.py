"""What karpathy/llama2.c's run.c says at temperature 0 to some prompts, computed without it and without Tacit: in NumPy.

Run once, with NumPy:
    python3 tests/golden/torch/make_llama2c.py ../shared/data/llama2c tests/Tacit.Tests/Golden/checkpoints/llama2c-prompts.txt
The checkpoint's format, the forward pass and the tokeniser are written from run.c's description in its README and from
the papers (Touvron et al. 2023; Su et al. 2021), in double, so that no order of additions matters. A line for each prompt: the prompt
as JSON, its ids, the ids that follow, and the smallest distance there was between the two highest logits. Prompts
are chosen so that it is large against what single precision can change (about 1e-5): the choice is the model's then.
"""
import json
import struct
import sys

import numpy as np

folder, target = sys.argv[1:]
PROMPTS = ["Once upon a time, there was a little girl named Lily.", " The cat sat", "\nOne day", "Zo\u00eb said: \u4f60\u597d! \U0001f600", "a\tb  c\n\nTom"]


class Model:
    def __init__(self, path):
        data = open(path, "rb").read()
        self.dim, hidden, self.layers, self.heads, self.key_heads, vocabulary, self.context = struct.unpack("<7i", data[:28])
        assert vocabulary > 0, "the output layer is tied"
        numbers = np.frombuffer(data, "<f4", offset=28).astype(np.float64)
        at = 0

        def take(*shape):
            nonlocal at
            count = int(np.prod(shape))
            at += count
            return numbers[at - count:at].reshape(shape)

        n, d = self.layers, self.dim
        keys = d // self.heads * self.key_heads
        self.embedding = take(vocabulary, d)
        self.attention_norm = take(n, d)
        self.wq, self.wk, self.wv, self.wo = take(n, d, d), take(n, keys, d), take(n, keys, d), take(n, d, d)
        self.feed_forward_norm = take(n, d)
        self.w1, self.w2, self.w3 = take(n, hidden, d), take(n, d, hidden), take(n, hidden, d)
        self.norm = take(d)

    def logits(self, tokens):
        """Of the last token, all computed anew: (V)."""
        size = self.dim // self.heads
        length = len(tokens)
        angles = np.outer(np.arange(length), 10000.0 ** (-np.arange(0, size, 2) / size))      # (T, size / 2)
        cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]

        def turned(x):                                                                         # (T, heads, size)
            even, odd = x[..., 0::2], x[..., 1::2]
            y = np.empty_like(x)
            y[..., 0::2], y[..., 1::2] = even * cos - odd * sin, even * sin + odd * cos
            return y

        x = self.embedding[tokens]
        for i in range(self.layers):
            y = norm(x, self.attention_norm[i])
            q = turned((y @ self.wq[i].T).reshape(length, self.heads, size))
            k = turned((y @ self.wk[i].T).reshape(length, self.key_heads, size)).repeat(self.heads // self.key_heads, axis=1)
            v = (y @ self.wv[i].T).reshape(length, self.key_heads, size).repeat(self.heads // self.key_heads, axis=1)
            scores = np.einsum("thd,shd->hts", q, k) / np.sqrt(size)
            scores[:, np.triu(np.ones((length, length), bool), 1)] = -np.inf
            weights = np.exp(scores - scores.max(-1, keepdims=True))
            weights /= weights.sum(-1, keepdims=True)
            x = x + np.einsum("hts,shd->thd", weights, v).reshape(length, -1) @ self.wo[i].T
            y = norm(x, self.feed_forward_norm[i])
            gate = y @ self.w1[i].T
            x = x + (gate / (1 + np.exp(-gate)) * (y @ self.w3[i].T)) @ self.w2[i].T
        return norm(x[-1], self.norm) @ self.embedding.T


def norm(x, gain):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5) * gain


class Tokenizer:
    def __init__(self, path, vocabulary):
        data = open(path, "rb").read()
        at, self.pieces, self.scores = 4, [], []
        for _ in range(vocabulary):
            score, length = struct.unpack_from("<fi", data, at)
            self.pieces.append(data[at + 8:at + 8 + length])
            self.scores.append(score)
            at += 8 + length
        self.ids = {}
        for number, piece in enumerate(self.pieces):
            self.ids.setdefault(piece, number)

    def encode(self, text):
        """The start, a space, characters or else their bytes (3 on), then the best merge of two neighbours until there is none."""
        ids = [1] + ([self.ids[b" "]] if text else [])
        for character in text:
            raw = character.encode()
            ids += [self.ids[raw]] if raw in self.ids else [3 + b for b in raw]
        while True:
            best = None
            for i in range(len(ids) - 1):
                merged = self.ids.get(self.pieces[ids[i]] + self.pieces[ids[i + 1]])
                if merged is not None and (best is None or self.scores[merged] > best[0]):
                    best = (self.scores[merged], i, merged)
            if best is None:
                return ids
            ids[best[1]:best[1] + 2] = [best[2]]


model = Model(folder + "/aidreams260K.bin")
tokenizer = Tokenizer(folder + "/tok512.bin", len(model.embedding))


def continued(ids):
    """Greedy until the window is full or the model ends the text; the ids, and how near a second one came."""
    ids, first, nearest = list(ids), len(ids), np.inf
    while len(ids) <= model.context:
        logits = model.logits(ids)
        low, high = np.sort(logits)[-2:]
        nearest = min(nearest, high - low)
        ids.append(int(logits.argmax()))
        if ids[-1] == 1:
            break
    return ids[first:], nearest


known = [int(line) for line in open(folder + "/greedy-empty-prompt.ids.txt").read().split()]
found, nearest = continued([1])
assert found[:len(known)] == known[:len(found)], "this is not what run.c says"
print("as run.c for the empty prompt:", min(len(known), len(found)), "ids, nearest", nearest)
with open(target, "w") as file:
    for prompt in PROMPTS:
        ids = tokenizer.encode(prompt)
        following, nearest = continued(ids)
        text = b"".join(tokenizer.pieces[i] if i > 258 else bytes([i - 3]) if i > 2 else b"" for i in following).decode(errors="replace")
        print(json.dumps(prompt), len(ids), len(following), nearest, repr(text))
        file.write(f"{json.dumps(prompt)}\t{' '.join(map(str, ids[1:]))}\t{' '.join(map(str, following))}\t{nearest:.6f}\n")
