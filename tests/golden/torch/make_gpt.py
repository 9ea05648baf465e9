"""Small checkpoints with random weights and their logits, for the tests of imports: GPT-2 and Llama, in plain PyTorch.

Run once, with PyTorch 1.13 and NumPy:
    python3 tests/golden/torch/make_gpt.py tests/Tacit.Tests/Golden/checkpoints
For each model NAME it writes NAME.safetensors and NAME.config.json, as Hugging Face's library would, and
NAME.logits: the tokens (int32), then the logits (float32), both little-endian. The forward passes are written
from the papers and the library's documentation (Radford et al. 2019; Touvron et al. 2023; Su et al. 2021).
"""
import json
import math
import struct
import sys

import torch
import torch.nn.functional as F

torch.manual_seed(2026)
torch.set_num_threads(1)


def randn(*shape, scale=0.3):
    return torch.randn(*shape) * scale


def attend(q, k, v):
    """Causal attention: (heads, T, d) each."""
    length = q.shape[1]
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[2])
    mask = torch.tril(torch.ones(length, length, dtype=torch.bool))
    return torch.softmax(scores.masked_fill(~mask, float("-inf")), dim=-1) @ v


def heads_of(x, heads):
    return x.view(x.shape[0], heads, -1).transpose(0, 1)


def merged(x):
    return x.transpose(0, 1).reshape(x.shape[1], -1)


