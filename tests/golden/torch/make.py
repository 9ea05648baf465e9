"""Writes cases.txt: inputs, results and gradients of layers, losses and optimisers as PyTorch computes them.

Run once with Debian 12's packages (python3-torch 1.13, python3-numpy): python3 tests/golden/torch/make.py
The tests compare Tacit's with them (tests/Tacit.Tests/Learning/TorchTests.cs). Everything is computed in float64 and
written as float32, base64 of little-endian values: one line per tensor, "case name (shape) values".
"""
import base64
import math
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
lines = []


def rounded(*shape, scale=1.0):
    """Random values that float32 holds exactly, so that both sides compute with the same."""
    return (torch.randn(*shape) * scale).float().double()


def write(case, name, tensor):
    data = tensor.detach().float().contiguous().numpy().astype("<f4").tobytes()
    shape = ",".join(map(str, tensor.shape))
    lines.append(f"{case} {name} ({shape}) {base64.b64encode(data).decode()}")


def case(name, inputs, compute):
    """Inputs with their gradients, results, and the direction the gradients are taken along."""
    for tensor in inputs.values():
        tensor.requires_grad_(True)
    y = compute(**inputs)
    along = torch.ones(()) if y.dim() == 0 else rounded(*y.shape)
    (y * along).sum().backward()
    for key, tensor in inputs.items():
        write(name, key, tensor)
        write(name, "d" + key, tensor.grad)
    write(name, "y", y.reshape(1) if y.dim() == 0 else y)
    write(name, "along", along.reshape(1) if y.dim() == 0 else along)


case("linear", {"x": rounded(3, 5), "weight": rounded(4, 5), "bias": rounded(4)}, lambda x, weight, bias: F.linear(x, weight, bias))

indices = torch.tensor([3, 0, 3, 1])
case("embedding", {"weight": rounded(5, 3)}, lambda weight: F.embedding(indices, weight))

case("layernorm", {"x": rounded(4, 7), "weight": rounded(7), "bias": rounded(7)},
     lambda x, weight, bias: F.layer_norm(x, (7,), weight, bias, 1e-5))

for kind in ("relu", "gelu", "silu", "tanh", "sigmoid", "softplus"):
    case(kind, {"x": rounded(3, 7, scale=2.0)}, lambda x: getattr(F, kind)(x))
case("softmax", {"x": rounded(3, 7, scale=3.0)}, lambda x: torch.softmax(x, -1))
case("logsoftmax", {"x": rounded(3, 7, scale=3.0)}, lambda x: torch.log_softmax(x, -1))


def attention(visible):
    """Two heads of size 3 over (B, T, C), as in torch.nn.MultiheadAttention; visible (B, T, S)."""
    def compute(q, k, v):
        split = lambda x: x.view(2, 4, 2, -1).transpose(1, 2)
        scores = split(q) @ split(k).transpose(-1, -2) / math.sqrt(3)
        weights = torch.softmax(scores.masked_fill(~visible[:, None], -math.inf), -1)
        return (weights @ split(v)).transpose(1, 2).reshape(2, 4, -1)
    return compute


causal = torch.tril(torch.ones(4, 4, dtype=torch.bool)).expand(2, 4, 4)
padding = torch.tensor([[1, 1, 1, 0], [1, 0, 1, 1]], dtype=torch.bool)[:, None].expand(2, 4, 4)
for name, visible in (("attention-causal", causal), ("attention-padding", padding)):
    case(name, {"q": rounded(2, 4, 6), "k": rounded(2, 4, 6), "v": rounded(2, 4, 4)}, attention(visible))

# torch.nn.LSTM, two layers of two directions, packed sequences; outputs, last hidden and last cell states one after another.
lengths = torch.tensor([4, 2, 3])
lstm = torch.nn.LSTM(3, 2, num_layers=2, batch_first=True, bidirectional=True)
for parameter in lstm.parameters():
    parameter.data = rounded(*parameter.shape, scale=0.7)
for name, parameter in list(lstm.named_parameters()):
    if name.startswith("bias_hh"):
        parameter.data.zero_()      # Tacit has one bias
