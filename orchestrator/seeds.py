"""Random streams by name, so that adding one never shifts another."""

import hashlib
import json


def seed_for(stream: str, replicate: int | str, *details: str | int, study_seed: int = 0) -> int:
    """The seed, 0 ≤ seed < 2⁶³, of one random stream of one replicate.

    Streams are `init` (details: the parameter's name), `order`, `buckets` (the order of short and
    long sentences, with replicate 0 for all), `split`, `data`, `dropout` and `probe`. A seed never
    depends on the variant: all variants of a replicate meet the same splits, batch orders and
    initial draws, and so their differences are paired. Tuning names its replicates in its own way
    (`Trial.seed_name`): none of its seeds is one that is reported.
    """
    name = json.dumps([study_seed, stream, replicate, *details])
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 1
