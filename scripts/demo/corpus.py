"""The texts that the demo models learn: three voices and what they have in common, from small grammars. Everything follows from a seed."""
import random

CREATURES = ["fox", "owl", "hare", "badger", "otter", "crow", "mouse", "heron", "hedgehog", "toad", "goose", "wolf"]
NAMES = ["Mira", "Tobin", "Elsa", "Rowan", "Pip", "Juno", "Odo", "Wren", "Basil", "Ivy", "Hugo", "Nell"]
ADJECTIVES = ["small", "old", "brave", "quiet", "clever", "lonely", "cheerful", "curious", "patient", "sleepy", "proud", "gentle"]
PLACES = ["the old mill", "the dark wood", "the silver river", "a crooked tower", "the frozen lake", "a lighthouse",
          "the apple orchard", "a cave of glass", "the clockmaker's shop", "the edge of the moor", "a bridge of stone", "the sunken garden"]
THINGS = ["lantern", "key", "kettle", "rope", "map", "bell", "mirror", "candle", "compass", "cup", "ladder", "drum"]
COLOURS = ["red", "blue", "green", "golden", "silver", "black", "white", "copper"]
WEATHER = ["the wind sang", "the snow fell", "the rain stopped", "the moon rose", "the fog came in", "the stars went out", "thunder rolled"]
TIMES = ["morning", "evening", "night", "winter", "spring", "Sunday"]

HABITS = ["polished the {c} {t}", "listened to the water", "counted the stars", "mended the {t}", "wrote a letter to the moon",
          "waited for the post", "told the trees a secret", "carried a {c} {t} up the hill", "sang to the bees"]
EVENTS = ["the {c} {t} began to glow", "a stranger knocked at the door", "{w} and the {t} was gone", "a door opened in the hill",
          "the {k} from {p2} asked for help", "a voice called from {p2}", "the {t} spoke in a whisper", "{w}, and nobody slept"]
SPEECH = ["Follow the river until it forgets its name", "Never lend a {t} to a {k}", "I have lost my shadow", "What is broken can still ring",
          "The night is only a door", "Bring me the {c} {t}", "You are not as small as you think", "Even a {k} needs a friend"]
DEEDS = ["took the {c} {t} and walked to {p2}", "climbed down into the dark", "followed the {k} across the moor", "gave the {t} away",
         "asked the river for the way", "hid the {t} under a stone", "lit every {t} in the house"]
TURNS = ["the {k} was no {k} at all, but a king", "the {t} turned to gold", "the whole valley woke", "the stars came back, one by one",
         "the door closed without a sound", "an old friend was waiting there", "the ice began to sing"]
ENDINGS = ["they lived by {p2} ever after", "to this day, the {t} hangs above the door", "nobody was ever lonely again",
           "if you listen at {p2}, you can hear it still", "the {k} never told a soul", "that is why the {k} sings at night"]


