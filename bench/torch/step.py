"""Training steps of byte-level models in PyTorch: the peer of `Tacit.Bench learning`.

Needs Debian's python3-torch (PyTorch on OpenBLAS). Prints tokens per second of forward, backward and AdamW.
Usage: step.py gpt|lstm THREADS [STEPS]. On processors OpenBLAS does not recognise, name its kernel:
OPENBLAS_CORETYPE=SkylakeX python3 step.py gpt 1
"""
import ctypes
import math
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


def kernel_in_use():
    """The kernel OpenBLAS chose; without it a figure says nothing."""
    for line in open("/proc/self/maps"):
        path = line.split()[-1]
        if "openblas" in path:
            blas = ctypes.CDLL(path)
            blas.openblas_get_corename.restype = ctypes.c_char_p
            return blas.openblas_get_corename().decode()
    return "no OpenBLAS"


class Block(nn.Module):
    def __init__(self, columns, heads, context):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(columns), nn.LayerNorm(columns)
        self.qkv, self.out = nn.Linear(columns, 3 * columns), nn.Linear(columns, columns)
        self.up, self.down = nn.Linear(columns, 4 * columns), nn.Linear(4 * columns, columns)
        self.register_buffer("later", torch.triu(torch.ones(context, context), 1).bool())

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (a.view(b, t, self.heads, c // self.heads).transpose(1, 2) for a in self.qkv(self.norm1(x)).split(c, 2))
        scores = (q @ k.transpose(-2, -1)) / math.sqrt(c // self.heads)
        weights = F.softmax(scores.masked_fill(self.later, -math.inf), -1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(b, t, c))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, layers, columns, heads, context):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(256, columns), nn.Embedding(context, columns)
        self.blocks = nn.ModuleList(Block(columns, heads, context) for _ in range(layers))
        self.norm = nn.LayerNorm(columns)

    def forward(self, x):
        y = self.tokens(x) + self.positions(torch.arange(x.shape[1]))
        for block in self.blocks:
            y = block(y)
        return self.norm(y) @ self.tokens.weight.T


class Lstm(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.tokens, self.lstm, self.out = nn.Embedding(256, size), nn.LSTM(size, size, batch_first=True), nn.Linear(size, 256)

    def forward(self, x):
        return self.out(self.lstm(self.tokens(x))[0])


def measure(name, model, batch, length, threads, steps):
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
    x, y = torch.randint(0, 256, (batch, length)), torch.randint(0, 256, (batch, length))
    times = []
    for _ in range(2 + steps):
        start = time.perf_counter()
        loss = F.cross_entropy(model(x).view(-1, 256), y.view(-1))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        times.append(time.perf_counter() - start)
    times = sorted(times[2:])
    tokens = batch * length
    print(f"{name:<24}{threads:8}{tokens / times[0]:16.0f}{tokens / times[len(times) // 2]:10.0f}   loss {loss.item():.3f}", flush=True)


kind, threads = sys.argv[1], int(sys.argv[2])
steps = int(sys.argv[3]) if len(sys.argv) > 3 else 10
torch.set_num_threads(threads)
torch.manual_seed(0)
print(f"PyTorch {torch.__version__}, OpenBLAS kernel {kernel_in_use()}")
print(f"{'model':<24}{'threads':>8}{'tokens/s, best':>16}{'median':>10}")
if kind == "gpt":
    measure("GPT 4 x 128", Gpt(4, 128, 4, 256), 16, 256, threads, steps)
    measure("GPT 6 x 256", Gpt(6, 256, 8, 256), 8, 256, threads, steps)
else:
    measure("LSTM 256", Lstm(256), 32, 128, threads, steps)
