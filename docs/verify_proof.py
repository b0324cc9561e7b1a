"""python verify_proof.py FILE [HEAD]: checks a proof file of the record with the standard library alone."""

import hashlib
import json
import sys
from pathlib import Path


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).hexdigest()


def text(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def root_from(node, place, last, path):
    while last:  # a partner stands to the left of an odd place; a last one without a partner moves up
        if place ^ 1 <= last:
            node = sha(b"\1", *map(bytes.fromhex, (path.pop(0), node) if place % 2 else (node, path.pop(0))))
        place, last = place // 2, last // 2
    return node if not path else None


def problems_of(proof, kept):
    seals, heads = {seal["number"]: seal for seal in proof["seals"]}, [proof["before"]]
    for number, seal in enumerate(proof["seals"], min(seals, default=1)):
        heads.append(sha(b"\2", text({**seal, "number": number, "previous": heads[-1]})))
    for event, detail, seal, place, path in (map(each.get, KEYS) for each in proof["events"]):
        said = {key: event[key] for key in event if key not in ("id", "transaction", "digest")}
        if detail and sha(bytes.fromhex(detail.pop("salt")), text(said | detail)) != event["digest"]:
            yield f"event {event['id']}: its detail was changed"
        leaf, count, root = sha(b"\0", text(event)), seals[seal]["count"], seals[seal]["root"]
        if not 0 <= place < count or root_from(leaf, place, count - 1, path) != root:
            yield f"event {event['id']}: it does not stand in seal {seal}"
    if heads[-1] != proof["head"]:
        yield "the chain of seals does not lead to the head of this file"
    if kept and kept.lower() not in heads[1:]:
        yield "the head you kept is not in this chain: older than the first event, or of another record"


KEYS = ("event", "detail", "seal", "position", "path")
try:
    proof = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    found = list(problems_of(proof, sys.argv[2] if len(sys.argv) > 2 else ""))
except (AttributeError, LookupError, OSError, TypeError, ValueError) as error:
    sys.exit(f"NOT VALID: this is no proof file ({error!r})")
if found:
    sys.exit("\n".join(["NOT VALID", *found]))
print(f"VALID: {len(proof['events'])} events, {proof['unsealed']} not sealed yet, head {proof['head']}")