def gelu_new(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


def gpt2(name, vocabulary, context, columns, layers, heads, prefix, activation, tokens):
    w = {"wte.weight": randn(vocabulary, columns), "wpe.weight": randn(context, columns, scale=0.1)}
    for i in range(layers):
        h = f"h.{i}."
        for norm in ("ln_1", "ln_2"):
            w[h + norm + ".weight"], w[h + norm + ".bias"] = 1 + randn(columns, scale=0.1), randn(columns, scale=0.1)
        w[h + "attn.bias"] = torch.tril(torch.ones(context, context)).view(1, 1, context, context)
        for layer, inputs, outputs in (("attn.c_attn", columns, 3 * columns), ("attn.c_proj", columns, columns),
                                       ("mlp.c_fc", columns, 4 * columns), ("mlp.c_proj", 4 * columns, columns)):
            w[h + layer + ".weight"], w[h + layer + ".bias"] = randn(inputs, outputs), randn(outputs, scale=0.1)
    w["ln_f.weight"], w["ln_f.bias"] = 1 + randn(columns, scale=0.1), randn(columns, scale=0.1)

    def norm(x, which):
        return F.layer_norm(x, (columns,), w[which + ".weight"], w[which + ".bias"], 1e-5)

    def conv1d(x, which):
        return x @ w[which + ".weight"] + w[which + ".bias"]

    x = w["wte.weight"][tokens] + w["wpe.weight"][: len(tokens)]
    for i in range(layers):
        h = f"h.{i}."
        q, k, v = conv1d(norm(x, h + "ln_1"), h + "attn.c_attn").split(columns, dim=1)
        x = x + conv1d(merged(attend(heads_of(q, heads), heads_of(k, heads), heads_of(v, heads))), h + "attn.c_proj")
        x = x + conv1d(activation(conv1d(norm(x, h + "ln_2"), h + "mlp.c_fc")), h + "mlp.c_proj")
    logits = norm(x, "ln_f") @ w["wte.weight"].T
    config = {"model_type": "gpt2", "vocab_size": vocabulary, "n_positions": context, "n_embd": columns, "n_layer": layers, "n_head": heads,
              "n_inner": None, "activation_function": "gelu" if activation is F.gelu else "gelu_new", "layer_norm_epsilon": 1e-05,
              "scale_attn_weights": True, "bos_token_id": 0, "eos_token_id": 0}
    save(name, {prefix + k: v for k, v in w.items()}, config, tokens, logits)


def llama(name, vocabulary, context, columns, layers, heads, key_heads, hidden, theta, tied, biases, tokens):
    size = columns // heads
    w = {"model.embed_tokens.weight": randn(vocabulary, columns)}
    for i in range(layers):
        p = f"model.layers.{i}."
        w[p + "input_layernorm.weight"] = 1 + randn(columns, scale=0.1)
        w[p + "post_attention_layernorm.weight"] = 1 + randn(columns, scale=0.1)
        for layer, inputs, outputs in (("self_attn.q_proj", columns, columns), ("self_attn.k_proj", columns, key_heads * size),
                                       ("self_attn.v_proj", columns, key_heads * size), ("self_attn.o_proj", columns, columns),
                                       ("mlp.gate_proj", columns, hidden), ("mlp.up_proj", columns, hidden), ("mlp.down_proj", hidden, columns)):
            w[p + layer + ".weight"] = randn(outputs, inputs)
            if layer in biases:
                w[p + layer + ".bias"] = randn(outputs, scale=0.1)
    w["model.norm.weight"] = 1 + randn(columns, scale=0.1)
    if not tied:
        w["lm_head.weight"] = randn(vocabulary, columns)

    def norm(x, which):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * w[which]

    def linear(x, which):
        return F.linear(x, w[which + ".weight"], w.get(which + ".bias"))

    def turn(x):
        frequencies = theta ** (-torch.arange(0, size, 2).double() / size)
        angles = torch.outer(torch.arange(x.shape[1]).double(), frequencies)
        cos, sin = torch.cat([angles.cos()] * 2, dim=1).float(), torch.cat([angles.sin()] * 2, dim=1).float()
        half = torch.cat([-x[..., size // 2:], x[..., : size // 2]], dim=-1)
        return x * cos + half * sin

    x = w["model.embed_tokens.weight"][tokens]
    for i in range(layers):
        p = f"model.layers.{i}."
        y = norm(x, p + "input_layernorm.weight")
        q, k, v = (heads_of(linear(y, p + f"self_attn.{n}_proj"), h) for n, h in (("q", heads), ("k", key_heads), ("v", key_heads)))
        k, v = (z.repeat_interleave(heads // key_heads, dim=0) for z in (turn(k), v))
        x = x + linear(merged(attend(turn(q), k, v)), p + "self_attn.o_proj")
        y = norm(x, p + "post_attention_layernorm.weight")
        x = x + linear(F.silu(linear(y, p + "mlp.gate_proj")) * linear(y, p + "mlp.up_proj"), p + "mlp.down_proj")
    logits = norm(x, "model.norm.weight") @ w["model.embed_tokens.weight" if tied else "lm_head.weight"].T
    config = {"model_type": "llama", "vocab_size": vocabulary, "max_position_embeddings": context, "hidden_size": columns,
              "intermediate_size": hidden, "num_hidden_layers": layers, "num_attention_heads": heads, "num_key_value_heads": key_heads,
              "hidden_act": "silu", "rms_norm_eps": 1e-06, "rope_theta": theta, "rope_scaling": None, "tie_word_embeddings": tied,
              "bos_token_id": 1, "eos_token_id": [2, 3]}
    save(name, w, config, tokens, logits)


def save(name, weights, config, tokens, logits):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for key, value in weights.items():
        raw = value.contiguous().numpy().astype("<f4").tobytes()
        header[key] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(f"{folder}/{name}.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)
    with open(f"{folder}/{name}.config.json", "w") as file:
        json.dump(config, file, indent=1)
        file.write("\n")
    with open(f"{folder}/{name}.logits", "wb") as file:
        file.write(tokens.numpy().astype("<i4").tobytes() + logits.numpy().astype("<f4").tobytes())


folder = sys.argv[1]
with torch.no_grad():
    gpt2("gpt2", 29, 12, 8, 2, 2, "", gelu_new, torch.randint(29, (12,)))
    gpt2("gpt2-gelu", 17, 8, 8, 1, 4, "transformer.", F.gelu, torch.randint(17, (8,)))
    llama("llama", 23, 16, 16, 2, 4, 2, 24, 10000.0, True, (), torch.randint(23, (16,)))
    llama("llama-untied", 19, 10, 12, 1, 2, 1, 20, 500000.0, False,
          ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"), torch.randint(19, (10,)))
