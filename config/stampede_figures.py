"""The figures of `make stampede`: how fast, how much, and the words about the scale. Pure."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from config.stampede_plan import DESIGN_MINUTES, DESIGN_PEOPLE, LAST_PART, PAGES_EACH, SAVES_EACH, TIMES

MOST_TIMES_FLOOR = 20
KINDS = ("page", "autosave", "submit", "receipt")
COLUMNS = ("n", "p50", "p95", "times_floor")
MOST_SHOWN = 20
REQUESTS_EACH = PAGES_EACH + SAVES_EACH + 1


def rates(people: int, seconds: float) -> tuple[float, float]:
    """Requests a second of the evening: before the last part, and in it."""
    before = people * REQUESTS_EACH / (seconds * (1 - LAST_PART + TIMES * LAST_PART))
    return before, TIMES * before


def scale_words(people: int, seconds: float) -> str:
    """What was made smaller than in the design, and by how much."""
    here, there = rates(people, seconds), rates(DESIGN_PEOPLE, DESIGN_MINUTES * 60)
    return (
        f"{people} people of {DESIGN_PEOPLE:,} (1:{DESIGN_PEOPLE / people:.0f}), {seconds / 60:g} minutes for three hours "
        f"(1:{DESIGN_MINUTES * 60 / seconds:.0f}); {here[0]:.1f} requests a second and {here[1]:.1f} at the end, in the design "
        f"{there[0]:.0f} and {there[1]:.0f}: {here[0] / there[0]:.0%} of its rate"
    )


def _percentiles(times: Sequence[float], floor: float) -> dict[str, float]:
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return {
        "n": len(ordered),
        "p50": round(statistics.median(ordered), 1),
        "p95": round(p95, 1),
        "times_floor": round(p95 / floor, 1),
    }


def figures_of(told: Mapping[str, Any], *, starts_at: float, closes_at: float) -> dict[str, Any]:
    """Milliseconds by kind, in the whole evening and in its last part; requests a second; what was in flight."""
    floor = statistics.median(told["floor_ms"])
    people = list(told["people"].values())
    times = [
        (kind, started, seconds * 1000)
        for one in people
        for kind, started, seconds in one["times"]
        if started >= starts_at
    ]
    peak_from = closes_at - LAST_PART * (closes_at - starts_at)
    peak = [row for row in times if peak_from <= row[1] < closes_at]
    return {
        "floor_ms": round(floor, 1),
        "floor_p95_ms": _percentiles(told["floor_ms"], floor)["p95"],
        "whole": _by_kind(times, floor),
        "peak": _by_kind(peak, floor),
        "requests": len(times),
        "peak_rate": round(len(peak) / (closes_at - peak_from), 1),
        "in_flight": sum(started < closes_at <= started + took / 1000 for _kind, started, took in times),
        "after_closing": sum(started >= closes_at for _kind, started, _took in times),
        "behind_seconds": round(max(one["behind"] for one in people), 2),
        "busy": sum(status == 503 for one in people for status in one["statuses"]),
        "cut": sum(save["status"] == 0 for one in people for save in one["saves"]),
        "saves": Counter(str(save["status"]) for one in people for save in one["saves"]),
    }


def _by_kind(times: Sequence[tuple[str, float, float]], floor: float) -> dict[str, dict[str, float]]:
    found = {}
    for kind in KINDS:
        own = [took for name, _started, took in times if name == kind]
        if own:
            found[kind] = _percentiles(own, floor)
    return found


def table(found: Mapping[str, Any]) -> str:
    """What is printed and copied into docs/performance.md."""
    lines = [
        (
            f"floor {found['floor_ms']} ms (p95 {found['floor_p95_ms']} ms), before the load; {found['ready']} people signed in "
            f"within {found['signing_in_seconds']:.0f} s before the evening\n"
        ),
        "| requests | n | p50 ms | p95 ms | p95 × floor | in the last part: n | p50 ms | p95 ms | p95 × floor |\n",
        "|---|---|---|---|---|---|---|---|---|\n",
        *(_row(kind, whole, found["peak"].get(kind)) for kind, whole in found["whole"].items()),
        f"goal: p95 under {MOST_TIMES_FLOOR} × floor; {_misses(found)}\n",
        (
            f"{found['requests']} requests, {found['requests'] / found['seconds']:.1f} a second, {found['peak_rate']} in the last "
            f"part; {found['in_flight']} under way at the closing, {found['after_closing']} after it; a person at most "
            f"{found['behind_seconds']} s behind their time\n"
        ),
        f"answers to autosaves: {dict(found['saves'])} (0: the network was cut before the answer); {found['busy']} × 503\n",
        (
            f"memory of the two web workers at its peak: {found['signing_in_mb']} MB while people signed in, "
            f"{found['evening_mb']} MB in the evening\n"
        ),
        f"ends: {dict(found['ended'])}; the tick had closed all {found['closed_after']:.0f} s after its time\n",
        f"load average of the machine {found['load'][0]:.1f} before and {found['load'][1]:.1f} after\n",
        "verdict: " + ", ".join(f"{kind} {len(faults)}" for kind, faults in found["found"].items()),
        *(f"\n  {kind}: {one}" for kind, faults in found["found"].items() for one in faults[:MOST_SHOWN]),
    ]
    return "".join(lines)


def _row(kind: str, whole: Mapping[str, float], peak: Mapping[str, float] | None) -> str:
    shown = "0 | – | – | –" if peak is None else " | ".join(str(peak[name]) for name in COLUMNS)
    return f"| {kind} | {' | '.join(str(whole[name]) for name in COLUMNS)} | {shown} |\n"


def _misses(found: Mapping[str, Any]) -> str:
    """Which p95 are over the goal."""
    slow = [
        f"{kind} in the {name} {row['times_floor']} ×"
        for name, part in (("whole", found["whole"]), ("last part", found["peak"]))
        for kind, row in part.items()
        if row["times_floor"] >= MOST_TIMES_FLOOR
    ]
    return f"missed: {', '.join(slow)}" if slow else "kept"
