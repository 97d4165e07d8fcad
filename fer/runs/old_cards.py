"""Cards of older versions, converted to this one."""

VERSION = 2  # 2: scores are a list with split and tta as fields; 1 had them in the keys
TTA = "-tta"  # in version 1, the suffix of scores with test-time augmentation


def upgraded(plain: dict) -> dict:
    """Convert a version 1 card to this version.

    Raises:
        ValueError: for a version that this program does not know.
    """
    version = plain.get("version", 1)
    if version == VERSION:
        return plain
    if version != 1:
        raise ValueError(f"it has version {version}, but this program supports up to {VERSION}; update the program")
    temperature = plain.get("temperature") or {}
    scores = []
    for key, score in (plain.get("scores") or {}).items():
        dataset, _, split = key.removesuffix(TTA).rpartition("-")
        scores.append({**score, "dataset": dataset, "split": split, "tta": key.endswith(TTA)})
    machine = plain.get("machine") or None
    changed = {
        "temperature": temperature.get("single pass"),
        "temperature_tta": temperature.get("test-time augmentation"),
    }
    return {**plain, **changed, "scores": scores, "machine": machine, "version": VERSION}
