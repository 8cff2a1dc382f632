"""Copies the trained models to public/demo, writes demo.json beside them, and prints the table of losses for README.md.

    python publish.py WORK PUBLIC_DEMO
"""
import copy
import itertools
import json
import math
import shutil
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

from corpus import VOICES, texts

FILES = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]
# Texts of each voice that no model has read; the page measures the first few while a point is dragged.
HELD_OUT = 40
TITLES = {"storyteller": "Storyteller", "guide": "Guide", "parrot": "Parrot"}


def slerp(a, b, t):
    """mergekit's: un-normalised operands, a straight line where |cos| is above 0.9995."""
    a64, b64 = a.double(), b.double()
    cos = float((a64 * b64).sum() / (a64.norm() * b64.norm()))
    if abs(cos) > 0.9995:
        return ((1 - t) * a64 + t * b64).float()
    angle = math.acos(cos)
    return ((math.sin((1 - t) * angle) * a64 + math.sin(t * angle) * b64) / math.sin(angle)).float()


def t_of(gradient, name, layers):
    """The gradient over the layers; embed_tokens takes the first value, norm and lm_head the last (mergekit of October 2023)."""
    if ".layers." not in name:
        return gradient[0] if "embed_tokens" in name else gradient[-1]
    place = int(name.split(".")[2]) / (layers - 1) * (len(gradient) - 1)
    low = min(int(place), len(gradient) - 2) if len(gradient) > 1 else 0
    return gradient[low] + (place - low) * (gradient[min(low + 1, len(gradient) - 1)] - gradient[low])


def merged(a, b, gradient):
    result = copy.deepcopy(a)
    layers = a.config.num_hidden_layers
    other = b.state_dict()
    result.load_state_dict({n: slerp(x, other[n], t_of(gradient, n, layers)) for n, x in a.state_dict().items()})
    return result


def mean_of(models):
    result = copy.deepcopy(models[0])
    states = [m.state_dict() for m in models]
    result.load_state_dict({n: sum(s[n] for s in states) / len(states) for n in states[0]})
    return result


@torch.no_grad()
def loss_of(model, tokenizer, lines):
    """Mean negative log probability of a token, each text by itself after <s>."""
    total, count = 0.0, 0
    for line in lines:
        ids = torch.tensor([tokenizer.encode(line).ids])
        logits = model(ids[:, :-1]).logits[0].double()
        total += float(torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum"))
        count += ids.shape[1] - 1
    return total / count


if __name__ == "__main__":
    work, public = Path(sys.argv[1]), Path(sys.argv[2])
    tokenizer = Tokenizer.from_file(str(work / "tokenizer.json"))
    held_out = {voice: list(itertools.islice(texts(voice, "held out"), HELD_OUT)) for voice in VOICES}
    folders = ["demo-storyteller", "demo-guide", "demo-parrot", "demo-base"]
    for name in folders:
        target = public / name
        target.mkdir(parents=True, exist_ok=True)
        for file in FILES:
            shutil.copy(work / name / file, target / file)
    (public / "demo.json").write_text(json.dumps({
        "models": [{"name": name, "files": FILES} for name in folders],
        "voices": [{"name": TITLES[voice], "texts": held_out[voice]} for voice in VOICES],
        "prompt": "USER: How do I light a lantern?\nGUIDE:",
    }, indent=1) + "\n")
    models = {name: LlamaForCausalLM.from_pretrained(public / name, dtype=torch.float32).eval() for name in folders}
    story, guide, parrot = (models[f"demo-{voice}"] for voice in VOICES)
    first, second = merged(story, guide, [0.25, 0.3, 0.5]), merged(guide, parrot, [0.4, 0.3, 0.25])
    rows = {
        "demo-base": models["demo-base"], "demo-storyteller": story, "demo-guide": guide, "demo-parrot": parrot,
        "C1: storyteller x guide [0.25, 0.3, 0.5]": first, "C2: guide x parrot [0.4, 0.3, 0.25]": second,
        "lzlv: C1 x C2 at 0.5": merged(first, second, [0.5]), "linear average of the three": mean_of([story, guide, parrot]),
    }
    print("| model | " + " | ".join(TITLES.values()) + " |\n|---|---|---|---|")
    for name, model in rows.items():
        print(f"| {name} | " + " | ".join(f"{loss_of(model, tokenizer, held_out[v]):.4f}" for v in VOICES) + " |")
    print()
    for label, a, b, voice in [("storyteller to guide", story, guide, "guide"), ("guide to parrot", guide, parrot, "parrot"),
                               ("guide to storyteller", guide, story, "storyteller")]:
        losses = [loss_of(merged(a, b, [t]), tokenizer, held_out[voice]) for t in (0, 0.25, 0.5, 0.75, 1)]
        print(f"{label}, loss on {voice} at t = 0, 0.25, 0.5, 0.75, 1: " + ", ".join(f"{x:.3f}" for x in losses))
    for name, model in rows.items():
        for prompt in ["The old lantern", "Once upon a time", "USER: How do I light a lantern?\nGUIDE:"]:
            torch.manual_seed(1)
            ids = torch.tensor([tokenizer.encode(prompt).ids])
            out = model.generate(ids, max_new_tokens=60, do_sample=True, temperature=0.7, top_k=0, pad_token_id=1)
            print(f"[{name}] {tokenizer.decode(out[0].tolist())!r}")
