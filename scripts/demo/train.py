"""Trains the demo models: a base on the mixture, then three fine-tunes of it, one a voice.

    python train.py WORK          (needs: pip install torch transformers tokenizers)

Finished models lie in WORK/NAME; a run that was stopped goes on where it was. Seeds are fixed, but threads add up in no fixed order, so
that another run gives other weights of the same quality.
"""
import itertools
import json
import math
import sys
import time
from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import LlamaConfig, LlamaForCausalLM

from corpus import VOICES, texts

VOCABULARY, LAYERS, HIDDEN, INTERMEDIATE, HEADS, KV_HEADS = 768, 8, 128, 352, 4, 2
LENGTH, BATCH = 128, 16
BASE = dict(steps=600, rate=3e-3, warmup=50)
TUNED = dict(steps=240, rate=8e-4, warmup=20)
SAVE_EVERY = 50


def train_tokenizer(work):
    path = work / "tokenizer.json"
    if path.exists():
        return Tokenizer.from_file(str(path))
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    specials = [AddedToken("<s>", special=True), AddedToken("</s>", special=True)]
    sample = itertools.chain.from_iterable(itertools.islice(texts(voice, 0), 3000) for voice in ["mixture", *VOICES])
    tokenizer.train_from_iterator(sample, trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=specials, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    tokenizer.save(str(path))
    return tokenizer


def batches(tokenizer, voice, skip):
    """Texts end to end, each between <s> and </s>, cut into rows of LENGTH + 1 tokens."""
    stream = (token for text in texts(voice, 1) for token in [*tokenizer.encode(text).ids, 1])
    size = BATCH * (LENGTH + 1)
    for number in itertools.count():
        rows = list(itertools.islice(stream, size))
        if number >= skip:
            yield torch.tensor(rows).view(BATCH, LENGTH + 1)


def train(work, tokenizer, name, voice, start, steps, rate, warmup):
    folder, state = work / name, work / f"{name}.state.pt"
    if (folder / "model.safetensors").exists():
        return
    torch.manual_seed(1)
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=HIDDEN, intermediate_size=INTERMEDIATE, num_hidden_layers=LAYERS,
        num_attention_heads=HEADS, num_key_value_heads=KV_HEADS, max_position_embeddings=512, rms_norm_eps=1e-5,
        bos_token_id=0, eos_token_id=1, tie_word_embeddings=False))
    if start is not None:
        model.load_state_dict(LlamaForCausalLM.from_pretrained(work / start, dtype=torch.float32).state_dict())
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.95), weight_decay=0.05)
    done = 0
    if state.exists():
        kept = torch.load(state)
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        done = kept["done"]
    began, mean = time.time(), None
    for step, rows in zip(range(done, steps), batches(tokenizer, voice, done)):
        share = (step + 1) / warmup if step < warmup else 0.55 + 0.45 * math.cos(math.pi * (step - warmup) / (steps - warmup))
        for group in optimizer.param_groups:
            group["lr"] = rate * share
        loss = model(rows[:, :-1], labels=rows[:, 1:], shift_labels=rows[:, 1:].contiguous()).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        mean = loss.item() if mean is None else 0.95 * mean + 0.05 * loss.item()
        if (step + 1) % SAVE_EVERY == 0:
            rate_now = (step + 1 - done) * BATCH * LENGTH / (time.time() - began)
            print(f"{name}: step {step + 1} of {steps}, loss {mean:.3f}, {rate_now:.0f} tokens a second", flush=True)
            torch.save(dict(model=model.state_dict(), optimizer=optimizer.state_dict(), done=step + 1), state)
    folder.mkdir(exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(dict(
        tokenizer_class="PreTrainedTokenizerFast", bos_token="<s>", eos_token="</s>", model_max_length=512), indent=2) + "\n")
    model.to(torch.bfloat16).save_pretrained(folder)


if __name__ == "__main__":
    work = Path(sys.argv[1])
    work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    tokenizer = train_tokenizer(work)
    train(work, tokenizer, "demo-base", "mixture", None, **BASE)
    for voice in VOICES:
        train(work, tokenizer, f"demo-{voice}", voice, "demo-base", **TUNED)