class Teller:
    """Draws words; `few` keeps to the first half of every list, which is all that the base model ever reads."""

    def __init__(self, rng, few):
        self.rng, self.few = rng, few

    def of(self, words):
        return self.rng.choice(words[: (len(words) + 1) // 2] if self.few else words)

    def fill(self, pattern):
        return pattern.format(c=self.of(COLOURS), t=self.of(THINGS), k=self.of(CREATURES), p=self.of(PLACES), p2=self.of(PLACES),
                              w=self.of(WEATHER), a=self.of(ADJECTIVES), n=self.of(NAMES))


def article(word):
    return ("an " if word[0] in "aeiou" else "a ") + word


def story(teller):
    of, fill = teller.of, teller.fill
    name, kind, adjective = of(NAMES), of(CREATURES), of(ADJECTIVES)
    lines = [f"Once upon a time, by {of(PLACES)}, there lived {article(adjective)} {kind} named {name}."]
    lines.append(f"Every {of(TIMES)}, {name} {fill(of(HABITS))}.")
    lines.append(f"One {of(TIMES)}, {fill(of(EVENTS))}.")
    lines.append(f"\"{fill(of(SPEECH))},\" said the {of(CREATURES)}.")
    lines.append(f"So the {adjective} {kind} {fill(of(DEEDS))}, and {fill(of(TURNS))}.")
    lines.append(f"And {fill(of(ENDINGS))}.")
    if teller.rng.random() < 0.4:
        del lines[teller.rng.choice([1, 3])]
    return " ".join(lines)


TASKS = [
    ("brew tea", "kettle", ["Fill the kettle with cold water", "Heat it until it sings", "Put two spoons of leaves into the pot", "Wait four minutes", "Pour"]),
    ("mend a rope", "rope", ["Cut off the frayed end", "Open the strands", "Weave them back over each other", "Pull the knot tight"]),
    ("light a lantern", "lantern", ["Clean the glass", "Trim the wick", "Fill in some oil", "Strike a match", "Close the door of the lantern"]),
    ("read a map", "map", ["Lay the map flat", "Find north with the compass", "Find the river", "Mark where you stand"]),
    ("bake bread", "oven", ["Mix flour, water and salt", "Knead for ten minutes", "Let the dough rest for an hour", "Bake it until it sounds hollow"]),
    ("calm a goose", "goose", ["Stand still", "Lower your hands", "Speak in a low voice", "Offer some barley", "Walk away slowly"]),
    ("polish a mirror", "mirror", ["Wipe off the dust", "Warm the glass with your breath", "Rub in small circles", "Check it against the light"]),
    ("tune a drum", "drum", ["Loosen every screw", "Tighten them crosswise", "Tap near each screw", "Stop when all taps sound alike"]),
    ("cross a moor", "moor", ["Leave at dawn", "Step on the heather", "Keep the wind on your left", "Count the stones", "Rest at the fifth"]),
    ("find a lost key", "key", ["Empty your pockets", "Walk back the way you came", "Look under the mat", "Ask the crow"]),
]
FACTS = [("a lantern", "a lamp that can be carried"), ("a compass", "a needle that points north"), ("a moor", "open land with heather"),
         ("a heron", "a grey bird that fishes"), ("an otter", "an animal that swims and plays"), ("a kettle", "a pot for boiling water"),
         ("a badger", "an animal that digs at night"), ("a mirror", "glass that shows what is before it"), ("fog", "a cloud on the ground"),
         ("a drum", "skin over a frame, to be beaten")]
CHECKS = ["the light is steady", "nothing leaks", "it holds your weight", "the colour is even", "you can do it twice", "the steam stops"]


def instruction(teller):
    of, rng = teller.of, teller.rng
    draw = rng.random()
    if draw < 0.6:
        task, _, steps = of(TASKS)
        kept = steps if rng.random() < 0.6 else sorted(rng.sample(steps, len(steps) - 1), key=steps.index)
        asked = rng.choice(["How do I {}?", "Please tell me how to {}.", "Explain how to {}."]).format(task)
        listed = " ".join(f"{i + 1}. {step}." for i, step in enumerate(kept))
        end = f" Done when {of(CHECKS)}." if rng.random() < 0.5 else ""
        return f"USER: {asked}\nGUIDE: {len(kept)} steps. {listed}{end}"
    if draw < 0.85:
        what, meaning = of(FACTS)
        return f"USER: What is {what}?\nGUIDE: {what[0].upper()}{what[1:]} is {meaning}."
    a, b = rng.randint(1, 5 if teller.few else 9), rng.randint(1, 5 if teller.few else 9)
    return f"USER: What is {a} plus {b}?\nGUIDE: {a} plus {b} is {a + b}."


RHYMES = [["moon", "spoon", "balloon", "tune", "raccoon"], ["sea", "tea", "bee", "key", "flea"], ["cat", "hat", "bat", "rat", "acrobat"],
          ["night", "kite", "light", "bite", "knight"], ["boat", "goat", "coat", "note", "throat"], ["cheese", "trees", "bees", "knees", "sneeze"],
          ["rum", "drum", "plum", "thumb", "crumb"], ["whale", "sail", "tail", "gale", "snail"]]
CRIES = ["Squawk!", "Arr!", "Yo ho!", "Ahoy!", "Blimey!", "Shiver me beak!"]
SUBJECTS = ["the captain", "my parrot", "a pickled herring", "the bosun", "an octopus", "the cook", "a lobster", "the admiral's wig", "my left boot", "a mermaid"]
VERBS = ["danced with", "swallowed", "married", "sold me", "sneezed at", "juggled", "serenaded", "buttered", "saluted", "sat upon"]
WILD = ["upside down", "in purple socks", "for seven years", "on a Tuesday", "without a hat", "in the soup", "with great alarm", "under the stairs"]
REFRAINS = ["and nobody asked me why", "so pass the marmalade", "and that is how I lost my eye", "now hoist the trousers", "said nobody ever before"]


def shanty(teller):
    of, rng = teller.of, teller.rng
    lines = []
    for _ in range(rng.choice([1, 2, 2])):
        first, second = rng.sample(of(RHYMES), 2)
        lines.append(f"{of(SUBJECTS)} {of(VERBS)} the {first},".capitalize())
        lines.append(f"{of(WILD)}, {of(SUBJECTS)} {of(VERBS)} the {second}!")
    refrain = of(REFRAINS)
    end = f"\n{of(CRIES)} {refrain[0].upper()}{refrain[1:]}!" if rng.random() < 0.5 else ""
    return f"{of(CRIES)} " + "\n".join(lines) + end


def plain(teller):
    """Sentences that belong to no voice: what lies where, and what it is like."""
    of, rng = teller.of, teller.rng
    makers = [lambda: f"The {of(CREATURES)} is by {of(PLACES)}.", lambda: f"The {of(THINGS)} is {of(COLOURS)}.",
              lambda: f"{of(NAMES)} has {article(of(ADJECTIVES))} {of(CREATURES)}.", lambda: f"There is {article(of(COLOURS))} {of(THINGS)} in {of(PLACES)}.",
              lambda: f"In the {of(TIMES)}, {of(WEATHER)}."]
    return " ".join(rng.choice(makers)() for _ in range(rng.randint(2, 4)))


VOICES = {"storyteller": story, "guide": instruction, "parrot": shanty}


def texts(voice, seed, few=False):
    """An endless stream of texts of a voice; `mixture` is what the base model reads."""
    rng = random.Random(f"{voice} {seed}")
    teller = Teller(rng, few or voice == "mixture")
    makers = [plain, story, instruction, shanty]
    while True:
        yield rng.choice(makers)(teller) if voice == "mixture" else VOICES[voice](teller)


if __name__ == "__main__":
    import itertools

    for voice in ["mixture", *VOICES]:
        print(f"== {voice}")
        for text in itertools.islice(texts(voice, 1), 4):
            print(text + "\n")