x, h, c = rounded(3, 4, 3).requires_grad_(), rounded(4, 3, 2).requires_grad_(), rounded(4, 3, 2).requires_grad_()
packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
out, (hn, cn) = lstm(packed, (h, c))
out, _ = torch.nn.utils.rnn.pad_packed_sequence(out, batch_first=True)
y = torch.cat([out.reshape(-1), hn.reshape(-1), cn.reshape(-1)])
along = rounded(*y.shape)
(y * along).sum().backward()
for name, tensor in [("x", x), ("h", h), ("c", c)] + [(n, p) for n, p in lstm.named_parameters() if not n.startswith("bias_hh")]:
    write("lstm", name, tensor)
    write("lstm", "d" + name, tensor.grad)
write("lstm", "y", y)
write("lstm", "along", along)

case("conv2d", {"x": rounded(2, 3, 5, 6), "weight": rounded(4, 3, 3, 3), "bias": rounded(4)},
     lambda x, weight, bias: F.conv2d(x, weight, bias, stride=2, padding=1))
case("convtranspose2d", {"x": rounded(2, 3, 3, 2), "weight": rounded(3, 2, 3, 3), "bias": rounded(2)},
     lambda x, weight, bias: F.conv_transpose2d(x, weight, bias, stride=2, padding=1, output_padding=1))

targets = torch.tensor([2, -1, 0, 4])
case("crossentropy", {"x": rounded(4, 5, scale=2.0)}, lambda x: F.cross_entropy(x, targets, ignore_index=-1))
case("mse", {"x": rounded(3, 5), "t": rounded(3, 5)}, lambda x, t: F.mse_loss(x, t))
case("bernoulli", {"x": rounded(3, 5, scale=4.0), "t": torch.rand(3, 5).float().double()}, lambda x, t: F.binary_cross_entropy_with_logits(x, t))
case("gaussian", {"x": rounded(3, 5), "mean": rounded(3, 5), "logvariance": rounded(3, 5)},
     lambda x, mean, logvariance: F.gaussian_nll_loss(mean, x, logvariance.exp(), full=True, eps=1e-12))
normal = torch.distributions.Normal
case("kl-standard", {"mean": rounded(3, 5), "logvariance": rounded(3, 5)}, lambda mean, logvariance: torch.distributions.kl_divergence(
    normal(mean, (logvariance / 2).exp()), normal(torch.zeros(3, 5), torch.ones(3, 5))).sum(1).mean())
case("kl", {"mean": rounded(3, 5), "logvariance": rounded(3, 5), "mean2": rounded(3, 5), "logvariance2": rounded(3, 5)},
     lambda mean, logvariance, mean2, logvariance2: torch.distributions.kl_divergence(
         normal(mean, (logvariance / 2).exp()), normal(mean2, (logvariance2 / 2).exp())).sum(1).mean())


def mixture(p, values, levels, k):
    """PyTorch's mixture of logistic distributions, discretised: (R, C) values, parameters as Tacit lays them out."""
    channels = values.shape[1]
    x = 2.0 * values / (levels - 1) - 1
    logits, rest = p[:, :k], p[:, k:].reshape(p.shape[0], channels, -1, k)
    means = [rest[:, c, 0] for c in range(channels)]
    if channels == 3:
        c = torch.tanh(rest[:, :, 2])
        means[1] = means[1] + c[:, 0] * x[:, :1]
        means[2] = means[2] + c[:, 1] * x[:, :1] + c[:, 2] * x[:, 1:2]
    total = 0
    for i in range(channels):
        scale = rest[:, i, 1].exp()
        upper = torch.sigmoid((x[:, i:i + 1] + 1 / (levels - 1) - means[i]) / scale)
        lower = torch.sigmoid((x[:, i:i + 1] - 1 / (levels - 1) - means[i]) / scale)
        upper = torch.where(values[:, i:i + 1] == levels - 1, torch.ones(()), upper)
        lower = torch.where(values[:, i:i + 1] == 0, torch.zeros(()), lower)
        total = total + torch.log(upper - lower)
    return -torch.logsumexp(torch.log_softmax(logits, -1) + total, -1).sum() / values.numel()


for name, channels in (("mixture", 1), ("mixture-rgb", 3)):
    values = torch.tensor([[0, 128, 255], [17, 0, 200], [255, 255, 1], [90, 91, 92]])[:, :channels]
    case(name, {"p": rounded(4, 2 * (10 if channels == 3 else 3))}, lambda p: mixture(p, values, 256, 2))

# Optimisers: weights after each of five steps along given gradients, the last one clipped to a norm of 1.
for name, make in (("adamw", lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)),
                   ("sgd", lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, weight_decay=0.1)),
                   ("nesterov", lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, weight_decay=0.1, nesterov=True))):
    w = rounded(3, 4).requires_grad_()
    write(name, "w0", w)
    optimiser = make([w])
    for step in range(1, 6):
        w.grad = rounded(3, 4)
        write(name, f"g{step}", w.grad)
        norm = torch.nn.utils.clip_grad_norm_([w], 1.0)
        write(name, f"norm{step}", norm.reshape(1))
        optimiser.step()
        write(name, f"w{step}", w)

# A cosine from 0.1 to 0.01 over 20 steps.
w = torch.zeros(1, requires_grad=True)
optimiser = torch.optim.SGD([w], lr=0.1)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 20, eta_min=0.01)
rates = []
for step in range(21):
    rates.append(optimiser.param_groups[0]["lr"])
    optimiser.step()
    schedule.step()
write("cosine", "rates", torch.tensor(rates))

# Later additions: at the end, so that the numbers above stay.
for kind in ("exp", "square"):
    case(kind, {"x": rounded(3, 7)}, lambda x: getattr(torch, kind)(x))
for kind in ("log", "sqrt"):
    case(kind, {"x": (rounded(3, 7).abs() + 0.25).float().double()}, lambda x: getattr(torch, kind)(x))
case("addrow", {"x": rounded(2, 3, 5), "row": rounded(5)}, lambda x, row: x + row)
case("batchproduct", {"x": rounded(2, 3, 5), "z": rounded(2, 5, 4)}, lambda x, z: x @ z)
case("concatenate", {"x": rounded(2, 3, 4), "z": rounded(2, 1, 4)}, lambda x, z: torch.cat([x, z, x], 1))
case("rmsnorm", {"x": rounded(4, 7), "weight": rounded(7)},
     lambda x, weight: x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * weight)


def rope(x):
    """Two heads of size 6 over (B, T, C) from position 3: complex numbers x_i + i x_(i + 3) times e^(i t base^(-i/3))."""
    heads = x.view(2, 4, 2, 6)
    pairs = torch.complex(heads[..., :3], heads[..., 3:])
    angles = torch.outer(torch.arange(3.0, 7.0), 10000.0 ** (-torch.arange(3.0) / 3))
    pairs = pairs * torch.polar(torch.ones_like(angles), angles)[None, :, None]
    return torch.cat([pairs.real, pairs.imag], -1).reshape(2, 4, 12)


case("rope", {"x": rounded(2, 4, 12)}, rope)


def grouped(q, k, v):
    """Four heads of size 3 that share two of keys and values, over (B, T, C); autoregressive."""
    split = lambda x, heads: x.view(2, 4, heads, -1).transpose(1, 2)
    k, v = (split(x, 2).repeat_interleave(2, 1) for x in (k, v))
    scores = split(q, 4) @ k.transpose(-1, -2) / math.sqrt(3)
    weights = torch.softmax(scores.masked_fill(~causal[:, None], -math.inf), -1)
    return (weights @ v).transpose(1, 2).reshape(2, 4, -1)


case("attention-grouped", {"q": rounded(2, 4, 12), "k": rounded(2, 4, 6), "v": rounded(2, 4, 4)}, grouped)
seen = torch.tensor([[1, 1, 0, 1], [1, 1, 0, 0]], dtype=torch.bool)
case("attention-additive", {"q": rounded(2, 3, 5), "k": rounded(2, 4, 5), "vector": rounded(5), "memory": rounded(2, 4, 3)},
     lambda q, k, vector, memory: torch.softmax((torch.tanh(q[:, :, None] + k[:, None]) @ vector)
                                                .masked_fill(~seen[:, None], -math.inf), -1) @ memory)

pathlib.Path(__file__).with_name("cases.txt").write_text("\n".join(lines) + "\n")
